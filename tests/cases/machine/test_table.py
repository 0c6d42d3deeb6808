"""Every move × every state × everybody there is around a case: what the rules want, and what the product answers."""

import random
from collections.abc import Callable, Iterator

import pytest

from cases.machine.table import TABLE as MOVES
from cases.models.states import State
from tests.cases.machine import oracle
from tests.cases.machine.breaking import ONLY_IN, Trial, trials
from tests.cases.machine.checking import BY_THE_SERVICE, cells, check_cells, check_trials
from tests.cases.machine.invariants import leaves_without
from tests.cases.machine.rules import ENDS, KINDS, SECOND, SILENT, STATES, TABLE, Verdict, Who
from tests.cases.machine.stage import WAYS, Stage

#: Of the plain refusals one in so many is tried here; `make proof` tries them all.
ONE_IN = 120
_SEED = 20261121
PLAIN = frozenset({Verdict.NOT_ALLOWED, Verdict.MISSING, Verdict.WRONG_STATE})


def test_the_table_has_the_moves_of_the_rules_and_no_other() -> None:
    assert set(MOVES) == set(TABLE)
    assert {str(state) for state in State} == set(STATES) == set(WAYS)


@pytest.mark.parametrize("move", sorted(TABLE))
def test_a_move_starts_and_ends_where_the_rules_say(move: str) -> None:
    assert MOVES[move].sources == TABLE[move].sources
    goals = {
        oracle.target(oracle.Facts(state=source, resume_to=back, asked_from=back, stopped_from=back), move)
        for source in TABLE[move].sources
        for back in _remembered(move, source)
    }
    assert MOVES[move].targets == goals


def _remembered(move: str, source: str) -> set[str]:
    """What a case in this state may remember to go back to."""
    if move == "provide_information":
        return {"submitted", "admitted"}
    if move == "release":
        return set(STATES) - set(ENDS) - {"on_hold"}
    if move == "override" and source == "stopped":
        return set(STATES) - set(ENDS)
    return {"admitted"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", [state for state in STATES if state not in ENDS])
def test_nobody_waits_for_a_silent_party(state: str, kind: str) -> None:
    assert leaves_without(kind, state, SILENT[state])


def everything(stage: Stage, state: str) -> list[tuple[str, Who, Verdict]]:
    """Bring the case to a state and name all its cells."""
    stage.reach(state)
    stage.furnish()
    stage.wait(hours=1)
    return list(cells(stage))


@pytest.mark.sweep
@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_everybody_tries_everything(drafts: dict[str, Stage], papers: None, kind: str) -> None:
    stage, wrong, drawn = drafts[kind], [], random.Random(_SEED)
    for state in STATES:
        with stage.undone():
            some = [cell for cell in everything(stage, state) if cell[2] not in PLAIN or not drawn.randrange(ONE_IN)]
            wrong += check_cells(stage, some)
    assert not wrong, "\n".join(wrong)


@pytest.mark.sweep
@pytest.mark.django_db
def test_a_request_by_phone_is_completed_by_who_filled_it_in(by_phone: Stage, papers: None) -> None:
    wrong: list[str] = []
    for state in ("draft", "awaiting_consent", "submitted"):
        with by_phone.undone():
            everything(by_phone, state)
            people = (Who.CARE_COORDINATOR, Who.COORDINATOR, Who.PATIENT, Who.ASSISTANT, Who.HELPER)
            wrong += check_cells(by_phone, cells(by_phone, ("request_consent", "revise", "give_consent"), people))
    assert not wrong, "\n".join(wrong)


@pytest.mark.sweep
@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_each_guard_is_missed_when_it_is_not_met(drafts: dict[str, Stage], papers: None, kind: str) -> None:
    every = list(trials(kind))
    # The second kind adds little: the same guards with other people.
    some = [trial for number, trial in enumerate(every) if kind == SECOND and not number % 6 or not number % 18]
    wrong = list(check_trials(drafts[kind], some))
    assert not wrong, "\n".join(wrong)


@pytest.mark.sweep
@pytest.mark.django_db
def test_the_service_never_agrees_for_the_patient(by_phone: Stage, papers: None) -> None:
    left_out = ("act", "sharing", "evidence", "code")
    trials_by_phone = [
        Trial(SECOND, "awaiting_consent", "give_consent", Who.CARE_COORDINATOR, without=name) for name in left_out
    ]
    wrong = list(check_trials(by_phone, trials_by_phone))
    assert not wrong, "\n".join(wrong)


@pytest.mark.sweep
@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("check", sorted(set(BY_THE_SERVICE.values()), key=str), ids=lambda check: check.__name__)
def test_the_service_does_by_itself_what_it_may_and_no_more(
    drafts: dict[str, Stage], papers: None, kind: str, check: Callable[[Stage], Iterator[str]]
) -> None:
    wrong = list(check(drafts[kind]))
    assert not wrong, "\n".join(wrong)


#: What no single trial shows: the cells show that the service never takes a case from a fit expert, the test above that
#: it never agrees without a code; in a request of her own nobody attests anything.
_ELSEWHERE = {("reassign", "expert_failing"), ("give_consent", "code")}
_ATTESTED = {("give_consent", name) for name in ("date", "means", "text_handed_over")}


@pytest.mark.parametrize("kind", KINDS)
def test_every_fact_and_input_of_the_rules_is_tried(kind: str) -> None:
    """A new guard in the rules without a way to break it fails here."""
    tried = {(trial.move, trial.fact or trial.without) for trial in trials(kind)}
    wanted = {
        (move, name)
        for move, row in TABLE.items()
        for name in (*row.facts, *row.inputs)
        if ONLY_IN.get(name, kind) == kind
    }
    assert wanted - tried == _ELSEWHERE | (_ATTESTED if kind == SECOND else set())
