"""A worker killed anywhere loses no job and ends none twice."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from jobs import enqueue, run_until_empty
from jobs.models import DeadJob, JobLease, ScheduledRun
from jobs.own_jobs import prune_queue
from jobs.schedule import tick
from tests.crash import crash_sweep, finish_jobs
from tests.jobs import samples

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sweep]


def test_a_job_runs_to_its_end_wherever_its_worker_is_killed():
    def setup() -> str:
        name = f"m{uuid.uuid4().hex[:8]}"
        enqueue(samples.leave_one_mark, name)
        return name

    def invariants(name: str) -> None:
        assert samples.ran(name) == 1
        row = DBTaskResult.objects.get(args_kwargs__args=[name])
        assert row.status == "SUCCESSFUL"
        assert not JobLease.objects.exists()
        assert not DeadJob.objects.exists()

    sweep = crash_sweep(
        lambda name: run_until_empty(), setup=setup, recover=lambda name: finish_jobs(), invariants=invariants
    )
    assert len(sweep.killed) > 5


def test_a_failing_job_is_buried_once_wherever_its_worker_is_killed():
    def setup() -> str:
        name = f"d{uuid.uuid4().hex[:8]}"
        enqueue(samples.always_fail, name)
        return name

    def invariants(name: str) -> None:
        row = DBTaskResult.objects.get(args_kwargs__args=[name])
        assert row.status == "FAILED"
        assert DeadJob.objects.filter(task_id=row.id).count() == 1
        assert not JobLease.objects.exists()

    def all_tries(name: str) -> None:
        finish_jobs()

    crash_sweep(all_tries, setup=setup, recover=lambda name: finish_jobs(), invariants=invariants, sample=12)


def test_a_tick_killed_anywhere_starts_each_run_once():
    def setup() -> None:
        with transaction.atomic():
            ScheduledRun.objects.all().delete()
            DBTaskResult.objects.all().delete()

    def invariants(_nothing: None) -> None:
        names = [name for name, _due in ScheduledRun.objects.values_list("name", "due")]
        assert "jobs.prune" in names
        assert len(names) == len(set(names)) == DBTaskResult.objects.count()

    crash_sweep(lambda _: tick(), setup=setup, recover=lambda _: tick(), invariants=invariants, sample=12)


def test_pruning_killed_anywhere_forgets_only_what_is_done():
    def setup() -> str:
        name = f"p{uuid.uuid4().hex[:8]}"
        enqueue(samples.leave_one_mark, name, run_after=None)
        old = DBTaskResult.objects.filter(args_kwargs__args=[name])
        run_until_empty()
        old.update(finished_at=old.get().finished_at - timedelta(days=2))
        enqueue(samples.leave_one_mark, f"{name}-waits")
        return name

    def invariants(name: str) -> None:
        assert DBTaskResult.objects.filter(args_kwargs__args=[f"{name}-waits"]).exists()

    crash_sweep(
        lambda name: prune_queue.call(), setup=setup, recover=lambda name: prune_queue.call(), invariants=invariants
    )
