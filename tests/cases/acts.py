"""Everything that is done to a case, as acts a sweep can kill: each move, each service, each job."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.test import override_settings

from accounts import tasks as accounts_tasks
from accounts.models import User
from accounts.services.accounts import create_staff
from audit import Actor
from cases import tasks
from cases.composing import CORRECTION_WHY
from cases.demo.walk import proof
from cases.machine import perform
from cases.models import Billing, CallTask, Case, DoctorCopy, Document, Payer, Receipt
from cases.models.documents import DocumentType
from cases.services import (
    alerts,
    billing,
    blocking,
    copies,
    corrections,
    delivery,
    desk,
    documents,
    drafting,
    messages,
    opening,
    opinions,
    payers,
    renewals,
    requesting,
    snippets,
)
from cases.services.documents import Described
from cases.services.drafting import Agreed
from cases.start.begun import Begun
from clock import now
from consent.models import ConsentText, Purpose
from consent.texts import current_text
from experts.models import Pathology
from experts.services import change_status
from jobs import enqueue, own_jobs, run_until_empty
from tests.cases.crashing import Act, Step
from tests.cases.machine.attempts import BLANK_PDF, MOTIVE
from tests.cases.machine.racing import click_of
from tests.cases.machine.rules import SECOND, STATES, TABLE, TELE, Who
from tests.cases.machine.stage import Stage, usual, whole_opinion
from ui.dates import paris_day
from ui.forms import today
from vault.files import delete_file, write_file
from vault.models import StoredFile


def act_of_move(move: str, who: Who | None = None) -> Act:
    """A move made by somebody; the case must stand in a state it starts from."""

    def ready(stage: Stage) -> Step:
        by = who or usual(move, stage.facts.kind)
        stage.prepare(move)
        if by is Who.CLOCK:
            stage.ripen(move)
        stage.wait(hours=1)
        return click_of(stage, move, by)

    return Act(f"{move} by {who}" if who else move, ready)


def _as(stage: Stage, who: Who) -> Actor:
    return stage.company.actor(who, stage.case)


#: kind and state → what is done there, in an order in which each leaves the next possible.
SERVICES: dict[tuple[str, str], list[Act]] = {}
#: What ends or changes the life of the case: each on a case of its own.
ALONE: dict[tuple[str, str], list[Act]] = {}


def done_in(
    state: str, who: Who, kind: str = SECOND, *, alone: bool = False, repeats: str = ""
) -> Callable[[Callable[[Stage, Actor], Step]], Callable[[Stage, Actor], Step]]:
    """Register a service: the function gets the stage and the actor, prepares, and gives what is done."""

    def register(prepare: Callable[[Stage, Actor], Step]) -> Callable[[Stage, Actor], Step]:
        def ready(stage: Stage) -> Step:
            stage.wait(minutes=5)
            with stage.time():
                return prepare(stage, _as(stage, who))

        act = Act(prepare.__name__, ready, frozenset(repeats.split()))
        (ALONE if alone else SERVICES).setdefault((kind, state), []).append(act)
        return prepare

    return register


# --- a draft


def _agreed(kind: str) -> Agreed:
    return Agreed(current_text("draft_notice", kind).pk, now())


def _begun(stage: Stage) -> Begun:
    return Begun(
        draft=str(uuid4()),
        emergency="no",
        diagnosis="yes",
        whom="self",
        language="fr",
        pathology=stage.company.world.pathology.code,
        at=now().isoformat(),
    )


@done_in("draft", Who.PATIENT)
def open_a_draft(stage: Stage, actor: Actor) -> Step:
    begun, agreed, user = _begun(stage), _agreed(SECOND), stage.company.users[Who.PATIENT]
    return lambda: opening.open_request(user, begun, agreed=agreed, actor=actor, patient_id=stage.company.patient.pk)


@done_in("draft", Who.CARE_COORDINATOR)
def open_a_draft_by_phone(stage: Stage, actor: Actor) -> Step:
    begun, agreed = _begun(stage), _agreed(SECOND)
    identity = {"birth_name": "Nouvelle", "birth_first_names": "Nina"}
    return lambda: opening.open_by_phone(begun, agreed=agreed, actor=actor, identity=identity)


@done_in("draft", Who.PATIENT)
def save_answers(stage: Stage, actor: Actor) -> Step:
    sheet = stage.case.answer_sheets.select_related("questionnaire").order_by("pk")[0]
    block = sheet.questionnaire.body["blocks"][0]["code"]
    return lambda: drafting.save_answers(
        stage.case_id, sheet.pk, block, {}, actor=actor, version=sheet.version, done=True
    )


@done_in("draft", Who.PATIENT)
def set_questions(stage: Stage, actor: Actor) -> Step:
    return lambda: drafting.set_questions(stage.case_id, ["Faut-il opérer ?"], actor=actor)


@done_in("draft", Who.PATIENT)
def set_referring_doctor(stage: Stage, actor: Actor) -> Step:
    return lambda: drafting.set_referring_doctor(stage.case_id, "Dr Martin, Lyon", actor=actor)


@done_in("draft", Who.PATIENT)
def refuse_the_treating_doctor(stage: Stage, actor: Actor) -> Step:
    shown = current_text("treating_doctor_refusal", SECOND).pk
    return lambda: drafting.set_treating_doctor(stage.case_id, "refused", None, actor=actor, shown_text=shown)


@done_in("draft", Who.PATIENT)
def set_reception(stage: Stage, actor: Actor) -> Step:
    return lambda: drafting.set_reception(stage.case_id, "after_call", None, actor=actor)


@done_in("draft", Who.PATIENT)
def set_beginning(stage: Stage, actor: Actor) -> Step:
    return lambda: drafting.set_beginning(
        stage.case_id, planned_on=None, language="fr", needs=["large_print"], interpreter_for="", actor=actor
    )


@done_in("draft", Who.PATIENT)
def set_documents_done(stage: Stage, actor: Actor) -> Step:
    return lambda: drafting.set_documents_done(stage.case_id, True, actor=actor)


@done_in("draft", Who.PATIENT)
def undo_missing(stage: Stage, actor: Actor) -> Step:
    code = stage.case.missing_pieces.values_list("prerequisite", flat=True)[0]
    return lambda: drafting.undo_missing(stage.case_id, code, actor=actor)


@done_in("draft", Who.PATIENT)
def declare_missing(stage: Stage, actor: Actor) -> Step:
    return lambda: drafting.declare_missing(stage.case_id, "scanner", "Perdu.", actor=actor)


@done_in("draft", Who.PATIENT)
def choose_expert(stage: Stage, actor: Actor) -> Step:
    return lambda: drafting.choose_expert(stage.case_id, stage.company.world.expert, actor=actor)


@done_in("draft", Who.PATIENT, alone=True)
def choose_pathology(stage: Stage, actor: Actor) -> Step:
    other = Pathology.objects.exclude(pk=stage.case.pathology_id).order_by("code")[0]
    return lambda: drafting.choose_pathology(stage.case_id, other, actor=actor)


@done_in("draft", Who.PATIENT, alone=True)
def discard_draft(stage: Stage, actor: Actor) -> Step:
    return lambda: drafting.discard_draft(stage.case_id, actor=actor)


# --- documents


def _stored(stage: Stage) -> StoredFile:
    return write_file(stage.case.content_key, [BLANK_PDF, uuid4().bytes], media_type="application/pdf")


def _upload(stage: Stage, actor: Actor) -> Step:
    key, pdf = stage.case.content_key, BLANK_PDF + uuid4().hex.encode()
    described = Described(type=DocumentType.values[0], title="Courrier")

    def upload() -> object:
        stored = write_file(key, [pdf], media_type="application/pdf")
        try:
            return documents.add_document(stage.case_id, stored, described, actor=actor)
        except Exception:
            delete_file(stored)
            raise

    return upload


def _document(stage: Stage, who: Who = Who.PATIENT, *, checked: bool = True) -> Document:
    described = Described(type=DocumentType.values[0], title="Courrier")
    document = documents.add_document(stage.case_id, _stored(stage), described, actor=_as(stage, who))
    if checked:
        run_until_empty(queues=["scan"])
    return document


@done_in("draft", Who.PATIENT)
def upload(stage: Stage, actor: Actor) -> Step:
    return _upload(stage, actor)


@done_in("draft", Who.PATIENT)
def describe_document(stage: Stage, actor: Actor) -> Step:
    document, described = _document(stage), Described(type=DocumentType.values[1], title="Autre")
    return lambda: documents.describe_document(document.pk, described, actor=actor)


@done_in("draft", Who.PATIENT)
def remove_document(stage: Stage, actor: Actor) -> Step:
    document = _document(stage)
    return lambda: documents.remove_document(document.pk, "Doublon.", actor=actor)


@done_in("in_review", Who.EXPERT)
def open_a_piece(stage: Stage, actor: Actor) -> Step:
    document = _document(stage)
    return lambda: documents.note_opened(document, actor=actor)


@done_in("in_review", Who.EXPERT)
def set_aside(stage: Stage, actor: Actor) -> Step:
    document = _document(stage)
    return lambda: documents.set_aside(document.pk, "Sans rapport.", actor=actor)


# --- words


@done_in("submitted", Who.PATIENT)
def add_to_answers(stage: Stage, actor: Actor) -> Step:
    return lambda: drafting.add_to_answers(stage.case_id, "J’ai oublié ceci.", actor=actor)


@done_in("submitted", Who.PATIENT)
def write_to_service(stage: Stage, actor: Actor) -> Step:
    return lambda: messages.write_to_service(stage.case_id, "Bonjour.", actor=actor)


@done_in("in_review", Who.COORDINATOR)
def write_to_the_expert(stage: Stage, actor: Actor) -> Step:
    return lambda: messages.write_between_desk_and_expert(stage.case_id, "Un doute.", actor=actor)


@done_in("in_review", Who.EXPERT, TELE)
def write_to_the_requester(stage: Stage, actor: Actor) -> Step:
    return lambda: messages.write_between_requester_and_expert(stage.case_id, "Bonjour.", actor=actor)


# --- alerts


@done_in("submitted", Who.PATIENT)
def raise_danger(stage: Stage, actor: Actor) -> Step:
    return lambda: alerts.raise_danger(stage.case_id, actor=actor, note="J’ai mal.")


@done_in("submitted", Who.COORDINATOR)
def take_alert(stage: Stage, actor: Actor) -> Step:
    alert = alerts.raise_danger(stage.case_id, actor=_as(stage, Who.REPRESENTATIVE), note="Elle a mal.")
    return lambda: alerts.take_alert(alert.pk, actor=actor)


@done_in("submitted", Who.COORDINATOR)
def close_alert(stage: Stage, actor: Actor) -> Step:
    alert = alerts.raise_danger(stage.case_id, actor=_as(stage, Who.HELPER), note="Elle a mal.")
    return lambda: alerts.close_alert(alert.pk, "Appelée.", actor=actor)


@done_in("in_review", Who.EXPERT, alone=True)
def report_wrong_document(stage: Stage, actor: Actor) -> Step:
    document = _document(stage)
    return lambda: alerts.report_wrong_document(document.pk, actor=actor, note="Autre nom.")


# --- the desk


@done_in("submitted", Who.COORDINATOR)
def tick_checklist(stage: Stage, actor: Actor) -> Step:
    return lambda: desk.tick_checklist(stage.case_id, {"answers_read": True}, actor=actor)


@done_in("submitted", Who.COORDINATOR)
def record_identity_check(stage: Stage, actor: Actor) -> Step:
    return lambda: desk.record_identity_check(stage.case_id, "identity_document", actor=actor)


@done_in("submitted", Who.ASSISTANT)
def record_payment(stage: Stage, actor: Actor) -> Step:
    _price(stage)
    case, day = stage.case_id, today()
    return lambda: billing.record_payment(case, 10_000, "cheque", day, "Zoé Essai", actor=actor)


@done_in("submitted", Who.COORDINATOR)
def set_price(stage: Stage, actor: Actor) -> Step:
    return lambda: billing.set_price(stage.case_id, None, "Motif.", actor=actor)


@done_in("submitted", Who.ASSISTANT)
def record_refund(stage: Stage, actor: Actor) -> Step:
    _price(stage)
    receipt = Receipt.objects.filter(case_id=stage.case_id).first()
    if receipt is None:
        receipt = billing.record_payment(stage.case_id, 10_000, "cheque", today(), "Zoé Essai", actor=actor)
    day = today()
    return lambda: billing.record_refund(receipt.pk, receipt.cents, "refund", "cheque", day, actor=actor)


@done_in("submitted", Who.PATIENT)
def choose_payer(stage: Stage, actor: Actor) -> Step:
    _price(stage)
    return lambda: billing.choose_payer(stage.case_id, "help", note="Un mot.", actor=actor)


def _price(stage: Stage) -> None:
    """A case sent where there was a price."""
    Case.objects.filter(pk=stage.case_id).update(payment="open")
    known = Billing.objects.filter(case_id=stage.case_id)
    if not known.update(expert_cents=18_000, service_cents=11_500):
        Billing.objects.create(
            case_id=stage.case_id, content_key=stage.case.content_key, expert_cents=18_000, service_cents=11_500
        )


@done_in("submitted", Who.COORDINATOR)
def record_payer(stage: Stage, actor: Actor) -> Step:
    terms = payers.Terms(f"Mutuelle {uuid4()}", "employer", today(), None, 60)
    return lambda: payers.record_payer(terms, actor=actor)


@done_in("submitted", Who.COORDINATOR)
def make_vouchers(stage: Stage, actor: Actor) -> Step:
    payer, batch, day = _payer(actor), uuid4(), today()
    return lambda: payers.make_vouchers(payer.pk, 20, day, day, batch_id=batch, actor=actor)


@done_in("submitted", Who.COORDINATOR)
def add_manager(stage: Stage, actor: Actor) -> Step:
    payer, email = _payer(actor), _payer_account().email
    return lambda: payers.add_manager(payer.pk, email, actor=actor)


@done_in("submitted", Who.COORDINATOR)
def end_manager(stage: Stage, actor: Actor) -> Step:
    manager = payers.add_manager(_payer(actor).pk, _payer_account().email, actor=actor)
    return lambda: payers.end_manager(manager.pk, actor=actor)


def _payer_account() -> User:
    return create_staff(f"payeur.{uuid4().hex[:12]}@test.test", ("payer",), full_name="Gérard Payeur", tell=False)


@done_in("submitted", Who.COORDINATOR)
def void_batch(stage: Stage, actor: Actor) -> Step:
    batch, day = uuid4(), today()
    payers.make_vouchers(_payer(actor).pk, 20, day, day, batch_id=batch, actor=actor)
    return lambda: payers.void_batch(batch, actor=actor)


def _payer(actor: Actor) -> Payer:
    return payers.record_payer(payers.Terms(f"Mutuelle {uuid4()}", "employer", today(), None, 60), actor=actor)


@done_in("submitted", Who.COORDINATOR)
def set_owner(stage: Stage, actor: Actor) -> Step:
    owner, deputy = stage.company.users[Who.COORDINATOR], stage.company.second_coordinator
    return lambda: desk.set_owner(stage.case_id, owner, deputy, actor=actor)


@done_in("submitted", Who.COORDINATOR)
def add_note(stage: Stage, actor: Actor) -> Step:
    return lambda: desk.add_note(stage.case_id, "Rappeler lundi.", actor=actor)


@done_in("submitted", Who.COORDINATOR)
def add_call(stage: Stage, actor: Actor) -> Step:
    due = now()
    return lambda: desk.add_call(stage.case_id, "help", due, actor=actor)


@done_in("submitted", Who.PATIENT)
def ask_for_call(stage: Stage, actor: Actor) -> Step:
    return lambda: desk.ask_for_call(stage.case_id, CallTask.Why.LATE, actor=actor)


@done_in("submitted", Who.COORDINATOR)
def close_call(stage: Stage, actor: Actor) -> Step:
    task = desk.add_call(stage.case_id, "help", now(), actor=actor)
    return lambda: desk.close_call(task.pk, reached=True, note="Tout va bien.", actor=actor)


@done_in("submitted", Who.COORDINATOR)
def ask_stop(stage: Stage, actor: Actor) -> Step:
    return lambda: desk.ask_stop(stage.case_id, desk.STOP_REASONS[0], MOTIVE, actor=actor)


@done_in("submitted", Who.COORDINATOR)
def drop_stop(stage: Stage, actor: Actor) -> Step:
    return lambda: desk.drop_stop(stage.case_id, actor=actor)


@done_in("submitted", Who.COORDINATOR)
def report_incident(stage: Stage, actor: Actor) -> Step:
    return lambda: desk.report_incident(stage.case_id, "upload", "Panne d’une heure.", actor=actor)


# --- choices of the patient


@done_in("submitted", Who.PATIENT)
def refuse_a_professional(stage: Stage, actor: Actor) -> Step:
    return lambda: blocking.place(stage.case_id, stage.company.spare.user_id, actor=actor)


@done_in("submitted", Who.PATIENT)
def accept_a_professional_again(stage: Stage, actor: Actor) -> Step:
    blocking.place(stage.case_id, stage.company.spare.user_id, actor=actor)
    return lambda: blocking.lift(stage.case_id, stage.company.spare.user_id, actor=actor)


@done_in("in_review", Who.PATIENT, alone=True)
def refuse_the_expert(stage: Stage, actor: Actor) -> Step:
    return lambda: blocking.place(stage.case_id, stage.company.world.expert.user_id, actor=actor)


@done_in("submitted", Who.PATIENT)
def accept_an_optional_purpose(stage: Stage, actor: Actor) -> Step:
    text = current_text(Purpose.RESEARCH, SECOND).pk
    return lambda: delivery.give_optional_consent(
        stage.case_id, Purpose.RESEARCH, actor=actor, text_id=text, language="fr"
    )


def _new_words() -> None:
    """The text of the act is replaced by a newer one, marked `renew`."""
    old = current_text(Purpose.ACT, SECOND)
    words = {"title_fr": "Titre", "title_en": "Title", "body_fr": "Mots. " * 30, "body_en": "Words. " * 30}
    sha256 = ConsentText.digest(words)
    ConsentText.objects.create(
        purpose=old.purpose, kind=old.kind, version=old.version + 1, renew=True, sha256=sha256, **words
    )


@done_in("in_review", Who.PATIENT, alone=True)
def ask_for_consent_again(stage: Stage, _actor: Actor) -> Step:
    _new_words()
    return lambda: renewals.ask_again(stage.case_id)


@done_in("in_review", Who.PATIENT, alone=True)
def renew_consent(stage: Stage, actor: Actor) -> Step:
    _new_words()
    renewals.ask_again(stage.case_id)
    given = {"choices": {Purpose.ACT: True}, "shown_texts": {Purpose.ACT: current_text(Purpose.ACT, SECOND).pk}}
    return lambda: renewals.renew_consent(stage.case_id, actor=actor, **given)


@done_in("submitted", Who.PATIENT)
def withdraw_an_optional_purpose(stage: Stage, actor: Actor) -> Step:
    accept_an_optional_purpose(stage, actor)()
    return lambda: delivery.withdraw_consent(stage.case_id, Purpose.RESEARCH, actor=actor)


@done_in("in_review", Who.PATIENT, alone=True)
def withdraw_the_sharing(stage: Stage, actor: Actor) -> Step:
    return lambda: delivery.withdraw_consent(stage.case_id, Purpose.SHARING_DELEGATED, actor=actor)


@done_in("delivered", Who.PATIENT, alone=True)
def withdraw_the_act_after_delivery(stage: Stage, actor: Actor) -> Step:
    return lambda: delivery.withdraw_consent(stage.case_id, Purpose.ACT, actor=actor)


# --- the opinion


@done_in("in_review", Who.EXPERT)
def save_draft(stage: Stage, actor: Actor) -> Step:
    version, fields = opinions.draft_of(stage.case).version, whole_opinion(stage.case)
    return lambda: opinions.save_draft(stage.case_id, fields, version, actor=actor)


@done_in("in_review", Who.EXPERT)
def prepare_reading(stage: Stage, actor: Actor) -> Step:
    return lambda: opinions.prepare_reading(stage.case_id, actor=actor)


@done_in("delivered", Who.PATIENT)
def open_opinion(stage: Stage, actor: Actor) -> Step:
    version, key = stage.case.signed_opinion_id, uuid4().hex
    assert isinstance(version, UUID)
    return lambda: delivery.open_opinion(stage.case_id, version, actor=actor, request_key=key)


@done_in("delivered", Who.COORDINATOR)
def record_sending(stage: Stage, actor: Actor) -> Step:
    case = stage.case
    case.treating_doctor_choice, case.treating_doctor = "named", {"name": "Dr Denis Traitant"}
    case.save()
    text, patient = current_text(Purpose.TREATING_DOCTOR, SECOND).pk, _as(stage, Who.PATIENT)
    delivery.give_optional_consent(case.pk, Purpose.TREATING_DOCTOR, actor=patient, text_id=text, language="fr")
    day = paris_day(now())
    return lambda: copies.record_sending(case.pk, DoctorCopy.Means.values[0], day, actor=actor)


@done_in("delivered", Who.COORDINATOR)
def ask_correction(stage: Stage, actor: Actor) -> Step:
    return lambda: corrections.ask_correction(stage.case_id, "Le côté est faux.", actor=actor)


@done_in("delivered", Who.EXPERT)
def begin_correction(stage: Stage, actor: Actor) -> Step:
    return lambda: corrections.begin_correction(stage.case_id, actor=actor)


@done_in("delivered", Who.EXPERT)
def prepare_the_correction(stage: Stage, actor: Actor) -> Step:
    _correct(stage, actor)
    return lambda: opinions.prepare_reading(stage.case_id, actor=actor)


@done_in("delivered", Who.EXPERT)
def sign_the_correction(stage: Stage, actor: Actor) -> Step:
    _correct(stage, actor)
    sha256 = opinions.prepare_reading(stage.case_id, actor=actor).rendered_sha256
    code = proof(stage.company.user(Who.EXPERT, stage.case), "sign", sha256)
    return lambda: opinions.sign_opinion(stage.case_id, code, actor=actor)


@done_in("delivered", Who.EXPERT)
def end_correction(stage: Stage, actor: Actor) -> Step:
    corrections.begin_correction(stage.case_id, actor=actor)
    return lambda: corrections.end_correction(stage.case_id, "Il n’y a pas d’erreur.", actor=actor)


def _correct(stage: Stage, actor: Actor) -> None:
    """Begin a correction, if none is under way, and write it."""
    corrections.begin_correction(stage.case_id, actor=actor)
    draft = opinions.draft_of(stage.case)
    opinions.save_draft(
        stage.case_id, {CORRECTION_WHY: "Le côté.", "summary": "Autre résumé."}, draft.version, actor=actor
    )


@done_in("delivered", Who.REQUESTER, TELE)
def acknowledge_report(stage: Stage, actor: Actor) -> Step:
    return lambda: delivery.acknowledge_report(stage.case_id, actor=actor)


@done_in("delivered", Who.REQUESTER, TELE)
def say_patient_told(stage: Stage, actor: Actor) -> Step:
    return lambda: delivery.say_patient_told(stage.case_id, actor=actor)


@done_in("follow_up", Who.EXPERT)
def save_addendum(stage: Stage, actor: Actor) -> Step:
    version = opinions.open_follow_up(stage.case).draft_version
    return lambda: opinions.save_addendum(stage.case_id, "Oui.", version, actor=actor)


@done_in("follow_up", Who.EXPERT)
def prepare_addendum(stage: Stage, actor: Actor) -> Step:
    version = opinions.open_follow_up(stage.case).draft_version
    opinions.save_addendum(stage.case_id, "Oui, partez.", version, actor=actor)
    return lambda: opinions.prepare_addendum(stage.case_id, actor=actor)


@done_in("in_review", Who.EXPERT)
def keep_a_sentence(_stage: Stage, actor: Actor) -> Step:
    return lambda: snippets.add("Limites", "Sans examen clinique.", actor=actor)


@done_in("in_review", Who.EXPERT)
def forget_a_sentence(_stage: Stage, actor: Actor) -> Step:
    kept = snippets.add("Repos", "Reposez-vous.", actor=actor)
    return lambda: snippets.remove(kept.pk, actor=actor)


# --- a professional's request


@done_in("draft", Who.REQUESTER, TELE)
def open_a_request(_stage: Stage, actor: Actor) -> Step:
    agreed, case_id = _agreed(TELE), uuid4()
    content = requesting.Content(question="Faut-il opérer ?", urgency="d7")
    identity = {"birth_name": "Nouvelle", "birth_first_names": "Nina"}
    return lambda: requesting.open_request(case_id, identity=identity, content=content, agreed=agreed, actor=actor)


@done_in("draft", Who.REQUESTER, TELE)
def fill_request(stage: Stage, actor: Actor) -> Step:
    return lambda: requesting.fill_request(stage.case_id, requesting.Content(motive="Avis."), actor=actor)


def _for_somebody_new(actor: Actor, **contact: str) -> UUID:
    """A complete request for a patient who has no account."""
    identity = {
        "birth_name": "Nouvelle",
        "birth_first_names": "Nina",
        "birth_date": date(1980, 5, 17),
        "sex": "F",
        "birth_place_code": "69123",
        **contact,
    }
    words = dict.fromkeys(("motive", "history", "allergies", "treatments"), "Rien de particulier.")
    pathology = Pathology.objects.order_by("code")[0]
    content = requesting.Content(question="Faut-il opérer ?", urgency="d7", pathology=pathology, **words)  # type: ignore[typeddict-item]
    case_id = uuid4()
    requesting.open_request(case_id, identity=identity, content=content, agreed=_agreed(TELE), actor=actor)
    drafting.choose_expert(case_id, None, actor=actor)
    return case_id


@done_in("draft", Who.REQUESTER, TELE)
def save_patient(_stage: Stage, actor: Actor) -> Step:
    case_id = _for_somebody_new(actor)
    return lambda: requesting.save_patient(case_id, {"phone": "06 11 11 11 11"}, actor=actor)


@done_in("draft", Who.REQUESTER, TELE, repeats="accounts_invitation notify_outgoingmail")
def reach_patient(_stage: Stage, actor: Actor) -> Step:
    case_id = _for_somebody_new(actor, email="nina@test.test")
    perform("request_consent", case_id, actor=actor)
    return lambda: requesting.reach_patient(case_id, actor=actor)


@done_in("draft", Who.REQUESTER, TELE)
def print_code(_stage: Stage, actor: Actor) -> Step:
    case_id = _for_somebody_new(actor)
    perform("request_consent", case_id, actor=actor)
    return lambda: requesting.print_code(case_id, actor=actor)


@done_in("draft", Who.REQUESTER, TELE, alone=True)
def attest_consent(stage: Stage, actor: Actor) -> Step:
    inputs = stage.try_.inputs("give_consent", stage.case, actor)
    return lambda: requesting.attest_consent(stage.case_id, actor=actor, **inputs)


# --- what the service does by itself


@done_in("proposed", Who.COORDINATOR, alone=True)
def an_expert_stops(stage: Stage, actor: Actor) -> Step:
    expert = stage.company.world.expert
    return lambda: change_status(expert.pk, actor=actor, status="suspended", motive=MOTIVE)


#: Jobs of the queue, each on a case of its own.
JOBS: dict[tuple[str, str], list[Act]] = {}


def job_in(state: str, kind: str = SECOND) -> Callable[[Callable[[Stage], Step]], Callable[[Stage], Step]]:
    """Register a job: the function gets the stage, has the job enqueued, and gives how a worker runs it."""

    def register(prepare: Callable[[Stage], Step]) -> Callable[[Stage], Step]:
        def ready(stage: Stage) -> Step:
            with stage.time():
                run_until_empty(raise_errors=False)
                return prepare(stage)

        JOBS.setdefault((kind, state), []).append(Act(prepare.__name__, ready))
        return prepare

    return register


@job_in("submitted")
def check_document(stage: Stage) -> Step:
    _document(stage, checked=False)
    return lambda: run_until_empty(queues=["scan"])


@job_in("submitted")
def draw_document(stage: Stage) -> Step:
    _document(stage)
    return lambda: run_until_empty(queues=["preview"])


@job_in("submitted", TELE)
def place_tele_expertise(stage: Stage) -> Step:
    named = stage.company.world.expert
    Case.objects.filter(pk=stage.case_id).update(
        payment="waived", requested_expert=named, identity_checked_at=now(), identity_means="identity_document"
    )
    enqueue(tasks.place_tele_expertise, str(stage.case_id))
    return lambda: run_until_empty(queues=["default"])


@job_in("signed")
def deliver_at_once(stage: Stage) -> Step:
    enqueue(tasks.deliver_at_once, str(stage.case_id))

    def work() -> object:
        with override_settings(DELIVER_AT_ONCE=True):
            return run_until_empty(queues=["default"])

    return work


@job_in("in_review")
def tick(stage: Stage) -> Step:
    enqueue(tasks.tick)
    return lambda: run_until_empty(queues=["clock"])


@job_in("in_review")
def send_history_digests(stage: Stage) -> Step:
    enqueue(tasks.send_history_digests)
    return lambda: run_until_empty(queues=["clock"])


@job_in("in_review")
def forget_old_rows(stage: Stage) -> Step:
    enqueue(accounts_tasks.forget_old_rows)
    return lambda: run_until_empty(queues=["default"])


@job_in("in_review")
def anchor_and_verify_the_journal(stage: Stage) -> Step:
    enqueue(own_jobs.anchor_journal)
    enqueue(own_jobs.verify_journal)
    return lambda: run_until_empty(queues=["default", "upkeep"])


def clock_act(move: str) -> Act:
    """The work of the clock that makes a move, its time come."""
    work = {
        "lapse": tasks.lapse,
        "expire": tasks.expire,
        "close": tasks.close_read,
        "continue_without_answer": tasks.go_on_without_answer,
    }[move]

    def ready(stage: Stage) -> Step:
        stage.prepare(move)
        stage.ripen(move)
        return work

    return Act(f"tasks.{work.__name__}", ready)


def _after(days: float, work: Callable[[], object]) -> Act:
    def ready(stage: Stage) -> Step:
        stage.wait(days=days)
        return work

    return Act(f"tasks.{work.__name__}", ready)


def _never_taken_up_again(stage: Stage) -> Step:
    stage.advance(("expire",))
    stage.wait(days=31)
    return tasks.destroy_unsent


CLOCK_WORKS: dict[str, list[Act]] = {
    "draft": [Act("tasks.destroy_unsent", _never_taken_up_again)],
    "submitted": [_after(7, tasks.warn_late)],
    "expert_question": [_after(4, tasks.remind_questions)],
    "information_requested": [_after(77, tasks.warn_expiry)],
    "delivered": [_after(9, tasks.unopened)],
}


#: Where a move is swept, when it is not the first state it starts from.
_FROM = {
    "withdraw": "in_review",
    "hold": "in_review",
    "stop": "in_review",
    "object_to_expert": "signed",
    "reassign": "expert_question",
    "hand_back": "expert_question",
    "override": "closed",
    "decline": "admitted",
    "request_information": "admitted",
}


@dataclass(frozen=True)
class Group:
    """Acts swept in one state.

    Args:
        alone: each on a case of its own.
    """

    kind: str
    state: str
    acts: tuple[Act, ...]
    alone: bool


def moves() -> list[Group]:
    """Each move of the table, by the usual person, and by the clock where it makes it too."""
    found = []
    for move, row in TABLE.items():
        state = _FROM.get(move) or next(state for state in STATES if state in row.sources)
        found.append(Group(SECOND, state, (act_of_move(move),), alone=True))
    return found


def services() -> list[Group]:
    """Everything else that people do."""
    return [
        *(Group(kind, state, tuple(acts), alone=False) for (kind, state), acts in SERVICES.items()),
        *(Group(kind, state, tuple(acts), alone=True) for (kind, state), acts in ALONE.items()),
    ]


def works() -> list[Group]:
    """Everything the service does by itself."""
    made = {"lapse": "proposed", "expire": "draft", "close": "delivered", "continue_without_answer": "expert_question"}
    return [
        *(Group(SECOND, state, (clock_act(move),), alone=True) for move, state in made.items()),
        *(Group(SECOND, state, (act,), alone=True) for state, acts in CLOCK_WORKS.items() for act in acts),
        *(Group(kind, state, (act,), alone=True) for (kind, state), acts in JOBS.items() for act in acts),
    ]


__all__ = ["ALONE", "CLOCK_WORKS", "SERVICES", "Group", "act_of_move", "clock_act", "moves", "services", "works"]
