"""What the service does on a case without changing its state: checks, owner, notes, calls, stop requests."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Patient, User
from audit import Actor, record
from cases.machine import clocks
from cases.machine.guards import CHECKLIST, IDENTITY_MEANS
from cases.models import CallTask, Case, DeskNote, StopRequest, TechnicalIncident
from cases.notices import tell
from cases.services.locking import locked_case, subjects
from cases.services.repeats import said_already
from clock import now
from errors import Conflict, Invalid, Missing

#: A call that nobody answered, recorded again by the same person within this time, is the same call.
SAME_CLICK = timedelta(minutes=1)
#: Calls that nobody answered before somebody may say that it is the last one.
TRIES_BEFORE_GIVING_UP = 2
STOP_REASONS = ("death", "duplicate", "opened_in_error")


@transaction.atomic
def tick_checklist(case_id: UUID, ticked: dict[str, bool], *, actor: Actor) -> Case:
    """Record the lines of the completeness checklist, with who ticked them and when."""
    case = locked_case(case_id, actor=actor, action="case.check")
    kept = dict(case.checklist)
    for line in CHECKLIST:
        if ticked.get(line) and line not in kept:
            kept[line] = {"by": str(actor.id), "at": now().isoformat()}
        elif not ticked.get(line):
            kept.pop(line, None)
    case.checklist = kept
    return _saved(case, actor, "case.checked", {"lines": sorted(kept)})


@transaction.atomic
def record_identity_check(case_id: UUID, means: str, *, actor: Actor) -> Case:
    """Record how the patient's identity was checked (C-TEL-3)."""
    case = locked_case(case_id, actor=actor, action="case.check")
    if means not in IDENTITY_MEANS:
        raise Invalid(_("Choose how the identity was checked."), fields={"means": _("Choose an answer.")})
    case.identity_checked_at, case.identity_means = now(), means
    Patient.objects.filter(pk=case.patient_id).update(
        identity_status=Patient.IdentityStatus.VALIDATED,
        identity_checked_at=now(),
        identity_checked_by_id=actor.id,
        identity_means=means,
    )
    return _saved(case, actor, "case.identity_checked", {"means": means})


@transaction.atomic
def set_owner(case_id: UUID, owner: User | None, deputy: User | None, *, actor: Actor) -> Case:
    """Say who follows the case, and who replaces him."""
    case = locked_case(case_id, actor=actor, action="case.own")
    for person in (owner, deputy):
        if person is not None and not person.has_role("coordinator"):
            raise Invalid(_("Only a coordinator can follow a case."), fields={"owner": _("Choose a coordinator.")})
    if owner is not None and owner == deputy:
        raise Invalid(_("Choose two different people."), fields={"deputy": _("Choose someone other than the owner.")})
    experts = {person.pk for person in (owner, deputy) if person is not None}
    if case.assignments.filter(expert__user_id__in=experts).exists():
        raise Conflict(_("Nobody is both expert and coordinator of a case."))
    case.coordinator, case.deputy = owner, deputy
    people = [str(person) for person in experts]
    return _saved(case, actor, "case.owner_set", {"people": people})


@transaction.atomic
def add_note(case_id: UUID, text: str, *, actor: Actor) -> DeskNote:
    """A note between people of the service."""
    case = locked_case(case_id, actor=actor, action="case.note")
    if not text.strip():
        raise Invalid(_("Write your note."), fields={"text": _("Fill in this field.")})
    known = said_already(DeskNote.objects.select_related("content_key").filter(case=case), text, actor=actor)
    if known is not None:
        return known
    note = DeskNote.objects.create(
        content_key=case.content_key, case=case, author_id=actor.person, text=text.strip(), at=now()
    )
    record("case.note_written", actor=actor, case_id=case.pk, subjects=subjects(case))
    return note


@transaction.atomic
def add_call(case_id: UUID, why: str, due_at: datetime, *, actor: Actor) -> CallTask:
    """Put a call on the list; one open call a reason."""
    case = locked_case(case_id, actor=actor, action="case.call")
    if why not in CallTask.Why.values or why == CallTask.Why.DOCTOR_COPY:
        raise Invalid(_("Choose a reason."), fields={"why": _("Choose a reason.")})
    task, _created = CallTask.objects.get_or_create(
        case=case,
        why=why,
        done_at=None,
        defaults={"content_key": case.content_key, "created_at": now(), "due_at": due_at},
    )
    record("case.call_planned", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"why": why})
    return task


@transaction.atomic
def ask_for_call(case_id: UUID, why: str, *, actor: Actor) -> CallTask:
    """The patient's side asks to be called, by the next working day."""
    case = locked_case(case_id, actor=actor, action="case.message_service")
    task, created = CallTask.objects.get_or_create(
        case=case,
        why=why,
        done_at=None,
        defaults={
            "content_key": case.content_key,
            "created_at": now(),
            "due_at": clocks.working_days_after(now(), 1),
        },
    )
    if created:
        record("case.call_asked", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"why": str(why)})
        tell(case, "desk", "desk_message", key=f"call:{task.pk}")
    return task


