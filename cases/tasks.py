"""Background work on cases: checking documents, the clock's moves, reminders, digests, automatic delivery."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from audit import Actor, SystemActor, history, record
from audit.models import AuditEvent
from cases.answers import pieces_wanted
from cases.machine import clocks, perform
from cases.models import CallTask, Case, Document
from cases.models.case import Payment
from cases.models.states import OPEN_OPINION, REASSIGNABLE, State
from cases.notices import audience_of, tell
from cases.services.corrections import warn_stuck
from cases.services.drafting import destroy_content
from cases.services.locking import subjects
from cases.services.renewals import ask_again, cases_to_ask
from clock import now
from errors import DomainError
from experts.models import ExpertProfile
from experts.signals import on_expert_stopped
from jobs import TryLater, enqueue, job, register_schedule
from notify.models import OutgoingMail
from vault.models import StoredFile
from vault.previews import page_images
from vault.scan import scan

CLOCK = SystemActor("clock")
#: How far back the daily notice looks when it did not run: what is older was told before.
DIGEST_LOOKS_BACK = timedelta(days=7)
Thing = TypeVar("Thing")


@job(queue="scan", max_attempts=8)
def check_document(document_id: str) -> None:
    """Scan a new document, then draw its pages; until then only its author sees it."""
    document = Document.objects.select_related("file").get(pk=UUID(document_id))
    if document.status != Document.Status.PENDING:
        return
    result = scan(document.file)
    if result.state == StoredFile.Scan.PENDING:
        raise TryLater(timedelta(minutes=1))
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).get(pk=document.case_id)
        document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        if document.status != Document.Status.PENDING:
            return
        clean = result.state == StoredFile.Scan.CLEAN
        document.status = Document.Status.READY if clean else Document.Status.REFUSED
        document.status_code = "" if clean else str(result.state)
        document.save()
        record(
            "document.checked",
            actor=SystemActor("scanner"),
            case_id=case.pk,
            subjects=subjects(case, document=[document.pk]),
            detail={"result": str(result.state)},
        )
        if not clean:
            tell(case, "desk", "desk_message", key=f"document:{document.pk}:refused")
        else:
            enqueue(draw_document, str(document.pk))


@job(queue="preview", max_attempts=3)
def draw_document(document_id: str) -> None:
    """Draw the page images of a checked document."""
    document = Document.objects.select_related("file").get(pk=UUID(document_id))
    page_images(document.file)


@job()
def place_tele_expertise(case_id: str) -> None:
    """Admit and propose a complete tele-expertise that names its expert; what a rule refuses is left to the desk."""
    actor = SystemActor("admission")
    case = Case.objects.select_related("requested_expert").get(pk=UUID(case_id))
    if case.is_second_opinion or case.requested_expert is None:
        return
    if case.state == State.SUBMITTED:
        if case.payment == Payment.OPEN or pieces_wanted(case):
            return
        with transaction.atomic():
            locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
            locked.checklist = {line: {"by": actor.role, "at": now().isoformat()} for line in _checklist()}
            locked.save()
            if not _try("admit", case.pk, actor=actor):
                transaction.set_rollback(True)
                return
    _try("propose", case.pk, actor=actor, expert=case.requested_expert)


def _checklist() -> Iterable[str]:
    from cases.machine.guards import CHECKLIST

    return CHECKLIST


@job()
def deliver_at_once(case_id: str) -> None:
    """Deliver where the instance allows it and nothing forbids."""
    _try("deliver", UUID(case_id), actor=SystemActor("delivery"))


def _try(move: str, case_id: UUID, **inputs: object) -> bool:
    """Make a move of the service; a rule that refuses leaves the case to a person."""
    try:
        with transaction.atomic():
            perform(move, case_id, **inputs)  # type: ignore[arg-type]
    except DomainError:
        return False
    return True


@job(queue="clock", max_attempts=3)
def tick() -> None:
    """Everything the clock does to cases, each case in a transaction of its own."""
    _all(
        (
            lapse,
            warn_late,
            remind_questions,
            go_on_without_answer,
            warn_expiry,
            expire,
            destroy_unsent,
            unopened,
            call_about_corrections,
            ask_consent_again,
            close_read,
        ),
        lambda work: work(),
    )


def _all(things: Iterable[Thing], act: Callable[[Thing], object]) -> None:
    """Do something to each thing; one that fails does not keep the clock from the others.

    Raises:
        ExceptionGroup: what failed, once the others are done; the job is then tried again.
    """
    failed: list[Exception] = []
    for thing in things:
        try:
            act(thing)
        except Exception as error:  # noqa: BLE001 (raised below)
            failed.append(error)
    if failed:
        raise ExceptionGroup("the clock could not do everything", failed)


def _each(rows: Q, act: Callable[[Case], None]) -> None:
    """Do something to each case that still matches, under its lock."""

    def one(case_id: UUID) -> None:
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).filter(rows, pk=case_id).first()
            if case is not None:
                act(case)

    _all(list(Case.objects.filter(rows).values_list("pk", flat=True)), one)


def _move_each(rows: Q, move: str) -> None:
    """Have the clock make a move on each case that matches; what a rule refuses is left as it is."""
    _all(
        list(Case.objects.filter(rows).values_list("pk", flat=True)),
        lambda case_id: _try(move, case_id, actor=CLOCK),
    )


def lapse() -> None:
    """Proposals whose acceptance time is over go back to the desk."""
    _move_each(Q(state=State.PROPOSED, stage_due_at__lte=now()), "lapse")


#: What was announced, by state: the opinion, the check of the file, the answer to the follow-up question.
_OPINION_AWAITED = (State.SUBMITTED, State.ADMITTED, State.PROPOSED, State.IN_REVIEW, State.SIGNED)
_LATE = {State.SUBMITTED: "case_check_late", State.FOLLOW_UP: "case_answer_late"}


def warn_late() -> None:
    """The patient is told the new date before the old one passes, each time one is about to."""
    soon = now() + timedelta(hours=settings.LATE_NOTICE_HOURS["total"])
    very_soon = now() + timedelta(hours=settings.LATE_NOTICE_HOURS["stage"])
    late = Q(state__in=_OPINION_AWAITED, total_due_at__lte=soon) | Q(state__in=list(_LATE), stage_due_at__lte=very_soon)

    def act(case: Case) -> None:
        opinion_late = case.total_due_at is not None and case.total_due_at <= soon
        case.late_told_at = now()
        if opinion_late:
            case.total_due_at = clocks.working_days_after(max(now(), case.total_due_at or now()), 2)
        # The time an expert has to accept is his alone: a proposal lapses when it is over, late or not.
        if case.state != State.PROPOSED and case.stage_due_at is not None and case.stage_due_at <= soon:
            case.stage_due_at = clocks.working_days_after(max(now(), case.stage_due_at), 2)
        clocks.refresh(case)
        case.save()
        _call_task(case, CallTask.Why.LATE)
        template = "case_late" if opinion_late else _LATE[State(case.state)]
        tell(case, "patient", template, key=f"late:{now():%Y%m%d}")
        tell(case, "requester", template, key=f"late:{now():%Y%m%d}")
        record("case.late_told", actor=CLOCK, case_id=case.pk, subjects=subjects(case))

    _each(late, act)


def remind_questions() -> None:
    """Two reminders of the expert's question, then a call task."""
    waiting = Q(state=State.EXPERT_QUESTION, reminders_sent__lt=len(settings.QUESTION_REMINDER_DAYS))

    def act(case: Case) -> None:
        question = case.expert_questions.filter(closed_at__isnull=True).first()
        days = settings.QUESTION_REMINDER_DAYS[case.reminders_sent]
        if question is None or now() < question.asked_at + timedelta(days=days):
            return
        case.reminders_sent += 1
        case.save()
        if case.reminders_sent == len(settings.QUESTION_REMINDER_DAYS):
            _call_task(case, CallTask.Why.SILENCE)
        tell(case, "requester", "case_reminder", key=f"question:{question.pk}:{case.reminders_sent}")
        record("case.reminded", actor=CLOCK, case_id=case.pk, subjects=subjects(case))

    _each(waiting, act)


