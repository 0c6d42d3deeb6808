"""Workers killed at random for a minute and a half while jobs and mail keep coming: none lost, none done twice."""

import os
import random
import signal
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections
from django_tasks_db.models import DBTaskResult

from audit import SystemActor, record, verify
from jobs import enqueue
from jobs.models import DeadJob, JobLease, ScheduledRun
from jobs.worker import Worker
from notify import demo_mail, register_template, send
from notify.models import OutgoingMail
from tests.harness.figures import Record
from tests.jobs import samples

SECONDS = 90
WORKERS = 2
SEED = 20261121
# Patience ten times as short as in production, so that a minute and a half holds many deaths.
LEASE = timedelta(seconds=1.5)


def start() -> int:
    """One more worker."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        one = Worker(clock=False, lease=LEASE)
        one.stop_on_signals()
        one.run()
        os._exit(0)
    return child


def stop(child: int, number: int) -> None:
    """End a worker and wait."""
    os.kill(child, number)
    os.waitpid(child, 0)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_and_nothing_is_done_twice(figure: Record, settings, tmp_path) -> None:
    settings.EMAIL_BACKEND = "notify.demo_mail.DemoMailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.AUDIT_ANCHOR_DIR = tmp_path / "anchors"
    register_template("soak.mail", "{site}", "News about your file.", variables=(), in_app=False)
    chance, kills, asked = random.Random(SEED), 0, 0
    workers = [start() for _ in range(WORKERS)]
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            pause = time.monotonic() + chance.uniform(0.1, 0.8)
            while time.monotonic() < pause:
                enqueue(samples.leave_one_mark, f"soak-{asked}")
                send("soak.mail", email=f"p{asked}@example.org", key=f"soak-{asked}")
                record("case.read", actor=SystemActor("soak"))
                asked += 1
                threading.Event().wait(chance.uniform(0, 0.02))
            victim = chance.randrange(WORKERS)
            stop(workers[victim], signal.SIGKILL)
            kills += 1
            workers[victim] = start()
        until = time.monotonic() + 180
        while DBTaskResult.objects.exclude(status="SUCCESSFUL").exists():
            assert time.monotonic() < until, "the queue did not become empty"
            threading.Event().wait(0.5)
    finally:
        for child in workers:
            stop(child, signal.SIGTERM)
    marks = Counter(ScheduledRun.objects.filter(name__startswith="soak-").values_list("name", flat=True))
    handed = Counter(stored.parsed()["Message-ID"] for stored in demo_mail.messages())
    wanted = {mail.message_id for mail in OutgoingMail.objects.all()}
    doubles = sum(count - 1 for count in handed.values())
    figure(f"kill -9 of a worker, {connection.vendor}", kills)
    figure("jobs asked for / done / done twice", f"{asked} / {len(marks)} / {sum(marks.values()) - len(marks)}")
    figure("mails asked for / handed over / doubled", f"{asked} / {len(handed)} / {doubles}")
    assert kills > 50
    assert marks == Counter({f"soak-{n}": 1 for n in range(asked)})
    assert set(handed) == wanted
    assert len(wanted) == asked
    # Each double needs a death between the relay's yes and our commit.
    assert doubles <= kills
    assert not DeadJob.objects.exists()
    assert not JobLease.objects.exists()
    assert verify().ok
