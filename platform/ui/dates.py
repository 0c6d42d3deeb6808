"""Dates and durations as people say them, in French and in English, always in Paris time.

Spaces inside a date never break: they are U+00A0.
"""

import datetime as dt
import re
import unicodedata
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from clock import now

PARIS = ZoneInfo("Europe/Paris")
NBSP = "\u00a0"
_FRENCH = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_FRENCH_SHORT = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
_ENGLISH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_ENGLISH_SHORT = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_NEAR = {
    "fr": {0: "aujourd’hui", -1: "hier", 1: "demain"},
    "en": {0: "today", -1: "yesterday", 1: "tomorrow"},
}
_UNITS = {"fr": ("j", "h", "min"), "en": ("d", "h", "min")}


def _language() -> str:
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def paris_day(value: dt.date | dt.datetime) -> dt.date:
    """The calendar day in Paris of a date or of an aware instant."""
    return value.astimezone(PARIS).date() if isinstance(value, dt.datetime) else value


def _time(value: dt.datetime) -> str:
    local = value.astimezone(PARIS)
    if _language() == "en":
        return f"{local.hour}:{local.minute:02d}"
    return f"{local.hour}{NBSP}h" + (f"{NBSP}{local.minute:02d}" if local.minute else "")


def _calendar(day: dt.date, *, short: bool, year: bool) -> str:
    if _language() == "en":
        number, months = str(day.day), _ENGLISH_SHORT if short else _ENGLISH
    else:
        number, months = "1er" if day.day == 1 else str(day.day), _FRENCH_SHORT if short else _FRENCH
    parts = [number, months[day.month - 1]]
    if year:
        parts.append(str(day.year))
    return NBSP.join(parts)


def say_date(value: dt.date | dt.datetime | None, style: str = "") -> str:
    """A day as people say it: «aujourd’hui», «hier», «12 novembre», «12 novembre 2025».

    Args:
        value: a date, or an aware instant whose day in Paris is said; None says nothing.
        style: "" (near days in words, year when it is another one), "full" (always day, month, year),
            "short" (abbreviated month and year, for tables).

    Returns:
        Text with unbreakable spaces; empty for None.
    """
    if value is None:
        return ""
    day, today = paris_day(value), paris_day(now())
    if style == "":
        near = _NEAR[_language()].get((day - today).days)
        if near:
            return near
    return _calendar(day, short=style == "short", year=style in ("full", "short") or day.year != today.year)


def is_near(value: dt.date | dt.datetime) -> bool:
    """Whether a day is said as yesterday, today or tomorrow, and so takes no article in French."""
    return (paris_day(value) - paris_day(now())).days in _NEAR["en"]


def say(value: dt.date | dt.datetime | None, style: str = "") -> str:
    """An instant as people say it: «12 novembre, 18 h 42», «hier à 21 h 10».

    Args:
        value: an aware instant; a plain date is said without a time; None says nothing.
        style: as for `say_date`.

    Returns:
        Text with unbreakable spaces inside the date and inside the time; empty for None.
    """
    if not isinstance(value, dt.datetime):
        return say_date(value, style)
    day = say_date(value, style)
    if day in _NEAR[_language()].values():
        at = "at" if _language() == "en" else "à"
        return f"{day} {at}{NBSP}{_time(value)}"
    return f"{day}, {_time(value)}"


def say_time(value: dt.datetime) -> str:
    """The time of day alone: «21 h 14», "21:14"."""
    return _time(value)


def say_duration(length: dt.timedelta) -> str:
    """A length of time in at most two units: «1 j 2 h», «5 h», «40 min»; days alone from ten days on.

    Minutes are said below five hours only; what is left over is dropped, never rounded up.
    """
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    day, hour, minute = _UNITS[_language()]
    parts: list[str] = []
    if days:
        parts.append(f"{days}{NBSP}{day}")
    if hours and days < 10:
        parts.append(f"{hours}{NBSP}{hour}")
    if minutes and not days and hours < 5:
        parts.append(f"{minutes}{NBSP}{minute}")
    return NBSP.join(parts) or ("less than a minute" if _language() == "en" else "moins d’une minute")


def say_remaining(due: dt.datetime | None) -> str:
    """What is left of a clock: «reste 1 j 2 h», «en retard de 3 h»; empty without a deadline."""
    if due is None:
        return ""
    left = due - now()
    words = say_duration(left)
    if _language() == "en":
        return f"{words} left" if left >= dt.timedelta(0) else f"{words} late"
    return f"reste {words}" if left >= dt.timedelta(0) else f"en retard de {words}"


# --- reading what people type


