"""A case taken to any state with the model of the rules beside it, step by step; then undone, and taken elsewhere."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

import clock
from cases import tasks
from cases.demo.walk import Walk
from cases.models import Case, Transition
from cases.services import delivery, desk, opinions
from tests.cases.machine import oracle
from tests.cases.machine.attempts import Attempts, blank_sheet, quick_seal
from tests.cases.machine.company import Company
from tests.cases.machine.oracle import Facts, Try
from tests.cases.machine.rules import EXPIRES_AFTER, RUNNING, SECOND, STANDING_STILL, TABLE, TELE, Verdict, Who

#: A Monday morning not long after the present, from which every walk starts.
START = (datetime.now(UTC) + timedelta(days=9)).replace(hour=8, minute=0, second=0, microsecond=0)
START -= timedelta(days=START.weekday())

#: The moves that lead to each state, from the state named first.
WAYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "draft": ("", ()),
    "awaiting_consent": ("draft", ("request_consent",)),
    "submitted": ("awaiting_consent", ("give_consent",)),
    "information_requested": ("submitted", ("request_information",)),
    "admitted": ("submitted", ("admit",)),
    "proposed": ("admitted", ("propose",)),
    "in_review": ("proposed", ("accept",)),
    "expert_question": ("in_review", ("ask_question",)),
    "signed": ("in_review", ("sign",)),
    "delivered": ("signed", ("deliver",)),
    "follow_up": ("delivered", ("ask_follow_up",)),
    "closed": ("delivered", ("close",)),
    "on_hold": ("in_review", ("hold",)),
    "declined": ("submitted", ("decline",)),
    "withdrawn": ("submitted", ("withdraw",)),
    "expired": ("information_requested", ("expire",)),
    "stopped": ("in_review", ("stop",)),
}


def usual(move: str, kind: str) -> Who:
    """Who makes the move when nothing is the matter."""
    people = TABLE[move].who[kind]
    asks = Who.PATIENT if kind == SECOND else Who.REQUESTER
    first = (asks, Who.COORDINATOR, Who.EXPERT, Who.PATIENT, Who.CLOCK)
    return next(who for who in first if who in people)


class Stage:
    """One case of one kind, and the facts the rules know of it.

    Args:
        company: the people.
        kind: of the case.
        by_phone: a second opinion filled in by the care coordinator.
    """

    def __init__(self, company: Company, kind: str, *, by_phone: bool = False) -> None:
        self.company = company
        self.facts = Facts(kind=kind, by_phone=by_phone)
        self.walk = Walk(company.cast(kind), company.world.pathology)
        self.at = START
        with self.time():
            self._open(by_phone)
        self.try_ = Attempts(company, self.walk.case.pk)
        self.facts.at = self.facts.entered_at = self.at

    def _open(self, by_phone: bool) -> None:
        if self.facts.kind == TELE:
            # A year of service does not pass here: a test names the expert where the rules ask for one.
            self.walk.open_tele()
        else:
            self.walk.open()
            self.walk.fill()
        case = self.walk.case
        if by_phone:
            Case.objects.filter(pk=case.pk).update(by_phone=True, requester=self.company.users[Who.CARE_COORDINATOR])
        self.company.surround(Case.objects.get(pk=case.pk))

    @property
    def case(self) -> Case:
        """The case as it is now."""
        return self.try_.case

    @property
    def case_id(self) -> UUID:
        return self.walk.case.pk

    @contextmanager
    def time(self) -> Iterator[None]:
        """The clock stands at the moment of the stage inside the block."""
        with clock.travel(self.at):
            yield

    def wait(self, **span: float) -> None:
        """Let time pass; nothing happens by itself."""
        self.at += timedelta(**span)
        self.facts.at = self.at

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever happens inside the block, to the case or to the model, did not happen after it."""
        kept, at = deepcopy(self.facts), self.at
        try:
            with transaction.atomic():
                yield
                transaction.set_rollback(True)
        finally:
            self.facts, self.at = kept, at

    # --- moving

    def name(self, who: Who) -> str:
        """What distinguishes this person for «the same again»."""
        actor = self.company.actor(who, self.case)
        return f"{actor.kind}:{actor.id}"

    def attempt(self, move: str, who: Who, *, without: Collection[str] = ()) -> Try:
        return Try(move, who, self.name(who), frozenset(without))

    def go(self, move: str, who: Who | None = None, *, expert: Any = None) -> None:
        """Make a move that the rules allow, for real and in the model.

        Raises:
            AssertionError: the rules do not allow it, or case and model differ afterwards.
        """
        who = who or usual(move, self.facts.kind)
        attempt = self.attempt(move, who)
        verdict = oracle.judge(self.facts, attempt)
        assert verdict is Verdict.DONE, (
            move,
            who,
            self.facts.state,
            verdict,
            list(oracle.failing(self.facts, attempt)),
        )
        with self.time():
            case = self.try_.make(move, who, expert=expert)
        self.follow(attempt, case)

    def follow(self, attempt: Try, case: Case) -> None:
        """Make in the model what was just made for real, and compare."""
        named = str(case.assigned_expert.user_id) if attempt.move == "propose" and case.assigned_expert else ""
        oracle.apply(self.facts, attempt, named)
        self.look()

    def look(self) -> None:
        """Read what the rules leave to the product, and compare the rest with the model."""
        case, facts = self.case, self.facts
        facts.acceptance_ends = case.stage_due_at if case.state == "proposed" else None
        if case.state == "expert_question":
            called = case.call_tasks.filter(why="silence").exists()
            facts.reminded_and_called = called and case.reminders_sent >= 2
        else:
            facts.warned = case.reminders_sent
        facts.open_tasks = (
            case.call_tasks.filter(done_at__isnull=True).exists() or case.alerts.filter(closed_at__isnull=True).exists()
        )
        facts.opened_at = case.first_opened_at
        differ = list(differences(facts, case))
        assert not differ, differ

    # --- what people and the clock do between two moves

    def check(self) -> None:
        """The desk does everything that comes before the admission."""
        with self.time():
            self.walk.check()

    def write(self) -> None:
        """The expert writes a whole opinion."""
        with self.time():
            self.walk.case = self.case
            self.walk.cast = self.company.cast(self.facts.kind)
            actor = self.company.actor(Who.EXPERT, self.case)
            draft = opinions.draft_of(self.case)
            opinions.save_draft(self.case_id, whole_opinion(self.case), draft.version, actor=actor)

    def open_opinion(self) -> None:
        """The requester's side opens the opinion for the first time."""
        who = Who.PATIENT if self.facts.kind == SECOND else Who.REQUESTER
        case = self.case
        assert case.signed_opinion_id is not None
        with self.time():
            delivery.open_opinion(
                case.pk, case.signed_opinion_id, actor=self.company.actor(who, case), request_key=uuid4().hex
            )
        self.look()

    def run_clock(self, *works: Callable[[], None]) -> None:
        """Let jobs of the clock run now."""
        with self.time():
            for work in works or (tasks.warn_expiry, tasks.remind_questions):
                work()
        self.look()

    def close_calls(self) -> None:
        """The service made its calls."""
        for task in self.case.call_tasks.filter(done_at__isnull=True):
            with self.time():
                desk.close_call(task.pk, reached=True, note="", actor=self.company.actor(Who.COORDINATOR, self.case))
        self.look()

    def ripen(self, move: str) -> None:
        """Let everything pass that a move of the clock waits for, as far as the state allows."""
        if move == "lapse":
            self.wait(days=9)
        if move == "close":
            self.wait(days=31)
        if move == "continue_without_answer":
            for days in (4, 4, 3):
                self.wait(days=days)
                self.run_clock(tasks.remind_questions)
        if move == "expire" and self.facts.state in EXPIRES_AFTER:
            for days in (13, 2):
                self._wait_until_expiry(days)
                self.run_clock(tasks.warn_expiry)
            self._wait_until_expiry(-1)
            self.close_calls()

    def _wait_until_expiry(self, days: int) -> None:
        """To so many days before the request expires."""
        expires = self.case.expires_at
        assert expires is not None
        self.wait(seconds=(expires - timedelta(days=days) - self.at).total_seconds())

    def reach(self, state: str) -> None:
        """Take the case from its draft to a state, on the shortest way."""
        before, moves = WAYS[state]
        if not before:
            return
        self.reach(before)
        self.advance(moves)

    def advance(self, moves: Iterable[str]) -> None:
        """Make usual moves one after the other."""
        for move in moves:
            self.prepare(move)
            self.wait(hours=1)
            self.go(move)

    def prepare(self, move: str) -> None:
        """Do what somebody does before the move, where the rules want something done."""
        if move == "admit" and self.facts.state == "submitted":
            self.check()
        if move == "sign" and self.facts.state == "in_review":
            self.write()
        if move in ("ask_follow_up", "close") and self.facts.state == "delivered" and self.facts.opened_at is None:
            self.open_opinion()
        if move in ("expire", "lapse", "continue_without_answer"):
            self.ripen(move)

    def furnish(self) -> None:
        """Do everything somebody may have done in this state, so that what is tried next lacks nothing."""
        for state, move in (("submitted", "admit"), ("in_review", "sign"), ("delivered", "close")):
            if self.facts.state == state:
                self.prepare(move)


