"""Searching the public site: found however it is typed, in both languages, and never what is off the site."""

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client

from audit.models import AuditEvent
from cms.models import FaqPage, InformationPage
from cms.resources import PartnerResource
from cms.search.index import rebuild
from cms.search.models import SearchEntry
from experts.models import Pathology
from experts.services import change_status
from tests.cms.test_profiles import agree, an_expert, write
from tests.experts.people import actor_for, logged_in, make_user

pytestmark = pytest.mark.django_db
PAGE = {"fr": "/recherche/", "en": "/en/recherche/"}
DISEASES, EXPERTS, QUESTIONS, PAGES = range(4)
HEADINGS = {
    "fr": ("Maladies", "Médecins experts", "Questions", "Pages"),
    "en": ("Diseases", "Expert doctors", "Questions", "Pages"),
}


def asked(words: str, language: str = "fr") -> dict[str, list[tuple[str, str]]]:
    """What is listed under each heading: words and address of its links."""
    answer = Client().post(PAGE[language], {"q": words})
    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "lxml")
    found = {}
    for section in page.select("main section"):
        heading = section.h2
        assert isinstance(heading, Tag)
        found[heading.text] = [(link.text, str(link["href"])) for link in section.select("a")]
    return found


def first(words: str, kind: int, language: str = "fr") -> tuple[str, str]:
    return asked(words, language)[HEADINGS[language][kind]][0]


def test_each_kind_is_found_however_it_is_typed_in_both_languages() -> None:
    for words, language, kind, url in (
        ("endometriose", "fr", DISEASES, "/pathologies/endometriose/"),
        ("hernie discal", "fr", DISEASES, "/pathologies/hernie-discale-lombaire/"),
        ("herniated disk", "fr", DISEASES, "/pathologies/hernie-discale-lombaire/"),
        ("herniated disk", "en", DISEASES, "/en/diseases/lumbar-disc-herniation/"),
        ("prostat cancer", "en", DISEASES, "/en/diseases/prostate-cancer/"),
        ("j’ai des règles douloureuses", "fr", DISEASES, "/pathologies/endometriose/"),
        ("combien ça coûte", "fr", QUESTIONS, "/questions/#q-"),
        ("ordonance", "fr", QUESTIONS, "/questions/#q-"),
        ("prescripton", "en", QUESTIONS, "/en/questions/#q-"),
        ("TARIFS", "fr", PAGES, "/tarifs/"),
        ("mentions legale", "fr", PAGES, "/mentions-legales/"),
        ("accessibility", "en", PAGES, "/en/accessibility/"),
        ("données personnelles", "fr", PAGES, "/donnees-personnelles/"),
    ):
        assert first(words, kind, language)[1].startswith(url), words


def test_words_of_the_text_lead_to_a_disease_where_none_is_called_so() -> None:
    page = InformationPage.objects.get(code="how", locale__language_code="fr")
    assert "Pages" not in asked("xylographie")
    page.introduction = "La xylographie n’est pas demandée."
    page.save_revision().publish()
    assert first("xilographie", PAGES)[1] == page.url


@pytest.mark.behaviour("S2-24")
def test_doctors_stand_in_the_order_of_the_day_whatever_was_typed() -> None:
    names = [*(f"Anne Exemple{letter}" for letter in "abcd"), "Zoé Exemple"]
    for name in names:
        browser = logged_in(an_expert(name).user)
        write(browser)
        agree(browser)
    listed = [link.text for link in BeautifulSoup(Client().get("/medecins-experts/").content, "lxml").select("h3")]
    heading = HEADINGS["fr"][EXPERTS]
    for words in ("endometriose", "Exemple", "chirurgien"):
        found = [name for name, _url in asked(words)[heading] if name.startswith("Pr ")]
        assert found == listed, words
    assert [name for name, _url in asked("docteur zoe")[heading]] == ["Pr Zoé Exemple"]
    assert heading not in asked("zoe prostate")


