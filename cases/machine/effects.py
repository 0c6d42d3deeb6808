"""What each move changes besides the state: facts, assignments, clocks, and who is told."""

from datetime import datetime, timedelta

from django.conf import settings

from cases.billing.accounts import settle_again, settle_at_end, settle_at_sending, was_paid_for_nothing
from cases.checks import doctor_untold, purposes_put, wants_doctor_copy
from cases.invitations import has_account, invite
from cases.machine import clocks
from cases.machine.guards import frozen_sheets, same_request_open
from cases.machine.step import Step
from cases.models import (
    Assignment,
    Billing,
    CallTask,
    Case,
    Correction,
    Ending,
    ExpertQuestion,
    FollowUp,
    Hold,
    InformationRequest,
    Opinion,
    OpinionDraft,
    Override,
)
from cases.models.assignments import Outcome
from cases.models.case import Reception
from cases.models.states import WITH_EXPERT, State
from consent import services as consent
from experts.availability import next_open_time
from jobs import enqueue
from notify import drop_waiting

# --- preparing and consenting


def request_consent(step: Step) -> None:
    """The request is complete: it waits for the consents of this round."""
    clocks.silence(step.case, step.at)
    twins = same_request_open(step.case)
    if twins:
        step.detail["same_request_open"] = True
        step.tell("patient", "case_same_request_open")
    if not step.case.is_second_opinion and step.inputs.get("attested") is not True:
        _reach_patient(step, "case_consent_wanted")


def revise(step: Step) -> None:
    """Back to the draft: this round's consents are void."""
    step.case.consent_round += 1
    clocks.silence(step.case, step.at)


def give_consent(step: Step) -> None:
    """Store the evidence of each choice, freeze the answers, start the completeness clock."""
    case = step.case
    put = purposes_put(case, attested=step.relation == "requester_professional")
    expert = case.requested_expert
    records = consent.record_choices(
        case_id=case.pk,
        patient_id=case.patient_id,
        kind=case.kind,
        sharing=case.sharing,
        round_number=case.consent_round,
        choices=step.inputs.get("choices") or {},
        shown_texts=step.inputs.get("shown_texts") or {},
        actor=step.actor,
        means=str(step.inputs.get("means") or consent.Means.ONLINE),
        language=str(step.inputs.get("language") or case.language),
        expert=expert.name if expert else "",
        collected_on=step.inputs.get("collected_on"),
        purposes=put,
    )
    step.detail["purposes"] = [str(r.purpose) for r in records if r.decision == "given"]
    case.consented_at = step.at
    ask_reception_again(case)
    case.consent_withdrawn_at = None
    case.submitted_at = case.submitted_at or step.at
    billing = settle_at_sending(case)
    if billing is not None and billing.who == Billing.Who.HELP and not billing.decision:
        step.tell("desk", "desk_price_asked")
    if not case.is_second_opinion and not case.identity_checked_at:
        case.identity_checked_at = step.at
        case.identity_means = "professional"
    frozen_sheets(case, step.at)
    clocks.silence(case, step.at)
    if case.total_left is not None:
        clocks.go_on(case, step.at)
    clocks.start_stage(case, step.at + timedelta(hours=clocks.hours(case, "completeness")))
    if case.is_second_opinion:
        step.tell("patient", "case_submitted")
    else:
        if step.relation == "requester_professional":
            _reach_patient(step, "case_consent_attested")
        else:
            step.tell("patient", "case_consent_given")
        step.tell("requester", "case_submitted_requester")
        if case.requested_expert_id is not None:
            # Loaded late: the jobs of cases make moves themselves.
            from cases.tasks import place_tele_expertise

            enqueue(place_tele_expertise, case.pk)


def ask_reception_again(case: Case) -> bool:
    """Her doctor was to read the opinion with her and is not told of it: how she receives it has to be said again."""
    contradicts = case.delivered_at is None and case.reception == Reception.WITH_DOCTOR and doctor_untold(case)
    if contradicts:
        case.reception = ""
    return contradicts


def refuse_consent(step: Step) -> None:
    """The patient refuses: the requester is told, without a reason."""
    _end(step, "refused")
    if not step.case.is_second_opinion:
        step.tell("requester", "case_consent_refused")


# --- completeness


