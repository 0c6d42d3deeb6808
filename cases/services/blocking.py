"""Refusing one professional, at once and for all cases of a patient; the case he holds goes to another one."""

from uuid import UUID

from django.db import transaction

from audit import Actor
from cases.machine import perform
from cases.models import Case
from cases.models.states import WITH_EXPERT, State
from cases.notices import tell
from cases.services.corrections import warn_stuck
from cases.services.locking import locked_case
from consent import services as consent


@transaction.atomic
def place(case_id: UUID, professional_id: UUID, *, actor: Actor) -> None:
    """Refuse a professional; an expert who holds this case loses it in the same transaction."""
    case = locked_case(case_id, actor=actor, action="case.choose")
    consent.place_block(patient_id=case.patient_id, professional_id=professional_id, actor=actor)
    expert = case.assigned_expert
    # On hold the case keeps the expert it goes back to; he must not come back with it.
    stage = case.resume_to or case.state
    if expert is not None and expert.user_id == professional_id and stage in WITH_EXPERT:
        perform("object_to_expert", case.pk, actor=actor)
    for other in Case.objects.filter(patient_id=case.patient_id, assigned_expert__user_id=professional_id):
        warn_stuck(other, key="blocked")
        if other.state == State.FOLLOW_UP:
            tell(other, "desk", "desk_follow_up_stuck", key=f"blocked:{actor.session}")


@transaction.atomic
def lift(case_id: UUID, professional_id: UUID, *, actor: Actor) -> None:
    """Accept a professional again."""
    case = locked_case(case_id, actor=actor, action="case.choose")
    consent.lift_block(patient_id=case.patient_id, professional_id=professional_id, actor=actor)