def go_on_without_answer() -> None:
    """After ten days, two reminders and a call task, the expert goes on; the silence is a limit of the opinion."""
    over = Q(
        state=State.EXPERT_QUESTION,
        expert_questions__closed_at__isnull=True,
        expert_questions__asked_at__lte=now() - timedelta(days=settings.QUESTION_DAYS),
    )
    _move_each(over, "continue_without_answer")


def warn_expiry() -> None:
    """Two warnings by two channels before silence ends a request: mail and notice, then a call task besides."""
    first, second = settings.EXPIRY_WARNING_DAYS
    due = Q(state__in=[State.DRAFT, State.AWAITING_CONSENT, State.INFORMATION_REQUESTED]) & (
        Q(reminders_sent=0, expires_at__lte=now() + timedelta(days=first))
        | Q(reminders_sent=1, expires_at__lte=now() + timedelta(days=second))
    )

    def act(case: Case) -> None:
        left = timedelta(days=settings.EXPIRY_WARNING_DAYS[case.reminders_sent])
        case.reminders_sent += 1
        # A warning that leaves late, after a hold or a stopped clock, still gives the time it says.
        case.expires_at = max(case.expires_at or now(), now() + left)
        case.save()
        if case.reminders_sent == 2 and case.state == State.INFORMATION_REQUESTED:
            _call_task(case, CallTask.Why.EXPIRY)
        key = f"expiring:{case.expires_at:%Y%m%d}:{case.reminders_sent}"
        tell(case, "requester", "case_expiring", key=key)
        if case.state == State.AWAITING_CONSENT:
            # In a tele-expertise it is the patient who keeps silent.
            tell(case, "patient", "case_expiring", key=key)
        record("case.warned", actor=CLOCK, case_id=case.pk, subjects=subjects(case))

    _each(due, act)


