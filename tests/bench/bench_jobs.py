"""How fast the platform works in the background: jobs, mail, and the journal beside them."""

import os
import signal
import threading
import time
import uuid
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django_tasks_db.models import DBTaskResult

from audit import Actor, record, verify
from jobs import enqueue
from jobs.worker import Worker
from notify import register_template, send
from notify.models import OutgoingMail
from tests.harness.figures import Record
from tests.jobs import samples

pytestmark = [pytest.mark.django_db(transaction=True)]

JOBS = 2000
EVENTS = 2000


def worker_process(**options: object) -> int:
    """A worker in a process of its own."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        worker = Worker(clock=False, **options)  # type: ignore[arg-type]
        worker.stop_on_signals()
        worker.run()
        os._exit(0)
    return child


def timed(work: Callable[[], object]) -> float:
    """Seconds it took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_empty_jobs_a_second(figure: Record) -> None:
    put = timed(lambda: [enqueue(samples.do_nothing) for _ in range(JOBS)])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
    start = time.perf_counter()
    _pid, _status, usage = os.wait4(worker_process(until_empty=True, lanes=(None,)), 0)
    seconds = time.perf_counter() - start
    assert DBTaskResult.objects.filter(status="SUCCESSFUL").count() == JOBS
    figure(f"jobs enqueued one by one, {connection.vendor}", f"{JOBS / put:.0f} jobs/s")
    figure(f"empty jobs, one worker, {connection.vendor}", f"{JOBS / seconds:.0f} jobs/s", "100 jobs/s")
    cpu = 1000 * (usage.ru_utime + usage.ru_stime) / JOBS
    figure(f"CPU of the worker for one empty job, {connection.vendor}", f"{cpu:.2f} ms")


def test_empty_jobs_a_second_with_two_workers(figure: Record) -> None:
    for _ in range(JOBS):
        enqueue(samples.do_nothing)

    def run() -> None:
        for child in [worker_process(until_empty=True, lanes=(None,)) for _ in range(2)]:
            os.waitpid(child, 0)

    seconds = timed(run)
    rows = DBTaskResult.objects.filter(status="SUCCESSFUL")
    assert rows.count() == JOBS
    assert {len(ids) for ids in rows.values_list("worker_ids", flat=True)} == {1}
    figure(f"empty jobs, two workers, {connection.vendor}", f"{JOBS / seconds:.0f} jobs/s", "100 jobs/s")


def test_a_mail_is_handed_over_soon(figure: Record) -> None:
    register_template("bench.mail", "{site}", "News about your file.", variables=(), in_app=False)
    worker = worker_process()
    waits = []
    try:
        for n in range(20):
            start = time.perf_counter()
            mail = send("bench.mail", email="a@example.org", key=f"bench-{n}")
            while OutgoingMail.objects.get(id=mail.id).state != "sent":
                assert time.perf_counter() - start < 30
                threading.Event().wait(0.01)
            waits.append(time.perf_counter() - start)
    finally:
        os.kill(worker, signal.SIGTERM)
        os.waitpid(worker, 0)
    figure(f"mail, from asked to handed over, slowest of 20, {connection.vendor}", f"{max(waits):.2f} s", "5 s")


def test_events_of_the_journal(figure: Record) -> None:
    actor = Actor(kind="user", id=uuid.uuid4(), role="coordinator", verified=True, session="s", network="192.0.2.0/24")
    cases = [uuid.uuid4() for _ in range(200)]

    def write() -> None:
        for n in range(EVENTS):
            record("case.read", actor=actor, case_id=cases[n % 200], subjects={"patient": [cases[0]]})

    figure(f"journal, one event, {connection.vendor}", f"{1000 * timed(write) / EVENTS:.2f} ms")
    fifty = [uuid.uuid4() for _ in range(50)]
    page = timed(lambda: [record("desk.read", actor=actor, subjects={"case": fifty}) for _ in range(200)])
    figure(f"journal, one page of 50 cases, {connection.vendor}", f"{1000 * page / 200:.2f} ms")
    report = None

    def check() -> None:
        nonlocal report
        report = verify()

    seconds = timed(check)
    assert report is not None
    assert report.ok
    figure(f"journal, verification, {connection.vendor}", f"{report.events / seconds:.0f} events/s")
