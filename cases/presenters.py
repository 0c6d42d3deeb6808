"""Where a case stands, in words: what happens next, who acts, until when. The same facts, said to each reader."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from cases.models import Case
from cases.models.states import AFTER_DELIVERY, OPEN_OPINION, State
from clock import now
from ui.dates import is_near, paris_day, say, say_date, say_duration


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
    """«au plus tard le 20 novembre», «au plus tard demain à 18 h», or nothing."""
    if moment is None:
        return ""
    words = {"when": say(moment)}
    if is_near(moment):
        return pgettext("near day", "by %(when)s at the latest") % words
    return pgettext("calendar day", "by %(when)s at the latest") % words


def on_day(moment: date | datetime | None) -> str:
    """«le 20 novembre», «demain», or nothing."""
    if moment is None:
        return ""
    return say_date(moment) if is_near(moment) else _("on %(day)s") % {"day": say_date(moment)}


def until_day(moment: date | datetime) -> str:
    """«jusqu’au 20 novembre», «jusqu’à demain»."""
    words = {"day": say_date(moment)}
    if is_near(moment):
        return pgettext("near day", "until %(day)s") % words
    return pgettext("calendar day", "until %(day)s") % words


def time_left(seconds: int | None) -> str:
    """«5 jours après votre réponse» for a clock paused by a question; whole days where there are two or more."""
    if seconds is None or seconds <= 0:
        return _("as soon as possible after your answer")
    days = seconds // 86_400
    if days < 2:
        return _("%(time)s after your answer") % {"time": say_duration(timedelta(seconds=seconds))}
    return ngettext("%(days)d day after your answer", "%(days)d days after your answer", days) % {"days": days}


def time_after_hold(seconds: int) -> str:
    """«5 jours après la reprise» for a clock paused by a hold."""
    days = seconds // 86_400
    if days < 2:
        return _("as soon as possible after the file goes on")
    return ngettext("%(days)d day after the file goes on", "%(days)d days after the file goes on", days) % {
        "days": days
    }


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
        until = _("on pause; the opinion comes %(time)s") % {"time": time_left(case.total_left)}
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
    return _("kept %(until)s") % {"until": until_day(case.expires_at)} if case.expires_at else ""


def _opinion_by(case: Case) -> str:
    return _("opinion %(by)s") % {"by": by_when(case.total_due_at)} if case.total_due_at else ""


def follow_up_until(case: Case) -> datetime | None:
    """The end of the time for the one follow-up question; None once it was asked, or before the first opening."""
    if case.first_opened_at is None or case.follow_up_used:
        return None
    return case.first_opened_at + timedelta(days=settings.FOLLOW_UP_DAYS)


def follow_up_words(case: Case) -> str:
    """That one question is possible, and its last day; or nothing once it is not."""
    end = follow_up_until(case)
    if end is None or end <= now():
        return ""
    return _("one follow-up question is possible %(until)s") % {"until": until_day(end)}


def _delivered(case: Case) -> Standing:
    """The opinion is in the reader's hands, or in the doctor's first."""
    if case.correcting_since is not None:
        return being_corrected(case)
    if case.first_opened_at is None:
        until = _("without limit, it stays here for you")
        title = _("The signed opinion waits for you.")
        if is_corrected(case):
            title = _("A corrected opinion waits for you: it replaces the one you had.")
        return Standing("you", _("opinion ready"), title, _("you"), until, True)
    until = follow_up_words(case)
    return Standing("done", _("opinion delivered"), _("You have the opinion."), _("nobody: everything is done"), until)


def being_corrected(case: Case) -> Standing:
    """The expert writes a new version of what was delivered."""
    title = _("%(expert)s is correcting the opinion.") % {"expert": _expert(case)}
    until = _("you are told as soon as the new version is signed")
    return Standing("pause", _("correction under way"), title, _expert(case), until)


def is_corrected(case: Case) -> bool:
    """Whether what is in the reader's hands replaces a former version."""
    return case.signed_opinion is not None and case.signed_opinion.type == "correction"


def aside(case: Case) -> Standing:
    """Closed, on hold, or ended."""
    nobody = _("nobody")
    if case.state == State.ON_HOLD:
        hold = case.holds.filter(released_at__isnull=True).first()
        until = (
            _("we look at it again %(day)s") % {"day": on_day(max(hold.review_on, paris_day(now())))} if hold else ""
        )
        return Standing("pause", _("on hold"), _("The file is on hold."), _("our team"), until)
    words: dict[str, tuple[str, str, str]] = {
        State.CLOSED: ("done", _("closed"), _("The file is closed; everything stays here for you.")),
        State.DECLINED: ("neutral", _("declined"), _("We could not give an opinion.")),
        State.WITHDRAWN: ("neutral", _("withdrawn"), _("The request was withdrawn.")),
        State.EXPIRED: ("neutral", _("expired"), _("The request ended without news; it can be taken up again.")),
        State.STOPPED: ("neutral", _("stopped"), _("The file was stopped.")),
    }
    tag, label, title = words[str(case.state)]
    until = _("ended %(day)s") % {"day": on_day(case.ended_at)} if case.ended_at else ""
    if case.destroyed_at is not None:
        until = _("%(until)s; then it is destroyed, as it was never sent") % {"until": until_day(case.destroyed_at)}
    return Standing(tag, label, title, nobody, until)


