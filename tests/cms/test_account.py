"""What an editor may set of his account in Wagtail."""

import pytest
from django.test import Client

from tests.accounts.logins import log_in, make_user

pytestmark = pytest.mark.django_db
PAGE = "/cms/account/"
CHOSEN = {
    "locale-preferred_language": "en",
    "theme-theme": "dark",
    "theme-contrast": "system",
    "theme-density": "default",
    "theme-keyboard_shortcuts": "on",
}


def test_an_editor_chooses_language_and_look_and_is_asked_for_nothing_the_site_already_holds(client: Client) -> None:
    user = make_user("editor")
    log_in(client, user)
    page = client.get(PAGE).content.decode()
    assert 'name="locale-preferred_language"' in page
    assert 'name="theme-theme"' in page
    # No name, address, password or picture; no choice among the time zones of the world.
    for held in ("name_email-", "avatar-", "password-", "time_zone"):
        assert held not in page
    assert client.post(PAGE, CHOSEN).status_code == 302
    user.refresh_from_db()
    assert user.wagtail_userprofile.preferred_language == "en"
    assert user.wagtail_userprofile.theme == "dark"


def test_a_posted_name_or_address_changes_nothing(client: Client) -> None:
    user = make_user("editor")
    name, address = user.full_name, user.email
    log_in(client, user)
    taken = {"name_email-first_name": "Autre", "name_email-last_name": "Nom", "name_email-email": "autre@example.org"}
    assert client.post(PAGE, {**CHOSEN, **taken}).status_code == 302
    user.refresh_from_db()
    assert (user.full_name, user.email) == (name, address)
