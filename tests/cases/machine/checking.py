"""One attempt checked against the rules: what it answers, what it leaves, what the journal says."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.test import override_settings

from audit import SystemActor
from audit.models import AuditEvent
from cases.machine import perform
from cases.models import Case
from errors import Conflict, DomainError, Missing, NotAllowed
from experts.models import ExpertProfile
from tests.cases.machine import oracle
from tests.cases.machine.breaking import Trial
from tests.cases.machine.invariants import hold_true
from tests.cases.machine.oracle import Try
from tests.cases.machine.rules import HIDDEN_OR_REFUSED, SECOND, TABLE, TELE, Verdict, Who
from tests.cases.machine.stage import Stage

#: Whatever the page would have answered, it is not what the rules want.
WRONG_ANSWERS = (DatabaseError, ObjectDoesNotExist, LookupError, AttributeError, TypeError)
_ERRORS: dict[Verdict, tuple[type[DomainError], ...]] = {
    Verdict.SAYS_WHO: (Conflict,),
    Verdict.WRONG_STATE: (Conflict,),
    Verdict.GUARD: (DomainError,),
    Verdict.NOT_ALLOWED: (NotAllowed,),
    Verdict.MISSING: (Missing,),
}


def check_attempt(
    stage: Stage, move: str, who: Who, *, without: Collection[str] = (), bare: bool = False, thorough: bool = True
) -> Verdict:
    """Try a move in the present situation and compare everything with the rules; undone afterwards.

    Args:
        without: inputs left out.
        bare: past what services check before the move.
        thorough: look at all invariants afterwards, too.

    Returns:
        What the rules wanted.

    Raises:
        AssertionError: the product answered otherwise, changed what it refused, or did not journal it.
    """
    with stage.undone():
        attempt = stage.attempt(move, who, without=without)
        expected = oracle.judge(stage.facts, attempt)
        where = (move, str(who), stage.facts.kind, stage.facts.state, str(expected), sorted(without))
        before, refusals = fingerprint(stage.case), _refusals()
        answer = _answer(stage, move, who, without, bare)
        if expected is Verdict.DONE:
            assert isinstance(answer, Case), (where, answer)
            stage.follow(attempt, answer)
        else:
            assert fingerprint(stage.case) == before, (where, "a refused move changed the case", answer)
            _judge_refusal(where, expected, who, answer)
            _judge_journal(where, expected, refusals, by_move=_by_the_move(stage, move, who, bare))
        if thorough:
            hold_true(stage.case_id)
    return expected


def _answer(stage: Stage, move: str, who: Who, without: Collection[str], bare: bool) -> Case | DomainError:
    try:
        with stage.time():
            return stage.try_.make(move, who, without=without, bare=bare)
    except DomainError as error:
        return error


def _by_the_move(stage: Stage, move: str, who: Who, bare: bool) -> bool:
    """Whether the move itself was reached: what comes before a signature refuses by itself, on its own page."""
    own = {"sign": "in_review", "answer_follow_up": "follow_up"}.get(move)
    return bare or who is not Who.EXPERT or own != stage.facts.state


def _judge_journal(where: Any, expected: Verdict, before: int, *, by_move: bool) -> None:
    """One refusal more in the journal, of this very move; none for what was quiet."""
    told = _refusals() - before
    if expected is Verdict.QUIET or not by_move:
        assert told <= (0 if expected is Verdict.QUIET else 1), (where, "refusals in the journal", told)
        return
    assert told == 1, (where, "refusals in the journal", told)
    last = AuditEvent.objects.filter(action="access.refused").order_by("-at", "-seq").first()
    assert last is not None
    named = {event.detail.get("action") for event in AuditEvent.objects.filter(action="access.refused", at=last.at)}
    assert f"case.{where[0]}" in named, (where, "the journal names another move")


def _judge_refusal(where: Any, expected: Verdict, who: Who, answer: Case | DomainError) -> None:
    if expected is Verdict.QUIET:
        assert isinstance(answer, Case), (where, answer)
        return
    kinds = _ERRORS[expected]
    if who in HIDDEN_OR_REFUSED:
        kinds = (NotAllowed, Missing)
    if who is Who.CLOCK or (who is Who.EXPERT and where[3] == "closed"):
        # The service itself has no page to be told on; after closing the expert is the author of what he signed.
        kinds = (DomainError,)
    assert isinstance(answer, kinds), (where, answer)
    if expected is Verdict.GUARD:
        assert not isinstance(answer, Missing), (where, answer)
    if expected is Verdict.SAYS_WHO and who not in HIDDEN_OR_REFUSED:
        assert "(" in str(answer.message), (where, answer)  # type: ignore[union-attr]


def fingerprint(case: Case) -> dict[str, Any]:
    """Every plain column of a case, and how much hangs on it."""
    row = Case.objects.filter(pk=case.pk).values().get()
    related = ("transitions", "assignments", "opinions", "information_requests", "expert_questions", "follow_ups")
    return {name: value for name, value in row.items() if not isinstance(value, bytes | memoryview)} | {
        name: getattr(case, name).count() for name in (*related, "holds", "endings", "overrides")
    }


def _refusals() -> int:
    return AuditEvent.objects.filter(action="access.refused", outcome="refused").count()


Cell = tuple[str, Who, Verdict]


def cells(stage: Stage, moves: Iterable[str] = tuple(TABLE), people: Iterable[Who] = tuple(Who)) -> Iterator[Cell]:
    """Every move by everybody in the present state, with what the rules want.

    Args:
        moves: only these.
        people: only these.
    """
    for who in people:
        if who is Who.EXPERT and not stage.facts.expert:
            continue
        if who is Who.REQUESTER and stage.facts.kind == SECOND:
            # Nobody has this relation to a request the patient opened.
            continue
        name = stage.name(who)
        yield from ((move, who, oracle.judge(stage.facts, Try(move, who, name))) for move in moves)


def check_cells(stage: Stage, some: Iterable[Cell], *, thorough: bool = False) -> Iterator[str]:
    """Try moves in the present state.

    Yields:
        What went otherwise than the rules want, in words.
    """
    for move, who, _verdict in some:
        try:
            check_attempt(stage, move, who, thorough=thorough)
        except (AssertionError, *WRONG_ANSWERS) as error:
            yield f"{move} by {who} in {stage.facts.state}: {type(error).__name__}: {error}"


def check_trials(stage: Stage, trials: Iterable[Trial]) -> Iterator[str]:
    """Make each trial: with everything in order the move is made, with the one thing missing it is refused.

    Args:
        trials: in any order; those that begin alike are made together.

    Yields:
        What went otherwise, in words.
    """
    for _place, together in groupby(sorted(trials, key=lambda trial: (trial.place, str(trial))), lambda t: t.place):
        group = list(together)
        with stage.undone():
            group[0].arrive(stage)
            for trial in group:
                yield from check_trial(stage, trial)


def check_trial(stage: Stage, trial: Trial) -> Iterator[str]:
    """One trial where it is to be made; undone afterwards."""
    try:
        with stage.undone(), override_settings():
            if trial.fact != "undelivered":
                verdict = check_attempt(stage, trial.move, trial.who, bare=trial.bare, thorough=False)
                assert verdict is Verdict.DONE, ("before", verdict)
            trial.spoil(stage)
            without = {trial.without} if trial.without else set()
            verdict = check_attempt(stage, trial.move, trial.who, without=without, bare=trial.bare, thorough=False)
            assert verdict is Verdict.GUARD, ("after", verdict)
    except (AssertionError, *WRONG_ANSWERS) as error:
        yield f"{trial}: {type(error).__name__}: {error}"


def check_delivery_by_the_service(stage: Stage) -> Iterator[str]:
    """Where an instance lets the service deliver, it does, but for what the expert wants told in person.

    Yields:
        What went otherwise, in words.
    """
    for in_person in (False, True):
        with stage.undone():
            stage.reach("in_review")
            with stage.time():
                stage.walk.case = stage.case
                stage.walk.write(tell_in_person=in_person)
                stage.walk.sign()
                with override_settings(DELIVER_AT_ONCE=True), suppress(Conflict):
                    perform("deliver", stage.case_id, actor=SystemActor("delivery"))
            if (stage.case.state == "delivered") is in_person:
                yield f"to be told in person: {in_person}, and {stage.case.state}"


def check_placing_by_the_service(stage: Stage) -> Iterator[str]:
    """A complete tele-expertise that names its expert is admitted and proposed by the service itself; nothing else is.

    Yields:
        What went otherwise, in words.
    """
    expert, placer = stage.company.world.expert, SystemActor("admission")
    for named in (expert, None):
        with stage.undone():
            stage.reach("submitted")
            stage.furnish()
            Case.objects.filter(pk=stage.case_id).update(requested_expert=named)
            with stage.time(), suppress(DomainError):
                perform("admit", stage.case_id, actor=placer)
                perform("propose", stage.case_id, actor=placer, expert=expert)
            wanted = "proposed" if named and stage.facts.kind == TELE else "submitted"
            if stage.case.state != wanted:
                yield f"an expert is named: {named is not None}, and {stage.case.state}"


def check_taking_back_by_the_service(stage: Stage) -> Iterator[str]:
    """The service itself takes a case back from an expert who is no longer active, and from no other.

    Yields:
        What went otherwise, in words.
    """
    for status in ("suspended", "active"):
        with stage.undone():
            stage.reach("in_review")
            ExpertProfile.objects.filter(pk=stage.case.assigned_expert_id).update(status=status)
            with stage.time(), suppress(DomainError):
                perform("reassign", stage.case_id, actor=SystemActor("expert_stopped"), reason_code=status)
            wanted = "admitted" if status == "suspended" else "in_review"
            if stage.case.state != wanted:
                yield f"the expert is {status}, and {stage.case.state}"


#: What the service does by itself, by move: neither the trials nor the cells of the move show it done.
BY_THE_SERVICE = {
    "admit": check_placing_by_the_service,
    "propose": check_placing_by_the_service,
    "deliver": check_delivery_by_the_service,
    "reassign": check_taking_back_by_the_service,
}
