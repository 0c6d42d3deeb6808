"""The public pages of a new instance: all there, in both languages, linked, dated, and never written over."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page

from cms.content import LANGUAGES, codes, load, path_of
from cms.models import InformationPage, PathologyPage
from cms.seeding import seed_pages
from experts.models import Pathology
from tests.accounts.logins import log_in, make_user

pytestmark = pytest.mark.django_db
BOTH = [(code, language) for code in codes() for language in LANGUAGES]


def soup_of(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return BeautifulSoup(answer.content, "lxml")


def test_every_page_has_both_languages() -> None:
    assert {code for code in codes() if code.startswith("pathologies/")} == {
        f"pathologies/{code}" for code in Pathology.objects.values_list("code", flat=True)
    }
    for code in codes():
        texts = [load(code, language) for language in LANGUAGES]
        if code == "faq":
            continue
        kinds = [[block["type"] for block in text.blocks(lambda target: "")] for text in texts]
        assert kinds[0] == kinds[1], code


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_a_page_is_complete_dated_and_leads_to_its_twin(client: Client, code: str, language: str) -> None:
    page = soup_of(client, path_of(code, language))
    text = load(code, language)
    assert page.html is not None
    assert page.html["lang"] == language
    assert page.h1 is not None
    assert page.h1.text.replace("\u00a0", " ") == text.head["title"].replace("\u00a0", " ")
    assert ("relue le 22 novembre 2026" if language == "fr" else "reviewed on 22 November 2026") in page.text.replace(
        "\u00a0", " "
    )
    other = "en" if language == "fr" else "fr"
    switch = page.select_one(f".footer-links [hreflang={other}]")
    assert switch is not None
    assert switch["href"] == path_of(code, other)
    assert page.select_one(".crumbs a[href='/']" if language == "fr" else ".crumbs a[href='/en/']")
    said = page.select_one(f".footer-links a[href='{path_of('accessibility', language)}']")
    assert said is not None
    assert "partiellement" in said.text or "partially" in said.text
    # No cookie before login.
    assert not client.cookies


@pytest.mark.behaviour("S2-04")
@pytest.mark.behaviour("S0-33")
@pytest.mark.parametrize("language", LANGUAGES)
def test_menus_and_pages_reach_everything_and_no_link_is_dead(client: Client, language: str) -> None:
    seen, waiting = set(), ["/" if language == "fr" else "/en/"]
    while waiting:
        address = waiting.pop()
        seen.add(address)
        for link in soup_of(client, address).select("a[href]"):
            parts = urlsplit(str(link["href"]))
            here = parts.path.startswith("/en/") == (language == "en")
            if parts.netloc or parts.scheme or not parts.path or not here or parts.path in (*seen, *waiting):
                continue
            if re.match(r"/(en/)?(inscription|connexion|mot-de-passe|commencer/urgence|[a-z]+/rss/)", parts.path):
                continue
            waiting.append(parts.path)
    assert {path_of(code, language) for code in codes()} <= seen


@pytest.mark.behaviour("S0-04")
@pytest.mark.behaviour("S0-05")
@pytest.mark.behaviour("S0-13")
def test_prices_stand_on_lines_of_their_own_as_the_settings_say(client: Client) -> None:
    assert "ne vous coûte rien" in soup_of(client, "/tarifs/").text
    with override_settings(SERVICE_PRICE={"expert_fee": 120, "service_fee": 60.5, "currency": "EUR"}):
        rows = [row.get_text("|", strip=True) for row in soup_of(client, "/tarifs/").select("table tr")]
    assert [row.replace("\u00a0", " ") for row in rows] == [
        "Honoraires du médecin expert|120 €",
        "Frais du service|60,50 €",
        "Total|180,50 €",
    ]
    words = soup_of(client, "/tarifs/").text
    assert "aucun moyen de paiement n’est imposé" in words
    assert "n’est pas remboursé par l’Assurance maladie" in words


@pytest.mark.behaviour("S0-08")
@pytest.mark.behaviour("S0-11")
def test_who_it_is_not_for_is_said(client: Client) -> None:
    words = soup_of(client, "/pour-qui/").text
    for said in ("15", "112", "ordonnance", "ne vous examine pas", "une infirmière"):
        assert said.lower() in words.lower()


@pytest.mark.behaviour("S0-02")
@pytest.mark.behaviour("S0-10")
@pytest.mark.behaviour("S0-16")
@pytest.mark.behaviour("S0-27")
@pytest.mark.behaviour("S1-21")
@pytest.mark.behaviour("S1-60")
@pytest.mark.behaviour("S2-05")
@pytest.mark.behaviour("S2-15")
@pytest.mark.behaviour("S2-22")
def test_what_must_be_said_is_said(client: Client) -> None:
    for address, said in (
        ("/accessibilite/", ("partiellement conforme", "Défenseur des droits", "lieu où se rendre")),
        ("/aide/", ("dix minutes", "ordinateur partagé", "Pro Santé Connect")),
        ("/vos-donnees/", ("HDS", "L.1111-8", "Ce que vous avez accepté de partager")),
        ("/mentions-legales/", ("Association Second Regard", "médiateur de la consommation", "à compléter par")),
        ("/references-legales/", ("vade-mecum", "septembre 2014", "registre des traitements", "R.4127-53")),
        ("/autres-usages/", ("Aucune à ce jour", "avec son responsable", "retirez-le à tout moment")),
        ("/cookies/", ("aucun cookie",)),
        ("/securite/", ("Signaler une faille",)),
    ):
        words = soup_of(client, address).text.replace("\u00a0", " ")
        for one in said:
            assert one in words, (address, one)


@pytest.mark.behaviour("S1-09")
@pytest.mark.behaviour("S1-10")
@pytest.mark.behaviour("S1-24")
@pytest.mark.behaviour("S1-60")
@pytest.mark.behaviour("S1-66")
@pytest.mark.behaviour("S4-19")
@pytest.mark.behaviour("S4-20")
@pytest.mark.behaviour("S4-21")
@pytest.mark.behaviour("S4-24")
@pytest.mark.behaviour("S4-25")
@pytest.mark.behaviour("S4-26")
def test_help_and_roles_are_said_in_both_languages(client: Client) -> None:
    for address, said in (
        ("/aide/", ("pas d’application à installer", "toujours la dernière", "actualités")),
        ("/en/help/", ("no application to install", "always the latest", "news")),
        ("/comite-des-usagers/", ("Comptes rendus", "daté", "ce qui en a été fait", "Utile")),
        ("/en/users-committee/", ("Minutes", "dated", "what was done about it", "Useful")),
        ("/vos-donnees/", ("HDS", "Espace économique européen", "Responsable du traitement", "Sous-traitant")),
        ("/en/your-data/", ("HDS", "European Economic Area", "Controller", "Processor")),
        ("/autres-usages/", ("Entraînement d’un programme", "vous opposer", "ne se justifie pas")),
        ("/en/other-uses/", ("Training of a computer program", "object", "needs no reason")),
        (
            "/pro-sante-connect/",
            (
                "dans le lecteur. Retirez-la",
                "4G",
                "esante.gouv.fr",
                "aussitôt",
                "acceptez-la",
                "RPPS",
                "grise",
                "brique",
            ),
        ),
        ("/en/pro-sante-connect/", ("Remove it", "4G", "at once", "accept it", "RPPS", "grey", "component")),
    ):
        words = str(soup_of(client, address)).replace("\u00a0", " ")
        for one in said:
            assert one in words, (address, one)


@pytest.mark.behaviour("S4-09")
@pytest.mark.behaviour("S4-10")
@pytest.mark.behaviour("S4-11")
def test_integrators_are_told_where_to_learn_and_to_test(client: Client) -> None:
    words = (Path(settings.BASE_DIR) / "docs" / "integrators.md").read_text()
    for said in ("G_NIUS", "training platform", "awareness", "animation", "interop.esante.gouv.fr", "interopsegur"):
        assert said in words
    # What it says can be connected answers.
    for address in ("/actualites/rss/", "/sitemap.xml", "/.well-known/security.txt", "/verifier/"):
        assert address in words
        assert client.get(address).status_code == 200


def test_a_pathology_page_takes_documents_and_sources_from_the_questionnaire(client: Client) -> None:
    words = soup_of(client, "/pathologies/maladie-de-crohn/").text
    for said in ("Compte rendu de la dernière coloscopie", "guide ALD 24", "2008", "Une inflammation de l’intestin"):
        assert said in words.replace("\u00a0", " ")
    Pathology.objects.filter(code="crohn").update(is_open=False)
    page = soup_of(client, "/pathologies/maladie-de-crohn/")
    assert "Aucune nouvelle demande" in page.text
    assert page.select_one("main .button") is None


def test_making_the_pages_leaves_no_job_and_editors_find_them(client: Client) -> None:
    assert not DBTaskResult.objects.exists()
    log_in(client, make_user("editor"))
    assert "Mentions légales" in client.get("/cms/pages/search/?q=mentions").content.decode()
    InformationPage.objects.get(code="legal", locale__language_code="fr").save()
    assert DBTaskResult.objects.filter(task_path__startswith="modelsearch").exists()


def test_seeding_again_changes_nothing_and_an_editor_is_never_written_over() -> None:
    assert seed_pages() == []
    page = InformationPage.objects.get(code="how", locale__language_code="fr")
    page.introduction = "Mes mots."
    page.save_revision(user=make_user("editor")).publish()
    InformationPage.objects.update(seed="0")
    changed = seed_pages()
    assert "how fr" not in changed
    assert "how en" in changed
    page.refresh_from_db()
    assert page.introduction == "Mes mots."
    before = Page.objects.count()
    call_command("migrate", verbosity=0)
    assert Page.objects.count() == before


def test_an_editor_changes_a_page_and_adds_one_but_keeps_addresses(client: Client) -> None:
    log_in(client, make_user("editor"))
    page = InformationPage.objects.get(code="how", locale__language_code="fr")
    form = client.get(f"/cms/pages/{page.pk}/edit/")
    assert form.status_code == 200
    body = page.body.get_prep_value()
    posted = {
        "title": "Le déroulement",
        "slug": "autre-adresse",
        "introduction": "Des mots.",
        "reviewed_on": "2026-11-23",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "note",
        "body-0-id": body[0]["id"],
        "body-0-value": "Un encadré.",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "action-publish": "1",
    }
    answer = client.post(f"/cms/pages/{page.pk}/edit/", posted)
    assert answer.status_code == 302, BeautifulSoup(answer.content, "lxml").select(".error-message")
    words = soup_of(Client(), path_of("how", "fr")).text
    assert "Le déroulement" in words
    assert "Un encadré." in words
    # Its address is announced in menus and mails.
    assert Client().get("/autre-adresse/").status_code == 404
    for act in ("delete", "unpublish", "move"):
        assert client.get(f"/cms/pages/{page.pk}/{act}/").status_code in (302, 403), act
        client.post(f"/cms/pages/{page.pk}/{act}/")
    page.refresh_from_db()
    assert page.live


def test_trees_are_closed() -> None:
    assert PathologyPage.allowed_subpage_models() == []
    assert {model.__name__ for model in InformationPage.allowed_subpage_models()} == {"InformationPage"}
