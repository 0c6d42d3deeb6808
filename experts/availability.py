"""When an expert can be expected to answer: not at night, on Sundays, on French public holidays, nor while he is away.

Lengths of time are elapsed time in UTC; days and hours are those of Paris. The two meet only where a day opens or
closes, never at night, so that the nights on which clocks change are right by construction.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

# By its own name: `country_holidays` would load every country of the world while the first person waits.
from holidays.countries.france import France

from experts.models import Absence, ExpertProfile
from ui.dates import PARIS

OPENS = time(8)
CLOSES = time(20)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of metropolitan France in a year."""
    return frozenset(France(years=year).keys())  # type: ignore[no-untyped-call]


def is_open_day(day: date, absences: Iterable[Absence] = ()) -> bool:
    """Whether a day of Paris is neither a Sunday, nor a public holiday, nor inside an absence."""
    return day.weekday() != 6 and day not in public_holidays(day.year) and not any(a.covers(day) for a in absences)


def is_open(instant: datetime, absences: Iterable[Absence] = ()) -> bool:
    """Whether an instant lies between 8 and 20 o'clock in Paris, both included, on an open day."""
    local = instant.astimezone(PARIS)
    return OPENS <= local.time() <= CLOSES and is_open_day(local.date(), absences)


def paris_opening(day: date) -> datetime:
    """The instant at which a day opens in Paris, in UTC."""
    return datetime.combine(day, OPENS, tzinfo=PARIS).astimezone(UTC)


def move_to_open(instant: datetime, absences: Iterable[Absence] = ()) -> datetime:
    """The instant itself when it is open, else the next opening.

    Args:
        instant: timezone-aware.
        absences: those of the expert; days inside are closed.

    Returns:
        An instant in UTC, never before the one given.
    """
    away = list(absences)
    if is_open(instant, away):
        return instant.astimezone(UTC)
    local = instant.astimezone(PARIS)
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    while not is_open_day(day, away):
        # A long absence is crossed at once, not day by day.
        day = max([day, *(a.end for a in away if a.covers(day))]) + timedelta(days=1)
    return paris_opening(day)


def next_open_time(start: datetime, hours: float, *, expert: ExpertProfile | None = None) -> datetime:
    """The end of a clock that must not run out while nobody can answer (acceptance, design §3).

    Args:
        start: when the clock starts; timezone-aware.
        hours: its length in hours of elapsed time.
        expert: whose absences count; None for the service itself.

    Returns:
        `start` and `hours`, moved on to the next opening when that is at night, on a Sunday, a holiday or in an
        absence; in UTC.
    """
    end = start.astimezone(UTC) + timedelta(hours=hours)
    return move_to_open(end, expert.absences.all() if expert is not None else ())
