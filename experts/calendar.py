"""Absences as a month on a page: weeks of seven days, those away marked."""

import re
from calendar import Calendar
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR

from experts.models import Absence

#: How many months are shown side by side, and how many ahead one can leaf.
SHOWN, AHEAD = 2, 24


@dataclass(frozen=True)
class Day:
    """A day of the calendar.

    Args:
        away: whether the expert is absent.
        today: whether it is today.
    """

    number: int
    away: bool
    today: bool


@dataclass(frozen=True)
class Month:
    """A month.

    Args:
        first: its first day.
        weeks: from Monday to Sunday; None for a day of another month.
    """

    first: date
    weeks: list[list[Day | None]]


def month_of(day: date, later: int = 0) -> date:
    """The first day of the month of a day, or of a later month."""
    years, month = divmod(day.month - 1 + later, 12)
    return date(day.year + years, month + 1, 1)


def _asked(text: str, today: date) -> int:
    """How many months after this one a page begins: «2026-12» as asked for, this month for anything else."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    later = (int(found[1]) - today.year) * 12 + int(found[2]) - today.month if found else 0
    return later if 0 <= later <= AHEAD else 0


def _drawn(first: date, absences: Collection[Absence], today: date) -> Month:
    def day(one: date) -> Day | None:
        if one.month != first.month:
            return None
        return Day(one.day, any(absence.covers(one) for absence in absences), one == today)

    weeks = Calendar().monthdatescalendar(first.year, first.month)
    return Month(first, [[day(one) for one in week] for week in weeks])


def calendar_page(absences: Iterable[Absence], asked: str, today: date) -> dict[str, Any]:
    """What `experts/parts/calendar.html` shows.

    Args:
        asked: the first month to show, as «2026-12».
    """
    away, later = list(absences), _asked(asked, today)
    return {
        "months": [_drawn(month_of(today, later + place), away, today) for place in range(SHOWN)],
        "weekdays": [(WEEKDAYS_ABBR[number], WEEKDAYS[number]) for number in range(7)],
        "before": month_of(today, max(later - SHOWN, 0)) if later else None,
        "after": month_of(today, later + SHOWN) if later + SHOWN <= AHEAD else None,
    }
