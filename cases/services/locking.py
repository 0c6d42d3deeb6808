"""The common start of every change: authorise and lock the case, in the caller's transaction."""

from uuid import UUID

from django.utils.translation import gettext as _

from access import require
from audit import Actor
from cases.models import Case
from errors import Missing


def locked_case(case_id: UUID, *, actor: Actor, action: str) -> Case:
    """The locked row, once the actor may do `action`.

    Raises:
        Missing: no such case for this actor.
        NotAllowed: the actor may not do this.
    """
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise Missing(_("This case does not exist, or is not yours to see."))
    require(actor, action, case)
    return case


def subjects(case: Case, **more: list[UUID]) -> dict[str, list[UUID]]:
    """The subjects of a journal event about a case."""
    return {"case": [case.pk], "patient": [case.patient_id], **more}
