"""Kills a process before each statement and each outside effect of a step, and looks at what is left.

    def test_accepting_survives_a_crash(transactional_db):
        crash_sweep(
            lambda case: perform("accept", case.id, actor=expert_of(case)),
            setup=make_proposed_case,
            recover=lambda case: finish_jobs(),
            invariants=check_case,
        )

The step runs in a forked child: Django is loaded once and a point costs a few hundredths of a second. The child ends
with `os._exit(137)`, which neither commits nor cleans up, before the statement or effect number N; then `recover` does
what the product does after a crash (workers give back and run jobs, the person clicks again) and `invariants` asserts.
Needs tests that commit (`transactional_db`). Points are: every SQL statement, every COMMIT, and before and after every
effect outside the database (files put in place, mail handed over, and what `effects` names).
"""

import os
import random
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, NoReturn, TypeVar

from django.db import connection, connections
from django.utils.module_loading import import_string
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

import clock
from jobs import run_until_empty
from jobs.leases import give_back_jobs_of_the_dead

Subject = TypeVar("Subject")

KILLED = 137
_BROKEN = 70
#: Effects outside the database that are points by themselves.
EFFECTS = (
    "os.replace",
    "os.rename",
    "os.link",
    "os.unlink",
    "django.core.mail.message.EmailMessage.send",
)
#: Statements that leave nothing by themselves.
_LEAVES_NOTHING = ("BEGIN", "SELECT", "SAVEPOINT", "RELEASE", "SET ")
#: The one seed of every sample, so that a failing point fails again.
_SEED = 20261121


@dataclass
class Sweep(Generic[Subject]):
    """What a sweep did.

    Args:
        points: every point of the undisturbed step, in order, in words.
        killed: numbers of the points at which a child was killed.
        traces: those of them after which something was left that the step had not found.
    """

    points: list[str] = field(default_factory=list)
    killed: list[int] = field(default_factory=list)
    traces: list[int] = field(default_factory=list)


class Violation(AssertionError):
    """The invariants do not hold after a crash at one point."""


def crash_sweep(
    step: Callable[[Subject], object],
    *,
    setup: Callable[[], Subject],
    invariants: Callable[[Subject], None],
    recover: Callable[[Subject], object] | None = None,
    effects: Iterable[str] = (),
    sample: int | None = None,
    max_n: int = 2000,
) -> Sweep[Subject]:
    """Run the step once undisturbed, then once for each point, killed there.

    Args:
        step: what is killed; gets what `setup` made.
        setup: makes a fresh subject, committed.
        invariants: asserts about the subject; also called after the undisturbed run.
        recover: what the product does after a crash, run in this process.
        effects: dotted names of further callables that act outside the database.
        sample: kill at this many points only, drawn with a fixed seed (first and last always); None is all. With
            `CRASH_SWEEP=full` in the environment it is always all.
        max_n: give up on a step with more points.

    Raises:
        Violation: with the point and what does not hold.
        AssertionError: the undisturbed step failed, or has no points.
    """
    watched = (*EFFECTS, *effects)
    sweep: Sweep[Subject] = Sweep()
    subject = setup()
    status, sweep.points = _in_child(step, subject, watched, kill_at=0)
    assert status == 0, "the undisturbed step failed:\n" + "\n".join(sweep.points)
    assert 0 < len(sweep.points) <= max_n, f"the step has {len(sweep.points)} points"
    _judge(sweep, 0, subject, recover, invariants)
    for n in _chosen(len(sweep.points), sample):
        subject = setup()
        status, said = _in_child(step, subject, watched, kill_at=n)
        assert status in (0, KILLED), f"the step failed before point {n}:\n" + "\n".join(said)
        if status == KILLED:
            sweep.killed.append(n)
        _judge(sweep, n, subject, recover, invariants)
    assert sweep.killed, "no child was killed"
    return sweep


def crash_until_done(
    step: Callable[[Subject], object],
    *,
    subject: Subject,
    kept: Callable[[], object],
    tidy: Callable[[], object],
    judge: Callable[[Subject, str], object],
    fresh: Callable[[], Subject],
    effects: Iterable[str] = (),
    every: int = 1,
    max_n: int = 2000,
) -> tuple[Sweep[Subject], Subject]:
    """Kill the step of one subject before its first point, its second, and so on, until a child gets through.

    Cheaper than `crash_sweep`: after a death that left nothing behind, the same subject serves for the next. And only
    what can leave something is a point (writes, commits, effects): a death before a read is one before the next write.

    Args:
        kept: what database and stores hold now; equal to what it was before: the death left nothing.
        tidy: what the service removes by itself, in time, of what nobody refers to.
        judge: what the product does after a crash, and what must hold then; gets the subject and where it was killed.
        fresh: another subject, when a death left something.
        every: take only each so many points, and the first commit.

    Returns:
        What was done, and the subject whose step got through; that is for the caller to judge.

    Raises:
        Violation: with the point and what does not hold.
        AssertionError: the step failed.
    """
    watched, sweep = (*EFFECTS, *effects), Sweep[Subject]()
    # What was forgotten before, the death must not be blamed for.
    tidy()
    before = kept()
    numbers: Iterable[int | str] = (
        range(1, max_n, every) if every == 1 else (1, "COMMIT", *range(1 + every, max_n, every))
    )
    for n in numbers:
        status, said = _in_child(step, subject, watched, kill_at=n, reads=False)
        if status == 0:
            sweep.points = said
            return sweep, subject
        assert status == KILLED, f"the step failed before point {n}:\n" + "\n".join(said)
        sweep.killed.append(len(sweep.killed) + 1 if isinstance(n, str) else n)
        if kept() == before:
            continue
        tidy()
        if kept() == before:
            continue
        sweep.traces.append(sweep.killed[-1])
        where = f"killed at point {n}, {said[-1]}"
        try:
            judge(subject, where)
        except Exception as error:
            raise Violation(f"{where}: {type(error).__name__}: {error}") from error
        subject = fresh()
        tidy()
        before = kept()
    raise AssertionError(f"the step has more than {max_n} points")


