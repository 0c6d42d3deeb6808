"""Reads of the requesting professional's pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case as Choose
from django.db.models import F, IntegerField, Q, QuerySet, Value, When

from audit import Actor
from cases.models import Case
from cases.models.states import AFTER_DELIVERY, ENDS, State
from cases.presenters import Standing
from cases.selectors import cases_of
from cases.tele_presenters import standing_for_professional
from consent.models import Block
from experts.models import ExpertProfile

#: What waits for the professional, the most pressing first: somebody else waits for it.
_ANSWERS = Q(state__in=[str(State.EXPERT_QUESTION), str(State.INFORMATION_REQUESTED)])
_REPORT = Q(state=State.DELIVERED, requester_acknowledged_at__isnull=True)
_PATIENT = Q(state=State.DELIVERED, patient_told_at__isnull=True)
_OVER = Q(state__in=[str(state) for state in (*AFTER_DELIVERY, *ENDS)])


@dataclass(frozen=True)
class Line:
    """One request of the list.

    Args:
        name: the patient's, unless the request is closed to the professional.
        disease: the same.
    """

    case: Case
    standing: Standing
    name: str
    disease: str


def requests_of(actor: Actor) -> QuerySet[Case]:
    """The requests of a professional, what waits for him first."""
    rank = Choose(
        When(_ANSWERS, then=Value(0)),
        When(_REPORT, then=Value(1)),
        When(_PATIENT, then=Value(2)),
        When(state=State.DRAFT, then=Value(3)),
        When(_OVER, then=Value(5)),
        default=Value(4),
        output_field=IntegerField(),
    )
    rows = cases_of(actor).annotate(rank=rank)
    return rows.order_by("rank", F("due_at").asc(nulls_last=True), "-updated_at", "pk")


def lines(rows: Iterable[Case], actor: Actor) -> list[Line]:
    """Requests as lines; who is refused by a patient reads her name no more."""
    cases = list(rows)
    refusing = set(
        Block.objects.filter(
            professional_id=actor.id, lifted_at__isnull=True, patient_id__in={case.patient_id for case in cases}
        ).values_list("patient_id", flat=True)
    )
    found = []
    for case in cases:
        closed = case.state == State.ON_HOLD or case.consent_withdrawn_at is not None or case.patient_id in refusing
        found.append(
            Line(
                case,
                standing_for_professional(case),
                "" if closed else case.patient.full_name,
                "" if closed else case.disease,
            )
        )
    return found


def departments() -> list[str]:
    """Where the experts of the service practise, to recognise the department of a first opinion."""
    rows = ExpertProfile.objects.exclude(department="").values_list("department", "institution").distinct()
    return sorted({", ".join(part for part in row if part) for row in rows})
