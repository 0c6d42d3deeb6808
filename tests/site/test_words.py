"""Both languages on every page: each word is translated, of a text that exists in both, or data somebody typed."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup, Comment, Doctype, NavigableString, Tag

from accounts import terms
from accounts.models import Patient, User
from cms.models import SitePage
from consent.models import ConsentText
from experts.models import ConventionText, Pathology, Questionnaire
from tests.site.album import CHAPTERS, marked_chapter
from tests.site.judging import report
from tests.site.pages import Page
from tests.site.people import CANARY
from tests.site.stage import Stage
from tests.site.words import mark, unmark, unmarked

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]
_ATTRIBUTES = ("alt", "title", "aria-label", "placeholder", "content", "summary")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def test_marking_keeps_tags_and_placeholders() -> None:
    text = 'Call <a href="tel:15">15</a> by %(day)s &amp; {name}'
    assert unmark(mark(text, "en")) == text
    assert unmarked(mark(text, "en"), "fr") == text
    assert unmarked(mark(text, "en"), "en") == '<a href="tel:15">15</a> %(day)s &amp; {name}'


def _texts(html: str, language: str) -> Iterator[str]:
    """What a person is shown or told, but what is said to be in another language or is typed by people."""
    soup = BeautifulSoup(html, "lxml")
    for other in soup.select("[lang]"):
        if other.name != "html" and other.get("lang") != language:
            other.decompose()
    for typed in soup.select("script, style, bdi, [dir=auto], textarea, code, samp"):
        typed.decompose()
    for found in soup.descendants:
        if isinstance(found, NavigableString) and not isinstance(found, Comment | Doctype):
            yield str(found)
        elif isinstance(found, Tag):
            for name, value in found.attrs.items():
                if name in _ATTRIBUTES or (found.get("id") == "ui-words" and name.startswith("data-")):
                    if found.name != "meta":
                        yield str(value)
                elif name == "data-label":
                    yield str(value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


def _plain(text: str) -> str:
    """Without what typography does to spaces and quotes."""
    return " ".join(re.sub(r"[\u00a0\u202f\u2009]", " ", text).replace("’", "'").split())


#: How each language says instants and lengths of time: any other way is a fault.
_SAID = {
    "fr": "aujourd'hui|hier|demain|reste|en retard de|moins d'une minute|à|1er|min|octets|[KMGT]o|"
    "janv(?:ier|\\.)|févr(?:ier|\\.)|mars|avr(?:il|\\.)|mai|juin|juil(?:let|\\.)|août|sept(?:embre|\\.)|oct(?:obre|\\.)|"
    "nov(?:embre|\\.)|déc(?:embre|\\.)",
    "en": "today|yesterday|tomorrow|left|late|less than a minute|at|min|[kMGT]B|"
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|"
    "Nov(?:ember)?|Dec(?:ember)?",
}
#: What is the same in both: references, codes, addresses, names of files, languages and bodies.
_SAME = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|"
    r"\S+@\S+|\b(?:DA|TE)-\d{4}-\d{4}|\b[0-9a-fA-F]{8,}\b|(?:[0-9A-Z]{4,5}-)+[0-9A-Z]{4,5}|\b(?:Dr|Pr|PDF|PAdES|RPPS)\b|"
    r"\bSHA-256\b|\bactor:|\bsystem:|: default\b|\b[a-z]+(?:\.\w+)+\b|"
    rf"second regard|Second Regard|English|Français|Haute Autorité de santé \(HAS\)|[^.!?]*{CANARY}\w*[^.!?]*"
)
#: What the people of the stage wrote without being asked for their language.
_TYPED = (
    *("Le scanner", "L'hôpital ne l'a pas envoyé", "Réponse de démonstration", "Chirurgie orthopédique"),
    *("Rachis A", "Rachis B", "Assureur fictif", "2 rue Fictive", "Faut-il opérer"),
    # Whose service it is, as its settings say it.
    *("Association", "1 rue de l'Exemple, 75000 Paris"),
    # Where a job of the stage died, as the administrator is told.
    *("tests/jobs/", "in give_up"),
)


def foreign_words(pages: Iterable[Page], known: dict[str, list[str]], people: Iterable[str]) -> list[tuple[str, Page]]:
    """Texts in no catalogue and not known, with the page."""
    faults = []
    said = {language: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for language, words in _SAID.items()}
    typed = re.compile("|".join(map(re.escape, filter(None, (*people, *_TYPED)))))
    for page in pages:
        for text in _texts(page.html, page.language):
            left = _plain(unmarked(text, page.language))
            if not _LETTERS.search(left):
                continue
            left = typed.sub(" ", _SAME.sub(" ", left))
            for word in known[page.language]:
                if not _LETTERS.search(left):
                    break
                left = left.replace(word, " ")
            left = said[page.language].sub(" ", left)
            if _LETTERS.search(left):
                faults.append((f"{page.language}: «{' '.join(left.split())[:120]}»", page))
    return faults


def _leaves(value: Any, language: str) -> Iterator[str]:
    """The texts of one language in nested pairs {"fr": …, "en": …}."""
    if isinstance(value, dict):
        if set(value) >= {"fr", "en"}:
            yield from _strings(value[language])
        else:
            for one in value.values():
                yield from _leaves(one, language)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, language)


def _known(language: str) -> list[str]:
    """The texts that exist in both languages in rows of the database, and dates; the longest first."""
    texts: set[str] = set()
    for pathology in Pathology.objects.all():
        texts |= {getattr(pathology, f"name_{language}"), getattr(pathology, f"plain_{language}")}
    for consent in ConsentText.objects.all():
        texts |= {getattr(consent, f"title_{language}")}
        texts |= set(re.split(r"\n+(?:- )?", getattr(consent, f"body_{language}")))
    for convention in ConventionText.objects.all():
        texts |= {convention.title(language), *re.split(r"\n+(?:- )?|\{\w+\}", convention.body(language))}
    for text in terms.Text:
        for section in terms.sections(text, language):
            texts |= {section.title, *re.split(r"\n+(?:- )?", section.body)}
    for questionnaire in Questionnaire.objects.all():
        texts |= set(_leaves(questionnaire.body, language))
    for kind in SitePage.__subclasses__():
        # What else an editor has written says of itself that it is typed.
        texts |= set(kind.objects.filter(locale__language_code=language).values_list("title", flat=True))
    return sorted({_plain(text) for text in texts if len(text) > 3}, key=len, reverse=True)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_word_of_a_page_is_of_its_language(stage: Stage, name: str) -> None:
    pages = marked_chapter(stage, name)
    people = [user.full_name for user in User.objects.all()]
    people += [patient.full_name for patient in Patient.objects.all()]
    faults = foreign_words(pages, {language: _known(language) for language in ("fr", "en")}, people)
    assert not faults, report(faults)


def test_a_word_of_the_other_language_is_seen() -> None:
    def page(language: str, html: str) -> Page:
        return Page("a page", "owner", language, "/", 200, f'<html lang="{language}"><p>{html}</p></html>', {})

    good = page("fr", f'{mark("Bonjour", "fr")} <b title="{mark("Titre", "fr")}">3 mars 2026, 18 h 42</b>')
    words = page("fr", f"{mark('Bonjour', 'fr')} you")
    date = page("fr", "3 March 2026")
    attribute = page("en", f'{mark("Hello", "en")} <img alt="un dessin">')
    stale = page("en", mark("Bonjour", "fr"))
    found = foreign_words([good, words, date, attribute, stale], {"fr": [], "en": []}, ["Zoé"])
    assert [fault for fault, _ in found] == ["fr: «you»", "fr: «3 March 2026»", "en: «un dessin»", "en: «Bonjour»"]
