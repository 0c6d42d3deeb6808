"""Experts' records as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from experts.facts import Fact
from experts.models import ExpertProfile

_STATES = {
    "good": ("done", _("in order")),
    "soon": ("you", _("soon to do")),
    "overdue": ("late", _("overdue")),
    "missing": ("late", _("missing")),
    "closed": ("pause", _("not now")),
}
_STATUS_KINDS = {"active": "done", "absent": "pause", "suspended": "late", "ended": "neutral"}
#: Which page records which piece, and the words of its link.
_PAGES = {
    "status": ("experts_desk:status", _("Change the status")),
    "registration": ("experts_desk:registration", _("Record a check")),
    "insurance": ("experts_desk:insurance", _("Record a certificate")),
    "convention": ("experts_desk:convention", _("Record a convention")),
    "interests": ("experts_desk:interests", _("Record a declaration")),
    "committee": ("experts_desk:committee", _("Record a decision")),
    "pathologies": ("experts_desk:practice", _("Change")),
    "absence": ("experts_desk:absences", _("Plan an absence")),
}


@dataclass(frozen=True)
class FactRow:
    """A piece of the record as a row: its words, its tag, and where it is recorded."""

    label: str | Promise
    text: str
    kind: str
    words: str | Promise
    blocks: bool
    url: str = ""
    action: str | Promise = ""


def fact_rows(facts: Iterable[Fact], expert: ExpertProfile | None = None) -> list[FactRow]:
    """The pieces of a record as rows.

    Args:
        expert: given for the desk, which may record; the expert himself only reads.
    """
    rows = []
    for fact in facts:
        kind, words = _STATES[fact.state]
        url: str = ""
        action: str | Promise = ""
        if expert is not None and fact.code in _PAGES:
            name, action = _PAGES[fact.code]
            url = reverse(name, args=[expert.pk])
        rows.append(FactRow(fact.label, fact.text, kind, words, fact.forbids, url, action))
    return rows


def status_tag(expert: ExpertProfile) -> tuple[str, str]:
    """Kind and words of the tag that says the status."""
    return _STATUS_KINDS[expert.status], expert.get_status_display()


def status_events(expert: ExpertProfile) -> list[dict[str, Any]]:
    """The changes of status, newest first, for a timeline; motives are opened here."""
    return [
        {
            "at": change.changed_at,
            "by": change.changed_by.get_full_name() if change.changed_by is not None else "",
            "title": change.get_after_display(),
            "detail": _("The check of the registration did not find a valid one.")
            if change.by_system
            else change.motive,
        }
        for change in expert.status_changes.select_related("changed_by", "content_key")
    ]


def list_row(expert: ExpertProfile, facts: Iterable[Fact]) -> dict[str, Any]:
    """An expert in the list of the desk."""
    kind, words = status_tag(expert)
    professional, known = getattr(expert.user, "professional", None), list(facts)
    return {
        "expert": expert,
        "kind": kind,
        "status": words,
        "specialty": professional.specialty if professional is not None else "",
        "pathologies": ", ".join(sorted(pathology.name for pathology in expert.pathologies.all())),
        "missing": [fact for fact in known if fact.state in ("missing", "overdue")],
        "soon": [fact for fact in known if fact.state == "soon"],
    }
