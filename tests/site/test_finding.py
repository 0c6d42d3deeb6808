"""In a real browser, on a phone: from a misspelt disease to an expert, from his page to a request that names him."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.cms.test_profiles import agree, an_expert, write
from tests.experts.people import logged_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.behaviour("S0-03")
def test_a_visitor_finds_an_expert_for_a_misspelt_disease_and_begins_a_request(
    page: Page, live_server: LiveServer
) -> None:
    browser: Client = logged_in(an_expert("Anne Salvat").user)
    write(browser)
    agree(browser)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    main = page.locator("main")
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto(f"{live_server.url}/")
    page.fill("main form[role=search] input[type=search]", "andometrioze")
    page.keyboard.press("Enter")
    expect(main).to_contain_text("Pr Anne Salvat")
    main.get_by_role("link", name="Endométriose", exact=True).click()
    expect(page.locator("h1")).to_contain_text("ndométriose")
    main.get_by_role("link", name="Pr Anne Salvat").click()
    expect(page.locator("h1")).to_have_text("Pr Anne Salvat")
    main.get_by_role("button", name="Demander un deuxième avis à ce médecin").click()
    expect(main).to_contain_text("Le médecin que vous souhaitez\u00a0: Pr Anne Salvat")
    main.get_by_role("button", name="Commencer").click()
    for name, value in (("emergency", "no"), ("diagnosis", "yes"), ("whom", "self"), ("", ""), ("language", "fr")):
        if name:
            page.check(f"main input[name={name}][value={value}]")
        main.get_by_role("button", name="Continuer").click()
    assert not page.context.cookies()
    page.check("main input[name=pathology][value=endometriosis]")
    main.get_by_role("button", name="Continuer").click()
    expect(main.get_by_role("button", name="Ouvrir un compte")).to_be_visible()
    expect(main).to_contain_text("Le médecin que vous souhaitez\u00a0: Pr Anne Salvat")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert not [url for url in asked if "ometri" in url and "/pathologies/" not in url and "/static/" not in url]