@transaction.atomic
def close_call(task_id: UUID, *, reached: bool, note: str, actor: Actor, give_up: bool = False) -> CallTask:
    """Record a call. Where nobody answered it is counted, stays on the list, and is due again.

    Args:
        give_up: nobody answered this time either, and nobody calls again; the note says what is done instead.
    """
    found = CallTask.objects.filter(pk=task_id).first()
    if found is None:
        raise Missing(_("This call is not on the list."))
    case = locked_case(found.case_id, actor=actor, action="case.call")
    task = CallTask.objects.select_for_update(of=("self",)).get(pk=task_id)
    if task.why == CallTask.Why.DOCTOR_COPY:
        raise Conflict(_("A report to the treating doctor is no call: record its sending on the page of the file."))
    if task.done_at is not None:
        if (task.done_by_id, task.reached) == (actor.id, reached):
            # The same click again.
            return task
        raise Conflict(_("This call has already been recorded."))
    words, at = note.strip(), now()
    if give_up and task.tries < TRIES_BEFORE_GIVING_UP:
        raise Conflict(_("Nobody has called often enough to give up: the call stays on the list."))
    if give_up and not words:
        raise Invalid(_("Say what is done instead."), fields={"note": _("Fill in this field.")})
    if not reached and not give_up and _tried_just_now(task, words, actor, at):
        return task
    task.reached = reached
    # What was noted at an earlier try is not lost to the next one.
    task.note = "\n\n".join(part for part in (task.note or "", words) if part)
    if not reached:
        task.tries, task.tried_at, task.tried_by_id = task.tries + 1, at, actor.person
    if reached or give_up:
        task.done_at, task.done_by_id = at, actor.id
    else:
        task.due_at = max(task.due_at, clocks.call_again_by(at))
    task.save()
    record(
        "case.called" if reached else "case.call_unanswered",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"why": task.why, "reached": reached, "given_up": give_up},
    )
    return task


def _tried_just_now(task: CallTask, words: str, actor: Actor, at: datetime) -> bool:
    """Whether the same click is made again: a second call by the same person takes longer than a minute."""
    again = task.tried_by_id == actor.person and task.tried_at is not None and at - task.tried_at < SAME_CLICK
    return again and (task.note or "").endswith(words)


@transaction.atomic
def ask_stop(case_id: UUID, code: str, motive: str, *, actor: Actor) -> StopRequest:
    """Ask that the case be stopped; a second person confirms by the move `stop`."""
    case = locked_case(case_id, actor=actor, action="case.ask_stop")
    if code not in STOP_REASONS:
        raise Invalid(_("Choose a reason."), fields={"code": _("Choose a reason.")})
    if not motive.strip():
        raise Invalid(_("Say why."), fields={"motive": _("Fill in this field.")})
    if case.stop_requests.filter(settled_at__isnull=True).exists():
        raise Conflict(_("A stop was already asked for: a second person must confirm it."))
    request = StopRequest.objects.create(
        content_key=case.content_key,
        case=case,
        code=code,
        motive=motive.strip(),
        asked_by_id=actor.person,
        asked_at=now(),
    )
    record("case.stop_asked", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"code": code})
    return request


@transaction.atomic
def drop_stop(case_id: UUID, *, actor: Actor) -> None:
    """Drop a stop that nobody confirmed."""
    case = locked_case(case_id, actor=actor, action="case.ask_stop")
    if case.stop_requests.filter(settled_at__isnull=True).update(settled_at=now()):
        record("case.stop_dropped", actor=actor, case_id=case.pk, subjects=subjects(case))


@transaction.atomic
def report_incident(case_id: UUID, code: str, text: str, *, actor: Actor) -> TechnicalIncident:
    """Record a technical incident of the case; it is printed in the report (C-TEL-5)."""
    case = locked_case(case_id, actor=actor, action="case.report_incident")
    if not text.strip():
        raise Invalid(_("Say what happened."), fields={"text": _("Fill in this field.")})
    so_far = TechnicalIncident.objects.select_related("content_key").filter(case=case, code=code[:30])
    known = said_already(so_far, text, actor=actor, by="reported_by_id")
    if known is not None:
        return known
    incident = TechnicalIncident.objects.create(
        content_key=case.content_key,
        case=case,
        code=code[:30],
        text=text.strip(),
        reported_by_id=actor.id,
        at=now(),
    )
    record("case.incident_reported", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"code": code[:30]})
    return incident


def _saved(case: Case, actor: Actor, action: str, detail: dict[str, str | int | bool | list[str]]) -> Case:
    case.updated_at = now()
    case.save()
    record(action, actor=actor, case_id=case.pk, subjects=subjects(case), detail=detail)
    return case
