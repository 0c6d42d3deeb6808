"""The clocks of a case: completeness, acceptance, writing, delivery, and the total one, which never restarts.

Elapsed time is counted in UTC; the clocks stop while the requester owes something and go on where they stopped.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings

from cases.models import Case
from cases.models.states import State
from experts.availability import is_open_day
from ui.dates import PARIS

#: A working day ends at this hour in Paris; Saturdays are not working days of the service.
DAY_ENDS = time(18)
#: What must be left of a working day for another call to be tried on it.
CALL_AGAIN_AFTER = timedelta(hours=3)


def hours(case: Case, clock: str) -> int:
    """The length of a clock for this case, in hours: a tele-expertise takes it from its urgency."""
    rhythm = case.urgency or "second_opinion"
    return int(settings.CLOCKS[rhythm][clock])


def start_total(case: Case, at: datetime) -> None:
    """Start the total clock; a case admitted before keeps the one it has."""
    if case.total_due_at is None and case.total_left is None:
        case.total_due_at = at + timedelta(hours=hours(case, "total"))


def start_stage(case: Case, ends: datetime | None) -> None:
    """Set the deadline of the present step, or none."""
    case.stage_due_at = ends
    case.stage_left = None
    refresh(case)


def refresh(case: Case) -> None:
    """`due_at` is the nearest of the step's deadline and the total one."""
    ends = [moment for moment in (case.stage_due_at, case.total_due_at) if moment is not None]
    case.due_at = min(ends) if ends else None


def pause(case: Case, at: datetime) -> None:
    """Stop both clocks and keep what remained, in seconds; negative when it was late already."""
    if case.stage_due_at is not None:
        case.stage_left = int((case.stage_due_at - at).total_seconds())
        case.stage_due_at = None
    if case.total_due_at is not None:
        case.total_left = int((case.total_due_at - at).total_seconds())
        case.total_due_at = None
    case.due_at = None


def go_on(case: Case, at: datetime) -> None:
    """Let both clocks run again from where they stopped."""
    if case.stage_left is not None:
        case.stage_due_at = at + timedelta(seconds=case.stage_left)
        case.stage_left = None
    if case.total_left is not None:
        case.total_due_at = at + timedelta(seconds=case.total_left)
        case.total_left = None
    refresh(case)


def drop_stage(case: Case) -> None:
    """Forget the step's clock, running or paused; the total one is kept."""
    case.stage_due_at = None
    case.stage_left = None
    refresh(case)


def end(case: Case) -> None:
    """No deadline any more: the case ended, or the service has done its part."""
    case.stage_due_at = case.total_due_at = case.due_at = None
    case.stage_left = case.total_left = None


def silence(case: Case, at: datetime) -> None:
    """Set when the requester's silence ends the case, by the state it is in; no limit in the others."""
    days = settings.EXPIRY_DAYS.get(str(case.state))
    case.expires_at = at + timedelta(days=days) if days else None
    case.reminders_sent = 0


def runs(case: Case) -> bool:
    """Whether a deadline of the service is running."""
    return case.state not in (State.INFORMATION_REQUESTED, State.EXPERT_QUESTION, State.ON_HOLD)


def call_again_by(at: datetime) -> datetime:
    """By when to call again somebody who did not answer at `at`: later on this working day, or on the next one."""
    day = at.astimezone(PARIS).date()
    ends = datetime.combine(day, DAY_ENDS, tzinfo=PARIS).astimezone(UTC)
    if _is_working_day(day) and at + CALL_AGAIN_AFTER <= ends:
        return ends
    return working_days_after(at, 1)


def _is_working_day(day: date) -> bool:
    return day.weekday() != 5 and is_open_day(day)


def working_days_after(at: datetime, days: int) -> datetime:
    """The end of the working day that lies `days` working days after `at`, in UTC."""
    day = at.astimezone(PARIS).date()
    left = days
    while left:
        day += timedelta(days=1)
        if _is_working_day(day):
            left -= 1
    return datetime.combine(day, DAY_ENDS, tzinfo=PARIS).astimezone(UTC)
