"""The states of a case and the moves allowed between them: the one place to read the state machine.

The methods are empty on purpose: they say only where a move starts and ends. Who may make a move, under which
conditions and with which effects stands in `cases.machine.table`; `cases.machine.perform` alone calls them.
"""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, FSMField, transition

if TYPE_CHECKING:
    from cases.models.case import Case


class State(models.TextChoices):
    """Where a case stands; the labels are for staff, patients read `cases.presenters`."""

    DRAFT = "draft", _("being prepared")
    AWAITING_CONSENT = "awaiting_consent", _("waiting for consent")
    SUBMITTED = "submitted", _("to be checked")
    INFORMATION_REQUESTED = "information_requested", _("information requested")
    ADMITTED = "admitted", _("to be entrusted to an expert")
    PROPOSED = "proposed", _("proposed to an expert")
    IN_REVIEW = "in_review", _("opinion being written")
    EXPERT_QUESTION = "expert_question", _("question from the expert")
    SIGNED = "signed", _("opinion signed")
    DELIVERED = "delivered", _("opinion delivered")
    FOLLOW_UP = "follow_up", _("follow-up question")
    CLOSED = "closed", _("closed")
    ON_HOLD = "on_hold", _("on hold")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")
    STOPPED = "stopped", _("stopped")


ENDS = (State.DECLINED, State.WITHDRAWN, State.EXPIRED, State.STOPPED)
#: States that only a living consent to the act and to the sharing may enter.
CONSENTED = (
    State.ADMITTED,
    State.PROPOSED,
    State.IN_REVIEW,
    State.EXPERT_QUESTION,
    State.SIGNED,
    State.DELIVERED,
)
#: States no consent guards: before it is asked for, on hold (the release asks again), and once all is said.
WITHOUT_CONSENT = (State.DRAFT, State.AWAITING_CONSENT, State.ON_HOLD, State.CLOSED)
#: States in which an expert holds the case.
WITH_EXPERT = (State.PROPOSED, State.IN_REVIEW, State.EXPERT_QUESTION, State.SIGNED)
#: States in which the opinion is in the patient's hands.
AFTER_DELIVERY = (State.DELIVERED, State.FOLLOW_UP, State.CLOSED)
#: Delivered and not closed: the expert still has the file, and may answer or correct.
OPEN_OPINION = (State.DELIVERED, State.FOLLOW_UP)
#: States in which the requester owes something: every clock of the service is paused.
PAUSED = (State.INFORMATION_REQUESTED, State.EXPERT_QUESTION, State.ON_HOLD)
#: What the desk lists as open: somebody is waited for.
ON_DESK = tuple(state for state in State if state not in (*ENDS, State.CLOSED, State.DRAFT, State.DELIVERED))
#: Everything that can still move by the ordinary rules.
LIVING = tuple(state for state in State if state not in ENDS)
BEFORE_DELIVERY = (
    State.DRAFT,
    State.AWAITING_CONSENT,
    State.SUBMITTED,
    State.INFORMATION_REQUESTED,
    State.ADMITTED,
    State.PROPOSED,
    State.IN_REVIEW,
    State.EXPERT_QUESTION,
    State.SIGNED,
)
#: What an override may undo, and where it leads (the former state of a stopped case is on its row).
OVERRIDES: dict[str, str] = {
    State.PROPOSED: State.ADMITTED,
    State.EXPERT_QUESTION: State.IN_REVIEW,
    State.INFORMATION_REQUESTED: State.SUBMITTED,
    State.DECLINED: State.SUBMITTED,
    State.CLOSED: State.DELIVERED,
}


def _information_target(case: "Case") -> str:
    return case.information_from


def _release_target(case: "Case") -> str:
    return case.resume_to


#: States from which the coordinator takes a case back from its expert.
REASSIGNABLE = (State.PROPOSED, State.IN_REVIEW, State.EXPERT_QUESTION)


def _override_target(case: "Case") -> str:
    return case.stopped_from if case.state == State.STOPPED else OVERRIDES[case.state]


