"""The table of the state machine: for each move who may make it, under which conditions, with which effects.

Where a move starts and ends stands in `cases.models.states`; `docs/state-machine.md` is generated from both.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from cases.machine import effects as do
from cases.machine import guards as only_if
from cases.machine import repeats as again
from cases.machine.step import Effect, Guard
from cases.models import Case
from cases.models.states import CONSENTED

PATIENT_SIDE = ("patient", "representative")


@dataclass(frozen=True)
class Move:
    """One row of the table.

    Args:
        name: the method of `cases.models.states.CaseStates`, and the service's verb.
        who: relations to the case, any of which may make it.
        guards: conditions, in the order in which they are told.
        effect: what changes besides the state.
        same: whether a click made again says what is stored; other words are no repeat, and are refused.
    """

    name: str
    who: tuple[str, ...]
    guards: tuple[Guard, ...]
    effect: Effect
    same: Callable[[Case, dict[str, Any]], bool] = lambda case, inputs: True

    @property
    def action(self) -> str:
        """Name of the move in the table of rights and in the journal."""
        return f"case.{self.name}"

    @cached_property
    def sources(self) -> frozenset[str]:
        """The states it may start from, read from the state machine."""
        return frozenset(str(source) for source in transitions_of(self.name))

    @cached_property
    def targets(self) -> frozenset[str]:
        """The states it may lead to."""
        return frozenset(str(target) for value in transitions_of(self.name).values() for target in value)

    def without(self, guard: Guard) -> "Move":
        """The same move with one condition dropped, for tests that want to see it missed."""
        return replace(self, guards=tuple(other for other in self.guards if other is not guard))


def transitions_of(move: str) -> dict[str, list[str]]:
    """The sources of a move, each with the states it may lead to, read from the state machine."""
    found: dict[str, list[str]] = {}
    for item in Case._meta.get_field("state").get_all_transitions(Case):
        if item.name == move:
            allowed = getattr(item.target, "allowed_states", None)
            targets = [item.target] if allowed is None else list(allowed)
            found[str(item.source)] = [str(target) for target in targets]
    return found


_MOVES = (
    Move(
        "request_consent",
        ("requester", "phone_care_coordinator"),
        (
            only_if.adult_patient,
            only_if.not_for_today,
            only_if.professional_checked,
            only_if.identity_complete,
            only_if.answers_complete,
            only_if.pieces_settled,
            only_if.warning_signs_cleared,
            only_if.referral_present,
        ),
        do.request_consent,
    ),
    Move("revise", ("requester", "phone_care_coordinator"), (), do.revise),
    Move(
        "give_consent",
        (*PATIENT_SIDE, "requester_professional", "phone_care_coordinator"),
        (only_if.adult_patient, only_if.attested, only_if.confirmed_by_patient),
        do.give_consent,
    ),
    Move("refuse_consent", (*PATIENT_SIDE, "invited"), (), do.refuse_consent),
    Move(
        "request_information",
        ("coordinator", "care_coordinator"),
        (only_if.something_asked,),
        do.request_information,
    ),
    Move(
        "provide_information",
        ("requester", "care_coordinator"),
        (only_if.something_answered,),
        do.provide_information,
    ),
    Move(
        "admit",
        ("coordinator", "system"),
        (
            only_if.system_only_for_named_tele_expertise,
            only_if.identity_checked,
            only_if.checklist_complete,
            only_if.payment_settled,
        ),
        do.admit,
    ),
    Move("decline", ("coordinator",), (only_if.nothing_delivered,), do.decline),
    Move(
        "propose",
        ("coordinator", "system"),
        (
            only_if.system_only_for_named_tele_expertise,
            only_if.expert_ready,
            only_if.expert_not_blocked,
            only_if.expert_without_other_role,
            only_if.expert_covered_by_sharing,
        ),
        do.propose,
    ),
    Move("accept", ("expert",), (only_if.no_conflict_declared, only_if.expert_still_entitled), do.accept),
    Move("decline_assignment", ("expert",), (only_if.reason_given,), do.decline_assignment),
    Move("lapse", ("system",), (only_if.acceptance_over,), do.lapse),
    Move("object_to_expert", PATIENT_SIDE, (), do.object_to_expert),
    Move("hand_back", ("expert",), (only_if.reason_given,), do.hand_back),
    Move("ask_question", ("expert",), (), do.ask_question, again.same_question),
    Move("answer_question", ("requester",), (), do.answer_question, again.same_answer),
    Move("continue_without_answer", ("expert", "system"), (only_if.waited_long_enough,), do.continue_without_answer),
    Move(
        "sign",
        ("expert",),
        (
            only_if.fresh_code,
            only_if.opinion_complete,
            only_if.signed_what_was_read,
            only_if.expert_still_entitled,
            only_if.new_pieces_settled,
        ),
        do.sign,
    ),
    Move("retract", ("expert",), (), do.retract),
    Move("return_to_expert", ("coordinator",), (), do.return_to_expert),
    Move(
        "deliver",
        ("coordinator", "system"),
        (only_if.system_delivers_where_allowed, only_if.told_in_person),
        do.deliver,
    ),
    Move(
        "ask_follow_up",
        ("requester",),
        (only_if.within_follow_up, only_if.answers_not_refused, only_if.consent_living),
        do.ask_follow_up,
        again.same_follow_up,
    ),
    Move("answer_follow_up", ("expert",), (only_if.fresh_code, only_if.expert_still_entitled), do.answer_follow_up),
    Move("release_follow_up", ("coordinator",), (), do.release_follow_up),
    Move("close", ("requester", "system"), (only_if.opinion_opened, only_if.reading_time_over), do.close),
    Move(
        "withdraw",
        (*PATIENT_SIDE, "requester_professional", "coordinator"),
        (only_if.nothing_delivered, only_if.patient_word_recorded),
        do.withdraw,
    ),
    Move("expire", ("system",), (only_if.silence_over, only_if.nobody_called_for), do.expire),
    Move("resume", ("requester",), (), do.resume),
    Move("reassign", ("coordinator", "system"), (only_if.motive_given, only_if.expert_failing), do.reassign),
    Move("hold", ("coordinator", "system"), (only_if.review_date_near,), do.hold),
    Move("release", ("coordinator", "system"), (only_if.release_allowed,), do.release),
    Move("stop", ("coordinator",), (only_if.confirmed_by_second_person,), do.stop),
    Move(
        "override",
        ("coordinator",),
        (
            only_if.long_motive_given,
            only_if.fresh_override_code,
            only_if.not_involved,
            only_if.never_past_consent,
            only_if.stop_recent,
        ),
        do.override,
    ),
)


def _with_consent(move: Move) -> Move:
    """Consent guards every entry into the states that need it, whatever the move.

    Three moves decide by themselves: a release goes back to any state, an override never passes a missing consent, and
    a follow-up question is released when consent was withdrawn meanwhile, else the case could never leave that state.
    """
    if move.name in ("release", "override", "release_follow_up") or not move.targets & {str(s) for s in CONSENTED}:
        return move
    if only_if.consent_living in move.guards:
        return move
    return replace(move, guards=(*move.guards, only_if.consent_living_unless_submitted))


TABLE: dict[str, Move] = {move.name: _with_consent(move) for move in _MOVES}
