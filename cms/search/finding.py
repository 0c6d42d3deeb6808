"""What a visitor finds with his words: diseases, doctors, questions and pages that are on line at this moment."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max
from django.urls import reverse
from modelsearch.backends import get_search_backend
from modelsearch.query import PlainText
from wagtail.models import Page

from accounts.names import fold_name
from cms.models import ExpertIndexPage, PathologyPage
from cms.profiles.reading import Profile, entries, on_line
from cms.search.models import SearchEntry
from experts.search import LONGEST, alike, rank, words_of

#: Words of a sentence beyond these are not looked for, and known words that are tried for each: what an index is asked
#: at once stays small.
_MOST_WORDS, _MOST_ALIKE = 8, 8
#: Entries that are compared, and those shown under one heading.
_CANDIDATES, _SHOWN = 100, 8


@dataclass(frozen=True)
class Result:
    """One place to go to."""

    title: str
    url: str
    summary: str


@dataclass(frozen=True)
class Found:
    """What was found, by kind.

    Args:
        experts: lines of a list, in the order of the day and never by likeness.
    """

    diseases: list[Result] = field(default_factory=list)
    experts: list[dict[str, Any]] = field(default_factory=list)
    questions: list[Result] = field(default_factory=list)
    pages: list[Result] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many in all."""
        return len(self.diseases) + len(self.experts) + len(self.questions) + len(self.pages)


def find(text: str, language: str) -> Found:
    """All that answers a text, in either language for diseases, in the reader's for the rest.

    Nothing comes from the index alone: a page is shown if it is on line now, and doctors are not in it at all.

    Args:
        text: as typed: accents, case, plurals and typing errors do not count.
        language: the reader's, «fr» or «en».
    """
    asked = words_of(text[:LONGEST])[:_MOST_WORDS]
    if not asked:
        return Found()
    ranked = _diseases(" ".join(asked), language)
    hits = _hits(asked, language)
    # Words of the text of a disease count where no disease is called so.
    diseases = [Result(page.title, page.url, page.pathology.plain_in(language)) for page in ranked]
    diseases = diseases or hits[SearchEntry.Kind.DISEASE]
    experts = [profile for profile in on_line() if _covers(profile, ranked) or _is_described(profile, asked, language)]
    return Found(
        diseases[:_SHOWN],
        entries(experts, ExpertIndexPage.address(language)),
        hits[SearchEntry.Kind.QUESTION][:_SHOWN],
        hits[SearchEntry.Kind.PAGE][:_SHOWN],
    )


def _diseases(text: str, language: str) -> list[PathologyPage]:
    """The pages of the diseases that are called so, best first, whether or not a request can be made now."""
    live = PathologyPage.objects.live().public().filter(locale__language_code=language).select_related("pathology")
    pages = {page.pathology_id: page for page in live}
    return [pages[match.pathology.pk] for match in rank(text, language, [page.pathology for page in pages.values()])]


def _covers(profile: Profile, diseases: Iterable[PathologyPage]) -> bool:
    wanted = {page.pathology_id for page in diseases}
    return any(pathology.pk in wanted for pathology in profile.expert.pathologies.all())


def _is_described(profile: Profile, asked: list[str], language: str) -> bool:
    """Whether every word stands in what his page shows."""
    shown = profile.both[language]
    known = set(fold_name(" ".join(" ".join(v) if isinstance(v, list) else v for v in shown.values())).split())
    return all(any(alike(word, other) for other in known) for word in asked)


def _hits(asked: list[str], language: str) -> dict[str, list[Result]]:
    """Pages and questions that hold more than half of the words, those that hold most first."""
    found: dict[str, list[Result]] = {kind: [] for kind in SearchEntry.Kind.values}
    state = SearchEntry.objects.filter(language=language).aggregate(Count("pk"), Max("written_at"))
    known = _vocabulary(language, state["pk__count"], state["written_at__max"])
    likes = [_alike_in(known, word) for word in asked]
    if not any(likes):
        return found
    query = PlainText(" ".join(sorted({other for like in likes for other in like})), operator="or")
    rows = get_search_backend().search(query, SearchEntry.objects.filter(language=language))[:_CANDIDATES]
    scored = [(_score(entry, likes), entry) for entry in rows]
    urls = _urls([entry for score, entry in scored if score], language)
    for _points, entry in sorted(scored, key=lambda one: (-one[0], one[1].title)):
        if entry.pk in urls:
            found[entry.kind].append(Result(entry.title, urls[entry.pk], entry.summary))
    return found


def _score(entry: SearchEntry, likes: list[dict[str, float]]) -> float:
    """How well an entry answers; 0 when it holds half of the words or fewer. A word of the title counts twice."""
    held, titled = set(entry.words.split()), set(fold_name(entry.title).split())
    best = [max((score for word, score in like.items() if word in held), default=0) for like in likes]
    if sum(1 for score in best if score) * 2 <= len(likes):
        return 0
    return sum(best) + sum(max((score for word, score in like.items() if word in titled), default=0) for like in likes)


def _urls(rows: Iterable[SearchEntry], language: str) -> dict[int, str]:
    """Where entries lead, without those whose page is not on line now."""
    rows = list(rows)
    ids = {entry.page_id for entry in rows}
    pages = {
        page.pk: page.url for page in Page.objects.live().public().filter(pk__in=ids, locale__language_code=language)
    }
    urls = {}
    for entry in rows:
        url = pages.get(entry.page_id) if entry.page_id else reverse(entry.name)
        if url:
            urls[entry.pk] = f"{url}#{entry.anchor}" if entry.anchor else url
    return urls


def _alike_in(known: frozenset[str], word: str) -> dict[str, float]:
    """Words of the site that one typed may stand for, and how alike they are."""
    scored = ((other, score) for other in known if (score := alike(word, other)))
    return dict(sorted(scored, key=lambda one: (-one[1], one[0]))[:_MOST_ALIKE])


@lru_cache(maxsize=4)
def _vocabulary(language: str, count: int, newest: datetime | None) -> frozenset[str]:
    """Every word of the index in a language, read once for each state of it."""
    rows = SearchEntry.objects.filter(language=language).values_list("words", flat=True)
    return frozenset(word for words in rows for word in words.split())
