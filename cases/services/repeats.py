"""The same words sent twice: a click repeated, or a page sent again after its answer was lost, has one effect."""

from datetime import timedelta
from typing import TypeVar

from django.db.models import Model, QuerySet

from audit import Actor
from clock import now

#: Whoever says the very same thing again later than this means it.
WITHIN = timedelta(minutes=10)
Row = TypeVar("Row", bound=Model)


def said_already(
    rows: QuerySet[Row], text: str, *, actor: Actor, words: str = "text", by: str = "author_id"
) -> Row | None:
    """The last of these rows, when this person wrote it a moment ago in the same words.

    Args:
        rows: of one case, which is locked.
        words: the field of the text.
        by: the field of who wrote it.
    """
    last = rows.filter(at__gt=now() - WITHIN).order_by("-at").first()
    if last is None or getattr(last, by) != actor.id or getattr(last, words) != text.strip():
        return None
    return last