class CaseStates(models.Model):
    """The state field and its moves."""

    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True, db_index=True)

    class Meta:
        abstract = True

    @transition(field=state, source=State.DRAFT, target=State.AWAITING_CONSENT)
    def request_consent(self) -> None: ...

    @transition(field=state, source=State.AWAITING_CONSENT, target=State.DRAFT)
    def revise(self) -> None: ...

    @transition(field=state, source=State.AWAITING_CONSENT, target=State.SUBMITTED)
    def give_consent(self) -> None: ...

    @transition(field=state, source=State.AWAITING_CONSENT, target=State.WITHDRAWN)
    def refuse_consent(self) -> None: ...

    @transition(field=state, source=[State.SUBMITTED, State.ADMITTED], target=State.INFORMATION_REQUESTED)
    def request_information(self) -> None: ...

    @transition(
        field=state,
        source=State.INFORMATION_REQUESTED,
        target=GET_STATE(_information_target, states=[State.SUBMITTED, State.ADMITTED]),
    )
    def provide_information(self) -> None: ...

    @transition(field=state, source=State.SUBMITTED, target=State.ADMITTED)
    def admit(self) -> None: ...

    @transition(
        field=state,
        source=[State.SUBMITTED, State.INFORMATION_REQUESTED, State.ADMITTED, State.ON_HOLD],
        target=State.DECLINED,
    )
    def decline(self) -> None: ...

    @transition(field=state, source=State.ADMITTED, target=State.PROPOSED)
    def propose(self) -> None: ...

    @transition(field=state, source=State.PROPOSED, target=State.IN_REVIEW)
    def accept(self) -> None: ...

    @transition(field=state, source=State.PROPOSED, target=State.ADMITTED)
    def decline_assignment(self) -> None: ...

    @transition(field=state, source=State.PROPOSED, target=State.ADMITTED)
    def lapse(self) -> None: ...

    # On hold the case stays there, and goes back to `admitted` on release: else it could never be released.
    @transition(field=state, source=list(WITH_EXPERT), target=State.ADMITTED)
    @transition(field=state, source=State.ON_HOLD, target=State.ON_HOLD)
    def object_to_expert(self) -> None: ...

    @transition(field=state, source=[State.IN_REVIEW, State.EXPERT_QUESTION], target=State.ADMITTED)
    def hand_back(self) -> None: ...

    @transition(field=state, source=State.IN_REVIEW, target=State.EXPERT_QUESTION)
    def ask_question(self) -> None: ...

    @transition(field=state, source=State.EXPERT_QUESTION, target=State.IN_REVIEW)
    def answer_question(self) -> None: ...

    @transition(field=state, source=State.EXPERT_QUESTION, target=State.IN_REVIEW)
    def continue_without_answer(self) -> None: ...

    @transition(field=state, source=State.IN_REVIEW, target=State.SIGNED)
    def sign(self) -> None: ...

    @transition(field=state, source=State.SIGNED, target=State.IN_REVIEW)
    def retract(self) -> None: ...

    @transition(field=state, source=State.SIGNED, target=State.IN_REVIEW)
    def return_to_expert(self) -> None: ...

    @transition(field=state, source=State.SIGNED, target=State.DELIVERED)
    def deliver(self) -> None: ...

    @transition(field=state, source=State.DELIVERED, target=State.FOLLOW_UP)
    def ask_follow_up(self) -> None: ...

    @transition(field=state, source=State.FOLLOW_UP, target=State.DELIVERED)
    def answer_follow_up(self) -> None: ...

    @transition(field=state, source=State.FOLLOW_UP, target=State.DELIVERED)
    def release_follow_up(self) -> None: ...

    @transition(field=state, source=State.DELIVERED, target=State.CLOSED)
    def close(self) -> None: ...

    @transition(field=state, source=[*BEFORE_DELIVERY, State.ON_HOLD], target=State.WITHDRAWN)
    def withdraw(self) -> None: ...

    @transition(
        field=state,
        source=[State.DRAFT, State.AWAITING_CONSENT, State.INFORMATION_REQUESTED],
        target=State.EXPIRED,
    )
    def expire(self) -> None: ...

    @transition(field=state, source=State.EXPIRED, target=State.DRAFT)
    def resume(self) -> None: ...

    @transition(field=state, source=list(REASSIGNABLE), target=State.ADMITTED)
    @transition(field=state, source=State.ON_HOLD, target=State.ON_HOLD)
    def reassign(self) -> None: ...

    @transition(field=state, source=[s for s in LIVING if s != State.ON_HOLD], target=State.ON_HOLD)
    def hold(self) -> None: ...

    @transition(
        field=state,
        source=State.ON_HOLD,
        target=GET_STATE(_release_target, states=[s for s in LIVING if s != State.ON_HOLD]),
    )
    def release(self) -> None: ...

    @transition(field=state, source=list(LIVING), target=State.STOPPED)
    def stop(self) -> None: ...

    @transition(
        field=state,
        source=[*OVERRIDES, State.STOPPED],
        target=GET_STATE(_override_target, states=list(LIVING)),
    )
    def override(self) -> None: ...