def whole_opinion(case: Case) -> dict[str, Any]:
    """Fields of an opinion with nothing missing."""
    return {
        "relevance": "accept",
        "answers": ["Réponse."] * len(case.questions or []),
        "analysis": "Analyse.",
        "divergence": "convergent",
        "divergence_on": "both",
        "to_discuss": "À revoir avec votre médecin.",
        "limits": "Sans examen clinique.",
        "summary": "Résumé.",
    }


def differences(facts: Facts, case: Case) -> Iterator[str]:
    """In what the case and the model differ."""
    expert = str(case.assigned_expert.user_id) if case.assigned_expert else ""
    pairs: dict[str, tuple[object, object]] = {
        "state": (facts.state, str(case.state)),
        "resume_to": (facts.resume_to, case.resume_to),
        "expert": (facts.expert, expert),
        "signed": (facts.signed, case.signed_opinion_id is not None),
        "admitted_at": (facts.admitted_at, case.admitted_at),
        "delivered_at": (facts.delivered_at, case.delivered_at),
        "addendum_at": (facts.addendum_at, case.last_addendum_at),
        "followed_up": (facts.followed_up, case.follow_up_used),
        "path": (facts.path, list(paths(case))),
    }
    if facts.state == "information_requested":
        pairs["asked_from"] = (facts.asked_from, case.information_from)
    if facts.state == "stopped":
        pairs["stopped_from"] = (facts.stopped_from, case.stopped_from)
    yield from (f"{name}: {mine!r} ≠ {theirs!r}" for name, (mine, theirs) in pairs.items() if mine != theirs)
    ends = oracle.total_ends(facts)
    running = facts.state in RUNNING
    if facts.state in STANDING_STILL and case.due_at is not None:
        yield f"a clock runs in {facts.state}"
    if running and case.due_at is None:
        yield f"no clock runs in {facts.state}"
    if running and ends is not None and case.late_told_at is None:
        # Each pause keeps whole seconds.
        away = abs(((case.total_due_at or START) - ends).total_seconds())
        if away > len(facts.path):
            yield f"total clock: {ends} ≠ {case.total_due_at}"


def paths(case: Case) -> Iterator[tuple[str, str, str]]:
    """The moves made, as the product keeps them."""
    for row in Transition.objects.filter(case=case).order_by("seq"):
        yield row.source, row.name, row.target


@contextmanager
def quick_papers() -> Iterator[None]:
    """Print blank sheets and seal them without cryptography inside the block."""
    with ExitStack() as stack:
        for name, replacement in (("render_opinion", blank_sheet), ("sign_pdf", quick_seal)):
            before = getattr(opinions, name)
            stack.callback(setattr, opinions, name, before)
            setattr(opinions, name, replacement)
        yield
