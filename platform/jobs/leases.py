"""Who holds which job: taking one, ending it, and giving back the jobs of workers that died.

A worker that is slow but alive keeps its jobs, because a thread of its own says so every few seconds. One that was
taken for dead and comes back finds its lease gone: it can neither end the job nor pass `confirm_lease`.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from secrets import SystemRandom
from traceback import extract_tb
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from clock import now
from jobs.declaring import GiveUp, Job, TryLater
from jobs.models import DeadJob, JobLease, WorkerBeat

logger = logging.getLogger("jobs")

#: A job in the queue, as django-tasks stores it.
Row = DBTaskResult[Any, Any]

#: A worker silent for this long is dead. Its thread speaks every `BEAT`, or five times in a shorter lease.
LEASE = timedelta(seconds=15)
BEAT = timedelta(seconds=2)
LONGEST_DELAY = timedelta(hours=1)
#: Tries granted to a task that is not one of our jobs (those of Wagtail).
FOREIGN_ATTEMPTS = 5

_random = SystemRandom()


class LeaseLost(Exception):
    """This worker was taken for dead and its job given to another."""


@dataclass(frozen=True)
class Attempt:
    """One try of one job by one worker."""

    task_id: UUID
    worker: str
    number: int


_attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def current_attempt() -> Attempt | None:
    """The try this code runs in, if it runs in a job."""
    return _attempt.get()


@contextmanager
def attempting(attempt: Attempt) -> Iterator[None]:
    """Inside the block this try is the current one."""
    token = _attempt.set(attempt)
    try:
        yield
    finally:
        _attempt.reset(token)


def confirm_lease() -> None:
    """Called before an effect outside the database: is the job still this worker's? Says yes outside any job.

    Raises:
        LeaseLost: another worker has it now; stop without the effect.
    """
    attempt = _attempt.get()
    if attempt is not None and not _lease(attempt).exists():
        raise LeaseLost


def ready(queues: Sequence[str] | None = None) -> QuerySet[Row]:
    """Jobs that may be taken now, in the order they should be."""
    waiting = DBTaskResult.objects.filter(
        Q(run_after=get_date_max()) | Q(run_after__lte=now()), status=TaskResultStatus.READY
    )
    return waiting.filter(queue_name__in=queues) if queues else waiting


@contextmanager
def _may_be_forgotten() -> Iterator[None]:
    """A transaction that does not wait for the disk: after a power failure PostgreSQL may have forgotten it, whole.

    Forgotten, a job that was taken waits again, and one that was noted as done is done once more, which every job must
    bear anyway. Its own commits, made in between, do wait. It makes an empty job ten times as fast.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


def beat(worker: str) -> None:
    """Say that a worker is alive. It does not wait for the disk: a busy one would make the living look dead."""
    with _may_be_forgotten():
        if not WorkerBeat.objects.filter(worker=worker).update(beat_at=Now()):
            WorkerBeat.objects.bulk_create([WorkerBeat(worker=worker)], ignore_conflicts=True)


def take(worker: str, queues: Sequence[str] | None = None) -> Row | None:
    """Take the next job, if there is one.

    Args:
        worker: who takes it.
        queues: only from these; None is all.
    """
    if connection.vendor == "sqlite" and not ready(queues).exists():
        # A transaction on SQLite takes the only write lock: none is opened for nothing.
        return None
    with _may_be_forgotten():
        row = ready(queues).select_for_update(skip_locked=True).first()
        if row is None:
            return None
        row.status = TaskResultStatus.RUNNING
        row.started_at = now()
        row.worker_ids = [*row.worker_ids, worker]
        row.save(update_fields=["status", "started_at", "worker_ids"])
        JobLease.objects.bulk_create([JobLease(task_id=row.id, worker=worker, attempt=len(row.worker_ids))])
    return row


def attempt_of(row: Row) -> Attempt:
    """The try that began when the row was taken."""
    return Attempt(row.id, row.worker_ids[-1], len(row.worker_ids))


def succeed(row: Row) -> bool:
    """Note that a job is done; False when the lease was lost meanwhile."""
    with _may_be_forgotten():
        if not _lease(attempt_of(row)).delete()[0]:
            return False
        DBTaskResult.objects.filter(id=row.id).update(
            status=TaskResultStatus.SUCCESSFUL, finished_at=now(), exception_class_path="", traceback=""
        )
    return True


def fail(row: Row, error: BaseException) -> bool:
    """Note that a try failed: the job waits for the next one or is dead; False when the lease was lost meanwhile."""
    attempt = attempt_of(row)
    with transaction.atomic():
        if not _lease(attempt).delete()[0]:
            return False
        if isinstance(error, TryLater):
            DBTaskResult.objects.filter(id=row.id).update(
                status=TaskResultStatus.READY, run_after=now() + error.after, worker_ids=row.worker_ids[:-1]
            )
            return True
        name, place = error_name(error), error_place(error)
        logger.error("job %s try %d failed: %s at %s", row.task_path, attempt.number, name, place)
        _put_back_or_bury(row, attempt.number, name, place, final=isinstance(error, GiveUp), at_once=False)
    return True