def finish_jobs(hours: int = 48) -> None:
    """What workers do after a crash: give back the jobs of the dead, and run everything, retries included.

    Args:
        hours: how far the clock is moved on to reach retries; jobs due later stay.
    """
    start = clock.now()
    for hour in range(0, hours + 1, 2):
        with clock.travel(start + timedelta(hours=hour)):
            # Whoever holds a job now is dead: no worker runs beside this one.
            give_back_jobs_of_the_dead(timedelta(seconds=-1))
            run_until_empty(raise_errors=False)
        waiting = DBTaskResult.objects.filter(
            status=TaskResultStatus.READY, run_after__lte=start + timedelta(hours=hours)
        )
        if not waiting.exists():
            return


def _chosen(total: int, sample: int | None) -> list[int]:
    every = list(range(1, total + 1))
    if sample is None or sample >= total or os.environ.get("CRASH_SWEEP") == "full":
        return every
    middle = random.Random(_SEED).sample(every[1:-1], max(sample - 2, 0))
    return sorted({1, *middle, total})


def _judge(
    sweep: Sweep[Subject],
    n: int,
    subject: Subject,
    recover: Callable[[Subject], object] | None,
    invariants: Callable[[Subject], None],
) -> None:
    try:
        if recover is not None:
            recover(subject)
        invariants(subject)
    except Exception as error:
        where = "undisturbed" if n == 0 else f"killed at point {n} of {len(sweep.points)}, {sweep.points[n - 1]}"
        raise Violation(f"{where}: {type(error).__name__}: {error}") from error


def _in_child(
    step: Callable[[Subject], object],
    subject: Subject,
    watched: tuple[str, ...],
    *,
    kill_at: int | str,
    reads: bool = True,
) -> tuple[int, list[str]]:
    """Fork, run, wait: exit status and the points passed (or the traceback)."""
    # A connection must not be shared: closing it in the child would end the parent's session.
    connections.close_all()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _live(step, subject, watched, _Points(kill_at, writer, reads=reads))
    os.close(writer)
    with os.fdopen(reader) as stream:
        said = stream.read()
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.splitlines()


def _live(step: Callable[[Subject], object], subject: Subject, watched: tuple[str, ...], points: "_Points") -> NoReturn:
    """The life of a child: never returns, whatever happens, or pytest would run twice."""
    status, writer = _BROKEN, points.writer
    try:
        with points.watching(watched):
            step(subject)
        os.write(writer, "\n".join(points.passed).encode())
        status = 0
    except BaseException:  # noqa: BLE001
        os.write(writer, traceback.format_exc().encode())
    finally:
        sys.stdout.flush()
        os._exit(status)


class _Points:
    """Counts points, and kills at one: by its number, or the first of a name."""

    def __init__(self, kill_at: int | str, writer: int, *, reads: bool) -> None:
        self.kill_at = kill_at
        self.reads = reads
        self.writer = writer
        self.passed: list[str] = []

    def reach(self, label: str) -> None:
        """One more point."""
        self.passed.append(label)
        if self.kill_at in (len(self.passed), label):
            os.write(self.writer, label.encode())
            # As sudden as a kill -9: nothing is committed, closed or cleaned up.
            os._exit(KILLED)

    @contextmanager
    def watching(self, watched: tuple[str, ...]) -> Iterator[None]:
        """Make statements, commits and effects points."""
        commit = connection._commit
        connection._commit = lambda: (self.reach("COMMIT"), commit())  # type: ignore[method-assign]
        for path in watched:
            self._watch(path)
        with connection.execute_wrapper(self._statement):
            yield

    def _statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        # SQLite opens a transaction by a statement, PostgreSQL without: nothing has happened there on either.
        if not str(sql).startswith("BEGIN" if self.reads else _LEAVES_NOTHING):
            self.reach(" ".join(str(sql).split())[:100])
        return execute(sql, params, many, context)

    def _watch(self, path: str) -> None:
        holder_path, _dot, name = path.rpartition(".")
        holder = _find(holder_path)
        before = getattr(holder, name)

        def point(*args: Any, **kwargs: Any) -> Any:
            self.reach(f"before {path}")
            result = before(*args, **kwargs)
            self.reach(f"after {path}")
            return result

        setattr(holder, name, point)


def _find(path: str) -> Any:
    """A module, or something in one."""
    try:
        return __import__(path, fromlist=["_"])
    except ModuleNotFoundError:
        return import_string(path)
