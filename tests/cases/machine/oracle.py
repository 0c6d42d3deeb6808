"""The life of a case written a second time, in pure Python: what the services must answer, and what must hold after.

Tests drive the services and this model side by side. Where both disagree, one of them is wrong. The table it judges by
stands in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.cases.machine.rules import (
    CLOSES_AFTER,
    CONSENTED,
    EXPIRES_AFTER,
    FOLLOW_UP_WITHIN,
    HAS_DELIVERY,
    HAS_EXPERT,
    HAS_OPINION,
    OPEN,
    OVERRIDE_TO,
    PAUSED,
    SECOND,
    SILENCE,
    STOP_UNDONE_WITHIN,
    STRANGERS,
    TABLE,
    TELE,
    TOTAL,
    Verdict,
    Who,
)


@dataclass
class Facts:
    """All the rules need to know of one case. `unmet` names the facts of a row that do not hold now."""

    kind: str = SECOND
    at: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    state: str = "draft"
    resume_to: str = ""
    asked_from: str = ""
    stopped_from: str = ""
    by_phone: bool = False
    minor: bool = False
    names_expert: bool = False
    act: bool = False
    sharing: bool = False
    expert: str = ""
    access: bool = False
    """Whether the assigned expert reads more than what a proposal shows."""
    signed: bool = False
    ever_consented: bool = False
    followed_up: bool = False
    unmet: set[str] = field(default_factory=set)
    open_tasks: bool = False
    warned: int = 0
    entered_at: datetime | None = None
    admitted_at: datetime | None = None
    paused_since: datetime | None = None
    paused: timedelta = timedelta()
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    addendum_at: datetime | None = None
    acceptance_ends: datetime | None = None
    """Read from the product: the rules only bound it from below (nights, Sundays and holidays move it)."""
    last: tuple[str, str] = ("", "")
    path: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def consent(self) -> bool:
        """Purposes 1 and 2 live."""
        return self.act and self.sharing

    @property
    def undelivered(self) -> bool:
        return self.delivered_at is None


@dataclass(frozen=True)
class Try:
    """Somebody's attempt: the move, who (relation and name), and which inputs he leaves out."""

    move: str
    who: Who
    name: str = ""
    without: frozenset[str] = frozenset()
    word_recorded: bool = True
    """For a coordinator who withdraws: whether the patient's word is on record."""


def may(facts: Facts, move: str, who: Who) -> bool:
    """Whether somebody of that relation may make the move at all in a case of this kind."""
    row = TABLE[move]
    if move in {"request_consent", "give_consent"} and who is Who.CARE_COORDINATOR:
        return facts.by_phone
    if move in {"admit", "propose"} and who is Who.CLOCK:
        return facts.kind == TELE and facts.names_expert
    return who in row.who[facts.kind]


def target(facts: Facts, move: str) -> str:
    """Where the move leads from here."""
    if move == "provide_information":
        return facts.asked_from or "submitted"
    if move == "release":
        return facts.resume_to
    if move == "override":
        return facts.stopped_from if facts.state == "stopped" else OVERRIDE_TO[facts.state]
    return TABLE[move].target


def _needs_consent(facts: Facts, move: str) -> bool:
    """Consent guards every entry into these states; leaving with something delivered needs none."""
    goal = target(facts, move)
    if move == "release_follow_up":
        return False
    if move == "release":
        return goal in CONSENTED and facts.undelivered
    if move == "override":
        return goal in CONSENTED | {"submitted", "information_requested", "follow_up"}
    return goal in CONSENTED


def failing(facts: Facts, attempt: Try) -> Iterator[str]:
    """The guards that stand in the way of the attempt; none: it succeeds.

    Args:
        facts: the case as it stands.
        attempt: who tries what.
    """
    move, row = attempt.move, TABLE[attempt.move]
    clock = attempt.who is Who.CLOCK
    since = facts.at - (facts.entered_at or facts.at)
    yield from (name for name in row.inputs if name in attempt.without)
    yield from (name for name in row.facts if name in facts.unmet)
    if _needs_consent(facts, move) and not facts.consent:
        yield "consent"
    if "undelivered" in row.facts and not facts.undelivered:
        yield "undelivered"
    if move == "request_consent" and facts.minor:
        yield "of_age"
    if move == "lapse" and (facts.acceptance_ends is None or facts.at < facts.acceptance_ends):
        yield "acceptance_over"
    if move == "continue_without_answer" and clock and since < SILENCE:
        yield "silent_long_enough"
    if move == "ask_follow_up":
        if facts.followed_up:
            yield "first_time"
        if facts.opened_at is None or facts.at > facts.opened_at + FOLLOW_UP_WITHIN:
            yield "within_follow_up"
    if move == "close":
        if facts.opened_at is None:
            yield "opened"
        elif clock and facts.at < max(facts.opened_at, facts.addendum_at or facts.opened_at) + CLOSES_AFTER:
            yield "closing_due"
    if move == "withdraw" and attempt.who is Who.COORDINATOR and not attempt.word_recorded:
        yield "recorded_word"
    if move == "expire":
        if since < EXPIRES_AFTER[facts.state]:
            yield "expiry_over"
        if facts.warned < 2:
            yield "warned_twice"
        if facts.open_tasks:
            yield "nothing_open"
    if move == "override" and facts.state == "stopped" and since > STOP_UNDONE_WITHIN:
        yield "undo_in_time"


