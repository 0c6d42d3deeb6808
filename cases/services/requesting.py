"""A professional's request for one of his patients: opened with her identity, filled in page by page, then sent.

The content is that of a national request for a tele-expertise (C-HAS-3, C-HAS-4), the question and the urgency first.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.invitations import code_to_print
from accounts.models import Invitation, Patient, User
from accounts.services import create_patient, save_identity
from audit import Actor, record
from cases.invitations import has_account, invite, latest
from cases.machine import clocks, perform
from cases.models import Case
from cases.models.case import Kind, Sharing, TreatingDoctorChoice, Urgency
from cases.models.states import State
from cases.services.drafting import Agreed, draw_reference, keep_agreement
from cases.services.locking import locked_case, subjects
from clock import now
from errors import Conflict, Invalid, Missing
from experts.models import Pathology
from vault.keys import create_key

#: The texts of the request, sealed together on the case.
TEXTS = (
    "motive",
    "history",
    "allergies",
    "treatments",
    "results",
    "first_opinion",
    "trusted_person",
    "other_pathology",
)


class Content(TypedDict, total=False):
    """What a page of the request says; what is left out stays as it is."""

    question: str
    urgency: str
    pathology: Pathology | None
    other_pathology: str
    motive: str
    history: str
    allergies: str
    treatments: str
    results: str
    first_opinion: str
    first_opinion_doctor: str
    first_opinion_department: str
    treating_doctor: str
    trusted_person: str
    planned_on: date | None


@transaction.atomic
def open_tele_expertise(
    *,
    patient: Patient,
    requester: User,
    actor: Actor,
    pathology: Pathology | None,
    language: str = "fr",
    agreed: Agreed | None = None,
    case_id: UUID | None = None,
) -> Case:
    """Open the draft of a professional's request about a patient of his.

    Args:
        agreed: his word that the patient is or will be informed, on the notice about drafts.
        case_id: an id made beforehand, so that the same form sent twice opens one draft.

    Raises:
        Invalid: the notice has changed since it was shown.
    """
    case = Case(
        id=case_id or uuid4(),
        reference=draw_reference(Kind.TELE_EXPERTISE),
        kind=Kind.TELE_EXPERTISE,
        content_key=create_key("case"),
        patient=patient,
        requester=requester,
        pathology=pathology,
        language=language,
        created_at=now(),
    )
    clocks.silence(case, now())
    case.save()
    record("case.opened", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"kind": case.kind})
    if agreed is not None:
        keep_agreement(case, agreed, actor=actor)
    return case


@transaction.atomic
def open_request(
    case_id: UUID,
    *,
    identity: Mapping[str, Any],
    content: Content,
    agreed: Agreed,
    actor: Actor,
    language: str = "fr",
) -> Case:
    """Open a draft with the patient's identity and the first page; the same form sent twice gives the same draft.

    The identity is a row of its own: it joins an existing dossier only when the patient accepts.

    Args:
        case_id: made with the empty form.
        identity: traits and contact by field name, at least the names at birth.
        agreed: his word that the patient is or will be informed.

    Raises:
        Conflict: this draft belongs to somebody else.
        Invalid: the identity cannot be accepted, the request is for today, or the notice has changed.
    """
    requester = User.objects.select_for_update().get(pk=actor.person)
    existing = Case.objects.filter(pk=case_id).first()
    if existing is not None:
        if existing.requester_id == requester.pk and not existing.is_second_opinion:
            return existing
        raise Conflict(_("This request is already open."), _("Go back to it from your page."))
    patient = create_patient(actor=actor, language=language, **identity)
    open_tele_expertise(
        patient=patient,
        requester=requester,
        actor=actor,
        pathology=content.get("pathology"),
        language=language,
        agreed=agreed,
        case_id=case_id,
    )
    return fill_request(case_id, content, actor=actor)


@transaction.atomic
def fill_request(case_id: UUID, content: Content, *, actor: Actor) -> Case:
    """Store what a page of the draft says.

    Raises:
        Invalid: the request is for today (C-HAS-7).
    """
    case = locked_case(case_id, actor=actor, action="case.fill")
    urgency = content.get("urgency", case.urgency)
    if urgency and urgency not in Urgency.values:
        raise Invalid(
            _("A request for today cannot be made here."),
            _("Call 15 or the on-call line of the hospital."),
            fields={"urgency": _("Choose 48 hours or 7 days, or call the 15.")},
        )
    case.urgency = urgency
    case.referral = {**(case.referral or {}), **{name: content[name] for name in TEXTS if name in content}}  # type: ignore[literal-required]
    if "question" in content:
        case.questions = [content["question"]] if content["question"].strip() else []
    if "planned_on" in content:
        case.planned_treatment_on = content["planned_on"]
    if "first_opinion_doctor" in content:
        case.first_opinion_doctor = content["first_opinion_doctor"]
    if "first_opinion_department" in content:
        case.first_opinion_department = content["first_opinion_department"][:200]
    if "treating_doctor" in content:
        _put_treating_doctor(case, content["treating_doctor"])
    if "pathology" in content and content["pathology"] != case.pathology:
        # Another disease has other experts: the one named is chosen anew.
        case.pathology = content["pathology"]
        case.requested_expert, case.sharing, case.expert_settled_at = None, Sharing.DELEGATED, None
    clocks.silence(case, now())
    case.updated_at = now()
    case.save()
    fields = sorted(str(name) for name in content)
    record("case.filled", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"fields": fields})
    return case


def _put_treating_doctor(case: Case, name: str) -> None:
    """The treating doctor, when he is somebody else than the requester; a copy goes to him only by consent 3."""
    case.treating_doctor = {"name": name} if name else None
    case.treating_doctor_choice = TreatingDoctorChoice.NAMED if name else TreatingDoctorChoice.UNSET


@transaction.atomic
def save_patient(case_id: UUID, identity: Mapping[str, Any], *, actor: Actor) -> list[str]:
    """Correct the identity or the contact of the patient of a draft.

    Returns:
        Names of the fields that changed.

    Raises:
        Conflict: the patient has an account: her identity is hers to correct.
        Invalid: a value cannot be accepted.
    """
    case = locked_case(case_id, actor=actor, action="case.fill")
    if has_account(case):
        raise Conflict(_("Your patient has an account: the identity is now hers to correct."))
    return save_identity(case.patient, actor=actor, **identity)


@transaction.atomic
def attest_consent(case_id: UUID, *, actor: Actor, **stated: Any) -> Case:
    """Send a request with the consent its professional collected (purposes 1 to 3); the patient is told of it.

    Args:
        stated: `choices`, `shown_texts`, `means` («oral», «written»), `collected_on`, `text_handed_over`, `language`.

    Raises:
        Conflict: the case has moved on, or the professional's registration is not checked.
        Invalid: something is missing in the request or in the attestation.
    """
    case = locked_case(case_id, actor=actor, action="case.see")
    if case.state == State.DRAFT:
        perform("request_consent", case.pk, actor=actor, attested=True)
    return perform("give_consent", case.pk, actor=actor, **stated)


@transaction.atomic
def reach_patient(case_id: UUID, *, actor: Actor, email: str | None = None) -> None:
    """Invite the patient again, at a corrected address if one is given; the former code works no more.

    Args:
        email: another address; "" means that she has none and gets a letter. None keeps the one there is.

    Raises:
        Conflict: she already answers with an account of her own.
    """
    case = locked_case(case_id, actor=actor, action="case.invite")
    if has_account(case):
        raise Conflict(_("Your patient already follows this request with an account."))
    if email is not None:
        save_identity(case.patient, actor=actor, email=email)
    invite(case, actor=actor)


@transaction.atomic
def print_code(case_id: UUID, *, actor: Actor) -> tuple[Invitation, str]:
    """The code for the letter of a patient without an address; each printing is journaled (S1-12).

    Raises:
        Missing: this patient was invited by mail, or not at all, or has an account.
    """
    case = locked_case(case_id, actor=actor, action="case.invite")
    invitation = latest(case)
    if invitation is None or invitation.channel != Invitation.Channel.LETTER or has_account(case):
        raise Missing(_("There is no letter to print for this request."))
    if not invitation.is_open:
        invitation = invite(case, actor=actor)
    return invitation, code_to_print(invitation, actor=actor)
