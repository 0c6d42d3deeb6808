"""Questions: found by words, reached by anchors, judged useful without anybody being known."""

import re

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from cms.content import LANGUAGES, load
from cms.models import AnswerCount, FaqPage
from tests.accounts.logins import log_in, make_user

pytestmark = pytest.mark.django_db
PAGES = {"fr": "/questions/", "en": "/en/questions/"}


def soup_of(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "lxml")


def narrowed(client: Client, **asked: str) -> BeautifulSoup:
    answer = client.post("/questions/chercher/", asked)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "lxml")


def first_token(client: Client) -> str:
    return str(soup_of(client, PAGES["fr"]).select_one("input[name=token]")["value"])  # type: ignore[index]


@pytest.mark.behaviour("S0-01")
@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_stand_under_four_themes_with_anchors(client: Client, language: str) -> None:
    page = soup_of(client, PAGES[language])
    assert len(page.select("main h2")) == 4
    assert len(page.select("main h3")) >= 25
    ids = {tag["id"] for tag in page.select("[id]")}
    anchors = [str(link["href"])[1:] for link in page.select("main a[href^='#']")]
    assert set(anchors) <= ids
    assert len(anchors) == len(page.select("main h3"))
    assert page.select_one("form[role=search]")["method"] == "post"  # type: ignore[index]


def test_both_languages_ask_the_same_and_share_their_anchors() -> None:
    asked = {
        language: [
            [entry["id"] for entry in theme["value"]["entries"]] for theme in load("faq", language).themes(lambda _: "")
        ]
        for language in LANGUAGES
    }
    assert asked["fr"] == asked["en"]


@pytest.mark.behaviour("S0-01")
@pytest.mark.parametrize(
    ("words", "found"), [("ordonnance", 1), ("MEDECIN reproche", 1), ("médecin girafe", 0), ("zzz", 0), ("<zzz>", 0)]
)
def test_a_search_finds_every_word_whatever_its_accents(client: Client, words: str, found: int) -> None:
    page = narrowed(client, q=words)
    titles = page.select("main h3")
    assert len(titles) >= found if found else not titles
    if not found:
        assert "ou appelez-nous" in page.text
    assert page.select_one("#q")["value"] == words  # type: ignore[index]
    assert not client.cookies
    # An address holds no words, and asks for none.
    assert len(soup_of(client, f"/questions/?q={words}").select("main h3")) >= 25
    assert client.get("/en/questions/chercher/?q=prix")["Location"] == "/en/questions/"


@pytest.mark.behaviour("S4-01")
def test_questions_are_narrowed_by_theme_and_by_who_asks_together_with_words(client: Client) -> None:
    def titles(query: str = "") -> list[str]:
        return [title.text for title in soup_of(client, f"/questions/{query}").select("main h3")]

    every = titles()
    page = soup_of(client, "/questions/")
    themes = [str(option["value"]) for option in page.select("#theme option") if option["value"]]
    parts = [titles(f"?theme={theme}") for theme in themes]
    assert len(parts) == 4 and all(parts) and sum(parts, []) == every
    asks = {who: titles(f"?pour={who}") for who in ("patient", "medecin", "expert")}
    assert all(0 < len(found) < len(every) for found in asks.values())
    # What everybody may ask is answered to each.
    common = set.intersection(*map(set, asks.values()))
    assert set(every) == set.union(*map(set, asks.values())) and any("authentique" in title for title in common)
    assert (
        "Comment devenir médecin expert\u00a0?" in asks["expert"] and "Suis-je remboursé\u00a0?" not in asks["expert"]
    )
    both = narrowed(client, q="inscription", theme=themes[3], pour="medecin")
    assert [title.text.partition("\u00a0")[0] for title in both.select("main h3")] == ["Je suis médecin"]
    assert both.select_one("#pour option[selected]")["value"] == "medecin"  # type: ignore[index]
    assert "1 question" in both.text
    # An address made by hand narrows nothing, and nothing that fits says so.
    assert titles("?theme=t-nowhere&pour=%00") == every
    assert "ou appelez-nous" in narrowed(client, q="ordonnance", theme=themes[3]).text


@pytest.mark.behaviour("S4-02")
@pytest.mark.behaviour("S0-01")
def test_yes_and_no_are_counted_without_a_cookie_or_a_name(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    token = first_token(strict)
    for said in ("yes", "yes", "no"):
        answer = strict.post(
            "/questions/utile/", {"token": token, "useful": said}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == 302
    assert re.fullmatch(r"/questions/\?merci=(q-\w{8})#\1", answer["Location"])
    assert "Merci" in soup_of(strict, answer["Location"]).text
    count = AnswerCount.objects.get()
    assert (count.useful, count.useless) == (2, 1)
    assert {field.name for field in AnswerCount._meta.get_fields()} == {"id", "entry", "useful", "useless"}
    assert not strict.cookies
    # The editor reads the numbers beside the questions.
    page = FaqPage.objects.get(locale__language_code="fr")
    log_in(client, make_user("editor"))
    html = client.get(f"/cms/pages/{page.pk}/edit/").content.decode()
    assert "<td>2</td><td>1</td>" in html


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://ailleurs.example"}],
)
def test_another_site_cannot_make_its_visitors_answer(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/questions/utile/", {"token": first_token(client), "useful": "yes"}, headers=headers)
    assert answer.status_code == 403
    assert not AnswerCount.objects.exists()


def test_a_token_is_ours_for_one_question_and_a_day(client: Client) -> None:
    token = first_token(client)
    for wrong in ("", "x", token[:-2], f"{token}x", "\0"):
        assert client.post("/questions/utile/", {"token": wrong, "useful": "yes"}).status_code == 409
    assert client.get("/questions/utile/").status_code == 405
    assert not AnswerCount.objects.exists()