@pytest.mark.behaviour("S2-26")
def test_a_doctor_is_found_from_his_agreement_to_the_hour_he_is_suspended() -> None:
    expert = an_expert("Anne Salvat")
    browser = logged_in(expert.user)
    write(browser)
    assert "Médecins experts" not in asked("salvat")
    agree(browser)
    assert first("salvat", EXPERTS)[1] == "/medecins-experts/pr-anne-salvat/"
    desk = actor_for(make_user("coordinator"), "coordinator")
    change_status(expert.pk, actor=desk, status="suspended", motive="Contrôle de son inscription en cours.")
    assert "Médecins experts" not in asked("salvat")
    assert "Médecins experts" not in asked("endometriose")


def test_a_draft_a_page_taken_off_and_a_stale_index_show_nothing() -> None:
    page = InformationPage.objects.get(code="secondary", locale__language_code="fr")
    page.title = "Autres wombats"
    page.save_revision()
    assert "Pages" not in asked("wombats")
    page.save_revision().publish()
    assert first("wombats", PAGES) == ("Autres wombats", page.url)
    # Off the site without a signal: the index still holds it, and the answer does not.
    InformationPage.objects.filter(pk=page.pk).update(live=False)
    assert SearchEntry.objects.filter(page=page).exists()
    assert "Pages" not in asked("wombats")
    page.refresh_from_db()
    page.live = True
    page.unpublish()
    assert not SearchEntry.objects.filter(page=page).exists()


def test_the_index_is_the_same_made_anew() -> None:
    def state() -> set[tuple[str, ...]]:
        return set(SearchEntry.objects.values_list("kind", "language", "title", "anchor", "words"))

    before = state()
    assert rebuild() == len(before)
    assert state() == before
    assert {entry.language for entry in SearchEntry.objects.all()} == {"fr", "en"}
    page = FaqPage.objects.get(locale__language_code="en")
    page.delete()
    assert not SearchEntry.objects.filter(language="en", kind="question").exists()


def test_a_partner_resource_is_found_by_its_name_and_leads_to_its_place() -> None:
    resource = PartnerResource.objects.get(code="cancer_info")
    assert first("canser info", PAGES) == (resource.name_fr, f"/ressources/#{resource.anchor}")
    assert f'id="{resource.anchor}"' in Client().get("/ressources/").content.decode()
    resource.shown = False
    resource.save()
    assert resource.name_fr not in [name for name, _url in asked("cancer info").get(HEADINGS["fr"][PAGES], [])]


def test_nothing_found_says_what_else_can_be_done(settings: object) -> None:
    settings.SERVICE_PHONE = "01 23 45 67 89"  # type: ignore[attr-defined]
    for words in ("grippe aviaire", "zzzz", "🙂"):
        found = asked(words)
        assert list(found) == ["Où chercher encore"], words
    links = dict(found["Où chercher encore"])
    assert {"/pathologies/", "/questions/", "tel:0123456789"} <= set(links.values())


def test_words_stand_in_no_address_no_journal_and_no_cookie() -> None:
    client, before = Client(enforce_csrf_checks=True), AuditEvent.objects.count()
    answer = client.post(PAGE["fr"], {"q": "cancer du sein"})
    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "lxml")
    assert page.select_one("#id_q")["value"] == "cancer du sein"  # type: ignore[index]
    assert not [tag for tag in page.select("[href], [action]") if "q=" in str(tag.get("href") or tag.get("action"))]
    assert not client.cookies
    assert AuditEvent.objects.count() == before
    # Words in an address are not read: nobody is led to write links with them.
    assert "endométriose" not in client.get(f"{PAGE['fr']}?q=endometriose").content.decode().lower()
    for page_with_a_box in ("/", "/en/"):
        form = BeautifulSoup(client.get(page_with_a_box).content, "lxml").select_one("main form[role=search]")
        assert form is not None
        assert (form["method"], form["action"]) == ("post", PAGE["en" if "en" in page_with_a_box else "fr"])


def test_an_empty_search_says_so_and_a_closed_disease_is_found_with_its_page() -> None:
    assert Client().post(PAGE["fr"], {"q": " "}).status_code == 422
    assert Client().post(PAGE["fr"], {"q": "x" * 300}).status_code == 422
    Pathology.objects.filter(code="crohn").update(is_open=False)
    assert first("chron", DISEASES)[1] == "/pathologies/maladie-de-crohn/"


def test_a_long_sentence_asks_little_of_the_index(django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        assert Client().post(PAGE["fr"], {"q": "je con pro dem que mal des cas " * 6}).status_code == 200
