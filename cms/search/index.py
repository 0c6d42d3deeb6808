"""The index of the public site: written when a page is published, taken back when it leaves, made anew each night."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_noop, override
from modelsearch.backends import get_search_backend
from wagtail.models import Page

from accounts.names import fold_name
from cms import faq
from cms.content import LANGUAGES
from cms.models import FaqPage, PathologyPage, ResourcePage, SitePage
from cms.resources import PartnerResource, shown_resources
from cms.review import passages, plain_words
from cms.search.models import SearchEntry

#: Public addresses that are no page of Wagtail: their name, and what they are about.
OTHERS = (
    ("start:begin", gettext_noop("Ask for a second opinion"), gettext_noop("what happens, what to have at hand")),
    ("verify:start", gettext_noop("Verify an opinion"), gettext_noop("authentic, signature, code of the paper")),
    ("joining:start", gettext_noop("Become an expert"), gettext_noop("candidacy, scientific committee, convention")),
    ("accounts:terms", gettext_noop("Terms of use"), gettext_noop("conditions, account")),
    ("accounts:privacy", gettext_noop("Personal data"), gettext_noop("privacy, rights, GDPR, deletion, how long")),
    ("notify:recognise", gettext_noop("Recognise our messages"), gettext_noop("fraud, phishing, false e-mail, code")),
)
#: Letters of the lines shown under a title.
_SUMMARY = 200


def _entry(kind: SearchEntry.Kind, language: str, title: str, summary: str, text: str, **where: Any) -> SearchEntry:
    words = " ".join(dict.fromkeys(fold_name(f"{title} {text}").split()))
    short = Truncator(" ".join(summary.split())).chars(_SUMMARY)
    return SearchEntry(kind=kind, language=language, title=title, summary=short, words=words, **where)


def _entries_of(page: SitePage) -> Iterator[SearchEntry]:
    """A page, and each question or partner resource of it."""
    language = page.locale.language_code
    kind = SearchEntry.Kind.DISEASE if isinstance(page, PathologyPage) else SearchEntry.Kind.PAGE
    text = " ".join(one.words for one in passages(page) if one.path[0] != "themes")
    yield _entry(kind, language, page.title, page.search_description or page.introduction, text, page=page)
    if isinstance(page, FaqPage):
        for entry in (entry for theme in faq.themes_of(page) for entry in theme.entries):
            answer = plain_words(entry.answer.source)
            yield _entry(
                SearchEntry.Kind.QUESTION, language, entry.question, answer, answer, page=page, anchor=entry.anchor
            )
    if isinstance(page, ResourcePage):
        with override(language):
            for resource in (one for group in shown_resources() for one in group["resources"]):
                name, text = resource.name, resource.text
                yield _entry(kind, language, name, text, text, page=page, anchor=resource.anchor)


def _others() -> Iterator[SearchEntry]:
    for language in LANGUAGES:
        with override(language):
            for name, title, about in OTHERS:
                yield _entry(SearchEntry.Kind.PAGE, language, gettext(title), "", gettext(about), name=name)


def _write(entries: Iterable[SearchEntry]) -> None:
    get_search_backend().add_bulk(SearchEntry, SearchEntry.objects.bulk_create(entries))


def put_page(page: Page) -> None:
    """Keep the words of a page that is on line, instead of those it had."""
    with transaction.atomic():
        SearchEntry.objects.filter(page_id=page.pk).delete()
        if page.live and isinstance(page, SitePage):
            _write(_entries_of(page))


def rebuild() -> int:
    """Make the whole index anew; how many entries it has."""
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        _write(_others())
        for page in Page.objects.live().order_by("pk").specific().select_related("locale"):
            if isinstance(page, SitePage):
                _write(_entries_of(page))
        return SearchEntry.objects.count()


def note_resource(sender: type[PartnerResource], **_options: Any) -> None:
    """After a partner resource was written or removed (signals `post_save`, `post_delete`)."""
    for page in ResourcePage.objects.live().select_related("locale"):
        put_page(page)


def note_publication(sender: type[Page], instance: Page, **_options: Any) -> None:
    """After a page went on line (signal `page_published`)."""
    put_page(instance)


def note_leaving(sender: type[Page], instance: Page, **_options: Any) -> None:
    """After a page left the site, or before it is deleted and is still stored as live (signal `page_unpublished`)."""
    SearchEntry.objects.filter(page_id=instance.pk).delete()
