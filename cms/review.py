"""The rules of publication over every word of a page, before it goes on line (C-DEO-1, -5, -6)."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page, Revision
from wagtail.rich_text import RichText

from cms.compliance import Finding, Place, check
from errors import Conflict

_LINK = re.compile(r"<a\b[^>]*?\bhref=\"(?P<address>[a-z]+:[^\"]*)\"[^>]*>(?P<words>.*?)</a>", re.DOTALL)
_END = re.compile(r"</(?:p|li|h\d)>|<br/?>")
_TAG = re.compile(r"<[^>]*>")
#: Fields of every page that a visitor or a search engine reads, besides those of ours.
_OF_ALL = ("title", "seo_title", "search_description")

#: What stands in the pages of a new instance for what only the organisation knows.
_TO_COMPLETE = ("à compléter par l’établissement", "to be completed by the organisation")

#: Where words stand: the field, then index or name of each block inside it.
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Passage:
    """The words of one field or block."""

    path: Path
    words: str


@dataclass(frozen=True)
class Remark:
    """What a rule says of a passage."""

    passage: Passage
    finding: Finding

    @property
    def blocking(self) -> bool:
        """Whether the page may not go on line with these words."""
        return self.finding.blocking


def plain_words(html: str) -> str:
    """Rich text as plain words; an address behind a link is said after its words, so that the rules see it."""
    told = _LINK.sub(lambda found: f"{found['words']} ({found['address']})", html)
    return unescape(_TAG.sub("", _END.sub("\n\n", told))).strip()


def passages(page: Page) -> Iterator[Passage]:
    """Every text of a page, in the order of its fields."""
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            yield from _in_block(getattr(page, field.name).stream_block, getattr(page, field.name), (field.name,))
        elif field.name in _OF_ALL or (isinstance(field, models.TextField) and field.model is not Page._meta.model):
            words = getattr(page, field.name) if field.editable else ""
            if words:
                yield Passage((field.name,), str(words))


def _in_block(block: blocks.Block, value: Any, path: Path) -> Iterator[Passage]:
    if isinstance(block, blocks.StreamBlock):
        for index, child in enumerate(value):
            yield from _in_block(child.block, child.value, (*path, index))
    elif isinstance(block, blocks.ListBlock):
        for index, item in enumerate(value):
            yield from _in_block(block.child_block, item, (*path, index))
    elif isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            yield from _in_block(child, value.get(name), (*path, name))
    elif isinstance(block, blocks.ChoiceBlock | blocks.MultipleChoiceBlock) or not value:
        return
    else:
        words = plain_words(value.source) if isinstance(value, RichText) else str(value)
        yield Passage(path, words)


def unfinished(page: Page) -> list[str]:
    """The passages in which the organisation has still to say something that no software knows."""
    return [passage.words for passage in passages(page) if any(mark in passage.words for mark in _TO_COMPLETE)]


def own_hosts() -> list[str]:
    """The domains a text of this site may point to."""
    return [urlsplit(settings.SITE_ORIGIN).hostname or ""]


def review(page: Page) -> list[Remark]:
    """What the rules say of every text of a page, in their order; nothing for a kind of page that has no place."""
    place: Place | None = getattr(page, "place", None)
    if place is None:
        return []
    remarks = []
    for passage in passages(page):
        found = check(
            passage.words,
            language=page.locale.language_code,
            place=place,
            own_hosts=own_hosts(),
            # Every page shows the day of its last review.
            dated=True,
            sourced=page.sourced,
        )
        remarks += [Remark(passage, finding) for finding in found]
    return remarks


def fingerprint(page: Page) -> str:
    """SHA-256 of all the words of a page, in hexadecimal: what a coordinating doctor releases, and nothing else."""
    words = [[list(passage.path), passage.words] for passage in passages(page)]
    canonical = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class Unpublishable(Conflict):
    """Words of a page may not go on line, and no coordinating doctor has released them."""


def blocking(page: Page) -> list[Remark]:
    """The remarks that keep a page off the site; none where a coordinating doctor has released exactly these words."""
    found = [remark for remark in review(page) if remark.blocking]
    return [] if found and is_released(page) else found


def is_released(page: Page) -> bool:
    """Whether a coordinating doctor has released the words of this page as they are."""
    return released(page.translation_key, page.locale.language_code, fingerprint(page))


def released(key: UUID, language: str, sha256: str) -> bool:
    """Whether a coordinating doctor has released these very words of a page or of an expert's text."""
    from cms.models import ReleasedText

    return ReleasedText.objects.filter(page_key=key, language=language, sha256=sha256).exists()


def refuse_blocked(page: Page) -> None:
    """Refuse a page that is to go on line, now or later, with words the rules do not allow.

    Raises:
        Unpublishable: it names the words.
    """
    found = blocking(page)
    if found:
        words = " · ".join(remark.finding.words for remark in found[:5])
        raise Unpublishable(
            _("This page cannot go on line with these words: %(words)s.") % {"words": words},
            _("Your draft is kept. Change the words, or ask a coordinating doctor to release them."),
        )


def refuse_blocked_schedule(sender: type[Revision], instance: Revision, **_options: Any) -> None:
    """Before a revision is put on the calendar: what could not go on line today cannot later (signal `pre_save`).

    Raises:
        Unpublishable: it names the words.
    """
    if instance.approved_go_live_at is not None:
        page = instance.as_object()
        if getattr(page, "place", None) is not None:
            refuse_blocked(page)
