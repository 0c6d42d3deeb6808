"""The conditions of the moves, one function each: quiet when met, a refusal in plain words when not.

Each stands in the table by name, so that a test can drop it and see that something notices.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import referral
from cases.checks import (
    PARIS,
    age_on,
    case_pieces_open,
    confirming_address,
    conflicts_of_role,
    missing_parts,
    new_pieces,
    obstacles_now,
    open_call_tasks,
    proof_is_fresh,
    wrote_on,
)
from cases.composing import draft_gaps
from cases.machine.step import Step
from cases.models import AnswerSheet, Case, StopRequest
from cases.models.case import Payment, Sharing, Urgency
from cases.models.referral import ReferralRule
from cases.models.states import CONSENTED, REASSIGNABLE, WITH_EXPERT, WITHOUT_CONSENT, State
from consent.models import REQUIRED, SHARINGS
from consent.services import is_blocked, is_living, outdated_purposes
from errors import Conflict, Invalid, NotAllowed
from experts.models import ExpertProfile
from experts.selectors import is_fit_to_sign, must_leave_cases

CHECKLIST = ("answers_read", "documents_read", "questions_clear", "scope_fits")
IDENTITY_MEANS = {
    "identity_document": gettext_lazy("identity document seen"),
    "video": gettext_lazy("identity document seen on video"),
    "professional": gettext_lazy("identity stated by the requesting professional"),
    "france_connect": gettext_lazy("FranceConnect"),
    "phone": gettext_lazy("call and matching documents"),
}

#: Why an expert declines a case or hands it back.
REASONS = {
    "competence": gettext_lazy("outside my field"),
    "conflict": gettext_lazy("conflict of interest"),
    "must_examine": gettext_lazy("the patient must be examined"),
    "unreadable": gettext_lazy("documents missing or unreadable"),
    "no_time": gettext_lazy("not available in time"),
}


# --- preparing the request


def adult_patient(step: Step) -> None:
    """A minor's request stays a draft until the rules for minors exist."""
    birth = step.case.patient.birth_date
    if birth is not None and age_on(birth, step.at) < 18:
        raise Conflict(
            _("A request for a minor cannot be sent yet."),
            _("Your draft is kept. Call us: we will tell you what can be done now."),
        )


def identity_complete(step: Step) -> None:
    """The five strict traits of the identity are known (C-INS-1)."""
    if not step.case.patient.identity_complete:
        raise Invalid(_("The patient's identity is incomplete."), _("Fill in the missing fields, then go on."))


def answers_complete(step: Step) -> None:
    """Every required answer is there: questionnaires, questions, reception, treating doctor, who pays."""
    parts = missing_parts(step.case)
    if parts:
        raise Invalid(
            _("Some answers are still missing."),
            _("Open the list of what remains, fill it in, then go on."),
            fields={part: _("Still to fill in.") for part in parts},
        )


def pieces_settled(step: Step) -> None:
    """Each prerequisite document is there, or declared unobtainable with why."""
    gaps = case_pieces_open(step.case)
    if gaps:
        raise Invalid(
            _("Some documents are still missing."),
            _("Add them, or say that you cannot obtain them and why."),
            fields={code: _("Missing document.") for code in gaps},
        )


def warning_signs_cleared(step: Step) -> None:
    """No warning sign of the questionnaire waits for somebody of the service."""
    if step.case.alerts.filter(kind="warning_sign", closed_at__isnull=True).exists():
        raise Conflict(
            _("One of your answers needs care now, before a second opinion."),
            _("Call 15 or see a doctor today. We will also call you before this request goes on."),
        )


def referral_present(step: Step) -> None:
    """Where the instance requires it, a doctor refers the patient (R.4127-53); none for a fee without a rule."""
    if not step.case.is_second_opinion:
        return
    referral.refuse_barred_fee()
    if referral.rule_now() == ReferralRule.REQUIRED and not referral.is_referred(step.case):
        raise Invalid(
            _("This service needs you to be referred by a doctor."),
            _("Give the name of the doctor who refers you, or add his letter to your documents."),
        )


def not_for_today(step: Step) -> None:
    """A tele-expertise has a known urgency; «today» goes to the 15 and the on-call line (C-HAS-7)."""
    if not step.case.is_second_opinion and step.case.urgency not in Urgency.values:
        raise Invalid(_("A request for today cannot be made here."), _("Call 15 or the on-call line of the hospital."))


