"""When an expert can be expected to answer."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.availability import is_open, move_to_open, next_open_time, public_holidays
from experts.models import Absence
from tests.experts import people

PARIS = ZoneInfo("Europe/Paris")


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def said(instant: datetime) -> str:
    return instant.astimezone(PARIS).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-18 11:00", "2026-11-19 11:00"),  # Wednesday to Thursday
        ("2026-11-18 23:30", "2026-11-20 08:00"),  # ends at night: Friday morning
        ("2026-11-18 03:00", "2026-11-19 08:00"),  # ends before dawn: that morning
        ("2026-11-18 20:00", "2026-11-19 20:00"),  # the last minute of the day still counts
        ("2026-11-18 20:01", "2026-11-20 08:00"),
        ("2026-11-20 11:00", "2026-11-21 11:00"),  # Saturday counts
        ("2026-11-21 11:00", "2026-11-23 08:00"),  # Sunday does not
        ("2026-11-20 21:00", "2026-11-23 08:00"),  # Saturday night: Monday
        ("2026-11-10 11:00", "2026-11-12 08:00"),  # 11 November
        ("2026-12-24 11:00", "2026-12-26 08:00"),  # Christmas
        ("2027-05-12 11:00", "2027-05-13 11:00"),
        ("2027-05-05 11:00", "2027-05-07 08:00"),  # Ascension Day
        ("2026-12-31 23:00", "2027-01-02 08:00"),  # New Year's Day
    ],
)
def test_a_day_of_acceptance_ends_when_someone_can_answer(start: str, end: str):
    assert said(next_open_time(paris(start), 24)) == end


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # Clocks go forward on Sunday 28 March 2027: 24 elapsed hours end an hour later by the clock.
        ("2027-03-27 10:30", 72, "2027-03-30 11:30"),
        # They go back on Sunday 25 October 2026.
        ("2026-10-24 10:30", 72, "2026-10-27 09:30"),
        # 8 o'clock in Paris is another instant before and after: Saturday evening to Monday morning.
        ("2028-03-25 10:00", 11, "2028-03-27 08:00"),
        ("2026-10-24 10:00", 11, "2026-10-26 08:00"),
    ],
)
def test_elapsed_time_is_counted_in_utc_and_days_in_paris(start: str, hours: int, end: str):
    assert said(next_open_time(paris(start), hours)) == end


def test_an_absence_moves_the_end_to_the_day_after(db: None):
    expert = people.make_expert()
    Absence.objects.create(expert=expert, start=date(2026, 11, 19), end=date(2026, 11, 21))
    # The 22nd is a Sunday.
    assert said(next_open_time(paris("2026-11-18 11:00"), 24, expert=expert)) == "2026-11-23 08:00"
    assert said(next_open_time(paris("2026-11-18 11:00"), 24)) == "2026-11-19 11:00"


def test_absences_that_follow_each_other_are_one(db: None):
    expert = people.make_expert()
    Absence.objects.create(expert=expert, start=date(2026, 11, 19), end=date(2026, 11, 24))
    Absence.objects.create(expert=expert, start=date(2026, 11, 25), end=date(2027, 11, 10))
    # 11 November is a public holiday.
    assert said(next_open_time(paris("2026-11-18 11:00"), 24, expert=expert)) == "2027-11-12 08:00"


# Hypothesis takes bounds without a zone and adds it.
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ABSENCES = st.lists(
    st.builds(
        lambda start, days: Absence(start=start, end=start + timedelta(days=days)),
        st.dates(date(2025, 1, 1), date(2032, 1, 1)),
        st.integers(0, 60),
    ),
    max_size=6,
)


@given(start=INSTANTS, hours=st.integers(0, 24 * 8), absences=ABSENCES)
def test_the_end_is_open_never_early_and_the_first_such_instant(start: datetime, hours: int, absences: list[Absence]):
    elapsed = start + timedelta(hours=hours)
    end = move_to_open(elapsed, absences)
    assert end.tzinfo is UTC
    assert end >= elapsed
    assert is_open(end, absences)
    if end == elapsed:
        return
    # Moved: then it is 8 o'clock in Paris sharp, and nothing between was open.
    assert end.astimezone(PARIS).time() == time(8)
    probe = elapsed
    while probe < end:
        assert not is_open(probe, absences)
        probe += timedelta(hours=1)
    assert not is_open(end - timedelta(seconds=1), absences)


@given(start=INSTANTS, absences=ABSENCES)
def test_moving_an_open_instant_leaves_it(start: datetime, absences: list[Absence]):
    end = move_to_open(start, absences)
    assert move_to_open(end, absences) == end


@given(instant=INSTANTS)
def test_nothing_is_open_at_night_on_sundays_or_holidays(instant: datetime):
    local = instant.astimezone(PARIS)
    closed = (
        local.time() < time(8)
        or local.time() > time(20)
        or local.weekday() == 6
        or (local.month, local.day) in {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    )
    if closed:
        assert not is_open(instant)


def test_the_movable_holidays_are_known():
    assert {date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25)} <= public_holidays(2026)
    assert len(public_holidays(2026)) == 11
