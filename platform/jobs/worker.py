"""The worker: takes jobs, runs them, says that it is alive, starts what is due, gives back what the dead left."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import TypeVar
from uuid import uuid4

from django.db import (
    DatabaseError,
    Error,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
    transaction,
)

from jobs import leases, schedule
from jobs.declaring import TryLater
from jobs.leases import BEAT, LEASE, Row
from jobs.models import WorkerBeat

logger = logging.getLogger("jobs")
Result = TypeVar("Result")

#: How long an idle lane waits before it looks again, in seconds.
POLL = 0.4
#: How often schedules and dead workers are looked at, in seconds.
ROUNDS = 3.0
#: The queues of each lane (a thread); None is all. Mail has a lane of its own: a login code must not wait for a PDF.
LANES: tuple[tuple[str, ...] | None, ...] = (None, ("mail",))


def new_worker_id() -> str:
    """A name no other worker has."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid4().hex[:8]}"


class Worker:
    """One process that works.

    Args:
        lanes: queues of each of its threads; None in the place of names is all queues.
        until_empty: end when nothing is left to do now.
        clock: also start what is due.
        lease: how long another worker may be silent before its jobs are given back.
    """

    def __init__(
        self,
        *,
        lanes: Sequence[Sequence[str] | None] = LANES,
        until_empty: bool = False,
        clock: bool = True,
        lease: timedelta = LEASE,
    ) -> None:
        self.id = new_worker_id()
        self.lanes = lanes
        self.until_empty = until_empty
        self.clock = clock
        self.lease = lease
        # Five signs of life may be missed before anybody takes this worker for dead.
        self.pulse = min(BEAT, lease / 5).total_seconds()
        self.done = 0
        self._spoke = time.monotonic()
        self._judges_from = 0.0
        self._stopping = threading.Event()
        self._ended = threading.Event()

    def stop_on_signals(self) -> None:
        """SIGTERM and SIGINT let the current jobs finish; a second one ends at once, and the jobs are given back."""
        signal.signal(signal.SIGTERM, self._signalled)
        signal.signal(signal.SIGINT, self._signalled)

    def stop(self) -> None:
        """Take no further job; `run` returns when the current ones are finished."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped, or until nothing is left when `until_empty`."""
        self._speak()
        heart = threading.Thread(target=self._beat_on, name="heart", daemon=True)
        heart.start()
        others = [
            threading.Thread(target=self._lane, args=(queues,), name=f"lane-{n}", daemon=True)
            for n, queues in enumerate(self.lanes[1:], 1)
        ]
        for lane in others:
            lane.start()
        try:
            self._lane(self.lanes[0], rounds=True)
            for lane in others:
                lane.join()
        finally:
            self._ended.set()
            heart.join()
            forgiving(lambda: WorkerBeat.objects.filter(worker=self.id).delete())
            connections.close_all()

    def _lane(self, queues: Sequence[str] | None, *, rounds: bool = False) -> None:
        next_round = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= next_round:
                # Not before each job: where connections are not kept, that would open one for each.
                close_old_connections()
                if rounds:
                    forgiving(self._make_round)
                next_round = time.monotonic() + min(ROUNDS, self.lease.total_seconds())
            row = forgiving(lambda: leases.take(self.id, queues))
            if row is not None:
                run_one(row)
                self.done += 1
            elif self.until_empty:
                break
            else:
                self._stopping.wait(POLL)
        if threading.current_thread() is not threading.main_thread():
            connections.close_all()

    def _make_round(self) -> None:
        if self._may_judge():
            leases.give_back_jobs_of_the_dead(self.lease, asked_by=self.id)
        if self.clock:
            schedule.tick()

    def _may_judge(self) -> bool:
        """Whether this worker itself spoke all the time: what silenced it (a database away for a minute, a machine
        without breath) silenced living workers too, and they get a whole lease to speak again."""
        moment = time.monotonic()
        return moment - self._spoke <= self.lease.total_seconds() / 2 and moment >= self._judges_from

    def _speak(self) -> None:
        leases.beat(self.id)
        moment = time.monotonic()
        if moment - self._spoke > self.lease.total_seconds() / 2:
            self._judges_from = moment + self.lease.total_seconds()
        self._spoke = moment

    def _beat_on(self) -> None:
        while not self._ended.wait(self.pulse):
            forgiving(self._speak)
        connections.close_all()

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if self._stopping.is_set():
            os._exit(128 + number)
        logger.warning("worker %s stops after its current jobs", self.id)
        self._stopping.set()


def run_one(row: Row) -> BaseException | None:
    """Run one job that was taken, and note how it ended.

    Returns:
        The error, if the try failed.
    """
    try:
        with leases.attempting(leases.attempt_of(row)), _unbroken():
            row.task.call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
    except Exception as error:  # noqa: BLE001 - whatever a job raises must not stop the worker; it is noted
        failure = error
    else:
        if not _persistently(lambda: leases.succeed(row)):
            logger.error("job %s was given to another worker before it ended", row.task_path)
        return None
    if not _persistently(lambda: leases.fail(row, failure)):
        logger.error("job %s was given to another worker before it failed", row.task_path)
    return failure


def run_until_empty(*, queues: Sequence[str] | None = None, limit: int = 10_000, raise_errors: bool = True) -> int:
    """Run every job that is due, in this process and on this connection; for tests and demo data.

    Args:
        queues: only these; None is all.
        limit: stop after so many.
        raise_errors: let the first error of a job out, after it was noted.

    Returns:
        How many tries were made.
    """
    worker = f"inline-{uuid4().hex[:8]}"
    count = 0
    while count < limit and (row := leases.take(worker, queues)) is not None:
        count += 1
        error = run_one(row)
        if error is not None and raise_errors and not isinstance(error, TryLater):
            raise error
    return count


@contextmanager
def _unbroken() -> Iterator[None]:
    """Inside a transaction of a caller (a test, demo data) an error of the database must not break what comes after."""
    if not connection.in_atomic_block:
        yield
        return
    place = transaction.savepoint()
    try:
        yield
    except DatabaseError:
        transaction.savepoint_rollback(place)
        connection.needs_rollback = False
        raise
    transaction.savepoint_commit(place)


def forgiving(work: Callable[[], Result]) -> Result | None:
    """Do it, or go on without when the database cannot be reached just now."""
    try:
        return work()
    except Error as error:
        logger.error("the worker could not reach the database: %s", leases.error_name(error))
        connection.close()
        return None


def _persistently(work: Callable[[], bool]) -> bool:
    """Note the end of a job even if the database is away for a moment; later the lease runs out anyway."""
    for wait in (0.2, 1.0, 3.0):
        try:
            return work()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(wait)
    return work()
