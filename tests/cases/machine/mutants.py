"""Seeded faults of the state machine, and what hunts each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from access import policy as rights
from cases.machine import clocks, effects, engine, perform
from cases.machine import guards as only_if
from cases.machine.table import TABLE as MOVES
from cases.machine.table import Move
from cases.models import Case
from errors import Conflict, DomainError, Invalid, Missing, NotAllowed
from tests.cases.machine import routes
from tests.cases.machine.checking import BY_THE_SERVICE, WRONG_ANSWERS, check_trial
from tests.cases.machine.hunting import (
    Cells,
    Hunter,
    Stages,
    Trials,
    by_phone,
    by_the_service,
    cells_of,
    life,
    notices_of,
    trials_of,
)
from tests.cases.machine.rules import HAS_EXPERT, KINDS, STATES, TABLE, Who
from tests.cases.machine.stage import WAYS, Stage

Seed = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Args:
        name: what is wrong, in words.
        seed: makes the code wrong inside a block.
        hunters: checks, those first that should find it at once.
        opens: the move and the state it lets that move start from.
    """

    name: str
    seed: Seed
    hunters: tuple[Hunter, ...]
    opens: tuple[str, str] | None = None


def killed_by(mutant: Mutant, stages: Stages) -> str:
    """The first complaint about the mutant, or "" when it survives."""
    with mutant.seed():
        for hunter in mutant.hunters:
            complaint = _first(lambda: hunter(stages))  # noqa: B023
            if complaint:
                return complaint
    return ""


def killed_together(mutants: Sequence[Mutant], stages: Stages) -> dict[str, str]:
    """Hunt many at once: each situation is reached once, in good order, and each fault seeded there in turn.

    What no situation shows is hunted alone, along whole lives.

    Returns:
        The first complaint about each mutant, by name; "" for those that survive.
    """
    found: dict[str, str] = {}
    for kind in KINDS:
        _at_trials(mutants, stages[kind], found)
        _at_states(mutants, stages[kind], found, "draft")
    for mutant in mutants:
        if mutant.name not in found:
            # Where a move may start is looked at in its states alone, and that was done.
            found[mutant.name] = "" if mutant.opens else killed_by(mutant, stages)
    return found


def noticed_by_itself(mutant: Mutant, stage: Stage) -> bool:
    """Whether a state a move must not start from is noticed where no other rule of the move refuses it.

    Nobody could make the move there as things stood: an ended case, a condition not met, no expert to make it. With
    rights and conditions off, the right states still refuse it, and the wrong one lets it through.
    """
    if mutant.opens is None:
        return False
    move, state = mutant.opens
    with stage.undone():
        stage.reach(state)
        actor = stage.company.actor(Who.COORDINATOR, stage.case)
        made = []
        for seed in (unlocked(move), together(unlocked(move), mutant.seed)):
            with stage.undone(), stage.time(), seed():
                before = stage.case.transitions.count()
                try:
                    perform(move, stage.case_id, actor=actor)
                except (Conflict, NotAllowed, Missing):
                    made.append(False)
                except (Invalid, *WRONG_ANSWERS):
                    # Past the state: what the move needs was not given.
                    made.append(True)
                else:
                    made.append(stage.case.transitions.count() > before)
    return made == [False, True]


def _at_trials(mutants: Sequence[Mutant], stage: Stage, found: dict[str, str]) -> None:
    """Where one guard of a move is not met."""
    hunts = {mutant: hunter for mutant in mutants for hunter in mutant.hunters if isinstance(hunter, Trials)}
    for move in TABLE:
        every = sorted(Trials(move).of(stage.facts.kind), key=lambda trial: trial.place)
        for _place, together in groupby(every, lambda trial: trial.place):
            group = list(together)
            waiting = [mutant for mutant, hunter in hunts.items() if hunter.move == move and mutant.name not in found]
            if not waiting:
                break
            with stage.undone():
                group[0].arrive(stage)
                for mutant in waiting:
                    _note(mutant, found, lambda: (c for trial in group for c in check_trial(stage, trial)))  # noqa: B023


def _at_states(mutants: Sequence[Mutant], stage: Stage, found: dict[str, str], state: str) -> None:
    """In a state and in all that are reached from it, each one step further."""
    with stage.undone():
        stage.furnish()
        for mutant in mutants:
            for hunter in mutant.hunters:
                if isinstance(hunter, Cells) and hunter.is_for(state) and mutant.name not in found:
                    _note(mutant, found, lambda: hunter.here(stage))  # noqa: B023
    for further, (before, moves) in WAYS.items():
        if before == state and any(mutant.name not in found for mutant in mutants):
            with stage.undone():
                stage.advance(moves)
                _at_states(mutants, stage, found, further)