def judge(facts: Facts, attempt: Try) -> Verdict:
    """What must come of the attempt: first the right, then the state, then the guards.

    Args:
        facts: the case as it stands.
        attempt: who tries what.
    """
    row = TABLE[attempt.move]
    if attempt.who in STRANGERS:
        return Verdict.MISSING
    if not may(facts, attempt.move, attempt.who):
        return Verdict.NOT_ALLOWED
    if facts.state not in row.sources:
        if facts.last[0] == attempt.move:
            return Verdict.QUIET if facts.last[1] == attempt.name else Verdict.SAYS_WHO
        return Verdict.WRONG_STATE
    if any(failing(facts, attempt)):
        return Verdict.GUARD
    return Verdict.DONE


def apply(facts: Facts, attempt: Try, expert: str = "") -> None:
    """Make the move in the model.

    Args:
        facts: changed in place.
        attempt: one that `judge` calls done.
        expert: whom a `propose` names.
    """
    move, source, goal = attempt.move, facts.state, target(facts, attempt.move)
    if move == "request_information":
        facts.asked_from = source
    if move == "hold":
        facts.resume_to = source
    elif source == "on_hold":
        facts.resume_to = ""
    if move == "stop":
        facts.stopped_from = source if source != "on_hold" else facts.stopped_from
    if move == "give_consent":
        facts.act = facts.sharing = facts.ever_consented = True
    if move in {"revise", "refuse_consent", "withdraw"}:
        facts.act = facts.sharing = False
    if move == "admit" and facts.admitted_at is None:
        facts.admitted_at = facts.at
    if move == "propose":
        facts.expert = expert
    if goal == "admitted" and source not in {"submitted", "information_requested", "on_hold"}:
        facts.expert, facts.signed = "", False
    if move == "sign":
        facts.signed = True
    if move in {"retract", "return_to_expert"}:
        facts.signed = False
    if move == "deliver":
        facts.delivered_at = facts.at
    if move == "ask_follow_up":
        facts.followed_up = True
    if move == "release_follow_up":
        facts.followed_up = False
    if move == "answer_follow_up":
        facts.addendum_at = facts.at
    _run_clock(facts, goal)
    facts.state, facts.entered_at, facts.last = goal, facts.at, (move, attempt.name)
    facts.access = reads_file(facts)
    facts.warned = 0
    facts.path.append((source, move, goal))


def _run_clock(facts: Facts, goal: str) -> None:
    """Pause and resume what runs since the first admission."""
    if goal in PAUSED and facts.paused_since is None:
        facts.paused_since = facts.at
    elif goal not in PAUSED and facts.paused_since is not None:
        if facts.admitted_at is not None:
            facts.paused += facts.at - max(facts.paused_since, facts.admitted_at)
        facts.paused_since = None


def withdraw_consent(facts: Facts) -> bool:
    """Purpose 1 or 2 is taken back: whether that is the move `withdraw`. Once delivered the state stays, access ends."""
    if facts.undelivered:
        return True
    facts.act = facts.sharing = False
    facts.access = False
    return False


def reads_file(facts: Facts) -> bool:
    """Whether the assigned expert reads the patient's file (not the summary of a proposal, not what he signed)."""
    return facts.consent and facts.state in {"in_review", "expert_question", "signed", "delivered", "follow_up"}


def total_ends(facts: Facts, total: timedelta = TOTAL) -> datetime | None:
    """When the clock of the whole runs out; None before the first admission. It starts once and only pauses after."""
    return None if facts.admitted_at is None else facts.admitted_at + total + facts.paused


def exits(kind: str, state: str) -> set[tuple[str, Who]]:
    """Every way out of a state with who may take it (the care coordinator of a case by phone left out)."""
    return {(move, who) for move, row in TABLE.items() if state in row.sources for who in row.who[kind]}


def broken(facts: Facts) -> list[str]:
    """The invariants a case of this model violates (none, if model and rules agree with themselves)."""
    state = facts.resume_to if facts.state == "on_hold" else facts.state
    checks = {
        "no review without living consent": facts.state in {"in_review", "expert_question", "signed"}
        and not facts.consent,
        "resume_to set if and only if on hold": bool(facts.resume_to) != (facts.state == "on_hold"),
        "an expert where one must be": state in HAS_EXPERT and not facts.expert,
        "no expert before a proposal": state in OPEN[:5] and bool(facts.expert),
        "a signed opinion where one must be": state in HAS_OPINION and not facts.signed,
        "delivered when it says so": state in HAS_DELIVERY and facts.undelivered,
        "nothing delivered in a case withdrawn": state == "withdrawn" and not facts.undelivered,
        "admitted once": state in HAS_EXPERT and facts.admitted_at is None,
    }
    return [name for name, wrong in checks.items() if wrong]