def request_information(step: Step) -> None:
    """Ask the requester; the clocks wait."""
    case = step.case
    message = step.text("message")
    items = [str(item).strip() for item in step.inputs["items"] if str(item).strip()]
    InformationRequest.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        asked_by_id=step.actor.person,
        asked_at=step.at,
        message=message,
        items=items,
    )
    case.information_from = step.source
    clocks.pause(case, step.at)
    clocks.silence(case, step.at)
    _own(step)
    step.detail["items"] = len(items)
    step.tell("requester", "case_information_wanted")


def provide_information(step: Step) -> None:
    """The requester answered; the clocks go on."""
    request = step.case.information_requests.select_for_update().filter(closed_at__isnull=True).first()
    if request is not None:
        request.answer = str(step.inputs.get("answer") or "").strip()
        request.item_answers = step.inputs.get("item_answers") or {}
        request.answered_by_id = step.actor.id
        request.answered_at = request.closed_at = step.at
        request.save()
    step.case.information_from = ""
    _close_calls(step, CallTask.Why.INFORMATION, CallTask.Why.EXPIRY)
    clocks.go_on(step.case, step.at)
    clocks.silence(step.case, step.at)
    step.tell("desk", "desk_information_given")


def admit(step: Step) -> None:
    """The total clock starts at the first admission and never restarts."""
    case = step.case
    if case.admitted_at is None:
        case.admitted_at = step.at
        clocks.start_total(case, step.at)
    clocks.drop_stage(case)
    _own(step)
    step.tell("patient", "case_admitted")
    step.tell("requester", "case_admitted")


def decline(step: Step) -> None:
    """The service declines: motive kept, explanation and advice for the patient; the date stays (C-TEL-7)."""
    explanation, instead = step.text("explanation"), step.text("instead")
    _end(step, "declined", motive=step.text("motive"), explanation=explanation, instead=instead)
    step.tell("patient", "case_declined")
    step.tell("requester", "case_declined")


# --- the expert


def propose(step: Step) -> None:
    """Propose to an expert: his acceptance clock starts, moved out of nights, Sundays, holidays and absences."""
    case, expert = step.case, step.inputs["expert"]
    case.assigned_expert = expert
    Assignment.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        expert=expert,
        proposed_by_id=step.actor.id,
        proposed_at=step.at,
        why=str(step.inputs.get("why") or "").strip(),
    )
    ends = next_open_time(step.at, clocks.hours(case, "acceptance"), expert=expert)
    clocks.start_stage(case, ends)
    _own(step)
    step.detail["expert"] = str(expert.user_id)
    step.tell("patient", "case_expert_named")
    step.tell("expert", "expert_case_proposed")


def accept(step: Step) -> None:
    """The file opens and the writing clock starts."""
    case = step.case
    assignment = _living_assignment(case)
    assignment.outcome = Outcome.ACCEPTED
    assignment.no_conflict_declared = True
    assignment.accepted_at = case.accepted_at = step.at
    assignment.save()
    OpinionDraft.objects.create(content_key_id=case.content_key_id, assignment=assignment, saved_at=step.at)
    clocks.start_stage(case, step.at + timedelta(hours=clocks.hours(case, "writing")))
    step.tell("patient", "case_expert_accepted")
    step.tell("requester", "case_expert_accepted")


def decline_assignment(step: Step) -> None:
    """The expert declines; the reason is kept (C-TEL-7)."""
    _end_assignment(step, Outcome.DECLINED)
    step.tell("desk", "desk_expert_declined")


def lapse(step: Step) -> None:
    """The expert did not answer in time."""
    _end_assignment(step, Outcome.LAPSED)
    step.tell("desk", "desk_expert_declined")
    step.tell("expert", "expert_case_taken_back")


def object_to_expert(step: Step) -> None:
    """The patient objects, without a reason; access ends at once."""
    step.tell("expert", "expert_case_taken_back")
    _end_assignment(step, Outcome.OBJECTED)
    step.tell("desk", "desk_patient_objected")


def hand_back(step: Step) -> None:
    """The expert gives the case back with a reason; his draft is sealed."""
    step.text("reason_code")
    _end_assignment(step, Outcome.HANDED_BACK)
    step.tell("desk", "desk_expert_declined")
    step.tell("patient", "case_other_expert")


