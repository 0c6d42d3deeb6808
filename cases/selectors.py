"""Reads of cases for pages: what lists, bubbles and histories show. Each takes what the actor may see as given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from access import Rights, rights_of, visible_to
from audit import Actor, describe_all, history
from audit.models import AuditEvent
from audit.sentences import Line
from cases.models import Case, Document, Opinion
from cases.models.messages import Thread
from cases.policy import CaseFacts, DocumentFacts
from ui.dates import paris_day, say_time
from vault.models import PreviewPage

_SERVICE = ("coordinator", "care_coordinator")


def cases_of(actor: Actor) -> QuerySet[Case]:
    """The cases in the actor's lists, newest first, with what a list shows."""
    rows = Case.objects.filter(visible_to(actor, "case"), content_key__destroyed_at__isnull=True)
    return rows.select_related("patient", "pathology", "assigned_expert__user").order_by("-created_at")


def documents_of(case: Case, actor: Actor, *, rights: Rights | None = None) -> list[Document]:
    """The documents of a case the actor may read, in reading order: by date of the document, undated last.

    Args:
        rights: those of this actor on this case, where a page has just read them.
    """
    rows = case.documents.select_related("content_key", "file", "file__preview", "added_by").order_by(
        "dated_on", "added_at"
    )
    found = []
    within = (rights and rights.facts) or CaseFacts().facts(actor, case)
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


_OF_A_PAPER = ("pdf", "annex", "signed_by", "content_key", "assignment__expert__user")


def signed_papers(case: Case) -> list[Opinion]:
    """Every signed paper of the case, newest first; their names cost no further query."""
    papers = list(case.opinions.select_related(*_OF_A_PAPER).order_by("number"))
    for paper in papers:
        paper.papers = papers
    return papers[::-1]


def delivered_versions(case: Case) -> list[Opinion]:
    """The signed versions the patient's side may read, newest first."""
    standing = (Opinion.Standing.CURRENT, Opinion.Standing.SUPERSEDED)
    return [paper for paper in signed_papers(case) if paper.standing in standing]


@dataclass(frozen=True)
class Seen:
    """One line of a history: `sentence` speaks to the patient, `label` to the team.

    Args:
        times: when it was done, newest first; several where the same person did the same in a row that day.
    """

    sentence: str
    label: str
    actor: str
    role: str
    times: tuple[datetime, ...]

    @property
    def at(self) -> datetime:
        """The last time."""
        return self.times[0]

    @property
    def span(self) -> str:
        """«de 9 h 12 à 9 h 40», or nothing where it was done once."""
        start, end = say_time(self.times[-1]), say_time(self.times[0])
        return "" if start == end else _("from %(start)s to %(end)s") % {"start": start, "end": end}


def history_of(case: Case, actor: Actor) -> QuerySet[AuditEvent]:
    """Everything done or read about this case, and about its patient outside any case, newest first (S1-30)."""
    return history("patient", case.patient_id).filter(Q(case_id=case.pk) | Q(case_id__isnull=True))


def done_by_others(case: Case, actor: Actor) -> QuerySet[AuditEvent]:
    """What other people than the actor did or read, newest first; the service's own clockwork is left out."""
    return history_of(case, actor).exclude(actor_kind="system").exclude(actor_id=actor.person)


def in_words(events: Iterable[AuditEvent], language: str) -> list[Seen]:
    """Events as lines; what the same person did several times in a row on one day is one line with each time."""

    def same(line: Line) -> tuple[object, ...]:
        event = line.event
        who = (event.actor_kind, event.actor_id, event.actor_role)
        return (event.action, event.outcome, line.sentence, *who, paris_day(event.at))

    rows = []
    for _same, group in groupby(describe_all(events, language), key=same):
        lines = list(group)
        first = lines[0]
        rows.append(Seen(first.sentence, first.label, first.actor, first.role, tuple(line.event.at for line in lines)))
    return rows