def professional_checked(step: Step) -> None:
    """The requesting professional's registration and identity are checked and recorded before the first sending."""
    if step.case.is_second_opinion:
        return
    professional = getattr(step.case.requester, "professional", None)
    if professional is None or not professional.is_checked:
        raise Conflict(
            _("Your registration is still being checked."),
            _("Your request is kept: you can send it as soon as the check is recorded."),
        )


# --- consent


def attested(step: Step) -> None:
    """A professional attests a consent he collected: date, means, and the text handed over."""
    if step.relation != "requester_professional":
        return
    gaps = {}
    day = step.inputs.get("collected_on")
    if day is None or day > step.at.astimezone(PARIS).date():
        gaps["collected_on"] = _("Give the day the patient agreed, today at the latest.")
    if step.inputs.get("means") not in ("oral", "written"):
        gaps["means"] = _("Say how the patient agreed.")
    if step.inputs.get("text_handed_over") is not True:
        gaps["text_handed_over"] = _("Confirm that the text was handed to the patient.")
    if gaps:
        raise Invalid(_("Say when and how the patient agreed."), fields=gaps)


def consent_living_unless_submitted(step: Step) -> None:
    """Entry into any state that needs it asks for a living consent; an answer before admission, or a hold, does not."""
    if step.source == State.INFORMATION_REQUESTED and step.case.information_from == State.SUBMITTED:
        return
    if step.source == State.ON_HOLD:
        return
    consent_living(step)


def consent_living(step: Step) -> None:
    """The act and the sharing are consented to, and neither was withdrawn."""
    case = step.case
    if case.consent_withdrawn_at is None and must_agree_again(case):
        raise Conflict(
            _("The words of the agreement have changed: the patient must agree to the new ones first."),
            _("The case goes on by itself as soon as that is done."),
        )
    if case.consent_withdrawn_at is not None or not is_living(case.pk, case.consent_round, case.sharing):
        raise Conflict(_("The patient's consent is missing or was withdrawn: the case cannot go on."))


def must_agree_again(case: Case) -> bool:
    """Whether an agreement the case cannot do without is to be asked again, on new words marked `renew`."""
    outdated = outdated_purposes(case.pk, case.consent_round)
    return bool(outdated & {*REQUIRED, *SHARINGS})


def confirmed_by_patient(step: Step) -> None:
    """Consent collected by the service rests on a code the patient gave or a signed letter; never on its own word."""
    if step.relation != "phone_care_coordinator":
        return
    means = str(step.inputs.get("means") or "")
    if means == "signed_letter":
        letter = step.inputs.get("letter_id")
        if letter and step.case.documents.filter(pk=letter, type="letter", removed_at__isnull=True).exists():
            return
    elif means == "phone_code":
        proof = step.inputs.get("proof")
        address = confirming_address(step.case)
        if (
            address
            and getattr(proof, "email", "") == address
            and proof_is_fresh(proof, user_id=step.actor.id, purpose="consent", payload=str(step.case.pk), at=step.at)
        ):
            return
    raise Invalid(_("The patient must confirm by the code she received, or by a signed letter."))


# --- completeness


def something_asked(step: Step) -> None:
    """A message and a list of what is missing."""
    step.text("message")
    if not [item for item in step.inputs.get("items") or [] if str(item).strip()]:
        raise Invalid(_("Something is missing."), fields={"items": _("Write what is missing, one thing a line.")})


def something_answered(step: Step) -> None:
    """Each thing asked for has an answer, or one answer says it all; «je ne peux pas l'obtenir» is an answer."""
    if str(step.inputs.get("answer") or "").strip():
        return
    asked = step.case.information_requests.filter(closed_at__isnull=True).first()
    answers = step.inputs.get("item_answers") or {}
    left = [item for item in (asked.items or [] if asked else []) if not str(answers.get(item) or "").strip()]
    if left or not answers:
        raise Invalid(
            _("Something is missing."),
            _("Answer each point. «I cannot obtain it» is an answer."),
            fields={"answer": _("Fill in this field.")},
        )


# --- admission


def identity_checked(step: Step) -> None:
    """The identity check is recorded with its means."""
    if step.case.identity_checked_at is None or step.case.identity_means not in IDENTITY_MEANS:
        raise Conflict(_("Record how the patient's identity was checked before admitting the case."))