class Waiting(Protocol):
    """A case, or the row of a list that says as much of it."""

    @property
    def state(self) -> str:
        """A code of `State`."""
        ...

    @property
    def expires_at(self) -> datetime | None:
        """When silence ends it."""
        ...

    @property
    def correcting_since(self) -> datetime | None:
        """Since when a correction of the opinion is under way."""
        ...


#: States in which the silence of the patient or the requester ends the request.
_SILENCE = (State.DRAFT, State.AWAITING_CONSENT, State.INFORMATION_REQUESTED)


def silence_ends(case: Waiting, asked_at: datetime | None) -> str:
    """Until when the case waits for the patient or the requester, and what happens then; "" where it does not.

    Args:
        asked_at: when the expert asked the question that is open, if one is.
    """
    if case.state == State.EXPERT_QUESTION and asked_at is not None:
        day = asked_at + timedelta(days=settings.QUESTION_DAYS)
        if day <= now():
            return _("without an answer the expert goes on now")
        return _("without an answer the expert goes on %(day)s") % {"day": on_day(day)}
    if case.state not in _SILENCE or case.expires_at is None:
        return ""
    if case.expires_at <= now():
        return _("its time is over: it expires once no call and no alert is open")
    return _("without an answer the request ends %(day)s") % {"day": on_day(case.expires_at)}


_NEXT: dict[str, Any] = {
    State.DRAFT: gettext_lazy("Request being filled in"),
    State.AWAITING_CONSENT: gettext_lazy("Patient’s agreement"),
    State.SUBMITTED: gettext_lazy("Check the file"),
    State.INFORMATION_REQUESTED: gettext_lazy("Answer of the requester"),
    State.ADMITTED: gettext_lazy("Choose the expert"),
    State.PROPOSED: gettext_lazy("Answer of the expert"),
    State.IN_REVIEW: gettext_lazy("Opinion being written"),
    State.EXPERT_QUESTION: gettext_lazy("Answer to the expert"),
    State.SIGNED: gettext_lazy("Check the form, deliver"),
    State.DELIVERED: gettext_lazy("Read by the patient"),
    State.FOLLOW_UP: gettext_lazy("Answer of the expert"),
    State.ON_HOLD: gettext_lazy("On hold: look again"),
}


def next_action(case: Waiting) -> str:
    """What the desk reads in its list: the next thing to do, and by whom."""
    if case.state in OPEN_OPINION and case.correcting_since is not None:
        return _("Correction by the expert")
    return str(_NEXT.get(str(case.state), State(case.state).label))


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
            _("Follow-up question") if case.follow_up_used else _("One follow-up question possible"),
            case.last_addendum_at,
            _("answered"),
            (State.FOLLOW_UP,) if case.follow_up_used else (State.DELIVERED, State.FOLLOW_UP),
            _("for 30 days after you open the opinion"),
        ),
    ]
    return draw_path(case, steps, standing_for_requester(case))


def draw_path(case: Case, steps: list[PathStep], standing: Standing) -> list[dict[str, Any]]:
    """Steps as `{% path %}` takes them; a case that ended shows what was reached and how it ended.

    What stands between the case and its next step, an answer that is waited for or a hold, is a step of its own.

    Args:
        standing: what is said at the step the case is at.
    """
    state = case.resume_to or case.state
    over = case.state in (State.DECLINED, State.WITHDRAWN, State.EXPIRED, State.STOPPED)
    halted = standing.mine or standing.tag == "pause"
    shown: list[dict[str, Any]] = []
    for step in steps:
        here = state in step.states and not over
        if here and halted:
            waits = case.state == State.EXPERT_QUESTION and standing.mine
            detail = _("the time limit waits for your answer") if waits else standing.until
            shown.append({"title": capfirst(standing.label), "status": "now", "detail": detail})
            shown.append({"title": step.title, "status": "next", "detail": step.coming})
        elif here:
            said = standing.tag == "done" or capfirst(standing.label) == step.title
            words = (standing.until,) if said else (standing.label, standing.until)
            shown.append({"title": step.title, "status": "now", "detail": " · ".join(filter(None, words))})
        elif step.at is not None:
            detail = " · ".join(filter(None, (say(step.at), step.detail)))
            shown.append({"title": step.title, "status": "done", "detail": detail})
        elif not over and case.ended_at is None and case.state != State.CLOSED:
            shown.append({"title": step.title, "status": "next", "detail": step.coming})
    if over or case.state == State.CLOSED:
        status = "end" if over else "done"
        shown.append({"title": capfirst(standing.label), "status": status, "detail": say(case.ended_at)})
    return shown


def opinion_coming(case: Case, promised: str) -> str:
    """When the opinion is to come.

    Args:
        promised: what the service promises before the clock runs.
    """
    if case.total_due_at is not None:
        return by_when(case.total_due_at)
    if case.total_left is None:
        return promised
    return time_after_hold(case.total_left) if case.state == State.ON_HOLD else time_left(case.total_left)


def is_over(case: Case) -> bool:
    """Whether nothing more is waited for from the service."""
    return case.state in AFTER_DELIVERY or case.ended_at is not None
