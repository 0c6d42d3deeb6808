"""The questions of a page: narrowed by words, theme and who asks; «useful?» counted without knowing who answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.names import fold_name
from accounts.network import require_this_site
from errors import Conflict

if TYPE_CHECKING:
    from cms.models import FaqPage

_SALT = "cms.faq"
#: Seconds for which a page that was opened may still send its answer.
_TOKEN_AGE = 24 * 60 * 60


@dataclass(frozen=True)
class Entry:
    """A question as it is drawn.

    Args:
        anchor: id of its heading; stays when its words change.
        token: says which question an answer is about, and that this site asked.
    """

    id: UUID
    question: str
    answer: Any
    anchor: str
    token: str


@dataclass(frozen=True)
class Theme:
    """Questions under a heading."""

    title: str
    anchor: str
    entries: list[Entry]


def themes_of(page: "FaqPage", asked: str = "", *, theme: str = "", asker: str = "") -> list[Theme]:
    """The themes of a page with the questions that are wanted; themes without any are left out.

    Args:
        asked: every word of it stands in the question or its answer.
        theme: anchor of the only theme wanted; "" for all.
        asker: key of `blocks.ASKERS`: what he may ask, and what everybody may; "" for all.
    """
    words = fold_name(asked).split()
    found = []
    for block in page.themes:
        anchor = f"t-{block.id[:8]}"
        entries = [
            _entry(item)
            for item in block.value["entries"].bound_blocks
            if theme in ("", anchor)
            and (not asker or not item.value["askers"] or asker in item.value["askers"])
            and all(word in fold_name(f"{item.value['question']} {item.value['answer'].source}") for word in words)
        ]
        if entries:
            found.append(Theme(block.value["title"], anchor, entries))
    return found


def _entry(item: Any) -> Entry:
    entry = UUID(item.id)
    return Entry(
        id=entry,
        question=item.value["question"],
        answer=item.value["answer"],
        anchor=f"q-{entry.hex[:8]}",
        token=signing.dumps(entry.hex, salt=_SALT),
    )


def count_answer(request: HttpRequest, token: str, *, useful: bool) -> UUID:
    """Add one to a number.

    Returns:
        the question.

    Raises:
        NotAllowed: another site sent it.
        Conflict: the page was opened too long ago, or nobody here asked.
    """
    from cms.models import AnswerCount

    require_this_site(request)
    try:
        entry = UUID(signing.loads(token, salt=_SALT, max_age=_TOKEN_AGE))
    except signing.BadSignature as error:
        raise Conflict(
            _("This page was opened too long ago."), _("Open it again, and say there whether the answer is useful.")
        ) from error
    field = "useful" if useful else "useless"
    with transaction.atomic():
        AnswerCount.objects.get_or_create(entry=entry)
        AnswerCount.objects.filter(entry=entry).update(**{field: F(field) + 1})
    return entry


def counted(page: "FaqPage") -> list[dict[str, Any]]:
    """Each question with how many found its answer useful, and how many did not."""
    from cms.models import AnswerCount

    entries = [entry for theme in themes_of(page) for entry in theme.entries]
    counts = {count.entry: count for count in AnswerCount.objects.filter(entry__in=[entry.id for entry in entries])}
    none = AnswerCount()
    return [{"question": entry.question, "count": counts.get(entry.id, none)} for entry in entries]