def expire() -> None:
    """Requests whose requester stayed silent end; never with an open alert or call task."""
    states = [State.DRAFT, State.AWAITING_CONSENT, State.INFORMATION_REQUESTED]
    over = Q(state__in=states, expires_at__lte=now(), reminders_sent__gte=2)
    _move_each(over, "expire")


def destroy_unsent() -> None:
    """What expired unsent and was not taken up again is destroyed, as the notice of drafts says (C-RET-5)."""
    kept_since = now() - timedelta(days=settings.UNSENT_KEPT_DAYS)
    over = Q(
        state=State.EXPIRED,
        submitted_at__isnull=True,
        ended_at__lte=kept_since,
        content_key__destroyed_at__isnull=True,
    )

    def act(case: Case) -> None:
        destroy_content(case, actor=CLOCK)
        tell(case, "requester", "case_destroyed", key="destroyed")

    _each(over, act)


def unopened() -> None:
    """An opinion nobody opened after three working days: somebody calls."""
    old = Q(state=State.DELIVERED, first_opened_at__isnull=True, delivered_at__isnull=False)

    def act(case: Case) -> None:
        version = case.signed_opinion
        if case.delivered_at is None or version is None or case.correcting_since is not None:
            return
        # A corrected opinion is in the readers' hands since it was signed.
        since = max(case.delivered_at, version.signed_at)
        if now() < clocks.working_days_after(since, settings.UNOPENED_WORKING_DAYS):
            return
        if case.call_tasks.filter(why=CallTask.Why.UNOPENED, created_at__gte=since).exists():
            return
        _call_task(case, CallTask.Why.UNOPENED)
        tell(case, "requester", "case_unopened", key=f"unopened:{version.number}")
        record("case.unopened_told", actor=CLOCK, case_id=case.pk, subjects=subjects(case))

    _each(old, act)