def reassign(step: Step) -> None:
    """The coordinator, or the service when the expert stops being active, takes the case back."""
    step.tell("expert", "expert_case_taken_back")
    _end_assignment(step, Outcome.REASSIGNED)
    step.tell("desk", "desk_to_place")
    step.tell("patient", "case_other_expert")


def ask_question(step: Step) -> None:
    """The expert asks the requester; the clocks wait."""
    case = step.case
    ExpertQuestion.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        assignment=_living_assignment(case),
        text=step.text("text"),
        asked_at=step.at,
    )
    clocks.pause(case, step.at)
    case.reminders_sent = 0
    step.tell("requester", "case_question_asked")


def answer_question(step: Step) -> None:
    """The requester answers; «je ne sais pas» is an answer."""
    unknown = step.inputs.get("unknown") is True
    answer = str(step.inputs.get("answer") or "").strip() if unknown else step.text("answer")
    kinds = ExpertQuestion.Answer
    _close_question(step, kinds.UNKNOWN if unknown else kinds.GIVEN, answer)
    step.tell("expert", "expert_question_answered")


def continue_without_answer(step: Step) -> None:
    """The expert goes on; the silence is written among the limits of the opinion."""
    _close_question(step, ExpertQuestion.Answer.SILENCE, "")
    step.tell("requester", "case_question_closed")
    if step.by_system:
        step.tell("expert", "expert_question_answered")


def sign(step: Step) -> None:
    """Store the signed version; `signed` never exists without its PDF."""
    case, signed, draft = step.case, step.inputs["signed"], step.inputs["draft"]
    case.signed_opinion = store_version(step, Opinion.Type.OPINION, signed, dict(draft.content))
    clocks.start_stage(case, clocks.working_days_after(step.at, 1))
    step.detail["sha256"] = signed.sha256
    step.tell("desk", "desk_to_deliver")
    if settings.DELIVER_AT_ONCE:
        from cases.tasks import deliver_at_once

        enqueue(deliver_at_once, case.pk)


def retract(step: Step) -> None:
    """The expert takes an undelivered opinion back to his desk; the version stays on file."""
    _back_to_writing(step, step.text("reason"))


def return_to_expert(step: Step) -> None:
    """The coordinator sends the opinion back for its form, never for its content."""
    _back_to_writing(step, step.text("reason"))
    step.tell("expert", "expert_opinion_returned")


# --- delivery and after


def deliver(step: Step) -> None:
    """The opinion is the requester's: patient in the manner chosen, or the professional first (tele-expertise)."""
    case = step.case
    assignment = _living_assignment(case)
    assignment.outcome = Outcome.COMPLETED
    assignment.ended_at = step.at
    assignment.save()
    opinion = case.signed_opinion
    if opinion is not None:
        Opinion.objects.filter(pk=opinion.pk).update(standing=Opinion.Standing.CURRENT)
    case.delivered_at = step.at
    clocks.end(case)
    call_first(step)
    if case.is_second_opinion:
        step.tell("patient", "case_delivered")
    else:
        step.tell("requester", "case_delivered_requester")
    step.tell("expert", "expert_opinion_delivered")
    plan_doctor_copy(step)


def plan_doctor_copy(step: Step) -> None:
    """Put on the list of the service that the treating doctor is to receive what was just signed or delivered."""
    if wants_doctor_copy(step.case):
        _call(step, CallTask.Why.DOCTOR_COPY, due=clocks.working_days_after(step.at, 2))


def call_first(step: Step) -> None:
    """A call before the patient reads: to her where she wished for one or the expert wants it told in person, or to the
    person she wished to have beside her."""
    case, opinion = step.case, step.case.signed_opinion
    if not case.is_second_opinion:
        return
    if opinion is not None and opinion.tell_in_person:
        _call(step, CallTask.Why.BAD_NEWS)
    elif case.reception in (Reception.AFTER_CALL, Reception.WITH_SOMEONE):
        _call(step, CallTask.Why.RECEPTION)


def ask_follow_up(step: Step) -> None:
    """The one follow-up question."""
    case = step.case
    FollowUp.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        question=step.text("question"),
        asked_by_id=step.actor.person,
        asked_at=step.at,
    )
    case.follow_up_used = True
    clocks.start_stage(case, step.at + timedelta(hours=clocks.hours(case, "follow_up")))
    step.tell("expert", "expert_follow_up_asked")


