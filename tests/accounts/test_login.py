"""Logging in: password, then a code by e-mail, for everybody."""

import pytest
from django.test import Client

from tests.accounts.logins import PASSWORD, give_code, give_password, last_code, log_in, mails_to, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("S1-22")
@pytest.mark.behaviour("S2-11")
def test_login_asks_for_password_then_code(client: Client) -> None:
    user = make_user("patient")
    answer = give_password(client, user.email)
    assert answer.status_code == 200
    assert mails_to(user.email) == ["account.login_code"]
    assert client.get("/compte/").status_code == 302
    answer = give_code(client, last_code(user.email))
    assert answer.status_code == 302
    assert client.get("/compte/").status_code == 200
