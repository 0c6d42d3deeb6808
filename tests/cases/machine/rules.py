"""The table of moves written a second time, from the rules of the product alone: nothing of the code it judges.

`oracle.py` judges a case by it. What a rule leaves open is left open here as well, never copied from the code.

Words: a *relation* is what somebody is to one case; a *row* is one line of the table of moves; *inputs* are what the
actor brings with the click; *facts* are what must already be true of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

SECOND, TELE = "second_opinion", "tele_expertise"
KINDS = (SECOND, TELE)

OPEN = (
    "draft",
    "awaiting_consent",
    "submitted",
    "information_requested",
    "admitted",
    "proposed",
    "in_review",
    "expert_question",
    "signed",
    "delivered",
    "follow_up",
    "closed",
)
ENDS = ("declined", "withdrawn", "expired", "stopped")
STATES = (*OPEN, "on_hold", *ENDS)

# Consent guards every entry into these; nobody overrides past a missing consent into `submitted` either.
CONSENTED = frozenset({"admitted", "proposed", "in_review", "expert_question", "signed", "delivered"})
# Clocks pause while the requester owes something, and stop on hold.
PAUSED = frozenset({"information_requested", "expert_question", "on_hold"})
# Nobody works for the patient: a clock that ran before stands still, and goes on where it stood if the case comes back.
STANDING_STILL = PAUSED | {"draft", "awaiting_consent"} | frozenset(ENDS)
RUNNING = frozenset({"submitted", "admitted", "proposed", "in_review", "signed"})
HAS_EXPERT = frozenset({"proposed", "in_review", "expert_question", "signed", "delivered", "follow_up", "closed"})
HAS_OPINION = frozenset({"signed", "delivered", "follow_up", "closed"})
HAS_DELIVERY = frozenset({"delivered", "follow_up", "closed"})
BEFORE_DELIVERY = OPEN[: OPEN.index("signed") + 1]
WITH_EXPERT = frozenset({"proposed", "in_review", "expert_question", "signed"})
TAKEN_BACK_FROM = WITH_EXPERT - {"signed"}

DAY = timedelta(days=1)
COMPLETENESS, ACCEPTANCE, WRITING, TOTAL = (timedelta(hours=h) for h in (48, 24, 120, 168))
# Six months for a draft (§3), the last of which it is ended and may still be taken up again (C-RET-5).
EXPIRES_AFTER = {"draft": 150 * DAY, "awaiting_consent": 30 * DAY, "information_requested": 90 * DAY}
SILENCE, CLOSES_AFTER, FOLLOW_UP_WITHIN, STOP_UNDONE_WITHIN = 10 * DAY, 30 * DAY, 30 * DAY, 30 * DAY
HOLD_REVIEWED_WITHIN, MOTIVE_AT_LEAST = 14 * DAY, 20


class Who(StrEnum):
    """What somebody is to one case; `stranger` and the `other_…` belong to another case only."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    HELPER = "helper"
    GUEST = "guest"
    REQUESTER = "requester"
    EXPERT = "expert"
    FORMER_EXPERT = "former_expert"
    OTHER_EXPERT = "other_expert"
    COORDINATOR = "coordinator"
    ENTANGLED = "entangled_coordinator"
    CARE_COORDINATOR = "care_coordinator"
    ASSISTANT = "assistant"
    TREATING_DOCTOR = "treating_doctor"
    COMMITTEE = "committee"
    PAYER = "payer"
    DPO = "dpo"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"
    STRANGER = "stranger"
    OTHER_REQUESTER = "other_requester"
    OTHER_REPRESENTATIVE = "other_representative"
    CLOCK = "clock"


STRANGERS = frozenset({Who.STRANGER, Who.OTHER_REQUESTER, Who.OTHER_REPRESENTATIVE, Who.OTHER_EXPERT})
# The page of the rules does not say whether these learn that the case exists: refused either way.
HIDDEN_OR_REFUSED = frozenset(
    {
        *(Who.COMMITTEE, Who.PAYER, Who.DPO, Who.EDITOR, Who.ADMINISTRATOR),
        *(Who.FORMER_EXPERT, Who.TREATING_DOCTOR, Who.ENTANGLED),
    }
)
OWN_SIDE = frozenset({Who.PATIENT, Who.REPRESENTATIVE})


