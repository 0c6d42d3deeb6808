"""The public pages of a new instance, made from the files of `cms/content/` after each `migrate`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.models.signals import post_save
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override
from modelsearch.index import insert_or_update_object
from modelsearch.signal_handlers import post_save_signal_handler
from wagtail.models import Locale, ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update

from cms.content import LANGUAGES, Text, codes, load
from cms.models import (
    ExpertIndexPage,
    FaqPage,
    HomePage,
    InformationPage,
    NewsIndexPage,
    NewsPage,
    PathologyIndexPage,
    PathologyPage,
    ResourcePage,
    SearchEntry,
    SitePage,
)
from cms.resources import PartnerResource, seed_resources
from cms.search.index import rebuild
from experts.models import Pathology, Questionnaire

#: The pages that are no page of information.
_KINDS: dict[str, type[SitePage]] = {
    "pathologies": PathologyIndexPage,
    "faq": FaqPage,
    "experts": ExpertIndexPage,
    "resources": ResourcePage,
    "news": NewsIndexPage,
}

#: Those that stand under another.
_BELOW: dict[str, type[SitePage]] = {"pathologies/": PathologyPage, "news/": NewsPage}


def kind_of(code: str) -> type[SitePage]:
    """The model of a page."""
    for prefix, kind in _BELOW.items():
        if code.startswith(prefix):
            return kind
    return _KINDS.get(code, InformationPage)


def seed_pages() -> list[str]:
    """Make the pages that are missing, and bring those nobody has edited up to their file.

    Returns:
        what was made or changed, as "code language".
    """
    done = []
    with transaction.atomic(), _without_jobs():
        pages = {(code, language): _shell(code, language) for language in LANGUAGES for code in codes()}
        for (code, language), page in pages.items():
            text = load(code, language)
            if page is not None and page.seed != text.sha256 and _untouched(page):
                _fill(page, text, {code: one.pk for (code, of), one in pages.items() if of == language and one})
                done.append(f"{code} {language}")
    return done


@contextmanager
def _without_jobs() -> Iterator[None]:
    """Keep the indices of references and of words from queueing a job for each page: both are written here at once."""
    kinds = SitePage.__subclasses__()
    for kind in kinds:
        post_save.disconnect(post_save_signal_handler, sender=kind)
    try:
        with disable_reference_index_auto_update():
            yield
    finally:
        for kind in kinds:
            post_save.connect(post_save_signal_handler, sender=kind)


def _shell(code: str, language: str) -> SitePage | None:
    """The page of a file, made empty and off the site where there is none; None where its disease is not known."""
    kind = kind_of(code)
    text, locale = load(code, language), Locale.objects.get(language_code=language)
    page: SitePage | None = kind.objects.filter(code=code, locale=locale).first()
    if page is not None:
        return page
    more: dict[str, Any] = {}
    if kind is PathologyPage:
        pathology = Pathology.objects.filter(code=code.partition("/")[2]).first()
        if pathology is None or not Questionnaire.objects.filter(code=pathology.code).exists():
            return None
        more["pathology"] = pathology
    twin = kind.objects.filter(code=code).exclude(locale=locale).first()
    if twin is not None:
        more["translation_key"] = twin.translation_key
    above = kind_of(text.parent).objects.get(code=text.parent, locale=locale) if text.parent else None
    parent = above or HomePage.objects.get(locale=locale)
    page = kind(title=text.head["title"], slug=text.head["slug"], code=code, locale=locale, live=False, **more)
    parent.add_child(instance=page)
    return page


def _untouched(page: SitePage) -> bool:
    """Whether no person has written, or taken the page off the site."""
    return not page.revisions.filter(user__isnull=False).exists() and (page.live or not page.seed)


def _fill(page: SitePage, text: Text, ids: dict[str, int]) -> None:
    """Put the words of the file on the page, and the page on the site."""

    def link(target: str) -> str:
        kind, _, name = target.partition(":")
        if kind == "page":
            return f'linktype="page" id="{ids[name]}"'
        if kind == "url":
            with override(text.language):
                return f'href="{reverse(name)}"'
        return f'href="{escape(target)}"'

    # It may have got pages below it since.
    page.refresh_from_db()
    page.title = page.draft_title = text.head["title"]
    page.search_description = text.head.get("description", "")
    page.introduction = text.head.get("lead", "")
    page.reviewed_on = text.reviewed
    if isinstance(page, NewsPage):
        page.published_on = text.reviewed
    if isinstance(page, FaqPage):
        page.themes = json.dumps(text.themes(link))
    else:
        page.body = json.dumps(text.blocks(link))
    page.seed = text.sha256
    page.save_revision().publish()
    ReferenceIndex.create_or_update_for_object(page)
    insert_or_update_object(page)


def after_migrate(sender: AppConfig, using: str = "default", **_options: Any) -> None:
    """Make pages and resources after each `migrate`, so that a new instance has its site, and what its search needs."""
    needed = {model._meta.db_table for model in (PathologyPage, PartnerResource, SearchEntry)}
    if using == "default" and needed <= set(connections[using].introspection.table_names()):
        seed_pages()
        seed_resources()
        rebuild()
