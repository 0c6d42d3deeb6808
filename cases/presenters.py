"""Where a case stands, in words: what happens next, who acts, until when. The same facts, said to each reader."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.states import AFTER_DELIVERY, State
from ui.dates import say, say_date, say_duration


@dataclass(frozen=True)
class Standing:
    """Where a case stands for one reader.

    Args:
        tag: «you», «done», «pause», «late» or «neutral», the look of the words.
        label: one or two words for a list.
        title: a sentence: what happens now.
        who: who acts now, in words.
        until: until when, in words, or "".
        mine: whether the reader is waited for.
    """

    tag: str
    label: str
    title: str
    who: str
    until: str = ""
    mine: bool = False


def by_when(moment: datetime | None) -> str:
    """«au plus tard le 20 novembre», or nothing."""
    return _("by %(when)s at the latest") % {"when": say(moment)} if moment else ""


def time_left(seconds: int | None) -> str:
    """«5 jours après votre réponse» for a paused clock."""
    if seconds is None or seconds <= 0:
        return _("as soon as possible after your answer")
    return _("%(time)s after your answer") % {"time": say_duration(timedelta(seconds=seconds))}


def _expert(case: Case) -> str:
    return case.assigned_expert.name if case.assigned_expert else _("the expert")


def standing_for_requester(case: Case) -> Standing:
    """What the patient's side, or the requesting professional, reads."""
    you, service = _("you"), _("our team")
    expert = _expert(case)
    state = case.state
    if state == State.DRAFT:
        return Standing("you", _("to finish"), _("Your request is not sent yet."), you, kept_until(case), True)
    if state == State.AWAITING_CONSENT and case.is_second_opinion:
        return Standing(
            "you", _("your agreement"), _("Your agreement is needed to send the file."), you, kept_until(case), True
        )
    if state == State.AWAITING_CONSENT:
        return Standing(
            "pause",
            _("patient’s agreement"),
            _("The patient’s agreement is awaited."),
            _("the patient"),
            kept_until(case),
        )
    if state == State.SUBMITTED:
        return Standing(
            "neutral", _("being checked"), _("We check that the file is complete."), service, by_when(case.due_at)
        )
    if state == State.INFORMATION_REQUESTED:
        until = kept_until(case)
        return Standing("you", _("to complete"), _("We need something more from you."), you, until, True)
    if state == State.ADMITTED:
        return Standing(
            "neutral", _("expert being chosen"), _("We are choosing the expert."), service, _opinion_by(case)
        )
    if state == State.PROPOSED:
        title = _("%(expert)s has been asked to take the file.") % {"expert": expert}
        return Standing(
            "neutral", _("expert asked"), title, expert, _("answer expected %(by)s") % {"by": by_when(case.due_at)}
        )
    if state == State.IN_REVIEW:
        title = _("%(expert)s is studying the file.") % {"expert": expert}
        return Standing("neutral", _("being studied"), title, expert, _opinion_by(case))
    if state == State.EXPERT_QUESTION:
        title = _("%(expert)s asks you a question.") % {"expert": expert}
        until = _("The opinion will come %(time)s.") % {"time": time_left(case.total_left)}
        return Standing("you", _("a question for you"), title, you, until, True)
    if state == State.SIGNED:
        title = _("The opinion is signed; we are about to hand it over.")
        return Standing("neutral", _("signed"), title, service, by_when(case.due_at))
    if state == State.DELIVERED:
        return _delivered(case)
    if state == State.FOLLOW_UP:
        title = _("%(expert)s is answering the follow-up question.") % {"expert": expert}
        return Standing("neutral", _("follow-up question"), title, expert, by_when(case.due_at))
    return aside(case)


def kept_until(case: Case) -> str:
    """Until when the requester's silence keeps the request."""
    return _("kept until %(day)s") % {"day": say_date(case.expires_at)} if case.expires_at else ""


def _opinion_by(case: Case) -> str:
    return _("opinion %(by)s") % {"by": by_when(case.total_due_at)} if case.total_due_at else ""


def _delivered(case: Case) -> Standing:
    """The opinion is in the reader's hands, or in the doctor's first."""
    if case.first_opened_at is None:
        return Standing("you", _("opinion ready"), _("The signed opinion waits for you."), _("you"), "", True)
    if case.follow_up_used:
        return Standing("done", _("opinion delivered"), _("You have the opinion."), _("nobody: everything is done"))
    return Standing(
        "done",
        _("opinion delivered"),
        _("You have the opinion."),
        _("nobody: everything is done"),
        _("one follow-up question is possible for 30 days"),
    )