def answer_follow_up(step: Step) -> None:
    """The answer is a signed addendum."""
    case, signed = step.case, step.inputs["signed"]
    follow_up = case.follow_ups.filter(addendum__isnull=True, released_at__isnull=True).first()
    addendum = store_version(step, Opinion.Type.ADDENDUM, signed, signed.content)
    Opinion.objects.filter(pk=addendum.pk).update(standing=Opinion.Standing.CURRENT)
    if follow_up is not None:
        follow_up.addendum = addendum
        follow_up.save()
    case.last_addendum_at = step.at
    clocks.end(case)
    plan_doctor_copy(step)
    step.detail["sha256"] = signed.sha256
    if case.is_open_to_patient:
        step.tell("patient", "case_follow_up_answered")
    step.tell("requester", "case_follow_up_answered")


def release_follow_up(step: Step) -> None:
    """The expert is unable to answer: the requester is told and may ask again."""
    step.case.follow_ups.filter(addendum__isnull=True, released_at__isnull=True).update(released_at=step.at)
    step.case.follow_up_used = False
    clocks.end(step.case)
    step.tell("requester", "case_follow_up_released")


def close(step: Step) -> None:
    """The case is closed; the patient keeps everything."""
    clocks.end(step.case)
    # A correction asked for and never begun: the file has to be taken up again first.
    waiting = step.case.corrections.filter(ended_at__isnull=True)
    waiting.update(ended_at=step.at, outcome=Correction.Outcome.ENDED)


# --- ends


def withdraw(step: Step) -> None:
    """The request ends by the will of the patient's side; every professional's access ends now."""
    case = step.case
    if case.assigned_expert_id is not None:
        step.tell("expert", "expert_case_taken_back")
    if not case.is_second_opinion:
        step.tell("requester", "case_withdrawn_requester")
    if step.source != State.DRAFT:
        # Of a draft nobody was told anything.
        step.tell("patient", "case_withdrawn")
    for purpose in consent.given_purposes(case.pk, case.consent_round):
        consent.withdraw_purpose(case_id=case.pk, round_number=case.consent_round, purpose=purpose, actor=step.actor)
    if case.consented_at is not None:
        case.consent_withdrawn_at = step.at
    _end(step, "withdrawn", motive=str(step.inputs.get("patient_word") or ""))
    step.tell("desk", "desk_withdrawn")


def expire(step: Step) -> None:
    """Silence ended the request."""
    _end(step, "expired")
    step.tell("requester", "case_expired_unsent" if step.case.destroyed_at else "case_expired")


def resume(step: Step) -> None:
    """An expired request becomes a draft again; a new round of consent will be asked."""
    case = step.case
    case.ended_at = None
    case.consent_round += 1
    case.consented_at = None
    case.information_from = ""
    case.answer_sheets.update(frozen_at=None)
    clocks.silence(case, step.at)


def hold(step: Step) -> None:
    """Everything waits; the patient is told why, third parties lose reading."""
    case = step.case
    case.resume_to = step.source
    Hold.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        reason_code=str(step.inputs.get("reason_code") or "other")[:20],
        told=step.text("told"),
        placed_by_id=step.actor.id,
        placed_at=step.at,
        review_on=step.inputs["review_on"],
    )
    clocks.pause(case, step.at)
    step.detail["reason"] = str(step.inputs.get("reason_code") or "other")[:20]
    step.tell("patient", "case_on_hold")
    step.tell("requester", "case_on_hold")


def release(step: Step) -> None:
    """Back to where it was; the clocks go on unless that state is a pause itself."""
    case = step.case
    case.resume_to = ""
    case.holds.filter(released_at__isnull=True).update(released_at=step.at)
    if clocks.runs(case):
        clocks.go_on(case, step.at)
    step.tell("patient", "case_released")
    step.tell("requester", "case_released")


def stop(step: Step) -> None:
    """Messages stop, nothing more is delivered; two people decided it."""
    case, request = step.case, step.inputs["request"]
    case.stopped_from = step.source
    case.stopped_resume_to = case.resume_to
    case.resume_to = ""
    request.settled_at = step.at
    request.save()
    clocks.pause(case, step.at)
    Ending.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        state=State.STOPPED,
        code=request.code,
        motive=request.motive,
        at=step.at,
    )
    case.ended_at = step.at
    case.call_tasks.filter(done_at__isnull=True).update(done_at=step.at)
    _settle_at_end(step)
    drop_waiting(case.pk)
    step.detail["code"] = request.code


