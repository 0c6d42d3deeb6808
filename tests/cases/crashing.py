"""Deaths in the middle of what is done to a case: nothing half done stays, and the same again has one effect."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from django.apps import apps
from django.db import connection

import clock
from audit import verify
from cases.models import Opinion
from clock import now
from consent.models import Block
from errors import DomainError
from jobs.leases import give_back_jobs_of_the_dead
from tests.cases.machine.company import Company
from tests.cases.machine.invariants import violations
from tests.cases.machine.stage import START, Stage
from tests.crash import Sweep, crash_until_done, finish_jobs
from vault.models import StoredFile
from vault.reconcile import reconcile
from vault.stores import get_store

Step = Callable[[], object]
#: Effects besides those every sweep watches.
EFFECTS = ("os.fsync",)
#: Not counted: the journal tells of the second click as well, and of jobs only what they do matters.
_OURS = ("accounts_", "audit_", "cases_", "consent_", "experts_", "jobs_", "django_tasks_", "notify_", "vault_")
_UNCOUNTED = ("audit_", "django_", "jobs_")


@dataclass(frozen=True)
class Act:
    """Something done to a case.

    Args:
        name: of the service, the move or the job.
        ready: brings the case to where it is done, and gives what is done; the same again is the same request.
        repeats: what the same request made a second time may add to, by table.
    """

    name: str
    ready: Callable[[Stage], Step]
    repeats: frozenset[str] = frozenset()


@dataclass
class Account:
    """What the sweeps of a run did."""

    acts: int = 0
    points: int = 0
    deaths: int = 0
    traces: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, sweep: Sweep[Step]) -> None:
        """One more act."""
        self.acts += 1
        self.points += len(sweep.points)
        self.deaths += len(sweep.killed)
        self.traces += len(sweep.traces)


@cache
def _tables() -> tuple[str, ...]:
    names = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    there = sorted(names & set(connection.introspection.table_names()))
    return tuple(name for name in there if name.startswith(_OURS))


def _ask(columns: str, tables: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    # Names of tables of ours, not of people.
    question = " UNION ALL ".join(f"SELECT '{name}', {columns} FROM \"{name}\"" for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(question)
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}


def tidy() -> None:
    """What is forgotten in the store is removed once it is old."""
    with clock.travel(now() + timedelta(days=400)):
        reconcile()


def kept() -> object:
    """Every row that is there, by the transaction that wrote it, and every object."""
    return _ask("count(*), coalesce(sum(xmin::text::bigint), 0)", _tables()), objects()


def objects() -> frozenset[str]:
    """Names of the objects in the store."""
    return frozenset(entry.name for entry in get_store().objects())


def counts() -> dict[str, int]:
    """How many rows there are of everything people make."""
    tables = tuple(name for name in _tables() if not name.startswith(_UNCOUNTED))
    return {name: int(number) for name, (number,) in _ask("count(*)", tables).items()}


def more(before: dict[str, int]) -> dict[str, int]:
    """What came since."""
    return {name: number - before[name] for name, number in counts().items() if number != before[name]}


def sweep_act(act: Act, stage: Stage, another: Callable[[], Stage], *, every: int = 1) -> Sweep[Step]:
    """Kill an act everywhere, then let it through; and ask for it again.

    Args:
        stage: the case; afterwards the act is done.
        another: a case like it, for when a death left something.
        every: only each so many points.

    Raises:
        AssertionError: something half done stayed, a second effect, a broken invariant, journal or store.
    """
    stages: dict[int, Stage] = {}
    starts: dict[int, dict[str, int]] = {}
    recovered: dict[str, dict[str, int]] = {}

    def ready(one: Stage) -> Step:
        step = act.ready(one)

        def within() -> object:
            with one.time():
                return step()

        stages[id(within)], starts[id(within)] = one, counts()
        return within

    def judge(step: Step, where: str) -> None:
        # Whoever holds a job now is dead: no worker runs beside this one.
        give_back_jobs_of_the_dead(timedelta(seconds=-1))
        again(step)
        finish(stages[id(step)])
        recovered[where] = more(starts[id(step)])

    sweep, done = crash_until_done(
        lambda step: step(),
        subject=ready(stage),
        kept=kept,
        tidy=tidy,
        judge=judge,
        fresh=lambda: ready(another()),
        effects=EFFECTS,
        every=every,
    )
    tidy()
    once = more(starts[id(done)])
    again(done)
    tidy()
    twice = {name: number for name, number in more(starts[id(done)]).items() if number != once.get(name, 0)}
    assert set(twice) <= act.repeats, f"{act.name}: the same request again made {twice}"
    finish(stages[id(done)])
    whole = more(starts[id(done)])
    for where, found in recovered.items():
        assert found == whole, f"{act.name} {where}: {found} instead of {whole}"
    return sweep


def again(step: Step) -> None:
    """The same request once more; that it was done already may be said."""
    try:
        step()
    except DomainError:
        return


def finish(stage: Stage) -> None:
    """What the service does by itself after a crash; then everything must hold."""
    with stage.time():
        finish_jobs()
        tidy()
        found = violations(stage.case_id)
        found += [str(problem) for problem in verify().problems]
    there = {f"{stored.object_name}" for stored in StoredFile.objects.all()}
    found += [f"the store lacks {name}" for name in there - objects()]
    found += [f"nothing names {name} in the store" for name in objects() - there]
    found += [f"no paper for {opinion.pk}" for opinion in Opinion.objects.filter(pdf__isnull=True)]
    assert not found, found


def sweep_group(
    account: Account, company: Company, kind: str, state: str, acts: Iterable[Act], *, alone: bool, every: int = 1
) -> None:
    """Sweep acts in one state, one after the other on one case, or each on a case of its own.

    Args:
        account: told of each; what went wrong is there.
        alone: each act ends or changes the life of the case.
        every: only each so many points.
    """

    def fresh() -> Stage:
        with clock.travel(START):
            # What an act before refused for all cases of this patient.
            Block.objects.filter(lifted_at__isnull=True).update(lifted_at=now())
            stage = Stage(company, kind)
        stage.reach(state)
        finish(stage)
        return stage

    stage = fresh()
    for number, act in enumerate(acts):
        if alone and number:
            stage = fresh()
        try:
            account.add(sweep_act(act, stage, fresh, every=every))
        except Exception as error:  # noqa: BLE001 (told at the end; the other acts come first)
            account.wrong.append(f"{act.name} in {state} of a {kind}: {type(error).__name__}: {error}")
            print(account.wrong[-1], flush=True)
            stage = fresh()
        print(f"{state}: {act.name}: {account.deaths} deaths, {len(account.wrong)} wrong", flush=True)
