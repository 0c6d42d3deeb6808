"""Filling in a request: opening a draft, answers, questions, choices, and discarding it all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Patient, User
from audit import Actor, record
from cases.answers import whole
from cases.checks import MAX_QUESTIONS, doctor_untold
from cases.machine import clocks
from cases.machine.effects import ask_reception_again
from cases.models import Alert, AnswerAddition, AnswerSheet, Case, MissingPiece, ReferenceCounter
from cases.models.case import Kind, Reception, Sharing, TreatingDoctorChoice
from cases.models.states import State
from cases.referral import refuse_barred_fee
from cases.services.locking import locked_case, subjects
from cases.services.repeats import said_already
from clock import now
from consent.models import Means
from consent.services import record_notice
from errors import Conflict, Invalid
from experts.models import ExpertProfile, Pathology, Questionnaire
from experts.questionnaires.answers import RedFlag, red_flags
from experts.selectors import own_questionnaire
from vault.keys import create_key, destroy_key

PREFIXES = {Kind.SECOND_OPINION: "DA", Kind.TELE_EXPERTISE: "TE"}


@dataclass(frozen=True)
class Agreed:
    """The agreement to keep a draft, given before the first question about health.

    Args:
        shown_text: id of the notice shown.
        at: when it was accepted.
        language: in which it was shown.
    """

    shown_text: UUID
    at: datetime
    language: str = "fr"


def keep_agreement(case: Case, agreed: Agreed, *, actor: Actor) -> None:
    """Store the agreement to keep the draft of a case just opened.

    Raises:
        Invalid: the notice has changed since it was shown.
    """
    record_notice(
        case_id=case.pk,
        patient_id=case.patient_id,
        kind=case.kind,
        notice="draft_notice",
        shown_text=agreed.shown_text,
        round_number=case.consent_round,
        actor=actor,
        means=Means.ORAL if case.by_phone else Means.ONLINE,
        language=agreed.language,
        at=agreed.at,
    )


def draw_reference(kind: str) -> str:
    """The next reference of a kind: DA or TE, year and month, number; for people only, never in an address."""
    moment = now()
    prefix = f"{PREFIXES[Kind(kind)]}-{moment:%y%m}"
    ReferenceCounter.objects.get_or_create(prefix=prefix)
    counter = ReferenceCounter.objects.select_for_update().get(prefix=prefix)
    counter.last += 1
    counter.save()
    return f"{prefix}-{counter.last:04d}"


@transaction.atomic
def open_second_opinion(
    *,
    patient: Patient,
    requester: User,
    pathology: Pathology | None,
    actor: Actor,
    eligibility: Mapping[str, Any],
    planned_treatment_on: date | None = None,
    expert: ExpertProfile | None = None,
    language: str = "fr",
    by_phone: bool = False,
    agreed: Agreed | None = None,
    case_id: UUID | None = None,
) -> Case:
    """Open the draft of a patient's request, after the notice and the agreement to keep it.

    Args:
        requester: the patient or representative logged in, or the care coordinator on the phone.
        eligibility: the answers given before the account existed; sealed.
        expert: the expert the patient named, if any.
        by_phone: the care coordinator fills it in «pour Mme X, par téléphone».
        agreed: the agreement to keep a draft, given on the page before this one.
        case_id: an id made beforehand, so that the same form sent twice opens one draft.

    Raises:
        Conflict: this very draft was opened already, or the opinion has a price and no rule on referral.
        Invalid: the notice has changed since it was shown.
    """
    refuse_barred_fee()
    case_id = case_id or uuid4()
    if Case.objects.filter(pk=case_id).exists():
        raise Conflict(_("This request is already open."), _("Go back to it from your page."))
    case = Case(
        id=case_id,
        reference=draw_reference(Kind.SECOND_OPINION),
        kind=Kind.SECOND_OPINION,
        content_key=create_key("case"),
        patient=patient,
        requester=requester,
        pathology=pathology,
        language=language,
        planned_treatment_on=planned_treatment_on,
        requested_expert=expert,
        sharing=Sharing.NAMED if expert else Sharing.DELEGATED,
        by_phone=by_phone,
        created_at=now(),
    )
    case.eligibility = dict(eligibility)
    clocks.silence(case, now())
    case.save()
    _sheets_for(case)
    record("case.opened", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"kind": case.kind})
    if agreed is not None:
        keep_agreement(case, agreed, actor=actor)
    return case


def _sheets_for(case: Case) -> None:
    """An answer sheet for the common questions, the pathology, the expert named, each on the latest version."""
    codes = ["common", case.pathology.code] if case.pathology else ["common"]
    for code in codes:
        latest = Questionnaire.objects.filter(code=code).order_by("-version").first()
        if latest is None:
            raise Conflict(_("The questionnaires are not installed yet."), _("Tell the administrator of this service."))
        if not case.answer_sheets.filter(questionnaire__code=code).exists():
            AnswerSheet.objects.create(content_key=case.content_key, case=case, questionnaire=latest)
    _own_sheet(case)


def _own_sheet(case: Case) -> None:
    """A sheet for what the expert it names asks besides, on his latest version; one it had for him already stays."""
    expert, pathology = case.requested_expert_id, case.pathology_id
    if not case.is_second_opinion or expert is None or pathology is None:
        return
    asked = own_questionnaire(expert, pathology)
    if asked is not None and not case.answer_sheets.filter(questionnaire__expert_id=expert).exists():
        AnswerSheet.objects.create(content_key=case.content_key, case=case, questionnaire=asked)


@transaction.atomic
def choose_pathology(case_id: UUID, pathology: Pathology, *, actor: Actor) -> Case:
    """Set the disease of a draft; answers about another disease are put aside with its sheet."""
    case = locked_case(case_id, actor=actor, action="case.fill")
    if case.pathology_id != pathology.pk:
        case.answer_sheets.exclude(questionnaire__code__in=["common", pathology.code]).delete()
        case.pathology = pathology
        _save(case)
        if case.is_second_opinion:
            _sheets_for(case)
        record("case.filled", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"fields": ["pathology"]})
    return case


@transaction.atomic
def set_beginning(
    case_id: UUID, *, planned_on: date | None, language: str, needs: list[str], interpreter_for: str, actor: Actor
) -> Case:
    """Correct what was told before the account existed: the planned date, and how to write and speak."""
    case = locked_case(case_id, actor=actor, action="case.fill")
    case.planned_treatment_on = planned_on
    case.language = language
    case.eligibility = {**(case.eligibility or {}), "needs": needs, "interpreter_for": interpreter_for}
    return _filled(case, actor, "beginning")


@transaction.atomic
def save_answers(
    case_id: UUID,
    sheet_id: UUID,
    block: str,
    answers: Mapping[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
    done: bool = False,
) -> AnswerSheet:
    """Store the cleaned answers of one block.

    Args:
        version: the sheet's version when the page was opened; a stale page is refused, nothing is overwritten.
        done: the person went on from this block.

    Raises:
        Conflict: the sheet changed since the page was opened, or is frozen.
    """
    case = locked_case(case_id, actor=actor, action="case.fill")
    sheet = case.answer_sheets.select_for_update(of=("self",)).select_related("questionnaire").get(pk=sheet_id)
    if sheet.frozen_at is not None:
        raise Conflict(_("These answers were sent and can no longer be changed."), _("You can add to them instead."))
    if version is not None and version != sheet.version:
        raise Conflict(
            _("These answers were changed on another page or device."),
            _("Compare the two versions below and keep the right one."),
        )
    together = whole(case)
    flagged_before = red_flags(together.body, together.answers)
    sheet.answers = {**sheet.answers, **answers}
    if done and block not in sheet.done_blocks:
        sheet.done_blocks = [*sheet.done_blocks, block]
    sheet.version += 1
    sheet.updated_at = now()
    sheet.save()
    _follow_answers(case, sheet.answers)
    clocks.silence(case, now())
    _save(case)
    record(
        "case.filled",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"fields": [f"{sheet.questionnaire.code}.{block}"]},
    )
    flagged = red_flags(together.body, {**together.answers, **answers})
    _raise_warning_signs(case, flagged_before, flagged, actor)
    return sheet


def _follow_answers(case: Case, answers: Mapping[str, Any]) -> None:
    """Keep on the case what rules ask for: what the patient does not wish to know, and who gave the first opinion."""
    if "prognosis_wish" in answers:
        case.prognosis_unwanted = answers["prognosis_wish"] == "do_not_tell"
    if "first_opinion_doctor" in answers:
        case.first_opinion_doctor = str(answers["first_opinion_doctor"] or "")
    if "first_opinion_place" in answers:
        case.first_opinion_department = str(answers["first_opinion_place"] or "")[:200]


def _raise_warning_signs(case: Case, before: list[RedFlag], flagged: list[RedFlag], actor: Actor) -> None:
    """A new red flag stops the page and calls the service, once while it stands; corrected, an untaken call ends.

    Both questionnaires are read as one: an answer of one may bring in a question of the other. An alert that bears a
    note waits for a person: no answer ends it.

    Args:
        before: the signs until now; the service may have dealt with them already.
        flagged: those there are now.
    """
    from cases.services.alerts import new_alert

    alerts = case.alerts.filter(kind=Alert.Kind.WARNING_SIGN, closed_at__isnull=True).select_related("content_key")
    standing = list(alerts)
    new = {flag.question: flag for flag in flagged}
    for flag in before:
        new.pop(flag.question, None)
    if any(flag.needs_person for flag in new.values()) and not any(alert.note for alert in standing):
        words = _("Dark thoughts, said in the questionnaire. Call, even if the answer has been changed since.")
        new_alert(case, Alert.Kind.WARNING_SIGN, actor=actor, note=words)
    elif new and not standing:
        new_alert(case, Alert.Kind.WARNING_SIGN, actor=actor)
    elif not flagged:
        for alert in standing:
            if alert.taken_at is None and not alert.note:
                alert.closed_at = now()
                alert.save()


@transaction.atomic
def add_to_answers(case_id: UUID, text: str, *, actor: Actor) -> AnswerAddition:
    """Add something to frozen answers: dated, beside them, never instead."""
    case = locked_case(case_id, actor=actor, action="case.add_to_answers")
    if not text.strip():
        raise Invalid(_("Write what you want to add."), fields={"text": _("Fill in this field.")})
    so_far = AnswerAddition.objects.select_related("content_key").filter(case=case)
    known = said_already(so_far, text, actor=actor)
    if known is not None:
        return known
    addition = AnswerAddition.objects.create(
        content_key=case.content_key,
        case=case,
        author_id=actor.person,
        author_role=actor.role,
        text=text.strip(),
        at=now(),
    )
    record("case.answers_added", actor=actor, case_id=case.pk, subjects=subjects(case))
    return addition


@transaction.atomic
def set_questions(case_id: UUID, questions: list[str], *, actor: Actor) -> Case:
    """Store the precise questions put to the expert: one to three, one for a tele-expertise."""
    case = locked_case(case_id, actor=actor, action="case.fill")
    kept = [question.strip() for question in questions if question.strip()]
    most = MAX_QUESTIONS if case.is_second_opinion else 1
    if not 1 <= len(kept) <= most:
        raise Invalid(
            _("Write at least one question."),
            fields={"question_1": _("Write at least one question, and %(most)s at most.") % {"most": most}},
        )
    case.questions = kept
    return _filled(case, actor, "questions")


@transaction.atomic
def set_referring_doctor(case_id: UUID, doctor: str, *, actor: Actor) -> Case:
    """Name the doctor who refers the patient, where the service asks for it (R.4127-53); "" takes the name back."""
    case = locked_case(case_id, actor=actor, action="case.fill")
    case.referral = {**(case.referral or {}), "doctor": doctor.strip()}
    return _filled(case, actor, "referral")


@transaction.atomic
def choose_expert(case_id: UUID, expert: ExpertProfile | None, *, actor: Actor) -> Case:
    """A named expert, or «laisser le service proposer»; it decides which sharing text is put, and who asks besides."""
    case = locked_case(case_id, actor=actor, action="case.choose_readers")
    case.requested_expert = expert
    case.sharing = Sharing.NAMED if expert else Sharing.DELEGATED
    case.expert_settled_at = now()
    _own_sheet(case)
    return _filled(case, actor, "expert")


@transaction.atomic
def set_treating_doctor(
    case_id: UUID,
    choice: str,
    doctor: Mapping[str, Any] | None,
    *,
    actor: Actor,
    user: User | None = None,
    shown_text: UUID | None = None,
    language: str = "fr",
) -> Case:
    """The treating doctor, «je n'en ai pas», or a refusal after its consequences were shown (R.4127-58).

    Args:
        shown_text: id of the text on the consequences of a refusal, as it was shown; kept as evidence (C-CON-5).
    """
    case = locked_case(case_id, actor=actor, action="case.choose_readers")
    if choice not in TreatingDoctorChoice.values or not choice:
        raise Invalid(_("Choose an answer."), fields={"choice": _("Choose an answer.")})
    named = choice == TreatingDoctorChoice.NAMED
    case.treating_doctor_choice = choice
    case.treating_doctor = dict(doctor or {}) if named else None
    case.treating_doctor_user = user if named else None
    ask_reception_again(case)
    if choice == TreatingDoctorChoice.REFUSED and shown_text is not None:
        record_notice(
            case_id=case.pk,
            patient_id=case.patient_id,
            kind=case.kind,
            notice="treating_doctor_refusal",
            shown_text=shown_text,
            round_number=case.consent_round,
            actor=actor,
            means=Means.ORAL if case.by_phone else Means.ONLINE,
            language=language,
        )
    return _filled(case, actor, "treating_doctor")


@transaction.atomic
def set_reception(case_id: UUID, reception: str, person: Mapping[str, Any] | None, *, actor: Actor) -> Case:
    """How the patient wishes to receive the opinion; may be changed until it is delivered."""
    case = locked_case(case_id, actor=actor, action="case.choose")
    if case.delivered_at is not None:
        raise Conflict(_("The opinion was already delivered."))
    if reception not in Reception.values or not reception:
        raise Invalid(_("Choose an answer."), fields={"reception": _("Choose an answer.")})
    if reception == Reception.WITH_DOCTOR and doctor_untold(case):
        words = _("By your answer, no treating doctor receives the opinion.")
        change = (
            _("Choose another way here, or change that answer first, under «Your treating doctor».")
            if case.state == State.DRAFT
            else _("Choose another way here, or first have it sent to your treating doctor, in «My choices».")
        )
        raise Invalid(words, change, fields={"reception": f"{words} {change}"})
    case.reception = reception
    case.reception_person = dict(person or {}) if reception == Reception.WITH_SOMEONE else None
    return _filled(case, actor, "reception")


@transaction.atomic
def set_documents_done(case_id: UUID, done: bool, *, actor: Actor) -> Case:
    """The person says that the documents are all there, or goes back on it."""
    case = locked_case(case_id, actor=actor, action="case.fill")
    case.documents_done_at = now() if done else None
    return _filled(case, actor, "documents")


@transaction.atomic
def declare_missing(case_id: UUID, prerequisite: str, why: str, *, actor: Actor) -> MissingPiece:
    """«Je ne peux pas l'obtenir» is an answer, with why."""
    case = locked_case(case_id, actor=actor, action="case.add_document")
    if not why.strip():
        raise Invalid(_("Say why you cannot obtain it."), fields={"why": _("Fill in this field.")})
    piece, created = MissingPiece.objects.get_or_create(
        case=case,
        prerequisite=prerequisite[:40],
        defaults={
            "content_key": case.content_key,
            "why": why.strip(),
            "declared_by_id": actor.person,
            "declared_at": now(),
        },
    )
    if not created:
        piece.why = why.strip()
        piece.save()
    record(
        "case.piece_unobtainable",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"prerequisite": prerequisite[:40]},
    )
    return piece