def give_back_jobs_of_the_dead(lease: timedelta = LEASE, *, asked_by: str = "") -> int:
    """Give the jobs of silent workers back to the queue.

    Args:
        lease: how long a worker may be silent.
        asked_by: a worker that is alive, since it asks.

    Returns:
        How many jobs were given back or buried.
    """
    found = 0
    for worker, seen, moment in WorkerBeat.objects.values_list("worker", "beat_at", Now()):
        if worker == asked_by or moment - seen <= lease:
            continue
        with transaction.atomic():
            # Only if it is as silent as before; a worker that speaks at this moment waits for this lock, then finds
            # its row gone and makes a new one.
            gone = (
                WorkerBeat.objects.select_for_update(skip_locked=True).filter(worker=worker, beat_at__lte=seen).first()
            )
            if gone is None:
                continue
            gone.delete()
            found += _give_back(JobLease.objects.filter(worker=worker))
        logger.error("worker %s died", worker)
    # Taken between the death and the next sign of life of a worker, or left by one that ran without any.
    orphans = JobLease.objects.exclude(worker__in=WorkerBeat.objects.values("worker"))
    stale = [id_ for id_, taken, moment in orphans.values_list("task_id", "taken_at", Now()) if moment - taken > lease]
    if stale:
        with transaction.atomic():
            found += _give_back(orphans.filter(task_id__in=stale))
    return found


def delay_before(attempt: int, first: timedelta) -> timedelta:
    """The wait after a failed try: doubled with each, up to an hour, a fifth more or less so that jobs that failed
    together do not come back together.

    Args:
        attempt: the try that failed, from 1.
        first: the wait after the first.
    """
    exact = min(first * 2 ** min(attempt - 1, 30), LONGEST_DELAY)
    wait: timedelta = exact * _random.uniform(0.8, 1.2)
    return wait


def error_name(error: BaseException) -> str:
    """The class of an error. Never its message, which may quote what somebody wrote."""
    return f"{type(error).__module__}.{type(error).__qualname__}"[:200]


def error_place(error: BaseException) -> str:
    """Where an error was raised, as the last line of ours on its way: `file:line in function`."""
    frames = extract_tb(error.__traceback__)
    base = str(settings.BASE_DIR)
    ours = [frame for frame in frames if frame.filename.startswith(base) and ".venv" not in frame.filename]
    for frame in reversed(ours or frames):
        return f"{frame.filename.removeprefix(base).lstrip('/')}:{frame.lineno} in {frame.name}"[-200:]
    return ""


def _lease(attempt: Attempt) -> QuerySet[JobLease]:
    return JobLease.objects.filter(task_id=attempt.task_id, worker=attempt.worker, attempt=attempt.number)


def _give_back(leases: QuerySet[JobLease]) -> int:
    """Inside a transaction: end these leases and put their jobs back."""
    count = 0
    held = leases.select_for_update(skip_locked=True).values_list("task_id", "attempt")
    for task_id, attempt in list(held):
        JobLease.objects.filter(task_id=task_id).delete()
        row = DBTaskResult.objects.select_for_update().filter(id=task_id).first()
        if row is None or row.status != TaskResultStatus.RUNNING:
            continue
        _put_back_or_bury(row, attempt, "worker died", "", final=False, at_once=attempt == 1)
        count += 1
    return count


def _put_back_or_bury(row: Row, attempt: int, error: str, place: str, *, final: bool, at_once: bool) -> None:
    task = _job_of(row)
    allowed = task.max_attempts if task else FOREIGN_ATTEMPTS
    if not final and attempt < allowed:
        first = task.first_delay if task else timedelta(seconds=5)
        wait = timedelta(0) if at_once else delay_before(attempt, first)
        DBTaskResult.objects.filter(id=row.id).update(
            status=TaskResultStatus.READY, run_after=now() + wait, exception_class_path=error, traceback=place
        )
        return
    DBTaskResult.objects.filter(id=row.id).update(
        status=TaskResultStatus.FAILED, finished_at=now(), exception_class_path=error, traceback=place
    )
    DeadJob.objects.create(
        task_id=row.id, job=row.task_path, queue=row.queue_name, attempts=attempt, error=error, place=place
    )
    if task is not None and task.on_dead is not None:
        task.on_dead(*row.args_kwargs["args"])
    logger.critical("job %s is dead after %d tries: %s", row.task_path, attempt, error)


def _job_of(row: Row) -> Job | None:
    """The job's declaration; None for tasks of others, and for one whose code is gone."""
    try:
        task = row.task
    except ImportError:
        return None
    return task if isinstance(task, Job) else None
