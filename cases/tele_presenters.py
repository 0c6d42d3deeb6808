"""Where a tele-expertise stands, in words of its own: for the professional who asked, and for his patient (C-TEL-1)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.machine.guards import REASONS
from cases.models import Case
from cases.models.assignments import Outcome
from cases.models.states import State
from cases.presenters import (
    PathStep,
    Standing,
    aside,
    being_corrected,
    by_when,
    draw_path,
    is_corrected,
    kept_until,
    on_day,
    opinion_coming,
    time_left,
)
from clock import now
from ui.dates import is_near, say


def promise(case: Case) -> str:
    """What the service promises for the urgency of this request."""
    return _("within 48 hours") if case.urgency == "h48" else _("within 7 days")


def _expert(case: Case) -> str:
    return case.assigned_expert.name if case.assigned_expert else _("the expert")


def _report_by(case: Case) -> str:
    return _("report %(by)s") % {"by": by_when(case.total_due_at)} if case.total_due_at else ""


def from_when(moment: datetime) -> str:
    """«dès le 20 novembre, 18 h», «dès demain à 18 h»; «dès maintenant» once it has come."""
    if moment <= now():
        return _("from now on")
    words = {"when": say(moment)}
    if is_near(moment):
        return pgettext("near day", "from %(when)s") % words
    return pgettext("calendar day", "from %(when)s") % words


# --- the professional who asked


def standing_for_professional(case: Case) -> Standing:
    """What the professional who asked reads."""
    you, team, expert = _("you"), _("our team"), _expert(case)
    match case.state:
        case State.DRAFT:
            return Standing("you", _("to finish"), _("Your request is not sent yet."), you, kept_until(case), True)
        case State.AWAITING_CONSENT:
            title = _("Your patient’s agreement is awaited.")
            until = _("without an answer the request ends %(day)s") % {"day": on_day(case.expires_at)}
            return Standing("pause", _("patient’s agreement"), title, _("your patient"), until)
        case State.SUBMITTED:
            title = _("Your request has reached us; we check that it is complete.")
            return Standing("neutral", _("being checked"), title, team, by_when(case.due_at))
        case State.INFORMATION_REQUESTED:
            title = _("Something is missing in your request.")
            return Standing("you", _("to complete"), title, you, kept_until(case), True)
        case State.ADMITTED:
            return Standing(
                "neutral", _("expert being chosen"), _("We are looking for the expert."), team, _report_by(case)
            )
        case State.PROPOSED:
            title = _("%(expert)s has been asked.") % {"expert": expert}
            return Standing(
                "neutral", _("expert asked"), title, expert, _("answer expected %(by)s") % {"by": by_when(case.due_at)}
            )
        case State.IN_REVIEW:
            title = _("%(expert)s is studying your request.") % {"expert": expert}
            return Standing("neutral", _("being studied"), title, expert, _report_by(case))
        case State.EXPERT_QUESTION:
            title = _("%(expert)s asks you a question.") % {"expert": expert}
            until = _("The report will come %(time)s.") % {"time": time_left(case.total_left)}
            return Standing("you", _("a question for you"), title, you, until, True)
        case State.SIGNED:
            title = _("The report is signed; it is about to reach you.")
            return Standing("neutral", _("report signed"), title, team, by_when(case.due_at))
        case State.DELIVERED:
            return _delivered_to_professional(case)
        case State.FOLLOW_UP:
            title = _("%(expert)s is answering your follow-up question.") % {"expert": expert}
            return Standing("neutral", _("follow-up question"), title, expert, by_when(case.due_at))
        case State.ON_HOLD | State.STOPPED | State.EXPIRED | State.WITHDRAWN:
            return aside(case)
        case State.DECLINED:
            return Standing("neutral", _("declined"), _("The request was declined."), _("nobody"))
    return Standing("done", _("closed"), _("The request is closed; everything stays here."), _("nobody"))


def _delivered_to_professional(case: Case) -> Standing:
    """The report first, then the acknowledgement, then the patient."""
    you = _("you")
    if case.correcting_since is not None:
        return being_corrected(case)
    if case.requester_acknowledged_at is None:
        title = _("The signed report waits for you.")
        if is_corrected(case):
            title = _("A corrected report waits for you: it replaces the one you had.")
        return Standing("you", _("report to read"), title, you, "", True)
    if case.patient_told_at is None:
        opens = case.opens_by_itself_at
        until = _("otherwise the patient may open it %(from)s") % {"from": from_when(opens)} if opens else ""
        return Standing("you", _("patient to inform"), _("Your patient is to be told."), you, until, True)
    until = "" if case.follow_up_used else _("one follow-up question is possible for 30 days")
    return Standing("done", _("report delivered"), _("You have the report."), _("nobody: everything is done"), until)


def path_for_professional(case: Case) -> list[dict[str, Any]]:
    """The path of a request as its professional sees it."""
    steps = [
        *_common_steps(case),
        PathStep(_("Patient informed"), case.patient_told_at, "", () if case.patient_told_at else (State.DELIVERED,)),
        PathStep(
            _("One follow-up question possible"),
            case.last_addendum_at,
            "",
            (State.DELIVERED, State.FOLLOW_UP) if case.patient_told_at else (State.FOLLOW_UP,),
            _("for 30 days"),
        ),
    ]
    return draw_path(case, steps, standing_for_professional(case))


def _common_steps(case: Case) -> list[PathStep]:
    expert = case.assigned_expert
    return [
        PathStep(
            _("Request sent, with the patient’s agreement"),
            case.submitted_at,
            "",
            (State.DRAFT, State.AWAITING_CONSENT),
        ),
        PathStep(_("Request complete"), case.admitted_at, "", (State.SUBMITTED, State.INFORMATION_REQUESTED)),
        PathStep(
            _("Expert accepted"), case.accepted_at, expert.name if expert else "", (State.ADMITTED, State.PROPOSED)
        ),
        PathStep(
            _("Report written and signed"),
            case.signed_opinion.signed_at if case.signed_opinion else None,
            "",
            (State.IN_REVIEW, State.EXPERT_QUESTION),
            opinion_coming(case, _("%(promise)s once the request is complete") % {"promise": promise(case)}),
        ),
        PathStep(_("Report delivered to the professional"), case.delivered_at, "", (State.SIGNED,)),
    ]


# --- his patient


def standing_for_patient(case: Case, *, may_read: bool) -> Standing:
    """What the patient of a tele-expertise reads: her professional does the work, she agrees and is told.

    Args:
        may_read: whether the report is open to her now.
    """
    doctor, expert, team = case.requester.get_full_name(), _expert(case), _("our team")
    match case.state:
        case State.DRAFT:
            title = _("%(name)s is preparing a request for you.") % {"name": doctor}
            return Standing("neutral", _("being prepared"), title, doctor)
        case State.AWAITING_CONSENT:
            title = _("%(name)s asks for your agreement.") % {"name": doctor}
            until = _("without an answer the request ends %(day)s") % {"day": on_day(case.expires_at)}
            return Standing("you", _("your agreement"), title, _("you"), until, True)
        case State.SUBMITTED:
            return Standing(
                "neutral", _("being checked"), _("We check that the request is complete."), team, by_when(case.due_at)
            )
        case State.INFORMATION_REQUESTED | State.EXPERT_QUESTION:
            title = _("%(name)s is completing the request.") % {"name": doctor}
            return Standing("pause", _("being completed"), title, doctor)
        case State.ADMITTED:
            return Standing(
                "neutral", _("expert being chosen"), _("We are looking for the expert."), team, _report_by(case)
            )
        case State.PROPOSED:
            title = _("%(expert)s has been asked to take the file.") % {"expert": expert}
            return Standing(
                "neutral", _("expert asked"), title, expert, _("answer expected %(by)s") % {"by": by_when(case.due_at)}
            )
        case State.IN_REVIEW:
            title = _("%(expert)s is studying the file.") % {"expert": expert}
            return Standing("neutral", _("being studied"), title, expert, _report_by(case))
        case State.SIGNED:
            title = _("The report is signed; %(name)s receives it first.") % {"name": doctor}
            return Standing("neutral", _("report signed"), title, team, by_when(case.due_at))
        case State.DELIVERED | State.FOLLOW_UP | State.CLOSED:
            return _delivered_to_patient(case, doctor, may_read=may_read)
    return aside(case)


def _delivered_to_patient(case: Case, doctor: str, *, may_read: bool) -> Standing:
    if not may_read:
        opens = case.opens_by_itself_at
        title = _("%(name)s has the report and will talk about it with you.") % {"name": doctor}
        until = _("you may open it here %(from)s") % {"from": from_when(opens)} if opens else ""
        return Standing("pause", _("report with your doctor"), title, doctor, until)
    if case.correcting_since is not None:
        return being_corrected(case)
    if case.state == State.FOLLOW_UP:
        title = _("%(name)s has put one more question to the expert.") % {"name": doctor}
        return Standing("done", _("report ready"), title, _expert(case), by_when(case.due_at))
    return Standing("done", _("report ready"), _("The report is here for you."), _("nobody: everything is done"))


def path_for_patient(case: Case, standing: Standing) -> list[dict[str, Any]]:
    """The path of a tele-expertise as its patient sees it."""
    told = PathStep(
        _("Explained to you by %(name)s") % {"name": case.requester.get_full_name()},
        case.patient_told_at,
        "",
        (State.DELIVERED, State.FOLLOW_UP) if case.patient_told_at is None else (),
    )
    return draw_path(case, [*_common_steps(case), told], standing)


# --- refusals


@dataclass(frozen=True)
class Refusal:
    """A refusal of the request, by an expert or by the service, which stays in the file (C-TEL-7).

    Args:
        who: an expert's name, or the service.
        what: in words.
        reason: as coded by the expert, or as explained by the service.
    """

    who: str
    what: str
    reason: str
    at: datetime | date | None


def refusals_of(case: Case) -> list[Refusal]:
    """Every refusal and its date, the latest first."""
    words = {
        Outcome.DECLINED: _("declined the request"),
        Outcome.LAPSED: _("did not answer in time"),
        Outcome.HANDED_BACK: _("handed the request back"),
    }
    rows = case.assignments.filter(outcome__in=list(words)).select_related("expert__user").order_by("-ended_at")
    found = [
        Refusal(row.expert.name, words[Outcome(row.outcome)], str(REASONS.get(row.reason_code, "")), row.ended_at)
        for row in rows
    ]
    if case.state == State.DECLINED:
        ending = case.endings.first()
        if ending is not None:
            found.insert(0, Refusal(_("Our team"), _("declined the request"), "", ending.at))
    return found
