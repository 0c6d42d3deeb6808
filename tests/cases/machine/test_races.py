"""Twenty clicks at once have one effect, two people at once one lawful order; without the lock they would not."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from django.db import connection

import clock
from tests.cases.machine.invariants import violations
from tests.cases.machine.mutants import without_lock
from tests.cases.machine.racing import FEW, at_once, click_of, people, race
from tests.cases.machine.rules import SECOND
from tests.cases.machine.stage import START, Stage, quick_papers, usual
from vault.models import StoredFile

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]
CLICKS = 20
#: Each move with the state it is raced from, one after the other along one life.
LIFE = ("request_consent", "give_consent", "admit", "propose", "accept", "sign", "deliver", "ask_follow_up")
LIFE = (*LIFE, "answer_follow_up", "close", "override", "hold", "release", "stop")


@pytest.fixture(autouse=True)
def papers() -> Iterator[None]:
    with quick_papers():
        yield


def clicked(stage: Stage, move: str) -> tuple[int, list[str]]:
    """How often the move was made by twenty clicks, and what is wrong afterwards."""
    stage.prepare(move)
    stage.wait(hours=1)
    act = click_of(stage, move, usual(move, stage.facts.kind))
    files, before = StoredFile.objects.count(), stage.case.transitions.count()
    wrong = at_once(stage, [act] * CLICKS) + violations(stage.case_id)
    if StoredFile.objects.count() != files + (move in ("sign", "answer_follow_up")):
        wrong.append("papers nobody refers to stayed in the vault")
    return stage.case.transitions.count() - before, wrong


def new_stage() -> Stage:
    with clock.travel(START):
        return Stage(people(), SECOND)


@pytest.mark.asvs("2.3.4")
def test_twenty_clicks_have_one_effect() -> None:
    stage = new_stage()
    for move in LIFE:
        attempt = stage.attempt(move, usual(move, SECOND))
        assert clicked(stage, move) == (1, []), move
        stage.follow(attempt, stage.case)


def test_twenty_withdrawals_have_one_effect() -> None:
    stage = new_stage()
    stage.reach("in_review")
    assert clicked(stage, "withdraw") == (1, [])


def test_two_people_at_once_are_one_after_the_other() -> None:
    company = people()
    wrong = {str(pair): found for pair in FEW if (found := race(company, pair)[1])}
    assert not wrong, wrong


@pytest.mark.parametrize("locked", [True, False])
def test_the_lock_is_what_keeps_them_one(locked: bool) -> None:
    stage = new_stage()
    stage.reach("submitted")
    with nullcontext() if locked else without_lock():
        made, wrong = clicked(stage, "admit")
    if locked:
        assert (made, wrong) == (1, [])
    else:
        assert made != 1 or wrong, "nothing notices that the lock is gone"


def test_the_lock_is_what_keeps_two_people_apart() -> None:
    company = people()
    with without_lock():
        assert any(race(company, pair)[1] for pair in FEW), "nothing notices that the lock is gone"
