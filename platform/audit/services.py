"""Writing to the journal, and reading one subject's history.

Order of locks: the row of the case first (the caller's), then the head of a chain; and the chain of a case before the
chain of a person, when one transaction writes to both.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit.actions import ACTION_NAME
from audit.actions import action as known_action
from audit.actors import Actor
from audit.models import AuditChain, AuditEvent, AuditSubject
from clock import now

Detail = Mapping[str, str | int | bool | list[str]]
Subjects = Mapping[str, Iterable[UUID]]

#: Reads of one file in one session closer than this are one event.
FILE_READ_WINDOW = timedelta(minutes=30)
# Of two requests at the same moment the one that got its instant first may be the second to write.
_AT_ONCE = timedelta(minutes=1)

_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}")
# An id, a code, a field name, an instant or a hash. No blank and no accent: a sentence or a name of a person with its
# first name cannot pass.
_CODE = re.compile(r"[A-Za-z0-9_.:/+-]{0,128}")
_NETWORK = re.compile(r"[0-9a-fA-F.:/]{0,43}")


def record(
    action: str,
    *,
    actor: Actor,
    case_id: UUID | None = None,
    subjects: Subjects | None = None,
    detail: Detail | None = None,
    outcome: Literal["done", "refused"] = "done",
    at: datetime | None = None,
) -> AuditEvent:
    """Add one event, in the caller's transaction: it exists if and only if what it tells is committed.

    A refusal that makes the transaction roll back is recorded after it, in one of its own.

    Args:
        action: dotted name, subject first and past tense: `case.proposed`.
        actor: who did it.
        case_id: the case it belongs to; with it the event joins the chain of that case.
        subjects: ids by kind (`case`, `patient`, `document` …) of what was shown or changed.
        detail: ids, codes and names of fields, never content.
        outcome: whether it happened or was refused.
        at: when, if not now.

    Raises:
        ValueError: a name, a kind or a detail has a form that could hold content.
        django.db.IntegrityError: the chain was removed at the end of its retention period.
    """
    event = _draft(action, actor, case_id, subjects, detail, outcome, at, "")
    with transaction.atomic(savepoint=False):
        return _append(event, _locked_chain(event.chain))


def record_read(
    action: str,
    *,
    actor: Actor,
    case_id: UUID | None = None,
    subjects: Subjects | None = None,
    detail: Detail | None = None,
    outcome: Literal["done", "refused"] = "done",
    at: datetime | None = None,
    request_key: str,
) -> AuditEvent:
    """Add the event of one page or file answered, unless it is there already (S2-16, S3-20).

    Called again for the same request, actor and subjects it returns the first event. For an action registered with
    `file_read=True` the same holds for half an hour of one session, whatever the request: a viewer asks for one file
    many times.

    Args:
        request_key: what names the request that is answered, for instance its correlation id.
    """
    event = _draft(action, actor, case_id, subjects, detail, outcome, at, request_key)
    earlier = _earlier_read(event)
    if earlier is not None:
        return earlier
    with transaction.atomic(savepoint=False):
        chain = _locked_chain(event.chain)
        # Asked again under the lock: two requests for one file may come at the same moment.
        return _earlier_read(event) or _append(event, chain)


def history(kind: str, id: UUID) -> QuerySet[AuditEvent]:  # noqa: A002 (the name callers use)
    """Everything that has this subject, newest first (S1-30).

    Args:
        kind: a kind of subject, or `actor` for everything that person did.
    """
    if kind == "actor":
        events = AuditEvent.objects.filter(actor_id=id)
    else:
        found = AuditSubject.objects.filter(kind=kind, subject_id=id).values("event_id")
        events = AuditEvent.objects.filter(id__in=found)
    return events.order_by("-at", "-seq", "id")


def remove_chain(key: str, *, actor: Actor, reason: str) -> int:
    """Remove all events of one chain at the end of its retention period; its head and length stay (C-RET-3).

    The removal is itself an event, in the month's chain of the actor. The triggers let the events go only because the
    chain is marked as removed, and nothing unmarks it.

    Args:
        key: the chain.
        actor: the service that applies the retention rule, or the person who decided.
        reason: a short code, for instance of the rule.

    Returns:
        How many events went; 0 when the chain had been removed before.

    Raises:
        AuditChain.DoesNotExist: no such chain.
        ValueError: the record of the removal would stand in the removed chain.
    """
    with transaction.atomic():
        chain = AuditChain.objects.select_for_update().get(key=key)
        if chain.removed_at is not None:
            return 0
        event = record(
            "journal.chain_removed",
            actor=actor,
            detail={"chain": key, "length": chain.length, "head": chain.head, "reason": reason},
        )
        if event.chain == key:
            raise ValueError("a chain cannot hold the record of its own removal")
        AuditChain.objects.filter(key=key).update(removed_at=now(), removed_by=event.chain)
        events = AuditEvent.objects.filter(chain=key)
        AuditSubject.objects.filter(event_id__in=events.values("id")).delete()
        return events.delete()[0]


def chain_key(actor: Actor, case_id: UUID | None, at: datetime) -> str:
    """The chain an event joins: that of its case, else of its actor, month by month."""
    if case_id is not None:
        return f"case:{case_id}"
    month = f"{at:%Y-%m}"
    return f"actor:{actor.id}:{month}" if actor.id is not None else f"{actor.kind}:{month}"


def _draft(
    action: str,
    actor: Actor,
    case_id: UUID | None,
    subjects: Subjects | None,
    detail: Detail | None,
    outcome: str,
    at: datetime | None,
    request_key: str,
) -> AuditEvent:
    """The event without its place in the chain."""
    if not ACTION_NAME.fullmatch(action) or len(action) > 64:
        raise ValueError(f"{action!r} is no dotted action name")
    named = _clean_subjects(subjects or {})
    cases = named.get("case", [])
    if case_id is None and len(cases) == 1:
        case_id = UUID(cases[0])
    elif case_id is not None and str(case_id) not in cases:
        named["case"] = sorted([*cases, str(case_id)])
    if not _NETWORK.fullmatch(actor.network) or not _CODE.fullmatch(request_key) or len(request_key) > 64:
        raise ValueError("the network or the request key has a form the journal does not take")
    moment = at or now()
    return AuditEvent(
        chain=chain_key(actor, case_id, moment),
        at=moment,
        action=action,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_role=actor.role,
        verified=actor.verified,
        on_behalf_of=actor.on_behalf_of,
        # A session key opens the session: only its digest is written down.
        session=actor.session and hashlib.sha256(actor.session.encode()).hexdigest()[:32],
        network=actor.network,
        case_id=case_id,
        subjects=named,
        detail=_clean_detail(detail or {}),
        outcome=outcome,
        request_key=request_key,
    )


def _clean_subjects(subjects: Subjects) -> dict[str, list[str]]:
    clean: dict[str, list[str]] = {}
    for kind, ids in subjects.items():
        if not _KIND.fullmatch(kind):
            raise ValueError(f"{kind!r} is no kind of subject")
        listed = sorted({str(id_ if isinstance(id_, UUID) else UUID(str(id_))) for id_ in ids})
        if listed:
            clean[kind] = listed
    return clean


def _clean_detail(detail: Detail) -> dict[str, str | int | bool | list[str]]:
    clean: dict[str, str | int | bool | list[str]] = {}
    for name, value in detail.items():
        if not _KIND.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a detail")
        texts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        if not isinstance(value, str | int | bool | list):
            raise ValueError(f"the detail {name!r} is neither text, number, yes or no, nor a list of texts")
        if not all(isinstance(text, str) and _CODE.fullmatch(text) for text in texts):
            raise ValueError(f"the detail {name!r} could hold content: the journal takes ids, codes and field names")
        clean[name] = list(value) if isinstance(value, list) else value
    return clean


def _locked_chain(key: str) -> AuditChain:
    """The head of the chain, locked, made if it is new."""
    heads = AuditChain.objects.select_for_update().filter(key=key)
    chain = heads.first()
    if chain is None:
        # Two transactions may open one chain together: the second waits here for the first, then locks its row.
        AuditChain.objects.bulk_create([AuditChain(key=key)], ignore_conflicts=True)
        chain = heads.get()
    return chain


def _append(event: AuditEvent, chain: AuditChain) -> AuditEvent:
    event.seq = chain.length + 1
    event.previous = chain.head
    event.hash = event.computed_hash()
    event.save(force_insert=True)
    AuditChain.objects.filter(key=chain.key).update(length=event.seq, head=event.hash)
    rows = [
        AuditSubject(event_id=event.id, kind=kind, subject_id=UUID(id_))
        for kind, ids in event.subjects.items()
        for id_ in ids
    ]
    if rows:
        AuditSubject.objects.bulk_create(rows)
    return event


def _earlier_read(event: AuditEvent) -> AuditEvent | None:
    """An event that already tells this read."""
    same = AuditEvent.objects.filter(
        chain=event.chain,
        actor_id=event.actor_id,
        action=event.action,
        session=event.session,
        outcome=event.outcome,
        on_behalf_of=event.on_behalf_of,
        at__gt=event.at - FILE_READ_WINDOW,
        at__lt=event.at + _AT_ONCE,
    )
    if not known_action(event.action).file_read:
        same = same.filter(request_key=event.request_key)
    return next((earlier for earlier in same.order_by("-seq")[:200] if earlier.subjects == event.subjects), None)
