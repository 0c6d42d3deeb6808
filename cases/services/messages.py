"""Messages inside a case."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit import Actor, record
from cases.models import Case, Message
from cases.models.messages import Thread
from cases.notices import tell
from cases.services.locking import locked_case, subjects
from cases.services.repeats import said_already
from clock import now
from errors import Invalid

_STAFF = ("coordinator", "care_coordinator")


@transaction.atomic
def write_to_service(case_id: UUID, body: str, *, actor: Actor) -> Message:
    """A message between the requester's side and the service."""
    case = locked_case(case_id, actor=actor, action="case.message_service")
    message = _write(case, Thread.SERVICE, body, actor)
    if actor.role in _STAFF:
        tell(case, "requester", "case_message", key=f"message:{message.pk}")
    else:
        tell(case, "desk", "desk_message", key=f"message:{message.pk}")
    return message


@transaction.atomic
def write_between_desk_and_expert(case_id: UUID, body: str, *, actor: Actor) -> Message:
    """A message between the coordinator and the expert: a doubt on the content is a message, never a return."""
    case = locked_case(case_id, actor=actor, action="case.message_desk_expert")
    message = _write(case, Thread.DESK_EXPERT, body, actor)
    if actor.role == "expert":
        tell(case, "desk", "desk_message", key=f"message:{message.pk}")
    else:
        _tell_expert(case, message)
    return message


@transaction.atomic
def write_between_requester_and_expert(case_id: UUID, body: str, *, actor: Actor) -> Message:
    """A message between the professional who asked and the expert; a question that stops the clock is another thing."""
    case = locked_case(case_id, actor=actor, action="case.message_expert")
    message = _write(case, Thread.EXPERT, body, actor)
    if actor.role == "expert":
        tell(case, "requester", "case_message", key=f"message:{message.pk}")
    else:
        _tell_expert(case, message)
    return message


def _tell_expert(case: Case, message: Message) -> None:
    expert = case.assigned_expert
    tell(case, "expert", "desk_message", key=f"message:{message.pk}", expert_id=expert.user_id if expert else None)


def _write(case: Case, thread: str, body: str, actor: Actor) -> Message:
    if not body.strip():
        raise Invalid(_("Write your message."), fields={"body": _("Fill in this field.")})
    thread_so_far = case.messages.select_related("content_key").filter(thread=thread)
    known = said_already(thread_so_far, body, actor=actor, words="body")
    if known is not None:
        return known
    message = Message.objects.create(
        content_key=case.content_key,
        case=case,
        thread=thread,
        author_id=actor.id,
        author_role=actor.role,
        body=body.strip(),
        at=now(),
    )
    record(
        "case.message_written",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"thread": str(thread)},
    )
    return message


def mark_read(case: Case, thread: str, *, actor: Actor) -> int:
    """The others' messages of a thread were shown to this actor; the number newly read."""
    unread = case.messages.filter(thread=thread, read_at__isnull=True)
    own_side = _STAFF if actor.role in _STAFF else (actor.role,)
    return unread.exclude(author_role__in=own_side).update(read_at=now())