def _note(mutant: Mutant, found: dict[str, str], hunt: Callable[[], Iterator[str]]) -> None:
    with mutant.seed():
        complaint = _first(hunt)
    if complaint:
        found[mutant.name] = complaint


def _first(hunt: Callable[[], Iterator[str]]) -> str:
    try:
        return next(hunt(), "")
    except (AssertionError, DomainError, *WRONG_ANSWERS) as error:
        return f"{type(error).__name__}: {error}"


# --- seeds


def swapped(holder: Any, name: str, other: Any) -> Seed:
    """An attribute is another one."""

    @contextmanager
    def seed() -> Iterator[None]:
        before = getattr(holder, name)
        setattr(holder, name, other(before) if getattr(other, "wraps", False) else other)
        try:
            yield
        finally:
            setattr(holder, name, before)

    return seed


def around(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Marks a function that makes the new attribute of the old one."""
    change.wraps = True  # type: ignore[attr-defined]
    return change


def row(move: str, changed: Callable[[Move], Move]) -> Seed:
    """A row of the table is another one."""

    @contextmanager
    def seed() -> Iterator[None]:
        before = MOVES[move]
        MOVES[move] = changed(before)
        try:
            yield
        finally:
            MOVES[move] = before

    return seed


def allowed(move: str, **changes: Any) -> Seed:
    """The row of rights of a move is another one."""

    @contextmanager
    def seed() -> Iterator[None]:
        action = MOVES[move].action
        before = rights._rules[action]
        rights._rules[action] = [replace(rule, **changes) for rule in before]
        try:
            yield
        finally:
            rights._rules[action] = before

    return seed


def unlocked(move: str) -> Seed:
    """A move is anybody's, at any time, without conditions: only the state it starts from can refuse it."""
    return together(
        row(move, lambda model: replace(model, guards=())),
        allowed(move, relations=frozenset({"coordinator"}), states=None, ended="yes", third_party_loses=False),
    )


def states_of(move: str, source: str, target: str | None) -> Seed:
    """A source added, dropped (`target` None) or leading elsewhere, everywhere the code reads it."""

    @contextmanager
    def seed() -> Iterator[None]:
        known = getattr(Case, move)._django_fsm.transitions
        model, before = MOVES[move], dict(known)
        if target is None:
            del known[source]
        else:
            like = next(iter(before.values()))
            known[source] = _transition(like, source, target)
        sources = frozenset(str(state) for state in known)
        changed = replace(model)
        with ExitStack() as stack:
            stack.enter_context(row(move, lambda _row: changed)())
            stack.enter_context(allowed(move, states=sources)())
            try:
                yield
            finally:
                known.clear()
                known.update(before)

    return seed


def _transition(like: Any, source: str, target: str) -> Any:
    other = type(like).__new__(type(like))
    other.__dict__.update(like.__dict__)
    other.source, other.target = source, target
    return other


def together(*seeds: Seed) -> Seed:
    """Several at once."""

    @contextmanager
    def seed() -> Iterator[None]:
        with ExitStack() as stack:
            for one in seeds:
                stack.enter_context(one())
            yield

    return seed


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    return None


@around
def _twice(before: Any) -> Any:
    def both(*args: Any, **kwargs: Any) -> Any:
        before(*args, **kwargs)
        return before(*args, **kwargs)

    return both


# --- the mutants


def every_mutant() -> Iterator[Mutant]:
    """All of them, in a fixed order."""
    for group in GROUPS.values():
        yield from group()


def _guards() -> Iterator[Mutant]:
    for move, model in MOVES.items():
        for guard in model.guards:
            yield Mutant(
                f"{move}: guard {guard.__name__} dropped",
                row(move, lambda model, guard=guard: model.without(guard)),
                (trials_of(move), cells_of(move), *_others(move), life(*routes.ROUTES)),
            )


def _others(move: str) -> tuple[Hunter, ...]:
    """Checks of a move that neither its trials nor its cells make."""
    return (by_the_service(move),) if move in BY_THE_SERVICE else ()


def _sources() -> Iterator[Mutant]:
    for move, rule in TABLE.items():
        # Those next to a source are the likely mistakes; every other one is as good as the next.
        missing = [state for state in STATES if state not in rule.sources]
        target = rule.target or "admitted"
        for state in missing[:: max(1, len(missing) // 3)]:
            yield Mutant(
                f"{move}: may start from {state} as well",
                states_of(move, state, target),
                (cells_of(move, states=(state,)), cells_of(move)),
                opens=(move, state),
            )
        for state in sorted(rule.sources)[:2]:
            if len(rule.sources) > 1:
                yield Mutant(
                    f"{move}: may no longer start from {state}",
                    states_of(move, state, None),
                    (cells_of(move, states=(state,)), cells_of(move), trials_of(move), life(*routes.ROUTES)),
                )


def _targets() -> Iterator[Mutant]:
    for move, rule in TABLE.items():
        source = next(state for state in STATES if state in rule.sources)
        wrong = "closed" if rule.target != "closed" else "delivered"
        yield Mutant(
            f"{move}: leads from {source} to {wrong}",
            states_of(move, source, wrong),
            (cells_of(move, states=(source,)), trials_of(move), life(*routes.ROUTES)),
        )


def _people() -> Iterator[Mutant]:
    outsiders = {
        "expert": (Who.EXPERT,),
        "coordinator": (Who.COORDINATOR,),
        "care_coordinator": (Who.CARE_COORDINATOR,),
        "requester": (Who.PATIENT, Who.REQUESTER),
        "representative": (Who.REPRESENTATIVE,),
        "helper": (Who.HELPER,),
        "assistant": (Who.ASSISTANT,),
    }
    for move, model in MOVES.items():
        for relation, who in outsiders.items():
            if relation in model.who or (relation == "care_coordinator" and "phone_care_coordinator" in model.who):
                continue
            if relation == "requester" and "patient" in model.who:
                continue
            if relation == "expert" and not TABLE[move].sources & (HAS_EXPERT | {"on_hold", "stopped"}):
                # No fault: where no expert holds the case, nobody is its expert.
                continue
            # On hold the table refuses third parties whatever the row says: this lock is taken off, too.
            opened = allowed(move, relations=frozenset({*model.who, relation}), third_party_loses=False)
            if only_if.not_involved in model.guards:
                # Nor may anybody override who wrote on the case.
                opened = together(opened, row(move, lambda model: model.without(only_if.not_involved)))
            yield Mutant(
                f"{move}: open to the {relation} as well",
                opened,
                (cells_of(move, people=who, states=tuple(s for s in STATES if s in TABLE[move].sources)),),
            )
        for relation in model.who:
            yield Mutant(
                f"{move}: closed to the {relation}",
                allowed(move, relations=frozenset(set(model.who) - {relation})),
                (
                    trials_of(move),
                    cells_of(move, people=tuple(Who), states=tuple(s for s in STATES if s in TABLE[move].sources)),
                    by_phone(move),
                    *_others(move),
                    life(*routes.ROUTES),
                ),
            )


_FEW = ("decline", "admit", "accept", "hand_back", "hold", "deliver")


def _engine() -> Iterator[Mutant]:
    everybody = cells_of(*_FEW, people=tuple(Who))
    yield Mutant("journal skipped", swapped(engine, "_journal", _nothing), (cells_of(*_FEW),))
    yield Mutant("journal written twice", swapped(engine, "_journal", _twice), (cells_of(*_FEW),))
    yield Mutant("refusals not journaled", swapped(engine, "_record_refusal", _nothing), (everybody,))
    yield Mutant("refusals journaled twice", swapped(engine, "_record_refusal", _twice), (everybody,))
    yield Mutant("nobody is asked for a right", swapped(engine, "_authorise", _nothing), (everybody,))
    yield Mutant(
        "a move repeated by the same person is refused",
        swapped(engine, "_already_made", lambda *_args: False),
        (cells_of(*_FEW),),
    )
    yield Mutant(
        "a move repeated by another person is quiet",
        swapped(engine, "_already_made", _repeated_by_anybody),
        (everybody,),
    )
    yield Mutant("notices of a move not sent", swapped(engine, "send_notices", _nothing), (notices_of,))


def _repeated_by_anybody(case: Case, move: Move, _actor: Any, decision: Any) -> bool:
    last = case.transitions.order_by("-seq").first()
    return not decision.allowed and last is not None and last.name == move.name and last.target == case.state


def _only_the_clock(step: Any, *_args: Any) -> None:
    clocks.go_on(step.case, step.at)


def _effects() -> Iterator[Mutant]:
    lives = life(*routes.ROUTES)

    def without_clearing(before: Any) -> Any:
        def end(step: Any, outcome: str) -> None:
            expert = step.case.assigned_expert
            before(step, outcome)
            step.case.assigned_expert = expert

        return end

    def without_ending(_before: Any) -> Any:
        def end(step: Any, _outcome: str) -> None:
            step.case.assigned_expert = None
            step.case.accepted_at = None
            clocks.drop_stage(step.case)

        return end

    def unsealed(before: Any) -> Any:
        def end(step: Any, outcome: str) -> None:
            before(step, outcome)
            step.case.assignments.model.objects.filter(case=step.case)
            effects.OpinionDraft.objects.filter(assignment__case=step.case).update(sealed_at=None)

        return end

    yield Mutant("the expert stays on the case after it is taken back",
                 swapped(effects, "_end_assignment", around(without_clearing)), (lives,))  # fmt: skip
    yield Mutant("the assignment lives on after the case is taken back",
                 swapped(effects, "_end_assignment", around(without_ending)), (lives,))  # fmt: skip
    yield Mutant("the draft of a former expert stays open",
                 swapped(effects, "_end_assignment", around(unsealed)), (lives,))  # fmt: skip
    yield Mutant("a version taken back stays the signed one",
                 swapped(effects, "_retract_version", _nothing), (lives,))  # fmt: skip
    yield Mutant("questions stay open when they are answered",
                 swapped(effects, "_close_question", _only_the_clock), (lives,))  # fmt: skip
    for name, fault in _FAULTS.items():
        move, change = fault
        yield Mutant(f"{move}: {name}", row(move, lambda model, change=change: change(model)), (lives, cells_of(move)))


def _after(change: Callable[[Any], None]) -> Callable[[Move], Move]:
    """The effect of a move, and something wrong after it."""

    def changed(model: Move) -> Move:
        def effect(step: Any) -> None:
            model.effect(step)
            change(step)

        return replace(model, effect=effect)

    return changed


def _set(**columns: Any) -> Callable[[Move], Move]:
    def change(step: Any) -> None:
        for name, value in columns.items():
            setattr(step.case, name, value(step) if callable(value) else value)

    return _after(change)


#: What is wrong → the move, and how.
_FAULTS: dict[str, tuple[str, Callable[[Move], Move]]] = {
    "the first admission is forgotten": ("admit", _set(admitted_at=lambda step: step.at)),
    "what a hold came from is forgotten": ("hold", _set(resume_to="admitted")),
    "a release goes on remembering": ("release", _set(resume_to=lambda step: step.case.state)),
    "the hold stays open": ("release", _after(lambda step: step.case.holds.update(released_at=None) and None)),
    "the deadline runs on hold": ("hold", _set(due_at=lambda step: step.at)),
    "the consents of this round live on": ("revise", _set(consent_round=lambda step: step.case.consent_round - 1)),
    "delivered without a date": ("deliver", _set(delivered_at=None)),
    "the question may be asked again": ("ask_follow_up", _set(follow_up_used=False)),
    "the question is not given back": ("release_follow_up", _set(follow_up_used=True)),
    "the addendum has no date": ("answer_follow_up", _set(last_addendum_at=None)),
    "the expert keeps a withdrawn case": (
        "withdraw",
        _set(assigned_expert=lambda step: getattr(step.case.assignments.first(), "expert", None)),
    ),
    "where it was stopped is forgotten": ("stop", _set(stopped_from="submitted")),
    "the end stays on record": ("override", _set(ended_at=lambda step: step.at)),
    "the desk admits without owning": ("admit", _set(coordinator=lambda step: step.case.requested_expert)),
}


def _clocks() -> Iterator[Mutant]:
    lives = life(*routes.ROUTES)

    def restart(case: Case, at: Any) -> None:
        case.total_left = None
        case.total_due_at = at + clocks.timedelta(hours=clocks.hours(case, "total"))

    def readmit(model: Move) -> Move:
        def effect(step: Any) -> None:
            model.effect(step)
            restart(step.case, step.at)
            clocks.refresh(step.case)

        return replace(model, effect=effect)

    yield Mutant("the total clock starts anew with each admission", row("admit", readmit), (lives,))
    yield Mutant("the total clock starts anew with each release", row("release", readmit), (lives,))
    yield Mutant("the total clock starts anew with each answer", row("provide_information", readmit), (lives,))
    yield Mutant("clocks do not pause", swapped(clocks, "pause", _nothing), (lives,))
    yield Mutant("clocks do not go on", swapped(clocks, "go_on", _nothing), (lives,))
    yield Mutant("the total clock never starts", swapped(clocks, "start_total", _nothing), (lives,))
    yield Mutant("no step has a deadline", swapped(clocks, "start_stage", _nothing), (lives,))
    yield Mutant("a decline ends the clocks", swapped(clocks, "pause", around(_forget_when_ended)), (lives,))


def _forget_when_ended(before: Any) -> Any:
    def pause(case: Case, at: Any) -> None:
        before(case, at)
        if case.state == "declined":
            case.total_left = None

    return pause


#: Named here because only a race shows it: see `test_races.py`.
def without_lock() -> AbstractContextManager[None]:
    """`_lock` reads the case without locking it."""
    return swapped(QuerySet, "select_for_update", lambda self, *_a, **_k: self)()


#: What is wrong → the faults of that kind.
GROUPS: dict[str, Callable[[], Iterator[Mutant]]] = {
    "guards": _guards,
    "sources": _sources,
    "targets": _targets,
    "people": _people,
    "engine": _engine,
    "effects": _effects,
    "clocks": _clocks,
}
