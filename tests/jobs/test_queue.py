"""Putting jobs in the queue and running them."""

import logging
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

import clock
from jobs import enqueue, run_until_empty
from jobs.leases import delay_before
from jobs.models import DeadJob, JobLease
from tests.jobs import samples

pytestmark = pytest.mark.django_db

WHEN = datetime(2026, 11, 12, 17, 42, tzinfo=UTC)


def test_a_job_runs_once():
    enqueue(samples.leave_mark, "once")
    assert run_until_empty() == 1
    assert run_until_empty() == 0
    assert samples.ran("once") == 1
    assert not JobLease.objects.exists()


def test_a_job_goes_with_the_transaction_that_wanted_it():
    with transaction.atomic():
        enqueue(samples.leave_mark, "never")
        transaction.set_rollback(True)
    assert run_until_empty() == 0


@pytest.mark.asvs("16.2.5")
@pytest.mark.parametrize(
    "argument", ["Camille Renaud", "Renaud", "é", "", "a" * 81, None, True, 1.5, ["a"], {"a": 1}, "a\n"]
)
def test_a_job_takes_no_text(argument):
    with pytest.raises(ValueError, match="never text|short codes"):
        enqueue(samples.leave_mark, argument)
    with pytest.raises(ValueError, match="never text|short codes"):
        samples.leave_mark.enqueue(argument)
    with pytest.raises(ValueError, match="no names"):
        samples.leave_mark.enqueue(name="named")
    assert not DBTaskResult.objects.exists()


def test_ids_numbers_and_codes_arrive_as_they_were():
    id_ = uuid.uuid4()
    enqueue(samples.leave_mark, id_)
    run_until_empty()
    assert samples.ran(str(id_)) == 1


def test_a_job_waits_for_its_time():
    with clock.travel(WHEN):
        enqueue(samples.leave_mark, "later", run_after=WHEN + timedelta(hours=1))
        assert run_until_empty() == 0
    with clock.travel(WHEN + timedelta(hours=1)):
        assert run_until_empty() == 1


def test_the_urgent_goes_first():
    enqueue(samples.leave_mark, "slow")
    enqueue(samples.leave_urgent_mark, "urgent")
    run_until_empty(limit=1)
    assert (samples.ran("urgent"), samples.ran("slow")) == (1, 0)


def test_a_lane_takes_only_its_queues():
    enqueue(samples.leave_mark, "other")
    assert run_until_empty(queues=["mail"]) == 0


def test_a_failing_job_is_tried_again_later_and_later_and_then_is_dead():
    samples.died.clear()
    enqueue(samples.always_fail, "doomed")
    moment, waits = WHEN, []
    for _attempt in range(3):
        with clock.travel(moment):
            assert run_until_empty(raise_errors=False) == 1
            assert run_until_empty(raise_errors=False) == 0
            row = DBTaskResult.objects.get()
            waits.append(row.run_after - moment)
            moment = row.run_after
    assert timedelta(seconds=4) <= waits[0] <= timedelta(seconds=6)
    assert timedelta(seconds=8) <= waits[1] <= timedelta(seconds=12)
    dead = DeadJob.objects.get()
    assert (dead.job, dead.attempts, dead.error) == ("tests.jobs.samples.always_fail", 3, "builtins.RuntimeError")
    assert dead.place.startswith("tests/jobs/samples.py:")
    assert samples.died == [("doomed",)]
    with clock.travel(moment + timedelta(days=30)):
        assert run_until_empty() == 0


@pytest.mark.asvs("16.2.5")
def test_what_an_error_says_is_written_nowhere(caplog):
    caplog.set_level(logging.DEBUG)
    enqueue(samples.always_fail, "secret-argument")
    for days in range(3):
        with clock.travel(WHEN + timedelta(days=days)):
            run_until_empty(raise_errors=False)
    row = DBTaskResult.objects.get()
    written = caplog.text + row.traceback + row.exception_class_path + str(DeadJob.objects.values().get())
    assert "RuntimeError" in written
    for secret in ("Camille", "hernie", "secret-argument"):
        assert secret not in written


def test_the_wait_doubles_up_to_an_hour():
    five = timedelta(seconds=5)
    for attempt, seconds in ((1, 5), (2, 10), (5, 80), (11, 3600), (500, 3600)):
        wait = delay_before(attempt, five).total_seconds()
        assert 0.8 * seconds <= wait <= 1.2 * seconds
    assert len({delay_before(3, five) for _ in range(20)}) > 10


def test_an_error_of_the_database_in_a_job_leaves_the_queue_in_order():
    enqueue(samples.break_database, "x")
    enqueue(samples.leave_mark, "after")
    assert run_until_empty(raise_errors=False) == 2
    assert samples.ran("after") == 1


def test_a_job_that_gives_up_is_dead_at_once():
    enqueue(samples.give_up, "x")
    run_until_empty(raise_errors=False)
    assert DeadJob.objects.get().attempts == 1


def test_waiting_is_not_failing():
    enqueue(samples.wait_for_it, "thing")
    for minutes in (0, 11, 22, 33, 44, 55, 66):
        with clock.travel(WHEN + timedelta(minutes=minutes)):
            assert run_until_empty() == 1
    samples.mark("thing")
    with clock.travel(WHEN + timedelta(minutes=80)):
        assert run_until_empty() == 1
    assert samples.ran("thing-after") == 1
    assert not DeadJob.objects.exists()


def test_a_job_whose_code_is_gone_dies_and_the_queue_goes_on():
    enqueue(samples.leave_mark, "renamed")
    DBTaskResult.objects.update(task_path="tests.jobs.samples.gone")
    for days in range(5):
        with clock.travel(WHEN + timedelta(days=days)):
            run_until_empty(raise_errors=False)
    assert DeadJob.objects.get().attempts == 5