def _plain(text: str) -> str:
    """Lower case without accents, full stops and commas: «4 févr. 2026» and "4 fevr 2026" are the same."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[.,\s]+", " ", bare).strip()


_MONTHS: dict[str, int] = {}
for _names in (_FRENCH, _FRENCH_SHORT, _ENGLISH, _ENGLISH_SHORT):
    for _number, _name in enumerate(_names, start=1):
        _MONTHS[_plain(_name)] = _number
_MONTHS |= {"jan": 1, "fev": 2, "fevrier": 2, "avr": 4, "juill": 7, "sept": 9, "aout": 8, "dec": 12}

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2}) ?[/\-. ] ?(\d{1,2}) ?[/\-. ] ?(\d{4})\Z", re.ASCII)
_WORDS = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+) (\d{4})\Z", re.ASCII)
_WORDS_FIRST = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4})\Z", re.ASCII)
_MONTH_NUMBERS = re.compile(r"(\d{1,2}) ?[/\-. ] ?(\d{4})\Z", re.ASCII)
_MONTH_ISO = re.compile(r"(\d{4})-(\d{1,2})\Z", re.ASCII)
_MONTH_WORDS = re.compile(r"([a-z]+) (\d{4})\Z", re.ASCII)
_LONGEST = 40


def read_date(text: str) -> dt.date:
    """The date someone typed: 4/11/2026 (day first), 2026-11-04, «4 novembre 2026», "November 4, 2026".

    Raises:
        ValueError: no such date, or a year without its four digits.
    """
    if len(text) > _LONGEST:
        raise ValueError("too long for a date")
    bare = text.strip()
    if found := _ISO.match(bare):
        year, month, day = (int(part) for part in found.groups())
    elif found := _NUMBERS.match(re.sub(r"\s+", " ", bare)):
        day, month, year = (int(part) for part in found.groups())
    elif found := _WORDS.match(_plain(bare)):
        day, month, year = int(found[1]), _MONTHS.get(found[2], 0), int(found[3])
    elif found := _WORDS_FIRST.match(_plain(bare)):
        day, month, year = int(found[2]), _MONTHS.get(found[1], 0), int(found[3])
    else:
        raise ValueError("not a date")
    return dt.date(year, month, day)


def read_month(text: str) -> dt.date:
    """The month someone typed, as its first day: 11/2026, 2026-11, «novembre 2026».

    Raises:
        ValueError: no such month.
    """
    if len(text) > _LONGEST:
        raise ValueError("too long for a month")
    bare = text.strip()
    if found := _MONTH_ISO.match(bare):
        year, month = int(found[1]), int(found[2])
    elif found := _MONTH_NUMBERS.match(re.sub(r"\s+", " ", bare)):
        month, year = int(found[1]), int(found[2])
    elif found := _MONTH_WORDS.match(_plain(bare)):
        month, year = _MONTHS.get(found[1], 0), int(found[2])
    else:
        raise ValueError("not a month")
    return dt.date(year, month, 1)


_NEXT_NUMBERS = re.compile(r"(\d{1,2}) ?[/\- ] ?(\d{1,2})(?: ?[/\- ] ?(\d{2}))?\Z", re.ASCII)
_NEXT_WORDS = re.compile(
    r"(?:(\d{1,2})(?:er|st|nd|rd|th)?|([a-z]+))[ -](?:of |de |d['’])?([a-z]+)(?: (\d{4}))?\Z", re.ASCII
)
_NEXT_WORDS_FIRST = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)?\Z", re.ASCII)
#: The day meant by a part of a month.
_PARTS = {"debut": 1, "early": 1, "mi": 15, "mid": 15, "fin": 25, "late": 25, "end": 25}


def read_coming_date(text: str, today: dt.date) -> dt.date:
    """A day to come, even approximate: as `read_date`, and 1/12, 1/12/26, «1 décembre», «mi-décembre», 12/2026.

    A month alone means its first day, or today when it has begun; without a year the next such day is meant.

    Raises:
        ValueError: no such date.
    """
    try:
        return read_date(text)
    except ValueError:
        plain = _plain(text[:_LONGEST])
    day = year = 0
    if found := _NEXT_NUMBERS.match(plain):
        day, month, year = int(found[1]), int(found[2]), 2000 + int(found[3]) if found[3] else 0
    elif found := _NEXT_WORDS_FIRST.match(plain):
        day, month = int(found[2]), _MONTHS.get(found[1], 0)
    elif found := _NEXT_WORDS.match(plain):
        day, month, year = int(found[1] or _PARTS.get(found[2], 0)), _MONTHS.get(found[3], 0), int(found[4] or 0)
        if not day:
            raise ValueError("not a part of a month")
    elif plain in _MONTHS:
        month = _MONTHS[plain]
    else:
        first = read_month(text)
        month, year = first.month, first.year
    if not day:
        begun = month == today.month and year in (0, today.year)
        day, year = (today.day, today.year) if begun else (1, year)
    coming = dt.date(year or today.year, month, day)
    return coming if year or coming >= today else dt.date(today.year + 1, month, day)


def say_month(value: dt.date) -> str:
    """A month and its year: «novembre 2026»."""
    months = _ENGLISH if _language() == "en" else _FRENCH
    return f"{months[value.month - 1]}{NBSP}{value.year}"
