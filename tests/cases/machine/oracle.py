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
    SECOND,
    SILENCE,
    STANDING_STILL,
    STOP_UNDONE_WITHIN,
    STRANGERS,
    TABLE,
    TAKEN_BACK_FROM,
    TELE,
    TOTAL,
    WITH_EXPERT,
    Verdict,
    Who,
)

LETS_GO = frozenset({"decline_assignment", "lapse", "object_to_expert", "hand_back", "reassign"})
FITNESS = frozenset({"expert_active", "expert_registered", "expert_insured"})


@dataclass
class Facts:
    """All the rules need to know of one case. `unmet` names the facts of a row that do not hold now."""

    kind: str = SECOND
    at: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    state: str = "draft"
    resume_to: str = ""
    asked_from: str = ""
    stopped_from: str = ""
    stopped_resume: str = ""
    by_phone: bool = False
    minor: bool = False
    names_expert: bool = False
    act: bool = False
    sharing: bool = False
    expert: str = ""
    signed: bool = False
    followed_up: bool = False
    unmet: set[str] = field(default_factory=set)
    entered_at: datetime | None = None
    admitted_at: datetime | None = None
    standing_since: datetime | None = None
    stood: timedelta = timedelta()
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    addendum_at: datetime | None = None
    # Read from the product: the rules only bound them (not before 24 hours; two warnings; reminders and a call).
    acceptance_ends: datetime | None = None
    warned: int = 0
    reminded_and_called: bool = False
    open_tasks: bool = False
    last: tuple[str, str] = ("", "")
    path: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def consent(self) -> bool:
        """Purposes 1 and 2 live."""
        return self.act and self.sharing

    @property
    def undelivered(self) -> bool:
        return self.delivered_at is None

    @property
    def stage(self) -> str:
        """The state, or the one a case on hold goes back to."""
        return self.resume_to or self.state


@dataclass(frozen=True)
class Try:
    """Somebody's attempt.

    Args:
        who: his relation to the case.
        name: who he is, to know him again.
        without: the inputs he leaves out.
    """

    move: str
    who: Who
    name: str = ""
    without: frozenset[str] = frozenset()


def may(facts: Facts, move: str, who: Who) -> bool:
    """Whether somebody of that relation may make the move at all in a case of this kind."""
    row = TABLE[move]
    if move in {"request_consent", "revise", "give_consent"} and who is Who.CARE_COORDINATOR:
        # He fills it in for her; whoever completes a request must be able to correct it.
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
    if move in {"object_to_expert", "reassign"}:
        return "on_hold" if facts.state == "on_hold" else "admitted"
    return TABLE[move].target


def starts_here(facts: Facts, move: str) -> bool:
    """Whether the move may start from the state the case is in."""
    if facts.state == "on_hold" and move == "object_to_expert":
        return facts.resume_to in WITH_EXPERT
    if facts.state == "on_hold" and move == "reassign":
        return facts.resume_to in TAKEN_BACK_FROM
    return facts.state in TABLE[move].sources


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


def _unmet(facts: Facts, attempt: Try) -> Iterator[str]:
    """Facts of the row that do not hold, as far as this attempt asks for them."""
    row, clock = TABLE[attempt.move], attempt.who is Who.CLOCK
    names = set(row.facts)
    if attempt.move == "release":
        names |= FITNESS if facts.resume_to in TAKEN_BACK_FROM else set()
        names |= {"not_blocked"} if facts.resume_to in WITH_EXPERT else set()
    if attempt.move == "reassign" and clock and not (FITNESS | {"expert_convention"}) & facts.unmet:
        yield "expert_failing"
    yield from names & facts.unmet
    if not facts.consent and ("consent" in row.facts or _needs_consent(facts, attempt.move)):
        yield "consent"


def asked_for(move: str, who: Who) -> tuple[str, ...]:
    """The inputs the rules ask of somebody of that relation.

    Args:
        move: what he tries.
        who: he.
    """
    if who is Who.CLOCK and move == "reassign" or who is not Who.COORDINATOR and move == "withdraw":
        return ()
    only = {
        "date": Who.REQUESTER,
        "means": Who.REQUESTER,
        "text_handed_over": Who.REQUESTER,
        "code": Who.CARE_COORDINATOR if move == "give_consent" else who,
    }
    return tuple(name for name in TABLE[move].inputs if only.get(name, who) is who)


