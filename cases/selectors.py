"""Reads of cases for pages: what lists, bubbles and histories show. Each takes what the actor may see as given."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from access import rights_of, visible_to
from audit import Actor, describe_all, history
from audit.models import AuditEvent
from cases.models import Case, Document, Opinion
from cases.models.messages import Thread
from cases.policy import CaseFacts, DocumentFacts
from ui.dates import paris_day
from vault.models import PreviewPage

_SERVICE = ("coordinator", "care_coordinator")


def cases_of(actor: Actor) -> QuerySet[Case]:
    """The cases in the actor's lists, newest first, with what a list shows."""
    rows = Case.objects.filter(visible_to(actor, "case"), content_key__destroyed_at__isnull=True)
    return rows.select_related("patient", "pathology", "assigned_expert__user").order_by("-created_at")


def documents_of(case: Case, actor: Actor) -> list[Document]:
    """The documents of a case the actor may read, in reading order: by date of the document, undated last."""
    rows = case.documents.select_related("content_key", "file", "file__preview", "added_by").order_by(
        "dated_on", "added_at"
    )
    found = []
    within = CaseFacts().facts(actor, case)
    for document in rows:
        document.case = case
        facts = DocumentFacts().within(within, actor, document)
        if rights_of(actor, document, known=facts).to("document.read").allowed:
            found.append(document)
    return sorted(
        found, key=lambda document: (document.dated_on is None, document.dated_on or paris_day(document.added_at))
    )


def pages_of(document: Document) -> list[PreviewPage]:
    """The page images of a document that are drawn."""
    return list(PreviewPage.objects.filter(preview__source_id=document.file_id).order_by("number"))


def message_bubbles(case: Case, thread: str, actor: Actor) -> list[dict[str, Any]]:
    """Messages for `{% bubbles %}`, oldest first."""
    rows = case.messages.filter(thread=thread).select_related("author")
    own = _SERVICE if actor.role in _SERVICE else (actor.role,)
    return [
        {
            "author": row.author.get_full_name() if row.author else _("the service"),
            "text": row.body,
            "at": row.at,
            "mine": row.author_role in own,
        }
        for row in rows
    ]


def unread_messages(case: Case, actor: Actor, thread: str = Thread.SERVICE) -> int:
    """How many messages of the others this side has not opened."""
    own = _SERVICE if actor.role in _SERVICE else (actor.role,)
    return case.messages.filter(thread=thread, read_at__isnull=True).exclude(author_role__in=own).count()


def delivered_versions(case: Case) -> list[Opinion]:
    """The signed versions the patient's side may read, newest first."""
    standing = [Opinion.Standing.CURRENT, Opinion.Standing.SUPERSEDED]
    return list(case.opinions.filter(standing__in=standing).select_related("pdf", "annex").order_by("-number"))


@dataclass(frozen=True)
class Seen:
    """One line of a history: `sentence` speaks to the patient, `label` to the team."""

    sentence: str
    label: str
    actor: str
    role: str
    at: Any


def history_of(case: Case, actor: Actor) -> QuerySet[AuditEvent]:
    """Everything done or read about this case, and about its patient outside any case, newest first (S1-30)."""
    return history("patient", case.patient_id).filter(Q(case_id=case.pk) | Q(case_id__isnull=True))


def done_by_others(case: Case, actor: Actor) -> QuerySet[AuditEvent]:
    """What other people than the actor did or read, newest first; the service's own clockwork is left out."""
    return history_of(case, actor).exclude(actor_kind="system").exclude(actor_id=actor.person)


def in_words(events: Iterable[AuditEvent], language: str) -> list[Seen]:
    """Events as lines."""
    lines = describe_all(events, language)
    return [Seen(line.sentence, line.label, line.actor, line.role, line.event.at) for line in lines]
