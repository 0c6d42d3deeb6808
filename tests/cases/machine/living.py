"""Cases that live at random beside the rules: legal steps, near misses, time, consents, blocks, lost experts."""

from collections.abc import Callable
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cases import tasks
from cases.services import blocking, delivery
from consent import services as consent
from experts.models import ExpertProfile
from tests.cases.machine import oracle
from tests.cases.machine.checking import check_attempt
from tests.cases.machine.invariants import hold_true
from tests.cases.machine.rules import ENDS, KINDS, STATES, TABLE, TAKEN_BACK_FROM, WITH_EXPERT, Verdict, Who
from tests.cases.machine.stage import Stage

_MOVES = st.sampled_from(sorted(TABLE))
_PEOPLE = st.sampled_from(sorted(Who))
#: Moves that end a life are drawn less often, or nothing would grow old.
_ENDING = frozenset({"withdraw", "decline", "stop", "refuse_consent", "expire"})
_JOBS: tuple[Callable[[], None], ...] = (
    tasks.lapse,
    tasks.warn_late,
    tasks.remind_questions,
    tasks.go_on_without_answer,
    tasks.warn_expiry,
    tasks.expire,
    tasks.unopened,
    tasks.close_read,
)


def living_case(drafts: dict[str, Stage]) -> type[RuleBasedStateMachine]:
    """A state machine over the two filled drafts; each example is undone.

    Args:
        drafts: one stage for each kind.
    """

    class LivingCase(RuleBasedStateMachine):
        stage: Stage

        @initialize(kind=st.sampled_from(KINDS), state=st.sampled_from(STATES))
        def begin(self, kind: str, state: str) -> None:
            """Somewhere in the life of a case."""
            self.stage = drafts[kind]
            self.undo = self.stage.undone()
            self.undo.__enter__()
            self.stage.reach(state)

        def teardown(self) -> None:
            if hasattr(self, "undo"):
                self.undo.__exit__(None, None, None)

        # --- the rules

        @rule(data=st.data(), hours=st.integers(0, 60))
        def advance(self, data: Any, hours: int) -> None:
            """Somebody makes a move that the rules allow."""
            stage = self.stage
            stage.furnish()
            stage.wait(hours=hours)
            open_now = self._open_now()
            if not open_now:
                return
            move, who = data.draw(st.sampled_from(open_now))
            if move in _ENDING and data.draw(st.integers(0, 3)):
                return
            note(f"{move} by {who} in {stage.facts.state}")
            expert = stage.company.spare if data.draw(st.booleans()) else None
            stage.go(move, who, expert=expert if move == "propose" and not stage.facts.unmet else None)

        @rule(data=st.data())
        def near_miss(self, data: Any) -> None:
            """Everybody else tries what one may do now; he himself leaves something out."""
            self.stage.furnish()
            open_now = self._open_now()
            if not open_now:
                return
            move, who = data.draw(st.sampled_from(open_now))
            note(f"near miss of {move} by {who} in {self.stage.facts.state}")
            for other in Who:
                if self._exists(other):
                    check_attempt(self.stage, move, other, thorough=False)
            for name in oracle.asked_for(move, who):
                verdict = check_attempt(self.stage, move, who, without={name}, thorough=False)
                assert verdict is Verdict.GUARD, (move, who, name)

        @rule(move=_MOVES, who=_PEOPLE)
        def anything(self, move: str, who: Who) -> None:
            """Anybody tries anything."""
            if self._exists(Who(who)):
                check_attempt(self.stage, move, Who(who), thorough=False)

        @rule(hours=st.integers(1, 24 * 40), job=st.sampled_from(_JOBS))
        def time_passes(self, hours: int, job: Callable[[], None]) -> None:
            """The clock of the service does one of its works, some time later."""
            stage = self.stage
            stage.wait(hours=hours)
            before = stage.case.transitions.count()
            with stage.time():
                job()
            self._believe(before)

        @precondition(lambda self: self.stage.facts.consent and self.stage.facts.state not in ENDS)
        @rule(purpose=st.sampled_from(["act", "sharing_delegated"]), chance=st.integers(0, 4))
        def revoke(self, purpose: str, chance: int) -> None:
            """The patient takes a consent back on her page; before delivery that ends the request."""
            if chance:
                return
            stage, case = self.stage, self.stage.case
            ends = oracle.take_consent_back(stage.facts)
            before = case.transitions.count()
            with stage.time():
                delivery.withdraw_consent(case.pk, purpose, actor=stage.company.actor(Who.PATIENT, case))
            assert stage.case.transitions.count() == before + int(ends)
            self._believe(before, Who.PATIENT)

        @precondition(lambda self: self.stage.facts.expert and self.stage.facts.state not in ENDS)
        @rule(chance=st.integers(0, 3))
        def block(self, chance: int) -> None:
            """The patient refuses the expert who holds the case; he loses it at once, on hold too."""
            stage, case = self.stage, self.stage.case
            if chance or case.assigned_expert is None:
                return
            held = stage.facts.stage in WITH_EXPERT
            before = case.transitions.count()
            user = case.assigned_expert.user_id
            with stage.time():
                blocking.place(case.pk, user, actor=stage.company.actor(Who.PATIENT, case))
            assert stage.case.transitions.count() == before + int(held)
            self._believe(before, Who.PATIENT)
            with stage.time():
                # Only the present holder matters to the rules; another proposal starts afresh.
                consent.lift_block(
                    patient_id=case.patient_id, professional_id=user, actor=stage.company.actor(Who.PATIENT, case)
                )

        @precondition(lambda self: self.stage.facts.expert and not self.stage.facts.unmet)
        @rule(chance=st.integers(0, 3))
        def expert_stops(self, chance: int) -> None:
            """The expert stops being active: the service takes back what he has not signed, or nothing."""
            stage, case = self.stage, self.stage.case
            if chance or case.assigned_expert is None:
                return
            expert = case.assigned_expert
            held = stage.facts.stage in TAKEN_BACK_FROM and stage.facts.state not in ENDS
            ExpertProfile.objects.filter(pk=expert.pk).update(status="suspended")
            stage.facts.unmet.add("expert_active")
            before = case.transitions.count()
            with stage.time():
                tasks.take_back_from(expert, stage.company.actor(Who.COORDINATOR, case), "suspended")
            assert stage.case.transitions.count() == before + int(held)
            self._believe(before)
            if held:
                # He holds nothing any more; whoever comes next is fit.
                ExpertProfile.objects.filter(pk=expert.pk).update(status="active")
                stage.facts.unmet.discard("expert_active")

        @precondition(lambda self: "expert_active" in self.stage.facts.unmet)
        @rule()
        def expert_is_back(self) -> None:
            """The suspension is lifted."""
            ExpertProfile.objects.filter(status="suspended").update(status="active")
            self.stage.facts.unmet.discard("expert_active")

        # --- pieces

        def _exists(self, who: Who) -> bool:
            facts = self.stage.facts
            return not (who is Who.EXPERT and not facts.expert or who is Who.REQUESTER and facts.kind == KINDS[0])

        def _open_now(self) -> list[tuple[str, Who]]:
            stage = self.stage
            found = []
            for who in Who:
                if self._exists(who):
                    name = stage.name(who)
                    found += [
                        (move, who)
                        for move in TABLE
                        if oracle.judge(stage.facts, oracle.Try(move, who, name)) is Verdict.DONE
                    ]
            return found

        def _believe(self, before: int, who: Who = Who.CLOCK) -> None:
            """Moves the product made by itself must be moves the rules allow to whoever made them."""
            stage = self.stage
            for row in stage.case.transitions.filter(seq__gt=before).order_by("seq"):
                attempt = oracle.Try(row.name, who, f"{row.actor_kind}:{row.actor_id}")
                verdict = oracle.judge(stage.facts, attempt)
                assert verdict is Verdict.DONE, (row.name, row.source, list(oracle.failing(stage.facts, attempt)))
                oracle.apply(stage.facts, attempt)
            stage.look()

        @invariant()
        def agree(self) -> None:
            """After each rule: model and case agree with themselves."""
            assert not oracle.broken(self.stage.facts), oracle.broken(self.stage.facts)
            hold_true(self.stage.case_id)

    return LivingCase
