"""The pages of the platform behind the real door: login with a code, and the space of each role."""

import pytest
from django.test import Client

from tests.accounts.logins import log_in, make_user

pytestmark = pytest.mark.django_db

PAGES = {"/dpo/": "dpo", "/technique/taches/": "administrator"}


@pytest.mark.parametrize(("path", "role"), PAGES.items())
def test_a_space_opens_to_its_role_after_the_code(path, role):
    client = Client()
    log_in(client, make_user(role))
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", ["patient", "expert", "coordinator"])
def test_a_space_is_closed_to_the_roles_of_others(path, role):
    client = Client()
    log_in(client, make_user(role))
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", [*PAGES, "/compte/avis/"])
def test_a_visitor_is_sent_to_the_login_page(path):
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/connexion/")


@pytest.mark.parametrize("role", ["patient", "expert", "dpo"])
def test_everybody_with_an_account_has_notices(role):
    client = Client()
    log_in(client, make_user(role))
    assert client.get("/compte/avis/").status_code == 200
