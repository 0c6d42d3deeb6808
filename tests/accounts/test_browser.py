"""In a real browser: the way in, and nothing left after the way out."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.accounts.logins import PASSWORD, last_code, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def enter(page: Page, live_server: LiveServer, email: str) -> None:
    """Log in by keyboard alone, the code pasted with a blank inside."""
    page.goto(f"{live_server.url}/connexion/")
    page.locator("input[autocomplete=username]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    field = page.locator("input[autocomplete=one-time-code]")
    field.wait_for()
    code = last_code(email)
    field.fill(f"{code[:3]} {code[3:]}")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/connexion/" not in url)


@pytest.mark.asvs("7.4.1")
def test_the_back_button_shows_nothing_after_logout(page: Page, live_server: LiveServer) -> None:
    user = make_user("patient", name="Camille Secrète")
    enter(page, live_server, user.email)
    page.goto(f"{live_server.url}/compte/")
    expect(page.locator("main")).to_contain_text(user.email)
    page.goto(f"{live_server.url}/compte/profil/")
    page.locator("header form button").click()
    expect(page).to_have_url(f"{live_server.url}/connexion/")
    for _ in range(2):
        page.go_back()
        expect(page.locator("body")).not_to_contain_text("Secrète")
        expect(page.locator("input[type=password]")).to_be_visible()


def test_a_new_browser_profile_is_asked_for_both_steps(page: Page, live_server: LiveServer) -> None:
    user = make_user("patient")
    page.goto(f"{live_server.url}/compte/profil/")
    expect(page.locator("input[type=password]")).to_be_visible()
    enter(page, live_server, user.email)
    expect(page.locator("header")).to_contain_text("Camille Durand")
