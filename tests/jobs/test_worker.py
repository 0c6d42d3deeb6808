"""Real worker processes: killed, stopped, slow, and two at once."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, connections
from django_tasks_db.models import DBTaskResult

from jobs import enqueue
from jobs.leases import (
    LeaseLost,
    attempt_of,
    attempting,
    beat,
    confirm_lease,
    give_back_jobs_of_the_dead,
    succeed,
    take,
)
from jobs.models import DeadJob, JobLease, WorkerBeat
from jobs.worker import Worker
from tests.jobs import samples

pytestmark = [pytest.mark.django_db(transaction=True)]

SOON = timedelta(seconds=0.5)


@pytest.fixture
def start() -> Iterator[Callable[..., int]]:
    """`start(until_empty=True)`: a worker in a process of its own; those left over are killed."""
    children: list[int] = []

    def run(**options: object) -> int:
        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                worker = Worker(clock=False, lease=SOON, **options)  # type: ignore[arg-type]
                worker.stop_on_signals()
                worker.run()
            finally:
                os._exit(0 if worker.done >= 0 else 1)
        children.append(child)
        return child

    yield run
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        except (ProcessLookupError, ChildProcessError):
            continue


def wait_until(done: Callable[[], bool], seconds: float = 20) -> None:
    """Look every few hundredths of a second; other processes have no event to wait for."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.03)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.asvs("16.5.4")
def test_kill_9_in_the_middle_of_a_job_loses_nothing(start):
    enqueue(samples.kill_first_time, "victim")
    assert ended(start()) == -signal.SIGKILL
    assert samples.ran("victim") == 0
    assert DBTaskResult.objects.get().status == "RUNNING"
    second = start()
    wait_until(lambda: samples.ran("victim") == 1)
    os.kill(second, signal.SIGTERM)
    assert ended(second) == 0
    assert samples.ran("victim-tried") == 2
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_a_job_that_kills_every_worker_is_dead_after_its_tries(start):
    enqueue(samples.kill_always, "poison")
    for _attempt in range(3):
        assert ended(start()) == -signal.SIGKILL
        threading.Event().wait(SOON.total_seconds() + 0.1)
        give_back_jobs_of_the_dead(SOON)
        DBTaskResult.objects.filter(status="READY").update(run_after="2020-01-01T00:00:00Z")
    assert DeadJob.objects.get().error == "worker died"
    assert samples.ran("poison") == 3


def test_sigterm_lets_the_current_job_finish_and_takes_no_other(start):
    enqueue(samples.take_long, "current")
    worker = start(lanes=(None,))
    wait_until(lambda: samples.ran("current-started") == 1)
    enqueue(samples.leave_mark, "next")
    os.kill(worker, signal.SIGTERM)
    assert ended(worker) == 0
    assert samples.ran("current") == 1
    assert samples.ran("next") == 0
    assert not WorkerBeat.objects.exists()


def test_a_second_signal_ends_at_once_and_the_job_comes_back(start):
    enqueue(samples.take_long, "current")
    worker = start(lanes=(None,))
    wait_until(lambda: samples.ran("current-started") == 1)
    os.kill(worker, signal.SIGTERM)
    # Signals that come close together are one: so it is told until it has ended.
    statuses: list[int] = []

    def gone() -> bool:
        pid, status = os.waitpid(worker, os.WNOHANG)
        statuses.append(status)
        if not pid:
            os.kill(worker, signal.SIGTERM)
        return bool(pid)

    wait_until(gone)
    assert os.waitstatus_to_exitcode(statuses[-1]) == 128 + signal.SIGTERM
    assert samples.ran("current") == 0
    second = start(lanes=(None,))
    wait_until(lambda: samples.ran("current") == 1)
    os.kill(second, signal.SIGTERM)
    assert ended(second) == 0


def test_a_slow_worker_that_is_alive_is_not_doubled(start):
    # The job takes three times as long as a worker may be silent; the thread that speaks keeps its lease.
    enqueue(samples.take_long, "slow")
    workers = [start(lanes=(None,)), start(lanes=(None,))]
    wait_until(lambda: samples.ran("slow") == 1)
    for one in workers:
        os.kill(one, signal.SIGTERM)
        ended(one)
    assert samples.ran("slow-started") == 1


def test_a_worker_that_was_silent_itself_takes_nobody_for_dead():
    # The database was away, or the machine out of breath: the others had no voice either.
    enqueue(samples.leave_mark, "held")
    beat("other")
    assert take("other") is not None
    judge = Worker(clock=False, lease=SOON)
    judge._speak()
    threading.Event().wait(SOON.total_seconds() + 0.1)
    judge._make_round()
    assert JobLease.objects.filter(worker="other").exists()
    judge._speak()
    judge._make_round()
    assert JobLease.objects.filter(worker="other").exists()
    # It speaks all the time for a whole lease, the other does not: now it may judge.
    end = time.monotonic() + SOON.total_seconds() + 0.1
    while time.monotonic() < end:
        threading.Event().wait(judge.pulse)
        judge._speak()
    judge._make_round()
    assert not JobLease.objects.filter(worker="other").exists()


def test_mail_does_not_wait_for_a_long_job(start):
    enqueue(samples.take_long, "long")
    worker = start()
    wait_until(lambda: samples.ran("long-started") == 1)
    enqueue(samples.leave_urgent_mark, "mail")
    wait_until(lambda: samples.ran("mail") == 1)
    assert samples.ran("long") == 0
    os.kill(worker, signal.SIGTERM)
    ended(worker)


def test_two_workers_share_the_queue_and_run_nothing_twice(start):
    for n in range(60):
        enqueue(samples.leave_mark, f"n{n}")
    for child in [start(until_empty=True), start(until_empty=True)]:
        assert ended(child) == 0
    assert [samples.ran(f"n{n}") for n in range(60)] == [1] * 60


def test_one_who_was_taken_for_dead_can_neither_end_the_job_nor_act_outside():
    enqueue(samples.leave_mark, "x")
    beat("sleeper")
    first = take("sleeper")
    threading.Event().wait(0.05)
    assert give_back_jobs_of_the_dead(timedelta(seconds=0.01)) == 1
    second = take("other")
    assert second.id == first.id
    with attempting(attempt_of(first)), pytest.raises(LeaseLost):
        confirm_lease()
    assert succeed(first) is False
    assert DBTaskResult.objects.get().status == "RUNNING"
    with attempting(attempt_of(second)):
        confirm_lease()
    assert succeed(second) is True
    assert not JobLease.objects.exists()


def test_twenty_workers_that_look_at_once_take_a_job_once():
    enqueue(samples.leave_mark, "wanted")
    taken: list[object] = []
    gate = threading.Barrier(20)

    def look(n: int) -> None:
        gate.wait()
        row = take(f"w{n}")
        if row is not None:
            taken.append(row.id)
        connections.close_all()

    threads = [threading.Thread(target=look, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that could go away")
def test_a_worker_outlives_the_end_of_its_connection():
    worker = Worker(clock=False, lanes=(None,))
    thread = threading.Thread(target=worker.run)
    thread.start()
    wait_until(lambda: WorkerBeat.objects.exists())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    enqueue(samples.leave_mark, "after")
    wait_until(lambda: samples.ran("after") == 1)
    worker.stop()
    thread.join()
    close_old_connections()