def override(step: Step) -> None:
    """A move against the ordinary rules, in the open: told to patient and expert, shown in the history."""
    case = step.case
    if step.source == State.PROPOSED:
        step.tell("expert", "expert_case_taken_back")
        _end_assignment(step, Outcome.OVERRIDDEN)
    elif step.source == State.EXPERT_QUESTION:
        _close_question(step, ExpertQuestion.Answer.DROPPED, "")
        step.tell("expert", "case_overridden")
    elif step.source == State.INFORMATION_REQUESTED:
        case.information_requests.filter(closed_at__isnull=True).update(closed_at=step.at)
        case.information_from = ""
        clocks.go_on(case, step.at)
        clocks.silence(case, step.at)
    elif step.source == State.DECLINED:
        case.ended_at = None
        clocks.go_on(case, step.at)
        clocks.start_stage(case, step.at + timedelta(hours=clocks.hours(case, "completeness")))
    elif step.source == State.STOPPED:
        case.ended_at = None
        case.resume_to, case.stopped_resume_to, case.stopped_from = case.stopped_resume_to, "", ""
        if clocks.runs(case):
            clocks.go_on(case, step.at)
    if step.source in (State.DECLINED, State.STOPPED):
        settle_again(case)
    if step.source != State.PROPOSED and case.assigned_expert_id is not None:
        step.tell("expert", "case_overridden")
    Override.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        source=step.source,
        target=str(case.state),
        motive=step.text("motive"),
        made_by_id=step.actor.person,
        at=step.at,
    )
    step.tell("patient", "case_overridden")


# --- pieces shared by the moves above


def _settle_at_end(step: Step) -> None:
    """Without an opinion a voucher is free again, and the service is told where money is to be given back."""
    if settle_at_end(step.case):
        step.detail["voucher"] = "given_back"
    if was_paid_for_nothing(step.case):
        step.tell("desk", "desk_refund_due")


def _reach_patient(step: Step, template: str) -> None:
    """A patient is always told of the request made for her: in her account, else by a code, mailed or printed."""
    if has_account(step.case):
        step.tell("patient", template)
    else:
        invite(step.case, actor=step.actor)
        step.detail["invited"] = True


def _own(step: Step) -> None:
    """The first coordinator to act on a case becomes its owner."""
    if step.case.coordinator_id is None and step.relation == "coordinator":
        step.case.coordinator_id = step.actor.id


def _living_assignment(case: Case) -> Assignment:
    return case.assignments.select_for_update().get(ended_at__isnull=True)


def _end_assignment(step: Step, outcome: str) -> None:
    """End the living assignment: access ends in this very transaction, and the draft is sealed for good."""
    case = step.case
    stage = case.resume_to or step.source
    assignment = _living_assignment(case)
    assignment.outcome = outcome
    assignment.ended_at = step.at
    assignment.reason_code = str(step.inputs.get("reason_code") or "")[:20]
    assignment.reason = str(step.inputs.get("reason") or step.inputs.get("motive") or "").strip()
    assignment.save()
    OpinionDraft.objects.filter(assignment=assignment).update(sealed_at=step.at)
    if stage == State.SIGNED:
        _retract_version(step, "")
    if stage == State.EXPERT_QUESTION:
        case.expert_questions.filter(closed_at__isnull=True).update(
            closed_at=step.at, answer_kind=ExpertQuestion.Answer.DROPPED
        )
        _close_calls(step, CallTask.Why.SILENCE)
    if case.resume_to:
        case.resume_to = State.ADMITTED
    else:
        clocks.go_on(case, step.at)
    step.detail["expert"] = str(assignment.expert.user_id)
    case.assigned_expert = None
    case.accepted_at = None
    clocks.drop_stage(case)


def _close_question(step: Step, kind: str, answer: str) -> None:
    question = step.case.expert_questions.select_for_update().filter(closed_at__isnull=True).first()
    if question is not None:
        question.answer_kind = kind
        question.answer = answer
        question.answered_by_id = step.actor.id
        question.closed_at = step.at
        question.save()
    _close_calls(step, CallTask.Why.SILENCE)
    step.case.reminders_sent = 0
    clocks.go_on(step.case, step.at)


