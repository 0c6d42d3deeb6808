"""Clicks at the same moment: many by one person, or one each by two people; what they do is one lawful order."""

import threading
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

from django.db import connections

import clock
from cases.demo.walk import proof
from cases.machine import perform
from cases.services import opinions
from errors import DomainError
from experts.models import ExpertProfile
from tests.cases.machine import oracle
from tests.cases.machine.company import Company, gather
from tests.cases.machine.invariants import violations
from tests.cases.machine.rules import SECOND, TELE, Verdict, Who
from tests.cases.machine.stage import START, Stage, usual

Act = Callable[[], object]
Path = tuple[tuple[str, str, str], ...]


def at_once(stage: Stage, acts: Sequence[Act]) -> list[str]:
    """Do everything at the same moment, each in a thread with a connection of its own.

    Returns:
        What was neither done nor plainly refused, in words.
    """
    ready, strange = threading.Barrier(len(acts)), []

    def click(act: Act) -> None:
        try:
            with clock.travel(stage.at):
                ready.wait(60)
                act()
        except DomainError:
            pass
        except Exception as error:  # noqa: BLE001 (handed to the test)
            strange.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return strange


def click_of(stage: Stage, move: str, who: Who) -> Act:
    """What somebody's click does; what comes before it is done here."""
    if move == "sign":
        return _signature(stage)
    if move == "answer_follow_up":
        return _answer(stage)
    with stage.time():
        case = stage.case
        actor = stage.company.actor(who, case)
        if move == "stop":
            stage.try_.ask_stop(case)
        inputs = stage.try_.inputs(move, case, actor)
    return lambda: perform(move, stage.case_id, actor=actor, **inputs)


def _signature(stage: Stage) -> Act:
    actor = stage.company.actor(Who.EXPERT, stage.case)
    with stage.time():
        sha256 = opinions.prepare_reading(stage.case_id, actor=actor).rendered_sha256
        code = proof(stage.company.user(Who.EXPERT, stage.case), "sign", sha256)
    return lambda: opinions.sign_opinion(stage.case_id, code, actor=actor)


def _answer(stage: Stage) -> Act:
    actor = stage.company.actor(Who.EXPERT, stage.case)
    with stage.time():
        version = opinions.open_follow_up(stage.case).draft_version
        opinions.save_addendum(stage.case_id, "Oui.", version, actor=actor)
        sha256 = opinions.prepare_addendum(stage.case_id, actor=actor).rendered_sha256
        code = proof(stage.company.user(Who.EXPERT, stage.case), "sign", sha256)
    return lambda: opinions.sign_addendum(stage.case_id, code, actor=actor)


# --- two people at once


@dataclass(frozen=True)
class Pair:
    """Two moves that exclude each other, or do not, made at the same moment.

    Args:
        state: where the case stands.
        first, second: the moves and who makes them.
        ripe: the move of the clock whose time must have come.
    """

    state: str
    first: tuple[str, Who]
    second: tuple[str, Who]
    kind: str = SECOND
    ripe: str = ""

    def __str__(self) -> str:
        names = (f"{move} by {who}" for move, who in (self.first, self.second))
        return f"{self.state}: {' / '.join(names)}" + (f" ({self.kind})" if self.kind != SECOND else "")


def _pairs(text: str, kind: str = SECOND) -> tuple[Pair, ...]:
    """«state: move[@who] / move[@who] …», one line each; who is left out where it is the usual person."""
    found = []
    for line in text.strip().splitlines():
        state, moves = line.strip().split(": ")
        sides = []
        for word in moves.split(" / "):
            move, _at, who = word.partition("@")
            sides.append((move, Who(who) if who else usual(move, kind)))
        first, second = sides
        ripe = next((move for move, who in sides if who is Who.CLOCK and move != "hold"), "")
        found.append(Pair(state, first, second, kind, ripe))
    return tuple(found)