@transaction.atomic
def undo_missing(case_id: UUID, prerequisite: str, *, actor: Actor) -> None:
    """The document can be obtained after all."""
    case = locked_case(case_id, actor=actor, action="case.add_document")
    case.missing_pieces.filter(prerequisite=prerequisite).delete()
    record(
        "case.piece_obtainable",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"prerequisite": prerequisite[:40]},
    )


@transaction.atomic
def discard_draft(case_id: UUID, *, actor: Actor) -> str:
    """Destroy a draft: its key first, so that nothing of its content can ever be read again.

    The row stays, ended, with no content: its reference and the journal say that a draft was discarded.

    Returns:
        The reference of the draft.
    """
    from cases.machine import perform

    case = locked_case(case_id, actor=actor, action="case.discard")
    reference = case.reference
    perform("withdraw", case.pk, actor=actor)
    destroy_content(case, actor=actor)
    return reference


def destroy_content(case: Case, *, actor: Actor) -> None:
    """Destroy the key of a request that was never sent. The caller holds its row and has ended it."""
    destroy_key(case.content_key)
    record("case.draft_destroyed", actor=actor, case_id=case.pk, subjects=subjects(case))


def _filled(case: Case, actor: Actor, name: str) -> Case:
    if case.state == State.DRAFT:
        clocks.silence(case, now())
    _save(case)
    record("case.filled", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"fields": [name]})
    return case


def _save(case: Case) -> None:
    case.updated_at = now()
    case.save()