def store_version(
    step: Step, kind: str, signed: object, content: dict[str, object], *, replaces: Opinion | None = None
) -> Opinion:
    """The row of a signed version, numbered within the case.

    Args:
        signed: a `cases.services.opinions.SignedBytes`, whose file is already in the vault.
        replaces: the version a correction replaces; the new one is then in the readers' hands at once.
    """
    case = step.case
    last = case.opinions.order_by("-number").values_list("number", flat=True).first() or 0
    assignment = case.assignments.filter(expert=case.assigned_expert).order_by("-proposed_at")[0]
    return Opinion.objects.create(
        id=signed.opinion_id,  # type: ignore[attr-defined]
        content_key_id=case.content_key_id,
        case=case,
        assignment=assignment,
        type=kind,
        number=last + 1,
        content=content,
        pdf_id=signed.file_id,  # type: ignore[attr-defined]
        annex_id=signed.annex_id,  # type: ignore[attr-defined]
        sha256=signed.sha256,  # type: ignore[attr-defined]
        signature_level=signed.level,  # type: ignore[attr-defined]
        verification_hash=signed.verification_hash,  # type: ignore[attr-defined]
        signed_by_id=step.actor.person,
        signed_at=step.at,
        tell_in_person=bool(content.get("tell_in_person")),
        replaces=replaces,
        standing=Opinion.Standing.CURRENT if replaces else Opinion.Standing.SIGNED,
    )


def _retract_version(step: Step, reason: str) -> None:
    opinion = step.case.signed_opinion
    if opinion is not None:
        opinion.standing = Opinion.Standing.RETRACTED
        opinion.retracted_reason = reason
        opinion.save()
    step.case.signed_opinion = None


def _back_to_writing(step: Step, reason: str) -> None:
    """Undelivered: the version stays on file, the draft is open again and the writing clock is the total one."""
    _retract_version(step, reason)
    clocks.drop_stage(step.case)


def _end(step: Step, code: str, *, motive: str = "", explanation: str = "", instead: str = "") -> None:
    """Close everything that was open and end the case."""
    case = step.case
    if case.assigned_expert_id is not None and step.source in (*WITH_EXPERT, State.ON_HOLD):
        assignment = case.assignments.filter(ended_at__isnull=True).first()
        if assignment is not None:
            assignment.outcome = Outcome.ENDED
            assignment.ended_at = step.at
            assignment.save()
            OpinionDraft.objects.filter(assignment=assignment).update(sealed_at=step.at)
    if case.signed_opinion_id is not None and case.delivered_at is None:
        _retract_version(step, "")
    if case.delivered_at is None:
        case.assigned_expert = None
    case.resume_to = ""
    case.information_from = ""
    case.holds.filter(released_at__isnull=True).update(released_at=step.at)
    case.information_requests.filter(closed_at__isnull=True).update(closed_at=step.at)
    case.expert_questions.filter(closed_at__isnull=True).update(
        closed_at=step.at, answer_kind=ExpertQuestion.Answer.DROPPED
    )
    case.call_tasks.filter(done_at__isnull=True).update(done_at=step.at)
    _settle_at_end(step)
    Ending.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        state=str(case.state),
        code=code,
        motive=motive,
        explanation=explanation,
        instead=instead,
        at=step.at,
    )
    if code in ("expired", "declined"):
        # It may be taken up again: the total clock waits and never restarts.
        clocks.pause(case, step.at)
    else:
        clocks.end(case)
    case.expires_at = None
    case.ended_at = step.at


def _call(step: Step, why: str, *, due: datetime | None = None) -> None:
    """Put a call on the list of the service, once."""
    CallTask.objects.get_or_create(
        case=step.case,
        why=why,
        done_at=None,
        defaults={
            "content_key_id": step.case.content_key_id,
            "created_at": step.at,
            "due_at": due or clocks.working_days_after(step.at, 1),
        },
    )


def _close_calls(step: Step, *reasons: str) -> None:
    step.case.call_tasks.filter(why__in=reasons, done_at__isnull=True).update(done_at=step.at)
