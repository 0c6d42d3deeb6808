"""Jobs that only tests run; they write down in the table of schedules that they ran."""

import os
import signal
import time
from datetime import timedelta

from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from clock import now
from jobs import GiveUp, TryLater, confirm_lease, job
from jobs.models import ScheduledRun

died: list[tuple[object, ...]] = []


def mark(name: str) -> None:
    """Leave a trace that can be counted, in the database."""
    ScheduledRun.objects.create(name=name, due=now())


def ran(name: str) -> int:
    """How often `mark(name)` was called and committed."""
    return ScheduledRun.objects.filter(name=name).count()


@job()
def leave_mark(name: str) -> None:
    """Works."""
    mark(name)


@job(queue="mail", priority=50)
def leave_urgent_mark(name: str) -> None:
    """Works, in the queue for mail."""
    mark(name)


@job(max_attempts=3, on_dead=lambda *args: died.append(args))
def always_fail(name: str) -> None:
    """Fails with a message that holds what nobody may read in a log."""
    mark(name)
    raise RuntimeError("patient Camille Renaud, hernie discale")


@job()
def break_database(name: str) -> None:
    """Fails inside the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")


@job()
def give_up(name: str) -> None:
    """Knows that trying again is useless."""
    raise GiveUp


@job()
def wait_for_it(name: str) -> None:
    """Runs only once the mark is there."""
    if not ran(name):
        raise TryLater(timedelta(minutes=10))
    mark(f"{name}-after")


@job()
def kill_first_time(name: str) -> None:
    """Dies with its process at the first try, after its effect was half done."""
    mark(f"{name}-tried")
    if ran(f"{name}-tried") == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    mark(name)


@job()
def take_long(name: str) -> None:
    """Is still at it when something happens to the worker, and confirms before its effect."""
    mark(f"{name}-started")
    time.sleep(1.5)
    confirm_lease()
    mark(name)


@job()
def do_nothing() -> None:
    """For measurements."""


@job()
def leave_one_mark(name: str) -> None:
    """Works as every job of ours must: locks what it works on and looks whether the work is done."""
    with transaction.atomic():
        list(DBTaskResult.objects.select_for_update().filter(args_kwargs__args=[name]))
        if not ran(name):
            mark(name)


@job(max_attempts=3)
def kill_always(name: str) -> None:
    """Takes its worker with it each time."""
    mark(name)
    os.kill(os.getpid(), signal.SIGKILL)
