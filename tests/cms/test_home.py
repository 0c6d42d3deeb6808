"""The two home pages."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("address", "language"), [("/", "fr"), ("/en/", "en")])
def test_home_answers_in_its_language(client: Client, address: str, language: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()
    assert answer["Content-Language"] == language