#: Those each run of the tests makes; `make proof` makes all, several times.
FEW = _pairs("""
    proposed: accept / reassign
    proposed: accept / lapse@clock
    in_review: sign / withdraw
    in_review: sign / object_to_expert
    in_review: sign / hold
    signed: deliver / withdraw
    signed: deliver / hold
    signed: deliver / object_to_expert
    follow_up: answer_follow_up / release_follow_up
    expert_question: answer_question / continue_without_answer@expert
""")
PAIRS = (
    *FEW,
    *_pairs("""
    draft: request_consent / withdraw
    draft: request_consent / expire@clock
    awaiting_consent: give_consent / revise@representative
    awaiting_consent: give_consent / refuse_consent@representative
    awaiting_consent: give_consent / give_consent@representative
    awaiting_consent: give_consent / withdraw@representative
    awaiting_consent: give_consent / expire@clock
    submitted: admit / withdraw
    submitted: admit / decline
    submitted: admit / request_information@care_coordinator
    information_requested: provide_information / decline
    information_requested: provide_information / expire@clock
    information_requested: provide_information / provide_information@care_coordinator
    information_requested: provide_information / override
    admitted: propose / withdraw
    admitted: propose / decline
    admitted: propose / request_information@care_coordinator
    proposed: accept / object_to_expert
    proposed: accept / withdraw
    proposed: accept / decline_assignment
    proposed: accept / override
    proposed: accept / hold
    in_review: sign / reassign
    in_review: sign / hand_back
    in_review: sign / ask_question
    in_review: sign / stop
    in_review: sign / hold@clock
    in_review: hand_back / reassign
    in_review: ask_question / object_to_expert
    expert_question: answer_question / continue_without_answer@clock
    expert_question: answer_question / reassign
    expert_question: answer_question / override
    signed: deliver / retract
    signed: deliver / return_to_expert
    signed: deliver / stop
    signed: retract / return_to_expert
    signed: retract / withdraw
    delivered: ask_follow_up / close@representative
    delivered: close / close@clock
    delivered: close / hold
    follow_up: answer_follow_up / hold
    follow_up: answer_follow_up / stop
    on_hold: release / withdraw
    on_hold: release / object_to_expert
    on_hold: release / stop
    declined: override / override@coordinator
    expired: resume / resume@representative
    """),
    *_pairs(
        """
    awaiting_consent: give_consent@patient / withdraw@requester
    awaiting_consent: give_consent@patient / give_consent@requester
    in_review: sign / withdraw@requester
    signed: deliver / withdraw@patient
    """,
        TELE,
    ),
)


def race(company: Company, pair: Pair) -> tuple[Path, list[str]]:
    """Take a new case there and let both click.

    Returns:
        The moves made, and what is wrong: an order no rule allows, an invariant broken, an error.
    """
    with clock.travel(START):
        stage = Stage(company, pair.kind)
    stage.reach(pair.state)
    sides = (pair.first, pair.second)
    for move, _who in sides:
        stage.prepare(move if move not in ("expire", "lapse", "continue_without_answer") else "")
    if pair.ripe:
        stage.ripen(pair.ripe)
    stage.wait(hours=1)
    acts = [click_of(stage, move, who) for move, who in sides]
    lawful, before = orders(stage, sides), stage.case.transitions.count()
    wrong = at_once(stage, acts)
    rows = stage.case.transitions.filter(seq__gt=before).order_by("seq")
    made = tuple((row.source, row.name, row.target) for row in rows)
    if made not in lawful:
        wrong.append(f"made {made}, lawful are {sorted(lawful)}")
    return made, wrong + violations(stage.case_id)


def orders(stage: Stage, sides: Sequence[tuple[str, Who]]) -> set[Path]:
    """What one after the other would do, in either order, by the rules."""
    found = set()
    for order in (tuple(sides), tuple(reversed(sides))):
        facts, start = deepcopy(stage.facts), len(stage.facts.path)
        for move, who in order:
            attempt = stage.attempt(move, who)
            if oracle.judge(facts, attempt) is Verdict.DONE:
                oracle.apply(facts, attempt, str(stage.company.world.expert.user_id) if move == "propose" else "")
        found.add(tuple(facts.path[start:]))
    return found


def people() -> Company:
    """Everybody, committed; the experts have room for as many cases as a test takes to them."""
    with clock.travel(START):
        company = gather()
    ExpertProfile.objects.update(capacity_per_month=100)
    return company
