"""Sentences an expert keeps to use again; his own, under a key of his own, suggested by nobody."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit import Actor
from cases.models import Snippet
from clock import now
from errors import Conflict
from experts.selectors import own_profile
from vault.keys import create_key

MOST = 100


def snippets_of(actor: Actor) -> list[Snippet]:
    """The sentences of this expert, oldest first."""
    return list(Snippet.objects.filter(expert__user_id=actor.person).select_related("content_key"))


@transaction.atomic
def add(label: str, text: str, *, actor: Actor) -> Snippet:
    """Keep a sentence.

    Raises:
        Conflict: he keeps too many already.
        Missing: this person is no expert.
    """
    expert = own_profile(actor)
    held = Snippet.objects.filter(expert=expert)
    sentences = held.select_related("content_key")
    for kept in sentences:
        if (kept.label, kept.text) == (label.strip(), text.strip()):
            return kept
    if held.count() >= MOST:
        raise Conflict(_("You keep %(most)s sentences already: remove one first.") % {"most": MOST})
    first = sentences.first()
    return Snippet.objects.create(
        expert=expert,
        content_key=first.content_key if first else create_key("user"),
        label=label.strip(),
        text=text.strip(),
        created_at=now(),
    )


@transaction.atomic
def remove(snippet_id: UUID, *, actor: Actor) -> None:
    """Forget one of one's own sentences; quiet when it is not there."""
    Snippet.objects.filter(pk=snippet_id, expert__user_id=actor.person).delete()