class Verdict(StrEnum):
    """What the product must answer."""

    DONE = "done"
    QUIET = "quiet"
    """The last move again, by whoever made it: nothing happens, nothing is said."""
    SAYS_WHO = "says_who"
    """The last move again, by somebody else: a conflict that names who did it."""
    WRONG_STATE = "wrong_state"
    GUARD = "guard"
    NOT_ALLOWED = "not_allowed"
    MISSING = "missing"


@dataclass(frozen=True)
class Row:
    """One line of the table: where from, where to ("" = depends on the case), what the actor brings, what must hold."""

    sources: frozenset[str]
    target: str
    who: Mapping[str, frozenset[Who]]
    inputs: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


def _both(*who: Who) -> dict[str, frozenset[Who]]:
    return {kind: frozenset(who) for kind in KINDS}


def _requester(*more: Who) -> dict[str, frozenset[Who]]:
    """The requester of the case: who opened it. The patient's side of a second opinion, else the professional."""
    return {SECOND: OWN_SIDE | frozenset(more), TELE: frozenset({Who.REQUESTER, *more})}


def _row(sources: str, target: str, who: Mapping[str, frozenset[Who]], inputs: str = "", facts: str = "") -> Row:
    return Row(frozenset(sources.split()), target, who, tuple(inputs.split()), tuple(facts.split()))


_ALL = " ".join(OPEN)
_HOLDER = " ".join((*OPEN, "on_hold"))

