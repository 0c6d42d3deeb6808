"""Reading the journal as the data protection officer: by person, by period, by action. No clinical content."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from audit.actions import Text, names_of
from audit.models import AuditEvent
from audit.sentences import Line, describe_all
from audit.services import history

PARIS = ZoneInfo("Europe/Paris")
#: Kinds whose names say nothing clinical; all others are only counted.
NAMED_KINDS = ("case", "patient", "user")
KIND_LABELS: dict[str, Text] = {
    "actor": _("what was done by"),
    "case": pgettext_lazy("case", "file"),
    "patient": _("patient"),
    "user": _("person"),
}
_COUNTED: dict[str, Any] = {
    "case": ngettext_lazy("%(n)d file", "%(n)d files", "n"),
    "patient": ngettext_lazy("%(n)d patient", "%(n)d patients", "n"),
    "user": ngettext_lazy("%(n)d person", "%(n)d people", "n"),
    "document": ngettext_lazy("%(n)d document", "%(n)d documents", "n"),
    "message": ngettext_lazy("%(n)d message", "%(n)d messages", "n"),
    "opinion": ngettext_lazy("%(n)d opinion", "%(n)d opinions", "n"),
    "job": ngettext_lazy("%(n)d task", "%(n)d tasks", "n"),
    "session": ngettext_lazy("%(n)d session", "%(n)d sessions", "n"),
    "invitation": ngettext_lazy("%(n)d invitation", "%(n)d invitations", "n"),
    "expert": ngettext_lazy("%(n)d expert", "%(n)d experts", "n"),
    "candidacy": ngettext_lazy("%(n)d candidacy", "%(n)d candidacies", "n"),
    "page": ngettext_lazy("%(n)d public page", "%(n)d public pages", "n"),
    "pathology": ngettext_lazy("%(n)d disease", "%(n)d diseases", "n"),
    "signing_key": ngettext_lazy("%(n)d signing key", "%(n)d signing keys", "n"),
}


@dataclass(frozen=True)
class Filters:
    """What the officer looks for.

    Args:
        kind: `actor` for what somebody did, else a kind of subject; with `id`.
        id: whom or what.
        action: a dotted name.
        since: first day, in Paris.
        until: last day, in Paris.
    """

    kind: str = ""
    id: UUID | None = None
    action: str = ""
    since: date | None = None
    until: date | None = None

    def events(self) -> QuerySet[AuditEvent]:
        """The events that fit, newest first."""
        events = history(self.kind, self.id) if self.id else AuditEvent.objects.order_by("-at", "-seq", "id")
        if self.action:
            events = events.filter(action=self.action)
        if self.since:
            events = events.filter(at__gte=datetime.combine(self.since, time(), tzinfo=PARIS))
        if self.until:
            events = events.filter(at__lt=datetime.combine(self.until + timedelta(days=1), time(), tzinfo=PARIS))
        return events

    def detail(self) -> dict[str, str]:
        """What was looked for, for the journal's own record."""
        found = {"action": self.action, "since": self.since, "until": self.until, "about": self.kind}
        return {name: str(value) for name, value in found.items() if value}


@dataclass(frozen=True)
class Row:
    """One event as the officer's list shows it."""

    line: Line
    about: list[str]


def rows(events: list[AuditEvent], language: str) -> list[Row]:
    """A page of events: who, in which role, what, about whom; names resolved for all at once."""
    names = {
        kind: names_of(kind, {UUID(event.subjects[kind][0]) for event in events if kind in event.subjects})
        for kind in NAMED_KINDS
    }
    return [Row(line, _about(line.event, names)) for line in describe_all(events, language, named=())]


def address_of(kind: str, id_: UUID) -> str:
    """The part after `?` that looks for one person or thing."""
    return urlencode({"kind": kind, "id": str(id_)})


def name_of(kind: str, id_: UUID) -> str:
    """Who or what the list is about, in words."""
    resolver_kind = "user" if kind == "actor" else kind
    name = names_of(resolver_kind, {id_}).get(id_) if resolver_kind in NAMED_KINDS else None
    return f"{KIND_LABELS.get(kind, kind)} {name or id_}"


def _about(event: AuditEvent, names: Mapping[str, Mapping[UUID, Text]]) -> list[str]:
    shown = []
    for kind, ids in event.subjects.items():
        name = names.get(kind, {}).get(UUID(ids[0]))
        if len(ids) == 1 and name:
            shown.append(f"{KIND_LABELS[kind]} {name}")
        else:
            shown.append(str(_COUNTED[kind] % {"n": len(ids)}) if kind in _COUNTED else f"{kind} × {len(ids)}")
    return shown
