"""The crash harness finds what it is there for."""

import os
from pathlib import Path

import pytest
from django.db import transaction

from jobs.models import ScheduledRun
from tests.crash import Violation, crash_sweep
from tests.jobs import samples

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sweep]


def two_marks(name: str) -> None:
    samples.mark(f"{name}-a")
    samples.mark(f"{name}-b")


def both_or_none(name: str) -> None:
    assert samples.ran(f"{name}-a") == samples.ran(f"{name}-b")


def names():
    counter = iter(range(10_000))
    return lambda: f"subject-{next(counter)}"


def test_a_step_in_one_transaction_survives():
    def step(name: str) -> None:
        with transaction.atomic():
            two_marks(name)

    sweep = crash_sweep(step, setup=names(), invariants=both_or_none)
    assert [point.split()[0] for point in sweep.points] == ["INSERT", "INSERT", "COMMIT"]
    assert sweep.killed == [1, 2, 3]
    # What is killed before its commit has left nothing; only the undisturbed run has.
    assert ScheduledRun.objects.filter(name__startswith="subject").count() == 2


def test_a_step_without_its_transaction_is_caught():
    with pytest.raises(Violation, match=r"killed at point 2 of 2, INSERT INTO"):
        crash_sweep(two_marks, setup=names(), invariants=both_or_none)


def test_a_file_put_in_place_before_its_row_is_caught(tmp_path: Path):
    def step(name: str) -> None:
        (tmp_path / "part").write_text("x")
        os.replace(tmp_path / "part", tmp_path / name)
        samples.mark(name)

    def no_orphan(name: str) -> None:
        assert (tmp_path / name).exists() == bool(samples.ran(name))

    with pytest.raises(Violation, match=r"killed at point 2 of 3, after os.replace"):
        crash_sweep(step, setup=names(), invariants=no_orphan)


def test_a_step_that_fails_is_no_survivor():
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        crash_sweep(lambda name: 1 / 0, setup=names(), invariants=lambda name: None)


def test_a_sample_is_the_same_every_time(monkeypatch):
    monkeypatch.delenv("CRASH_SWEEP", raising=False)

    def step(name: str) -> None:
        with transaction.atomic():
            for n in range(20):
                samples.mark(f"{name}-{n}")

    first = crash_sweep(step, setup=names(), invariants=lambda name: None, sample=5)
    second = crash_sweep(step, setup=names(), invariants=lambda name: None, sample=5)
    assert len(first.killed) == 5
    assert first.killed == second.killed
    assert {1, 21} <= set(first.killed)
    monkeypatch.setenv("CRASH_SWEEP", "full")
    assert len(crash_sweep(step, setup=names(), invariants=lambda name: None, sample=5).killed) == 21