TABLE: dict[str, Row] = {
    "request_consent": _row(
        "draft",
        "awaiting_consent",
        _requester(),
        "",
        "answers_complete documents_settled identity_complete warnings_cleared referral_kept of_age urgency_known "
        "requester_registered",
    ),
    "revise": _row("awaiting_consent", "draft", _requester()),
    "give_consent": _row(
        "awaiting_consent",
        "submitted",
        {SECOND: OWN_SIDE, TELE: OWN_SIDE | {Who.REQUESTER}},
        "act sharing evidence date means text_handed_over code",
        "of_age",
    ),
    "refuse_consent": _row("awaiting_consent", "withdrawn", _both(Who.PATIENT, Who.REPRESENTATIVE, Who.GUEST)),
    "request_information": _row(
        "submitted admitted", "information_requested", _both(Who.COORDINATOR, Who.CARE_COORDINATOR), "message items"
    ),
    "provide_information": _row("information_requested", "", _requester(Who.CARE_COORDINATOR), "answers"),
    "admit": _row(
        "submitted",
        "admitted",
        _both(Who.COORDINATOR, Who.CLOCK),
        "",
        "identity_checked completeness_checked payment_settled consent",
    ),
    "decline": _row(
        "submitted information_requested admitted on_hold",
        "declined",
        _both(Who.COORDINATOR),
        "motive explanation instead",
        "undelivered",
    ),
    "propose": _row(
        "admitted",
        "proposed",
        _both(Who.COORDINATOR, Who.CLOCK),
        "expert",
        "expert_active expert_registered expert_insured expert_convention covers_pathology not_blocked has_capacity "
        "not_coordinator not_requester not_treating_doctor not_first_author other_department sharing_covers consent",
    ),
    # Stricter than the page, which has it at the proposal and at the signature: nobody opens a file he could not sign.
    "accept": _row(
        "proposed",
        "in_review",
        _both(Who.EXPERT),
        "no_conflict",
        "expert_active expert_registered expert_insured consent",
    ),
    "decline_assignment": _row("proposed", "admitted", _both(Who.EXPERT), "reason", "consent"),
    "lapse": _row("proposed", "admitted", _both(Who.CLOCK), "", "acceptance_over"),
    # Decided with the code: on hold the case stays there and comes back to `admitted`. Else a case whose expert
    # fell away meanwhile fails the guards of its release for ever.
    "object_to_expert": _row(
        "proposed in_review expert_question signed on_hold", "", _both(Who.PATIENT, Who.REPRESENTATIVE)
    ),
    "hand_back": _row("in_review expert_question", "admitted", _both(Who.EXPERT), "reason"),
    "ask_question": _row("in_review", "expert_question", _both(Who.EXPERT), "question", "consent"),
    "answer_question": _row("expert_question", "in_review", _requester(), "answer", "consent"),
    "continue_without_answer": _row(
        "expert_question", "in_review", _both(Who.EXPERT, Who.CLOCK), "", "silent_long_enough consent"
    ),
    "sign": _row(
        "in_review",
        "signed",
        _both(Who.EXPERT),
        "code",
        "opinion_complete relevance_stated paper_is_the_one_read expert_active expert_registered expert_insured "
        "pieces_seen consent",
    ),
    "retract": _row("signed", "in_review", _both(Who.EXPERT), "reason", "consent"),
    "return_to_expert": _row("signed", "in_review", _both(Who.COORDINATOR), "reason", "consent"),
    "deliver": _row("signed", "delivered", _both(Who.COORDINATOR), "", "consent"),
    "ask_follow_up": _row(
        "delivered", "follow_up", _requester(), "question", "first_time within_follow_up not_blocked consent"
    ),
    # A signature like the other one: by somebody entitled to sign.
    "answer_follow_up": _row(
        "follow_up",
        "delivered",
        _both(Who.EXPERT),
        "addendum code",
        "expert_active expert_registered expert_insured consent",
    ),
    "release_follow_up": _row("follow_up", "delivered", _both(Who.COORDINATOR)),
    "close": _row("delivered", "closed", _requester(Who.CLOCK), "", "opened closing_due"),
    "withdraw": _row(
        " ".join((*OPEN[: OPEN.index("signed") + 1], "on_hold")),
        "withdrawn",
        {SECOND: OWN_SIDE | {Who.COORDINATOR}, TELE: OWN_SIDE | {Who.REQUESTER, Who.COORDINATOR}},
        "recorded_word",
        "undelivered",
    ),
    "expire": _row(
        "draft awaiting_consent information_requested",
        "expired",
        _both(Who.CLOCK),
        "",
        "expiry_over warned_twice nothing_open",
    ),
    "resume": _row("expired", "draft", _requester()),
    "reassign": _row(
        "proposed in_review expert_question on_hold", "", _both(Who.COORDINATOR, Who.CLOCK), "motive", "expert_failing"
    ),
    "hold": _row(_ALL, "on_hold", _both(Who.COORDINATOR, Who.CLOCK), "told review_by"),
    "release": _row("on_hold", "", _both(Who.COORDINATOR, Who.CLOCK)),
    "stop": _row(_HOLDER, "stopped", _both(Who.COORDINATOR), "second_person"),
    "override": _row(
        "proposed expert_question information_requested declined stopped closed",
        "",
        _both(Who.COORDINATOR),
        "motive code",
        "not_author undo_in_time",
    ),
}

OVERRIDE_TO = {
    "proposed": "admitted",
    "expert_question": "in_review",
    "information_requested": "submitted",
    "declined": "submitted",
    "closed": "delivered",
}

# Who keeps the case waiting in each state. Everybody else, or the clock, must have a way out of it.
SILENT: dict[str, frozenset[Who]] = {
    "draft": OWN_SIDE | {Who.REQUESTER},
    "awaiting_consent": OWN_SIDE | {Who.GUEST},
    "submitted": frozenset({Who.COORDINATOR, Who.CARE_COORDINATOR}),
    "information_requested": OWN_SIDE | {Who.REQUESTER},
    "admitted": frozenset({Who.COORDINATOR}),
    "proposed": frozenset({Who.EXPERT}),
    "in_review": frozenset({Who.EXPERT}),
    "expert_question": OWN_SIDE | {Who.REQUESTER},
    "signed": frozenset({Who.COORDINATOR}),
    "delivered": OWN_SIDE | {Who.REQUESTER},
    "follow_up": frozenset({Who.EXPERT}),
    "closed": OWN_SIDE | {Who.REQUESTER},
    "on_hold": frozenset({Who.CLOCK}),
}
