"""After the signature: first opening, acknowledgement, telling the patient, withdrawing a consent."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from access import require
from audit import Actor, record, record_read
from cases.machine import effects, perform
from cases.machine.step import Step
from cases.models import CallTask, Case, Opinion, OpinionReading
from cases.models.case import TreatingDoctorChoice
from cases.models.states import AFTER_DELIVERY, BEFORE_DELIVERY, State
from cases.notices import tell
from cases.services.corrections import warn_stuck
from cases.services.locking import locked_case, subjects
from clock import now
from consent import services as consent
from consent.models import Purpose
from errors import Conflict, Invalid

_READERS = frozenset({"patient", "representative", "helper"})


@transaction.atomic
def open_opinion(case_id: UUID, opinion_id: UUID, *, actor: Actor, request_key: str = "") -> Opinion:
    """Show a signed version: the first opening of each reader is kept, every reading is journaled.

    Args:
        request_key: names the file answered, see `audit.record_read`; "" on a page, which journals what it shows.
    """
    case = locked_case(case_id, actor=actor, action="case.read_opinion")
    opinion = case.opinions.select_related("pdf", "annex").get(pk=opinion_id)
    OpinionReading.objects.get_or_create(
        opinion=opinion, user_id=actor.person, defaults={"role": actor.role, "at": now()}
    )
    opens_clock = actor.role in _READERS or (actor.role == "requester" and not case.is_second_opinion)
    newest = opinion.pk == case.signed_opinion_id
    if opens_clock and newest and case.delivered_at is not None and case.first_opened_at is None:
        case.first_opened_at = case.updated_at = now()
        case.save()
        case.call_tasks.filter(why=CallTask.Why.UNOPENED, done_at__isnull=True).update(done_at=now())
    if request_key:
        record_read(
            "opinion.read",
            actor=actor,
            case_id=case.pk,
            subjects=subjects(case, opinion=[opinion.pk]),
            request_key=request_key,
        )
    return opinion


@transaction.atomic
def acknowledge_report(case_id: UUID, *, actor: Actor) -> Case:
    """The requesting professional says that he has the report."""
    case = locked_case(case_id, actor=actor, action="case.acknowledge")
    if case.requester_acknowledged_at is None:
        case.requester_acknowledged_at = case.updated_at = now()
        case.save()
        record("case.report_acknowledged", actor=actor, case_id=case.pk, subjects=subjects(case))
    return case


@transaction.atomic
def say_patient_told(case_id: UUID, *, actor: Actor) -> Case:
    """The professional has told the patient: her page opens now."""
    case = locked_case(case_id, actor=actor, action="case.acknowledge")
    if case.patient_told_at is None:
        case.patient_told_at = case.updated_at = now()
        case.requester_acknowledged_at = case.requester_acknowledged_at or now()
        case.save()
        record("case.patient_told", actor=actor, case_id=case.pk, subjects=subjects(case))
        tell(case, "patient", "case_report_open", key="patient_told")
    return case


@transaction.atomic
def withdraw_consent(case_id: UUID, purpose: str, *, actor: Actor) -> Case:
    """Withdraw one consent. The act or the sharing before delivery ends the request; after it, professionals' access.

    Raises:
        Conflict: this purpose is not consented to.
    """
    case = locked_case(case_id, actor=actor, action="case.withdraw_consent")
    if purpose not in consent.given_purposes(case.pk, case.consent_round):
        raise Conflict(_("There is no agreement to withdraw here."))
    required = purpose in (Purpose.ACT, Purpose.SHARING_NAMED, Purpose.SHARING_DELEGATED)
    if required and (case.state in BEFORE_DELIVERY or (case.state == State.ON_HOLD and case.delivered_at is None)):
        return perform("withdraw", case.pk, actor=actor)
    consent.withdraw_purpose(case_id=case.pk, round_number=case.consent_round, purpose=purpose, actor=actor)
    if purpose == Purpose.TREATING_DOCTOR and effects.ask_reception_again(case):
        case.updated_at = now()
        case.save()
    if required or purpose == Purpose.TREATING_DOCTOR:
        case.call_tasks.filter(why=CallTask.Why.DOCTOR_COPY, done_at__isnull=True).update(done_at=now())
    if required:
        expert = case.assigned_expert
        case.consent_withdrawn_at = case.updated_at = now()
        case.save()
        if expert is not None and case.state in AFTER_DELIVERY:
            tell(case, "expert", "expert_case_taken_back", key="consent_withdrawn", expert_id=expert.user_id)
        if case.state == State.FOLLOW_UP:
            tell(case, "desk", "desk_follow_up_orphan", key="consent_withdrawn")
        warn_stuck(case, key="consent_withdrawn")
    return case


@transaction.atomic
def give_optional_consent(
    case_id: UUID,
    purpose: str,
    *,
    actor: Actor,
    text_id: UUID,
    language: str,
    doctor: Mapping[str, Any] | None = None,
) -> Case:
    """Accept later an optional purpose refused, or not put, before; the text must be the current one.

    Args:
        doctor: name, address and phone of the treating doctor, where he is to be told and none is named yet.
    """
    case = locked_case(case_id, actor=actor, action="case.choose")
    require(actor, "case.read_choices", case)
    if purpose not in [str(item) for item in consent.OPTIONAL] or case.consented_at is None:
        raise Conflict(_("This choice cannot be changed here."))
    if purpose in consent.living_purposes(case.pk, case.consent_round):
        # The same page sent twice: it was accepted once.
        return case
    if purpose == Purpose.TREATING_DOCTOR and case.treating_doctor_choice != TreatingDoctorChoice.NAMED:
        if not (doctor or {}).get("name"):
            raise Invalid(_("Say who your treating doctor is."))
        case.treating_doctor_choice = TreatingDoctorChoice.NAMED
        case.treating_doctor, case.updated_at = dict(doctor or {}), now()
        case.save()
        record(
            "case.filled", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"fields": ["treating_doctor"]}
        )
    consent.record_choices(
        case_id=case.pk,
        patient_id=case.patient_id,
        kind=case.kind,
        sharing=case.sharing,
        round_number=case.consent_round,
        choices={purpose: True},
        shown_texts={purpose: text_id},
        actor=actor,
        language=language,
        purposes=[purpose],
    )
    if purpose == Purpose.TREATING_DOCTOR and case.state in AFTER_DELIVERY:
        effects.plan_doctor_copy(Step(case, actor, "", str(case.state), {}, now()))
    return case
