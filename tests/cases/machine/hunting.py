"""What hunts a fault: the same checks the tests make, nothing made for a fault."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from notify.models import Notice
from tests.cases.machine import routes
from tests.cases.machine.breaking import Trial, trials
from tests.cases.machine.checking import BY_THE_SERVICE, cells, check_cells, check_trials
from tests.cases.machine.rules import KINDS, SECOND, STATES, TABLE, Who
from tests.cases.machine.stage import Stage, usual

Stages = dict[str, Stage]
#: Says what is wrong, or nothing; a failure of any kind counts.
Hunter = Callable[[Stages], Iterator[str]]


@dataclass(frozen=True)
class Trials:
    """Each guard of a move, not met."""

    move: str

    def __call__(self, stages: Stages) -> Iterator[str]:
        for kind in KINDS:
            yield from check_trials(stages[kind], self.of(kind))
        if self.move == "give_consent":
            phone = Trial(SECOND, "awaiting_consent", self.move, Who.CARE_COORDINATOR, without="code")
            yield from check_trials(stages["by_phone"], [phone])

    def of(self, kind: str) -> list[Trial]:
        """Those of one kind."""
        return [trial for trial in trials(kind) if trial.move == self.move]


@dataclass(frozen=True)
class Cells:
    """Moves by some people (or by those who may, and a few who may not) in some states."""

    moves: tuple[str, ...]
    people: tuple[Who, ...] = ()
    states: tuple[str, ...] = STATES

    def __call__(self, stages: Stages) -> Iterator[str]:
        for kind in KINDS:
            for state in self.states:
                with stages[kind].undone():
                    stages[kind].reach(state)
                    stages[kind].furnish()
                    yield from self.here(stages[kind])

    def is_for(self, state: str) -> bool:
        """Whether to look in this state first: one of few, or one its moves start from."""
        if self.states == STATES:
            return any(state in TABLE[move].sources for move in self.moves)
        return state in self.states

    def here(self, stage: Stage) -> Iterator[str]:
        """In the state the case is in."""
        usually = (usual(move, stage.facts.kind) for move in self.moves)
        chosen = self.people or tuple(sorted({Who.STRANGER, Who.CLOCK, *usually}))
        yield from check_cells(stage, cells(stage, self.moves, chosen), thorough=True)


def trials_of(move: str) -> Hunter:
    return Trials(move)


def cells_of(*moves: str, people: tuple[Who, ...] = (), states: tuple[str, ...] = STATES) -> Hunter:
    return Cells(moves, people, states)


def life(*names: str) -> Hunter:
    """Whole lives."""

    def hunt(stages: Stages) -> Iterator[str]:
        for kind in KINDS:
            for name in names:
                with stages[kind].undone():
                    routes.follow(stages[kind], name)
        yield from ()

    return hunt


def by_phone(move: str) -> Hunter:
    def hunt(stages: Stages) -> Iterator[str]:
        stage = stages["by_phone"]
        for state in ("draft", "awaiting_consent"):
            with stage.undone():
                stage.reach(state)
                yield from check_cells(stage, cells(stage, (move,), (Who.CARE_COORDINATOR,)))

    return hunt


def by_the_service(move: str) -> Hunter:
    """What the service does by itself."""

    def hunt(stages: Stages) -> Iterator[str]:
        for kind in KINDS:
            yield from BY_THE_SERVICE[move](stages[kind])

    return hunt


def notices_of(stages: Stages) -> Iterator[str]:
    """The patient is told what concerns him: the notices of one life."""
    stage = stages[SECOND]
    with stage.undone():
        stage.reach("delivered")
        told = set(Notice.objects.filter(case_id=stage.case_id).values_list("template", flat=True))
        wanted = {"case_submitted", "case_admitted", "case_expert_named", "case_expert_accepted", "case_delivered"}
        if wanted - told:
            yield f"not told: {sorted(wanted - told)}"