def failing(facts: Facts, attempt: Try) -> Iterator[str]:
    """The guards that stand in the way of the attempt; none: it succeeds.

    Args:
        facts: the case as it stands.
        attempt: who tries what.
    """
    move, row = attempt.move, TABLE[attempt.move]
    clock = attempt.who is Who.CLOCK
    since = facts.at - (facts.entered_at or facts.at)
    # «wrong …» names an input that is there and does not say what it must.
    missing = {name.split()[1] if name.startswith("wrong ") else name for name in attempt.without}
    yield from (name for name in asked_for(move, attempt.who) if name in missing)
    yield from _unmet(facts, attempt)
    if "undelivered" in row.facts and not facts.undelivered:
        yield "undelivered"
    if move in {"request_consent", "give_consent"} and facts.minor:
        yield "of_age"
    if move == "lapse" and (facts.acceptance_ends is None or facts.at < facts.acceptance_ends):
        yield "acceptance_over"
    if move == "continue_without_answer" and clock and (since < SILENCE or not facts.reminded_and_called):
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
    if attempt.who in STRANGERS:
        return Verdict.MISSING
    if not may(facts, attempt.move, attempt.who):
        return Verdict.NOT_ALLOWED
    if not starts_here(facts, attempt.move):
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
    if move in LETS_GO or (move == "override" and source == "proposed"):
        facts.expert, facts.signed = "", False
    if goal in {"declined", "withdrawn", "expired"}:
        facts.expert, facts.signed = "", False
    _remember(facts, move, source, goal)
    if move == "give_consent":
        facts.act = facts.sharing = True
    elif move in {"revise", "refuse_consent", "withdraw", "resume"}:
        facts.act = facts.sharing = False
    elif move == "admit":
        facts.admitted_at = facts.admitted_at or facts.at
    elif move == "propose":
        facts.expert = expert
    elif move in {"sign", "retract", "return_to_expert"}:
        facts.signed = move == "sign"
    elif move == "deliver":
        facts.delivered_at = facts.at
    elif move in {"ask_follow_up", "release_follow_up"}:
        facts.followed_up = move == "ask_follow_up"
    elif move == "answer_follow_up":
        facts.addendum_at = facts.at
    _run_clock(facts, goal)
    facts.state, facts.entered_at, facts.last = goal, facts.at, (move, attempt.name)
    facts.warned, facts.reminded_and_called, facts.acceptance_ends = 0, False, None
    facts.path.append((source, move, goal))


def _remember(facts: Facts, move: str, source: str, goal: str) -> None:
    """Where the case will go back to."""
    if move == "request_information":
        facts.asked_from = source
    if move == "stop":
        facts.stopped_from, facts.stopped_resume, facts.resume_to = source, facts.resume_to, ""
    elif move == "hold":
        facts.resume_to = source
    elif source == "on_hold":
        facts.resume_to = "admitted" if goal == "on_hold" else ""
    elif source == "stopped":
        facts.resume_to = facts.stopped_resume


def _run_clock(facts: Facts, goal: str) -> None:
    """Stop and go on with what runs since the first admission."""
    if goal in STANDING_STILL and facts.standing_since is None:
        facts.standing_since = facts.at
    elif goal not in STANDING_STILL and facts.standing_since is not None:
        if facts.admitted_at is not None:
            facts.stood += facts.at - max(facts.standing_since, facts.admitted_at)
        facts.standing_since = None


def take_consent_back(facts: Facts) -> bool:
    """Purpose 1 or 2 is taken back.

    Returns:
        Whether that ends the request (the move `withdraw`); once delivered, only the professionals' access ends.
    """
    if facts.undelivered:
        return True
    facts.act = facts.sharing = False
    return False


def reads_file(facts: Facts) -> bool:
    """Whether the assigned expert reads the patient's file (not the summary of a proposal, not what he signed)."""
    return facts.consent and facts.state in {"in_review", "expert_question", "signed", "delivered", "follow_up"}


def total_ends(facts: Facts, total: timedelta = TOTAL) -> datetime | None:
    """When the clock of the whole runs out; None before the first admission. It starts once and only stands still."""
    return None if facts.admitted_at is None else facts.admitted_at + total + facts.stood


def exits(kind: str, state: str) -> set[tuple[str, Who]]:
    """Every way out of a state with who may take it (the care coordinator of a case by phone left out)."""
    leaving = {move: row for move, row in TABLE.items() if state in row.sources and row.target != state}
    return {(move, who) for move, row in leaving.items() for who in row.who[kind]}


def broken(facts: Facts) -> list[str]:
    """The invariants a case of this model violates (none, if model and rules agree with themselves)."""
    checks = {
        "no review without living consent": facts.state in WITH_EXPERT and not facts.consent,
        "resume_to set if and only if on hold": bool(facts.resume_to) != (facts.state == "on_hold"),
        "an expert where one must be": facts.stage in HAS_EXPERT and not facts.expert,
        "no expert before a proposal": facts.stage in OPEN[:5] and bool(facts.expert),
        "a signed opinion where one must be": facts.stage in HAS_OPINION and not facts.signed,
        "delivered when it says so": facts.stage in HAS_DELIVERY and facts.undelivered,
        "nothing delivered in a case withdrawn": facts.state == "withdrawn" and not facts.undelivered,
        "admitted once": facts.stage in HAS_EXPERT and facts.admitted_at is None,
    }
    return [name for name, wrong in checks.items() if wrong]
