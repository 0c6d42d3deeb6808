"""Opening a request for oneself or for a person one represents: the identity and the draft in one transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Patient, Representation, User
from accounts.selectors import actor_for_patient, living_representations
from accounts.services import create_patient, represent, save_identity
from audit import Actor
from cases.models import Case
from cases.services.drafting import Agreed, open_second_opinion
from cases.start.begun import Begun
from errors import Conflict, Missing, NotAllowed

#: What somebody is to the patient, by the answer to «for whom».
KINDS = {
    "self": Representation.Kind.SELF,
    "child": Representation.Kind.PARENT,
    "represented": Representation.Kind.GUARDIAN,
}


def patients_for(user: User, whom: str) -> list[Patient]:
    """The people this user may ask for, in the way he said."""
    rows = living_representations(user).filter(kind=KINDS[whom]).select_related("patient").order_by("declared_at")
    return [row.patient for row in rows]


@transaction.atomic
def open_request(
    user: User,
    begun: Begun,
    *,
    agreed: Agreed,
    actor: Actor,
    patient_id: UUID | None = None,
    identity: Mapping[str, Any] | None = None,
) -> Case:
    """Open the draft of a person logged in; the same form sent twice gives the same draft.

    Args:
        begun: what he answered on the public pages.
        agreed: his agreement to keep a draft.
        patient_id: somebody he represents already.
        identity: the identity as entered, of himself or of somebody new; not needed with `patient_id`.

    Raises:
        Invalid: the identity cannot be accepted, or the notice has changed.
        Missing: he does not represent this person.
        Conflict: this draft belongs to somebody else.
    """
    User.objects.select_for_update().get(pk=user.pk)
    reached = patients_for(user, begun.whom)
    existing = Case.objects.filter(pk=begun.draft_id).first()
    if existing is not None:
        if existing.patient_id in {patient.pk for patient in reached}:
            return existing
        raise Conflict(_("This request is already open."), _("Go back to it from your page."))
    patient = _patient(user, begun, reached, patient_id, identity or {}, actor)
    acting = actor_for_patient(actor, user, patient) or actor
    return open_second_opinion(
        patient=patient,
        requester=user,
        pathology=begun.find_pathology(),
        actor=acting,
        eligibility=begun.eligibility,
        planned_treatment_on=begun.planned_day,
        expert=begun.find_expert(),
        language=begun.language or "fr",
        agreed=agreed,
        case_id=begun.draft_id,
    )


@transaction.atomic
def open_by_phone(
    begun: Begun,
    *,
    agreed: Agreed,
    actor: Actor,
    patient_id: UUID | None = None,
    identity: Mapping[str, Any] | None = None,
) -> Case:
    """Open the draft a nurse fills in «pour Mme X, par téléphone»; the same form sent twice gives the same draft.

    Args:
        begun: what the patient answered at the start of the call.
        agreed: the agreement to keep a draft, given aloud.
        actor: the nurse.
        patient_id: an identity that is there already.
        identity: the identity as entered, of somebody new.

    Raises:
        Invalid: the identity cannot be accepted, or the notice has changed.
        Missing: there is no such identity.
        NotAllowed: it is the nurse's own, or that of somebody close.
    """
    nurse = User.objects.select_for_update().filter(pk=actor.id).first() if actor.id else None
    if nurse is None:
        raise NotAllowed(_("Only the care coordinator opens a request by phone."))
    existing = Case.objects.filter(pk=begun.draft_id, requester=nurse, by_phone=True).first()
    if existing is not None:
        return existing
    if patient_id is None:
        patient = create_patient(actor=actor, language=begun.language or "fr", **(identity or {}))
    else:
        known = Patient.objects.filter(pk=patient_id, joined_to__isnull=True).first()
        if known is None:
            raise Missing(_("This person does not exist."))
        patient = known
        if patient.representations.filter(user=nurse, ended_at__isnull=True).exists():
            raise NotAllowed(_("Nobody works for the service on his own file, or on that of somebody close."))
    return open_second_opinion(
        patient=patient,
        requester=nurse,
        pathology=begun.find_pathology(),
        actor=actor,
        eligibility=begun.eligibility,
        planned_treatment_on=begun.planned_day,
        language=begun.language or "fr",
        by_phone=True,
        agreed=agreed,
        case_id=begun.draft_id,
    )


def _patient(
    user: User, begun: Begun, reached: list[Patient], patient_id: UUID | None, identity: Mapping[str, Any], actor: Actor
) -> Patient:
    """The patient: known already, or made from what was entered and reached by this user from now on."""
    if patient_id is not None:
        known = next((patient for patient in reached if patient.pk == patient_id), None)
        if known is None:
            raise Missing(_("This person does not exist, or is not yours to represent."))
        return known
    if begun.whom == "self" and reached:
        save_identity(reached[0], actor=actor_for_patient(actor, user, reached[0]) or actor, **identity)
        return reached[0]
    patient = create_patient(actor=actor, email=user.email, language=begun.language or user.language, **identity)
    represent(user, patient, KINDS[begun.whom], actor=actor)
    return patient
