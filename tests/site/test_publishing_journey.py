"""An editor and a coordinating doctor under the rules of publication, in a real browser, as they live it."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from cms.models import InformationPage
from tests.accounts.logins import make_user
from tests.accounts.test_browser import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOLD = "« Ce médecin m’a sauvée, je le recommande à tous », témoigne Julie."
PLAIN = "Un médecin lit votre dossier et vous répond par écrit."
TITLE = "Le palmarès des hôpitaux, un titre de presse à lire avec prudence."


def how() -> InformationPage:
    return InformationPage.objects.get(code="how", locale__language_code="fr")


def write(page: Page, words: str) -> None:
    page.locator("[name=introduction]").fill(words)


def publish(page: Page) -> None:
    """Wagtail keeps publishing behind the arrow beside «save the draft»."""
    page.locator("footer [data-w-dropdown-target=toggle]").click()
    page.locator("[name=action-publish]:visible").click()
    page.wait_for_load_state()


def save(page: Page) -> None:
    page.locator("footer button.action-save").click()
    page.wait_for_load_state()


@pytest.mark.behaviour("S2-23")
def test_an_editor_cannot_publish_a_testimonial_and_a_doctor_releases_a_disputed_phrase(
    page: Page, live_server: LiveServer
) -> None:
    editor, doctor = make_user("editor"), make_user("coordinator")
    before, public = how().introduction, f"{live_server.url}{how().url}"
    form = f"{live_server.url}/cms/pages/{how().pk}/edit/"

    # He publishes a testimonial: stopped, the words shown in their sentence, nothing lost.
    enter(page, live_server, editor.email)
    page.goto(form)
    write(page, TOLD)
    publish(page)
    said = page.locator("[data-field-errors], .error-message").filter(has_text="R.4127-19-1").first
    expect(said).to_contain_text("m’a sauvée")
    expect(said).to_contain_text("Retirez ce que disent")
    expect(page.locator("[name=introduction]")).to_have_value(TOLD)
    assert how().introduction == before

    # A draft is kept, and says above the form why it is one; corrected, it goes on line.
    save(page)
    page.goto(form)
    expect(page.locator("[name=introduction]")).to_have_value(TOLD)
    expect(page.locator(".help-critical li").first).to_contain_text("témoigne Julie")
    write(page, PLAIN)
    publish(page)
    assert how().introduction == PLAIN
    page.goto(public)
    expect(page.locator("main")).to_contain_text(PLAIN)

    # A phrase that a rule refuses wrongly waits as a draft for the coordinating doctor.
    page.goto(form)
    write(page, TITLE)
    save(page)
    assert how().introduction == PLAIN
    page.context.clear_cookies()
    enter(page, live_server, doctor.email)
    page.goto(f"{live_server.url}/bureau/textes/")
    page.locator("main td a").first.click()
    expect(page.locator("main li q").first).to_have_text(TITLE)
    page.locator("main [name=motive]").fill("Le titre d’un article de presse, cité comme tel.")
    page.locator("main form .button-danger").click()
    page.wait_for_url("**/bureau/textes/")
    assert how().introduction == TITLE
    page.goto(public)
    expect(page.locator("main")).to_contain_text(TITLE)