def checklist_complete(step: Step) -> None:
    """Every line of the completeness checklist is ticked."""
    left = [line for line in CHECKLIST if not step.case.checklist.get(line)]
    if left:
        raise Conflict(_("Tick every line of the completeness checklist before admitting the case."))


def payment_settled(step: Step) -> None:
    """The price is settled or waived."""
    if step.case.payment == Payment.OPEN:
        raise Conflict(_("Record that the price is settled or waived before admitting the case."))


def system_only_for_named_tele_expertise(step: Step) -> None:
    """The service itself places only a complete tele-expertise that names its expert."""
    if step.by_system and (step.case.is_second_opinion or step.case.requested_expert_id is None):
        raise NotAllowed(_("Only a coordinator can do this."))


def nothing_delivered(step: Step) -> None:
    """No version of the opinion has been delivered."""
    if step.case.delivered_at is not None:
        raise Conflict(_("The opinion was already delivered."))


# --- the expert


def expert_ready(step: Step) -> None:
    """The expert is active, registered, insured, under convention, covers the pathology and has room."""
    chosen = step.inputs.get("expert")
    if chosen is None:
        raise Invalid(_("Choose an expert."), fields={"expert": _("Choose an expert.")})
    # What the page knew of him may be old; under the lock two proposals never share the last free place.
    expert = ExpertProfile.objects.select_for_update(of=("self",)).get(pk=chosen.pk)
    step.inputs["expert"] = expert
    found = obstacles_now(expert, pathology=step.case.pathology, on=step.at)
    if found:
        raise Conflict(
            _("This case cannot be proposed to this expert: %(why)s.")
            % {"why": ", ".join(str(obstacle.text) for obstacle in found)}
        )


def expert_not_blocked(step: Step) -> None:
    """The patient does not refuse this expert."""
    if is_blocked(step.case.patient_id, step.inputs["expert"].user_id):
        raise Conflict(_("The patient has chosen not to share the case with this expert."))


def expert_without_other_role(step: Step) -> None:
    """The expert is nothing else in this case: coordinator, requester, treating doctor, first opinion, department."""
    found = conflicts_of_role(step.case, step.inputs["expert"], coordinator_id=step.actor.id)
    if found:
        raise Conflict(
            _("This expert cannot give this opinion: %(why)s.") % {"why": ", ".join(str(words) for words in found)}
        )


def expert_covered_by_sharing(step: Step) -> None:
    """A sharing consented to for one named expert covers nobody else."""
    case = step.case
    if case.sharing == Sharing.NAMED and case.requested_expert_id != step.inputs["expert"].pk:
        raise Conflict(
            _("The patient agreed to share the case with another expert, by name."),
            _("Ask the patient for a new agreement first."),
        )


def no_conflict_declared(step: Step) -> None:
    """The expert declares that he has no conflict of interest (R.4127-105)."""
    if step.inputs.get("no_conflict") is not True:
        raise Invalid(
            _("Declare that you have no conflict of interest, or decline the case."),
            fields={"no_conflict": _("This declaration is needed.")},
        )


def expert_still_entitled(step: Step) -> None:
    """The expert is still active, registered and insured at the moment of signing or accepting."""
    expert = step.case.assigned_expert
    if expert is None:
        raise Conflict(_("No expert holds this case."))
    found = is_fit_to_sign(expert, on=step.at)
    if found:
        raise Conflict(
            _("Your entitlement is incomplete: %(why)s.") % {"why": ", ".join(str(o.text) for o in found)},
            _("Call the coordinator."),
        )


# --- signing


def fresh_code(step: Step) -> None:
    """A one-time code just confirmed the signature of these very bytes by this very person."""
    signed = step.inputs.get("signed")
    if signed is None:
        raise Conflict(_("Read the opinion again before you sign."))
    _confirmed(step, "sign", signed.source_sha256)


def fresh_override_code(step: Step) -> None:
    """A one-time code just confirmed an override of this very case by this very person."""
    _confirmed(step, "override", str(step.case.pk))


def _confirmed(step: Step, purpose: str, payload: str) -> None:
    if not proof_is_fresh(
        step.inputs.get("proof"), user_id=step.actor.id, purpose=purpose, payload=payload, at=step.at
    ):
        raise Invalid(_("Enter the code that was just sent to you."), fields={"code": _("A fresh code is needed.")})