def call_about_corrections() -> None:
    """A correction asked for or begun seven days ago and not ended: somebody calls the expert, once."""
    old = now() - timedelta(days=settings.CORRECTION_DAYS)
    waiting = Q(corrections__ended_at__isnull=True, corrections__called_at__isnull=True) & (
        Q(corrections__begun_at__lte=old) | Q(corrections__begun_at__isnull=True, corrections__asked_at__lte=old)
    )

    def act(case: Case) -> None:
        correction = case.corrections.get(ended_at__isnull=True)
        correction.called_at = now()
        correction.save(update_fields=["called_at"])
        _call_task(case, CallTask.Why.CORRECTION)
        tell(case, "desk", "desk_correction_stuck", key=f"correction:{correction.pk}:stuck")
        record("case.reminded", actor=CLOCK, case_id=case.pk, subjects=subjects(case))

    _each(Q(state__in=OPEN_OPINION) & waiting, act)


def ask_consent_again() -> None:
    """Patients whose consent rests on words that were replaced, marked `renew`, are asked again."""
    _all(cases_to_ask(), ask_again)


def close_read() -> None:
    """Opinions read thirty days ago, with no later addendum and no correction under way, close by themselves."""
    since = now() - timedelta(days=settings.CLOSE_DAYS)
    read = Q(state=State.DELIVERED, first_opened_at__lte=since, correcting_since__isnull=True) & (
        Q(last_addendum_at__isnull=True) | Q(last_addendum_at__lte=since)
    )
    _move_each(read, "close")


def _call_task(case: Case, why: str) -> None:
    CallTask.objects.get_or_create(
        case=case,
        why=why,
        done_at=None,
        defaults={
            "content_key_id": case.content_key_id,
            "created_at": now(),
            "due_at": clocks.working_days_after(now(), 1),
        },
    )


@job(queue="clock", max_attempts=3)
def send_history_digests() -> None:
    """Once a day, tell patients that others acted on their file since the last such mail (S1-31); it names nobody."""
    oldest = now() - DIGEST_LOOKS_BACK
    acted = AuditEvent.objects.filter(at__gte=oldest, case_id__isnull=False).exclude(actor_kind="system")
    # A stopped case sends nothing any more: the patient may have died.
    cases = Case.objects.filter(pk__in=acted.values("case_id")).exclude(state__in=[State.DRAFT, State.STOPPED])
    _all(list(cases), lambda case: _digest(case, oldest))


def _digest(case: Case, oldest: datetime) -> None:
    told = OutgoingMail.objects.filter(case_id=case.pk, template="case_history_digest")
    last = told.order_by("-created_at").values_list("created_at", flat=True).first()
    own = [person.pk for person in audience_of(case, "patient")]
    events = history("patient", case.patient_id).filter(at__gt=last or oldest, case_id=case.pk)
    if events.exclude(actor_kind="system").exclude(actor_id__in=own).exists():
        with transaction.atomic():
            tell(case, "patient", "case_history_digest", key=f"digest:{now():%Y%m%d}")


def take_back_from(expert: ExpertProfile, actor: Actor, reason: str) -> None:
    """An expert stopped being active: his open cases go back to the desk, in the same transaction."""
    still_his = Q(assigned_expert=expert) & (
        Q(state__in=REASSIGNABLE) | Q(state=State.ON_HOLD, resume_to__in=REASSIGNABLE)
    )
    held = Case.objects.filter(still_his)
    # In one order for everyone, so that two experts stopped at once never wait for each other.
    for case_id in list(held.order_by("pk").values_list("pk", flat=True)):
        # A case that moved on meanwhile, to a signature for instance, is no longer his to lose.
        if not Case.objects.select_for_update(of=("self",)).filter(Q(pk=case_id), still_his).exists():
            continue
        perform("reassign", case_id, actor=SystemActor("expert_stopped"), reason_code=reason[:20])
    correcting = Case.objects.filter(assigned_expert=expert, corrections__ended_at__isnull=True)
    for case in correcting.order_by("pk").distinct():
        warn_stuck(case, key="expert_stopped")


def register() -> None:
    """Called once at start: what runs by the clock, and what happens when an expert stops."""
    register_schedule("cases.tick", tick, every=timedelta(minutes=5))
    register_schedule("cases.digest", send_history_digests, every=timedelta(days=1), offset=timedelta(hours=9))
    on_expert_stopped("cases", take_back_from)
