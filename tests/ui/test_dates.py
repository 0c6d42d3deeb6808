"""Dates as people say and type them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from ui import dates
from ui.dates import NBSP, PARIS


def plain(text: str) -> str:
    """The words with ordinary spaces, to be compared by eye."""
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("instant", "french", "english"),
    [
        (datetime(2026, 11, 14, 17, 42, tzinfo=UTC), "aujourd’hui à 18 h 42", "today at 18:42"),
        (datetime(2026, 11, 13, 20, 10, tzinfo=UTC), "hier à 21 h 10", "yesterday at 21:10"),
        (datetime(2026, 11, 15, 8, 0, tzinfo=UTC), "demain à 9 h", "tomorrow at 9:00"),
        (datetime(2026, 11, 12, 17, 42, tzinfo=UTC), "12 novembre, 18 h 42", "12 November, 18:42"),
        (datetime(2026, 5, 1, 8, 5, tzinfo=UTC), "1er mai, 10 h 05", "1 May, 10:05"),
        (datetime(2025, 12, 3, 8, 5, tzinfo=UTC), "3 décembre 2025, 9 h 05", "3 December 2025, 9:05"),
        # 23:30 in London is tomorrow in Paris.
        (datetime(2026, 11, 14, 23, 30, tzinfo=UTC), "demain à 0 h 30", "tomorrow at 0:30"),
        # The night the clocks go back: 2:30 comes twice, both are said in Paris time.
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 octobre, 2 h 30", "25 October, 2:30"),
        (date(2026, 11, 12), "12 novembre", "12 November"),
    ],
)
@pytest.mark.usefixtures("evening")
def test_an_instant_is_said_in_paris_time(instant: datetime, french: str, english: str) -> None:
    assert plain(dates.say(instant)) == french
    with translation.override("en"):
        assert plain(dates.say(instant)) == english


@pytest.mark.usefixtures("evening")
def test_the_styles_for_tables_and_papers_always_carry_the_year() -> None:
    day = datetime(2026, 11, 4, 12, tzinfo=UTC)
    assert plain(dates.say_date(day, "short")) == "4 nov. 2026"
    assert plain(dates.say_date(day, "full")) == "4 novembre 2026"
    assert plain(dates.say_date(datetime(2026, 11, 14, 12, tzinfo=UTC), "full")) == "14 novembre 2026"
    assert dates.say(None) == dates.say_date(None) == dates.say_remaining(None) == ""


def test_no_line_breaks_inside_a_date_or_a_time() -> None:
    assert " " not in dates.say(datetime(2020, 2, 29, 17, 42, tzinfo=UTC)).replace(", ", "")


@pytest.mark.parametrize(
    ("left", "french", "english"),
    [
        (timedelta(hours=26, minutes=20), "reste 1 j 2 h", "1 d 2 h left"),
        (timedelta(days=3), "reste 3 j", "3 d left"),
        (timedelta(days=12, hours=5), "reste 12 j", "12 d left"),
        (timedelta(hours=5, minutes=59), "reste 5 h", "5 h left"),
        (timedelta(hours=4, minutes=59), "reste 4 h 59 min", "4 h 59 min left"),
        (timedelta(minutes=40), "reste 40 min", "40 min left"),
        (timedelta(seconds=30), "reste moins d’une minute", "less than a minute left"),
        (timedelta(0), "reste moins d’une minute", "less than a minute left"),
        (timedelta(hours=-3), "en retard de 3 h", "3 h late"),
        (timedelta(days=-1, hours=-2), "en retard de 1 j 2 h", "1 d 2 h late"),
    ],
)
def test_what_is_left_of_a_clock_is_said_in_two_units(
    evening: datetime, left: timedelta, french: str, english: str
) -> None:
    assert plain(dates.say_remaining(evening + left)) == french
    with translation.override("en"):
        assert plain(dates.say_remaining(evening + left)) == english


@pytest.mark.parametrize(
    "typed",
    [
        "4/11/2026", "04/11/2026", "4-11-2026", "4.11.2026", "4 11 2026", "4 / 11 / 2026", " 2026-11-04 ",
        "4 novembre 2026", "4 NOVEMBRE 2026", "4 nov. 2026", "4\u00a0novembre\u00a02026",
        "4 November 2026", "November 4, 2026", "Nov 4 2026", "4th November 2026",
    ],
)  # fmt: skip
def test_a_date_is_read_in_every_usual_form(typed: str) -> None:
    assert dates.read_date(typed) == date(2026, 11, 4)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1er août 2026", date(2026, 8, 1)),
        ("1 aout 2026", date(2026, 8, 1)),
        ("29 fév 2024", date(2024, 2, 29)),
        ("13 déc. 1950", date(1950, 12, 13)),
    ],
)
def test_french_months_are_read_with_and_without_accents(typed: str, read: date) -> None:
    assert dates.read_date(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "", "31/02/2026", "11/2026", "4/11/26", "4 brumaire 2026", "00/00/0000", "2026-13-01", "hier", "٤/١١/٢٠٢٦",
        "4/11/2026; drop table", "9" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        dates.read_date(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("4/12/2026", date(2026, 12, 4)),
        ("décembre 2026", date(2026, 12, 1)),
        ("12/2026", date(2026, 12, 1)),
        ("décembre", date(2026, 12, 1)),
        ("mars", date(2027, 3, 1)),
        ("1 décembre", date(2026, 12, 1)),
        ("1er déc.", date(2026, 12, 1)),
        ("December 1st", date(2026, 12, 1)),
        ("13 novembre", date(2027, 11, 13)),
        ("14 novembre", date(2026, 11, 14)),
        ("1/12", date(2026, 12, 1)),
        ("1/12/26", date(2026, 12, 1)),
        ("01.12.26", date(2026, 12, 1)),
        ("mi-décembre", date(2026, 12, 15)),
        ("mid-January", date(2027, 1, 15)),
        ("début janvier 2027", date(2027, 1, 1)),
        ("fin d’avril", date(2027, 4, 25)),
        # The month under way: not its first day, which is over.
        ("novembre 2026", date(2026, 11, 14)),
        ("novembre", date(2026, 11, 14)),
        # A past day stays one, for the field to refuse.
        ("1/10/26", date(2026, 10, 1)),
        ("octobre 2026", date(2026, 10, 1)),
    ],
)
def test_a_day_to_come_may_be_approximate(typed: str, read: date) -> None:
    assert dates.read_coming_date(typed, date(2026, 11, 14)) == read


@pytest.mark.parametrize("typed", ["", "soon", "32/12", "4 brumaire", "gros décembre", "12/26", "mi", "9" * 100_000])
def test_what_is_no_day_to_come_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        dates.read_coming_date(typed, date(2026, 11, 14))


def test_a_month_is_read_and_said() -> None:
    for typed in ("11/2026", "2026-11", "novembre 2026", "Nov. 2026"):
        assert dates.read_month(typed) == date(2026, 11, 1)
    assert plain(dates.say_month(date(2026, 11, 1))) == "novembre 2026"
    with pytest.raises(ValueError, match=r"."):
        dates.read_month("13/2026")


@pytest.mark.usefixtures("evening")
def test_what_is_said_in_full_can_be_typed_back() -> None:
    for number in range(1, 13):
        day = date(2024, number, 1)
        assert dates.read_date(dates.say_date(day, "full")) == day
        assert dates.read_date(dates.say_date(day, "short")) == day


def test_the_day_of_an_instant_is_the_one_in_paris() -> None:
    assert dates.paris_day(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == date(2026, 7, 1)
    assert PARIS.key == "Europe/Paris"