def opinion_complete(step: Step) -> None:
    """Every part of the opinion is written, and the relevance of a remote opinion is stated (C-TEL-2)."""
    draft = step.inputs["draft"]
    gaps = draft_gaps(step.case, draft.content, at=step.at, replaces=draft.replaced)
    if gaps:
        raise Invalid(_("The opinion is not complete."), fields=gaps)


def signed_what_was_read(step: Step) -> None:
    """The bytes signed are those the expert saw: same draft version, same SHA-256."""
    draft, signed = step.inputs["draft"], step.inputs["signed"]
    if draft.rendered_version != draft.version or draft.rendered_sha256 != signed.source_sha256:
        raise Conflict(_("The opinion was changed after you read it again."), _("Read it again, then sign."))


def new_pieces_settled(step: Step) -> None:
    """Pieces added since the expert accepted are opened, or set aside with a reason."""
    if new_pieces(step.case):
        raise Conflict(
            _("Documents were added since you accepted this case."),
            _("Open each of them, or set it aside with a reason, then sign."),
        )


# --- delivery and after


def told_in_person(step: Step) -> None:
    """What the expert wants told in person is not delivered at once by the service itself."""
    if step.by_system and step.case.signed_opinion and step.case.signed_opinion.tell_in_person:
        raise Conflict(_("This opinion is to be told in person first."))


def system_delivers_where_allowed(step: Step) -> None:
    """The service itself delivers only where the instance says so."""
    if step.by_system and not settings.DELIVER_AT_ONCE:
        raise NotAllowed(_("Only a coordinator can do this."))


def within_follow_up(step: Step) -> None:
    """Once, within thirty days of the first opening."""
    case = step.case
    if case.follow_up_used:
        raise Conflict(_("The follow-up question was already asked."))
    if case.first_opened_at is None:
        raise Conflict(_("Open the opinion first."))
    if step.at > case.first_opened_at + timedelta(days=settings.FOLLOW_UP_DAYS):
        raise Conflict(_("The time to ask a follow-up question is over."))


def answers_not_refused(step: Step) -> None:
    """The expert who is to answer is nobody the patient refuses: he could not open the question."""
    expert = step.case.assigned_expert
    if expert is not None and is_blocked(step.case.patient_id, expert.user_id):
        raise Conflict(
            _("You have refused the expert who gave this opinion: he cannot answer."),
            _("Accept him again among your choices, then ask your question."),
        )


def opinion_opened(step: Step) -> None:
    """An opinion nobody has read, or whose correction is under way, is never closed."""
    if step.case.first_opened_at is None:
        raise Conflict(_("The opinion has not been opened yet."))
    if step.case.correcting_since is not None:
        raise Conflict(_("A correction is under way: wait for the new version."))


def reading_time_over(step: Step) -> None:
    """By the clock, thirty days after the later of the first opening and the last addendum."""
    case = step.case
    if not step.by_system or case.first_opened_at is None:
        return
    since = max(moment for moment in (case.first_opened_at, case.last_addendum_at) if moment)
    if step.at < since + timedelta(days=settings.CLOSE_DAYS):
        raise Conflict(_("It is too early to close this case."))


# --- silence


def silence_over(step: Step) -> None:
    """The requester's time is over, and he was warned twice."""
    case = step.case
    if case.expires_at is None or step.at < case.expires_at or case.reminders_sent < 2:
        raise Conflict(_("This request cannot expire yet."))


def nobody_called_for(step: Step) -> None:
    """No open alert and no open call task."""
    if step.case.alerts.filter(closed_at__isnull=True).exists() or open_call_tasks(step.case):
        raise Conflict(_("An alert or a call is still open on this case."))


def waited_long_enough(step: Step) -> None:
    """By the clock: ten days, two reminders and a call task."""
    if not step.by_system:
        return
    question = step.case.expert_questions.filter(closed_at__isnull=True).first()
    over = question and step.at >= question.asked_at + timedelta(days=settings.QUESTION_DAYS)
    called = step.case.call_tasks.filter(why="silence").exists()
    if not over or step.case.reminders_sent < 2 or not called:
        raise Conflict(_("It is too early to go on without an answer."))


def acceptance_over(step: Step) -> None:
    """The time to accept has passed."""
    if step.case.stage_due_at is None or step.at < step.case.stage_due_at:
        raise Conflict(_("The expert still has time to answer."))


