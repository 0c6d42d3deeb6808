"""In a real browser: saving while one writes, narrow screens, and the whole page without scripts."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from cases.answers import whole
from cases.models import Case, Document
from tests.cases.clients import verified_client
from tests.cases.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene(transactional_db: None) -> tuple[World, Case]:
    world = make_world()
    walk = world.walk()
    return world, walk.open()


def enter(context: BrowserContext, origin: str, world: World) -> None:
    """The patient's verified session, in this browser."""
    session = verified_client(world.patient_user, "patient").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": origin}])


def test_what_is_typed_is_saved_and_another_tab_overwrites_nothing(
    page: Page, live_server: object, scene: tuple[World, Case]
) -> None:
    world, case = scene
    origin = live_server.url  # type: ignore[attr-defined]
    enter(page.context, origin, world)
    url = f"{origin}/en/patient/{case.pk}/preparer/questions/2/"
    page.goto(url)
    other = page.context.new_page()
    other.goto(url)
    page.fill("#id_diagnosis_words", "From the first tab")
    page.wait_for_selector("[data-save-state]:has-text('Saved')")
    assert whole(Case.objects.get(pk=case.pk)).answers["diagnosis_words"] == "From the first tab"
    other.fill("#id_diagnosis_words", "From the second tab")
    other.wait_for_selector("#id_diagnosis_words_theirs")
    assert other.input_value("#id_diagnosis_words_theirs") == "From the first tab"
    assert other.input_value("#id_diagnosis_words") == "From the second tab"
    assert whole(Case.objects.get(pk=case.pk)).answers["diagnosis_words"] == "From the first tab"
    other.click(".conflict button >> nth=0")
    other.wait_for_selector("[data-save-state]:has-text('Saved')")
    assert whole(Case.objects.get(pk=case.pk)).answers["diagnosis_words"] == "From the second tab"


def test_without_scripts_on_a_narrow_phone_everything_fits_and_a_photo_is_added(
    browser: Browser, live_server: object, scene: tuple[World, Case], tmp_path: Path
) -> None:
    world, case = scene
    origin = live_server.url  # type: ignore[attr-defined]
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640}, locale="fr-FR")
    try:
        enter(context, origin, world)
        page = context.new_page()
        rests = ("", "identite/", "questions/2/", "documents/", "documents/ajouter/1/", "expert/", "relire/")
        for path in ("/commencer/", "/commencer/urgence/", *(f"/patient/{case.pk}/preparer/{rest}" for rest in rests)):
            page.goto(origin + path)
            box = page.locator("main").bounding_box()
            assert box is not None
            assert box["width"] <= 320, path
            wide = page.locator("main *").evaluate_all(
                "all => all.filter(one => one.getBoundingClientRect().right > 321 && !one.closest('.sr')).length"
            )
            assert not wide, path
        picture = tmp_path / "page.jpg"
        out = io.BytesIO()
        Image.new("RGB", (300, 400), "white").save(out, "JPEG")
        picture.write_bytes(out.getvalue())
        page.goto(f"{origin}/patient/{case.pk}/preparer/documents/ajouter/1/")
        page.set_input_files("[name=file]", str(picture))
        page.locator("main form .buttons button").first.click()
        page.wait_for_url("**/preparer/documents/")
    finally:
        context.close()
    assert Document.objects.get().prerequisite == "lumbar_images"


def test_back_in_the_browser_shows_the_public_question_before(page: Page, live_server: object) -> None:
    page.goto(live_server.url + "/en/commencer/urgence/")  # type: ignore[attr-defined]
    page.check("[value=no]")
    page.click("main .buttons button")
    page.check("[value=yes]")
    page.click("main .buttons button")
    page.wait_for_selector("[name=whom]")
    page.go_back()
    assert page.locator("[name=diagnosis]").count() == 3


def test_an_upload_that_was_cut_keeps_form_and_file_and_is_sent_again(
    page: Page, live_server: object, scene: tuple[World, Case], settings: object
) -> None:
    world, case = scene
    origin = live_server.url  # type: ignore[attr-defined]
    enter(page.context, origin, world)
    address = f"{origin}/en/patient/{case.pk}/preparer/documents/ajouter/"
    page.goto(address)
    page.fill("#id_title", "MRI of March")
    out = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(out, "JPEG")
    page.set_input_files("[name=file]", [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}])
    send = page.locator("main form .buttons button").first
    box = page.locator("[data-upload-box]")

    # Refused by the server: told on the page, with the field it is about.
    send.click()
    box.get_by_text("What is it?").wait_for()
    page.select_option("#id_type", "imaging")

    page.context.set_offline(True)
    send.click()
    box.get_by_text("The connection was cut").wait_for()
    page.context.set_offline(False)
    assert page.input_value("#id_title") == "MRI of March"
    assert page.evaluate("document.querySelector('[name=file]').files.length") == 1
    assert not Document.objects.exists()

    settings.VAULT_MAX_FILE_BYTES = 100  # type: ignore[attr-defined]
    send.click()
    box.get_by_text("larger than").wait_for()
    settings.VAULT_MAX_FILE_BYTES = 10**6  # type: ignore[attr-defined]
    send.click()
    page.wait_for_url("**/preparer/documents/")
    page.get_by_text("The document is added.").wait_for()
    assert Document.objects.get().title == "MRI of March"
