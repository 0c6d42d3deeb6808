"""`perform`: the only code that changes the state of a case.

In one transaction it locks the row, authorises, checks the state and the guards, changes, records the transition and
the journal event, and enqueues what follows. A refused try is journaled too, in a transaction of its own.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_fsm import TransitionNotAllowed

from access import Decision, Rights, decide, rights_of
from audit import Actor, record
from audit.actors import role_label
from cases.machine.step import Step
from cases.machine.table import TABLE, Move
from cases.models import Case, Transition
from cases.notices import send_notices
from clock import now
from errors import Conflict, DomainError, Missing, NotAllowed

#: Reasons of a refusal that speak of the stage of the case, not of the person.
STAGE = ("state", "ended")
#: What is said when a click is made again with other words: the first ones stand.
OTHER_WORDS = {
    "ask_follow_up": (
        gettext_lazy("Your follow-up question is already with the expert: there is only one at a time."),
        gettext_lazy("These new words were not sent. Write a message to the team if something is to be added."),
    ),
    "ask_question": (
        gettext_lazy("A question of yours already waits for its answer: there is only one at a time."),
        gettext_lazy("These new words were not sent. Ask again once the answer has come."),
    ),
    "answer_question": (
        gettext_lazy("Your answer is already with the expert."),
        gettext_lazy("These new words were not sent. Add to your answers if something is missing."),
    ),
}


def perform(name: str, case_id: UUID, *, actor: Actor, **inputs: Any) -> Case:
    """Make the move `name` on a case.

    Args:
        name: a key of `cases.machine.table.TABLE`.
        actor: who makes it.
        inputs: what the move needs; see its guards and effect.

    Returns:
        The case after the move.

    Raises:
        Missing: the actor has no relation with the case.
        NotAllowed: the actor may not make this move.
        Conflict: the case is in another state, or a guard refuses.
        Invalid: something entered is missing or wrong.
    """
    move = TABLE[name]
    try:
        with transaction.atomic():
            case = _lock(case_id)
            decision = decide(actor, move.action, case)
            if _already_made(case, move, actor, decision):
                if not move.same(case, inputs):
                    raise Conflict(*OTHER_WORDS[name])
                return case
            _authorise(decision)
            _make(move, case, actor, decision.relation, inputs)
            return case
    except DomainError as error:
        _record_refusal(name, case_id, actor, error)
        raise


def _lock(case_id: UUID) -> Case:
    """The row of the case, locked until the end of the transaction."""
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise Missing(_("This case does not exist, or is not yours to see."))
    return case


def _already_made(case: Case, move: Move, actor: Actor, decision: Decision) -> bool:
    """Whether this very move was the last one: quiet for the same actor, an explanation for another."""
    if decision.allowed or decision.status == 401:
        return False
    last = case.transitions.order_by("-seq").first()
    if last is None or last.name != move.name or last.target != case.state:
        return False
    if (last.actor_kind, last.actor_id) == (actor.kind, actor.id):
        return True
    if decision.reason not in STAGE:
        # He could not have made it at any stage: he is told that, and not who did.
        return False
    raise Conflict(
        _("This was already done by someone else (%(role)s).") % {"role": role_label(last.actor_role)},
        _("Open the case again to see where it stands."),
    )


def _authorise(decision: Decision) -> None:
    """Raise the refusal of this move, if it is refused."""
    if decision.allowed:
        return
    if decision.status in (401, 404):
        raise Missing(_("This case does not exist, or is not yours to see."))
    if decision.reason in STAGE:
        raise Conflict(
            _("This is not possible at this stage of the case."), _("Open the case again to see where it stands.")
        )
    raise NotAllowed(decision.message)


def _make(move: Move, case: Case, actor: Actor, relation: str, inputs: dict[str, Any]) -> None:
    """Check, change, record, enqueue."""
    step = Step(case, actor, relation, str(case.state), inputs, now())
    for guard in move.guards:
        guard(step)
    try:
        getattr(case, move.name)()
    except TransitionNotAllowed as error:
        raise Conflict(
            _("This is not possible at this stage of the case."), _("Open the case again to see where it stands.")
        ) from error
    move.effect(step)
    case.updated_at = step.at
    case.save()
    transition_row = _record_transition(move, step)
    _journal(move, step)
    send_notices(step, transition_row.seq)


def _record_transition(move: Move, step: Step) -> Transition:
    """The row of this move, numbered within the case."""
    case = step.case
    last = case.transitions.order_by("-seq").values_list("seq", flat=True).first() or 0
    return Transition.objects.create(
        case=case,
        seq=last + 1,
        name=move.name,
        source=step.source,
        target=str(case.state),
        actor_kind=step.actor.kind,
        actor_id=step.actor.id,
        actor_role=step.actor.role,
        at=step.at,
    )


def _journal(move: Move, step: Step) -> None:
    """The one journal event of this move."""
    record(
        move.action,
        actor=step.actor,
        case_id=step.case.pk,
        subjects={"case": [step.case.pk], "patient": [step.case.patient_id]},
        detail={"from": step.source, "to": str(step.case.state), **step.detail},
    )


def _record_refusal(name: str, case_id: UUID, actor: Actor, error: DomainError) -> None:
    """Keep the trace of a refused try; the patient's history does not show strangers' names."""
    with transaction.atomic():
        record(
            "access.refused",
            actor=actor,
            case_id=case_id if not isinstance(error, Missing) else None,
            detail={"action": f"case.{name}", "status": error.status},
            outcome="refused",
        )
    error.journaled = True


def may(name: str, case: Case, actor: Actor, *, rights: Rights | None = None) -> bool:
    """Whether the actor may make this move in the present state; guards may still refuse.

    Args:
        rights: those of this actor on this case, where a page has just read them.
    """
    move = TABLE[name]
    if case.state not in move.sources:
        return False
    return (rights or rights_of(actor, case)).to(move.action).allowed


def refusals(name: str, case: Case, actor: Actor) -> dict[str, DomainError]:
    """What the conditions of a move refuse as the case stands, all of them, by name of the condition.

    For a page that says so before the click; only for moves whose conditions read and change nothing.
    """
    move = TABLE[name]
    step = Step(case, actor, decide(actor, move.action, case).relation, str(case.state), {}, now())
    found: dict[str, DomainError] = {}
    for guard in move.guards:
        try:
            guard(step)
        except DomainError as error:
            found[guard.__name__] = error
    return found


def moves_open_to(case: Case, actor: Actor) -> list[str]:
    """The moves whose button the actor should see now, in the order of the table."""
    rights = rights_of(actor, case)
    return [name for name in TABLE if may(name, case, actor, rights=rights)]