# --- the service


def motive_given(step: Step) -> None:
    """A motive, in words."""
    if not step.by_system:
        step.text("motive")


def expert_failing(step: Step) -> None:
    """The service itself takes a case back only from an expert who may no longer sign, or has no convention."""
    expert = step.case.assigned_expert
    if step.by_system and (expert is None or not must_leave_cases(expert, on=step.at)):
        raise NotAllowed(_("Only a coordinator can do this."))


def long_motive_given(step: Step) -> None:
    """A motive of twenty characters at least."""
    step.text("motive", least=20)


def reason_given(step: Step) -> None:
    """A reason out of the list; the words are optional."""
    if step.inputs.get("reason_code") not in REASONS:
        raise Invalid(_("Choose a reason."), fields={"reason_code": _("Choose a reason.")})


def patient_word_recorded(step: Step) -> None:
    """A coordinator withdraws only on the patient's recorded word."""
    if step.relation == "coordinator":
        step.text("patient_word", least=10)


def review_date_near(step: Step) -> None:
    """A hold has a date to look again, within fourteen days, and a reason told to the patient."""
    step.text("told")
    review = step.inputs.get("review_on")
    today = step.at.astimezone(PARIS).date()
    if review is None or not today <= review <= today + timedelta(days=settings.HOLD_REVIEW_DAYS):
        raise Invalid(
            _("Choose a date to look again, within %(days)s days.") % {"days": settings.HOLD_REVIEW_DAYS},
            fields={"review_on": _("Within %(days)s days.") % {"days": settings.HOLD_REVIEW_DAYS}},
        )


def release_allowed(step: Step) -> None:
    """The guards of the state gone back to are checked again; what was delivered stays so without a consent."""
    case = step.case
    if case.resume_to in CONSENTED and case.delivered_at is None:
        consent_living(step)
    if case.resume_to in REASSIGNABLE:
        # What he signed while entitled stays good; what he still has to do asks for it.
        expert_still_entitled(step)
    expert = case.assigned_expert if case.resume_to in WITH_EXPERT else None
    if expert is not None and is_blocked(case.patient_id, expert.user_id):
        raise Conflict(_("The patient has chosen not to share the case with this expert."))


def confirmed_by_second_person(step: Step) -> None:
    """A stop was asked by one person of the service and is confirmed by another."""
    request = StopRequest.objects.filter(case=step.case, settled_at__isnull=True).first()
    if request is None:
        raise Conflict(_("Ask for the stop first; a second person confirms it."))
    if request.asked_by_id == step.actor.id:
        raise NotAllowed(_("The stop must be confirmed by another person."))
    step.inputs["request"] = request


def never_past_consent(step: Step) -> None:
    """An override never replaces a missing consent; what asks for none yet, or no longer, is taken up without."""
    if step.source == State.STOPPED and step.case.stopped_from in WITHOUT_CONSENT:
        return
    consent_living(step)


def not_involved(step: Step) -> None:
    """A coordinator does not override on a case he wrote on."""
    if step.actor.id is not None and wrote_on(step.case, step.actor.id):
        raise NotAllowed(_("You wrote on this case: another coordinator must do this."))


def stop_recent(step: Step) -> None:
    """A stopped case comes back within thirty days only."""
    case = step.case
    if step.source != State.STOPPED or case.ended_at is None:
        return
    if step.at > case.ended_at + timedelta(days=settings.OVERRIDE_STOP_DAYS):
        raise Conflict(_("This case was stopped too long ago to be taken up again."))


def frozen_sheets(case: Case, at: object) -> int:
    """Freeze the answers of the case; the number of sheets frozen."""
    return AnswerSheet.objects.filter(case=case, frozen_at__isnull=True).update(frozen_at=at)


def same_request_open(case: Case) -> list[UUID]:
    """Other living cases of the same patient for the same pathology; said to patient and coordinator only."""
    if case.pathology is None:
        return []
    rows = Case.objects.filter(patient_id=case.patient_id, pathology=case.pathology).exclude(pk=case.pk)
    over = [State.DRAFT, State.DECLINED, State.WITHDRAWN, State.EXPIRED, State.STOPPED, State.CLOSED]
    return list(rows.exclude(state__in=over).values_list("pk", flat=True))