def aside(case: Case) -> Standing:
    """Closed, on hold, or ended."""
    nobody = _("nobody")
    if case.state == State.ON_HOLD:
        hold = case.holds.filter(released_at__isnull=True).first()
        until = _("we look at it again on %(day)s") % {"day": say_date(hold.review_on)} if hold else ""
        return Standing("pause", _("on hold"), _("The file is on hold."), _("our team"), until)
    words: dict[str, tuple[str, str, str]] = {
        State.CLOSED: ("done", _("closed"), _("The file is closed; everything stays here for you.")),
        State.DECLINED: ("neutral", _("declined"), _("We could not give an opinion.")),
        State.WITHDRAWN: ("neutral", _("withdrawn"), _("The request was withdrawn.")),
        State.EXPIRED: ("neutral", _("expired"), _("The request ended without news; it can be taken up again.")),
        State.STOPPED: ("neutral", _("stopped"), _("The file was stopped.")),
    }
    tag, label, title = words[str(case.state)]
    return Standing(tag, label, title, nobody)


def next_action(case: Case) -> str:
    """What the desk reads in its list: the next thing to do, and by whom."""
    words: dict[str, str] = {
        State.DRAFT: _("Request being filled in"),
        State.AWAITING_CONSENT: _("Patient’s agreement"),
        State.SUBMITTED: _("Check the file"),
        State.INFORMATION_REQUESTED: _("Answer of the requester"),
        State.ADMITTED: _("Choose the expert"),
        State.PROPOSED: _("Answer of the expert"),
        State.IN_REVIEW: _("Opinion being written"),
        State.EXPERT_QUESTION: _("Answer to the expert"),
        State.SIGNED: _("Check the form, deliver"),
        State.DELIVERED: _("Read by the patient"),
        State.FOLLOW_UP: _("Answer of the expert"),
        State.ON_HOLD: _("On hold: look again"),
    }
    return words.get(str(case.state), str(State(case.state).label))


@dataclass(frozen=True)
class PathStep:
    """One step of the path of a case.

    Args:
        title: what is reached by it.
        at: when it was reached.
        detail: words beside that date.
        states: those in which the case is on its way to it.
        coming: until when, in words, before it is begun.
    """

    title: str
    at: datetime | None
    detail: str
    states: tuple[str, ...]
    coming: str = ""


def path_of(case: Case) -> list[dict[str, Any]]:
    """The path of a case for `{% path %}`: what is done, what happens now, what comes."""
    expert = case.assigned_expert
    steps = [
        PathStep(_("File sent"), case.submitted_at, "", (State.DRAFT, State.AWAITING_CONSENT)),
        PathStep(
            _("File complete"),
            case.admitted_at,
            _("checked by our team"),
            (State.SUBMITTED, State.INFORMATION_REQUESTED),
        ),
        PathStep(
            _("Expert accepted"), case.accepted_at, expert.name if expert else "", (State.ADMITTED, State.PROPOSED)
        ),
        PathStep(
            _("Opinion written and signed"),
            case.signed_opinion.signed_at if case.signed_opinion else None,
            "",
            (State.IN_REVIEW, State.EXPERT_QUESTION),
            opinion_coming(case, _("in less than seven days once the file is complete")),
        ),
        PathStep(_("Opinion delivered"), case.delivered_at, "", (State.SIGNED,)),
        PathStep(
            _("One follow-up question possible"),
            case.last_addendum_at,
            "",
            (State.DELIVERED, State.FOLLOW_UP),
            _("for 30 days"),
        ),
    ]
    return draw_path(case, steps, standing_for_requester(case))


def draw_path(case: Case, steps: list[PathStep], standing: Standing) -> list[dict[str, Any]]:
    """Steps as `{% path %}` takes them; a case that ended shows what was reached and how it ended.

    Args:
        standing: what is said at the step the case is at.
    """
    state = case.resume_to or case.state
    over = case.state in (State.DECLINED, State.WITHDRAWN, State.EXPIRED, State.STOPPED)
    shown: list[dict[str, Any]] = []
    for step in steps:
        if state in step.states and not over:
            detail = " · ".join(filter(None, (standing.title, standing.until)))
            shown.append({"title": step.title, "status": "now", "detail": detail})
        elif step.at is not None:
            detail = " · ".join(filter(None, (say(step.at), step.detail)))
            shown.append({"title": step.title, "status": "done", "detail": detail})
        elif not over:
            shown.append({"title": step.title, "status": "next", "detail": step.coming})
    if over or case.state == State.CLOSED:
        shown.append({"title": standing.title, "status": "now" if over else "done", "detail": say(case.ended_at)})
    return shown


def opinion_coming(case: Case, promised: str) -> str:
    """When the opinion is to come.

    Args:
        promised: what the service promises before the clock runs.
    """
    if case.total_due_at is not None:
        return by_when(case.total_due_at)
    return time_left(case.total_left) if case.total_left is not None else promised


def is_over(case: Case) -> bool:
    """Whether nothing more is waited for from the service."""
    return case.state in AFTER_DELIVERY or case.ended_at is not None
