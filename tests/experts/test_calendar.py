"""Absences as a calendar: the right days, whole weeks, nothing outside what one can leaf through."""

from datetime import date

from experts.calendar import calendar_page
from experts.models import Absence

TODAY = date(2026, 11, 18)


def test_the_days_of_an_absence_are_marked_across_months() -> None:
    away = [Absence(start=date(2026, 11, 30), end=date(2026, 12, 2)), Absence(start=TODAY, end=TODAY)]
    months = calendar_page(away, "", TODAY)["months"]
    marked = [(m.first.month, d.number) for m in months for week in m.weeks for d in week if d and d.away]
    assert marked == [(11, 18), (11, 30), (12, 1), (12, 2)]
    assert [d.number for m in months for week in m.weeks for d in week if d and d.today] == [18]
    assert all(len(week) == 7 for m in months for week in m.weeks)
    assert [sum(d is not None for week in m.weeks for d in week) for m in months] == [30, 31]


def test_leafing_stays_between_this_month_and_two_years_ahead() -> None:
    for asked, first in (
        ("", "2026-11"),
        ("2026-12", "2026-12"),
        ("2028-11", "2028-11"),
        ("2028-12", "2026-11"),
        ("2026-10", "2026-11"),
        ("2026-13", "2027-01"),
        ("x", "2026-11"),
        ("٢٠٢٦-12", "2026-11"),
    ):
        page = calendar_page([], asked, TODAY)
        assert f"{page['months'][0].first:%Y-%m}" == first, asked
    first_page, last = calendar_page([], "", TODAY), calendar_page([], "2028-11", TODAY)
    assert first_page["before"] is None and first_page["after"] == date(2027, 1, 1)
    assert last["after"] is None and last["before"] == date(2028, 9, 1)
    assert calendar_page([], "2026-12", TODAY)["before"] == date(2026, 11, 1)
