"""One answer, from what was typed to what is stored: bounds, forms of dates, lengths, characters that cannot be kept."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clock import now
from experts.questionnaires.format import EXCLUSIVE, Question, bounds, possible_values

EARLIEST_YEAR = 1900
#: How far ahead a date of care may lie, in years.
YEARS_AHEAD = 10

_MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv", "jan", "january"),
            ("fevrier", "fevr", "fev", "february", "feb"),
            ("mars", "march", "mar"),
            ("avril", "avr", "april", "apr"),
            ("mai", "may"),
            ("juin", "june", "jun"),
            ("juillet", "juil", "july", "jul"),
            ("aout", "august", "aug"),
            ("septembre", "sept", "sep", "september"),
            ("octobre", "oct", "october"),
            ("novembre", "nov", "november"),
            ("decembre", "dec", "december"),
        ),
        start=1,
    )
    for name in names
}


def folded(text: str) -> str:
    """Lower case, without accents, ligatures opened, every run of other signs one space: for comparing words."""
    opened = text.casefold().replace("œ", "oe").replace("æ", "ae")
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(sign))
    return re.sub(r"[^0-9a-z]+", " ", plain).strip()


def clean_value(question: Question, raw: object) -> Any:
    """See `experts.questionnaires.clean_answer`."""
    if question["type"] == "multi":
        return _clean_multi(question, raw)
    if isinstance(raw, list | tuple):
        raise ValidationError(_("Give one answer only."), code="several")
    text = "" if raw is None else str(raw)
    if question["type"] != "longtext":
        text = text.strip()
    _refuse_unkept(text, newlines=question["type"] == "longtext")
    if not text.strip():
        return None
    return _CLEANERS[question["type"]](question, text)


def _refuse_unkept(text: str, *, newlines: bool) -> None:
    """Refuse characters that no page can show and no document can print (C0, C1, half of a pair)."""
    kept = "\n\r\t" if newlines else ""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in kept for sign in text):
        raise ValidationError(
            _("This text holds a character that cannot be kept, often left by a copy. Delete it, or type the text again."),
            code="control",
        )


def _clean_coded(question: Question, text: str) -> str:
    if text not in possible_values(question):
        raise ValidationError(_("Choose one of the answers offered."), code="choice")
    return text


def _clean_multi(question: Question, raw: object) -> list[str] | None:
    given = list(raw) if isinstance(raw, list | tuple | set) else [raw]
    codes = {str(code) for code in given if code not in (None, "")}
    if codes - possible_values(question):
        raise ValidationError(_("Choose among the answers offered."), code="choice")
    alone = [choice["code"] for choice in question["choices"] if choice["code"] in EXCLUSIVE and choice["code"] in codes]
    if alone and len(codes) > 1:
        raise ValidationError(
            _("Two of these answers contradict each other: keep “none” or “I do not know” alone, or untick it."),
            code="exclusive",
        )
    return [choice["code"] for choice in question["choices"] if choice["code"] in codes] or None


def _clean_measure(question: Question, text: str) -> int | float:
    low, high = bounds(question)
    decimals = question.get("decimals", 0) if question["type"] == "number" else 0
    found = re.fullmatch(r"([+-]?[0-9]{1,12})(?:[.,]([0-9]{1,12}))?", _without_unit(question, text))
    value = float(f"{found[1]}.{found[2] or 0}") if found else None
    if value is None or not low <= value <= high:
        names = {"low": f"{low:g}", "high": f"{high:g}"}
        raise ValidationError(_("Enter a number between %(low)s and %(high)s.") % names, code="bounds")
    if round(value, decimals) != value:
        raise ValidationError(
            ngettext(
                "Enter at most %(count)d digit after the decimal point.",
                "Enter at most %(count)d digits after the decimal point.",
                decimals,
            )
            % {"count": decimals}
            if decimals
            else _("Enter a whole number, without decimals."),
            code="decimals",
        )
    return value if decimals else int(value)


def _without_unit(question: Question, text: str) -> str:
    """What was typed, without spaces, nor the unit if the person wrote it after the number."""
    text = re.sub(r"\s+", "", text)
    for unit in question.get("unit", {}).values():
        text = text.removesuffix(re.sub(r"\s+", "", unit))
    return text


def _clean_month(question: Question, text: str) -> str:
    parts = _date_parts(text)
    if len(parts) == 2 and parts[0] > 12:
        parts.reverse()
    if len(parts) != 2 or not 1 <= parts[0] <= 12 or not 1000 <= parts[1] <= 9999:
        raise ValidationError(_("Enter the month and the year, for example 03/2024."), code="month")
    month, year = parts
    today = now().date()
    _check_period(question, date(year, month, 1), today=today.replace(day=1))
    return f"{year:04d}-{month:02d}"


def _clean_date(question: Question, text: str) -> str:
    parts = _date_parts(text)
    if len(parts) == 3 and parts[0] > 31:
        parts.reverse()
    try:
        if len(parts) != 3 or not 1000 <= parts[2] <= 9999:
            raise ValueError
        value = date(parts[2], parts[1], parts[0])
    except ValueError:
        raise ValidationError(_("Enter the day, the month and the year, for example 27/03/2024."), code="date") from None
    _check_period(question, value, today=now().date())
    return value.isoformat()


def _date_parts(text: str) -> list[int]:
    """The numbers of a date, a month's name counting as its number; empty when something else is in it."""
    parts = []
    for word in folded(re.sub(r"\b1er\b", "1", text)).split():
        if word in _MONTH_NAMES:
            parts.append(_MONTH_NAMES[word])
        elif word.isdecimal() and len(word) <= 4:
            parts.append(int(word))
        else:
            return []
    return parts


def _check_period(question: Question, value: date, *, today: date) -> None:
    period = question.get("period", "any")
    if period == "past" and value > today:
        raise ValidationError(_("This date has not come yet. Enter a date in the past."), code="future")
    if period == "future" and value < today:
        raise ValidationError(_("This date is over. Enter a date to come."), code="past")
    if not EARLIEST_YEAR <= value.year <= today.year + YEARS_AHEAD:
        raise ValidationError(
            _("Check the year: it should be between %(first)s and %(last)s.")
            % {"first": EARLIEST_YEAR, "last": today.year + YEARS_AHEAD},
            code="year",
        )


def _clean_text(question: Question, text: str) -> str:
    low, high = (int(bound) for bound in bounds(question))
    text = unicodedata.normalize("NFC", re.sub(r"\r\n?", "\n", text)).strip()
    if len(text) > high:
        raise ValidationError(
            _("%(length)s characters, where %(most)s are possible: shorten a little, or add a document.")
            % {"length": len(text), "most": high},
            code="long",
        )
    if len(text) < low:
        raise ValidationError(_("Write at least %(least)s characters.") % {"least": low}, code="short")
    return text


def said_month(value: str) -> str:
    """A stored month ("2024-03") in the active language: “mars 2024”."""
    year, month = value.split("-")[:2]
    return f"{MONTHS[int(month)]} {year}"


def said_date(value: str) -> str:
    """A stored date ("2024-03-27") in the active language: “27 mars 2024”."""
    return date_format(date.fromisoformat(value), "j F Y")


_CLEANERS: dict[str, Callable[[Question, str], Any]] = {
    "yesno": _clean_coded,
    "choice": _clean_coded,
    "scale": _clean_measure,
    "number": _clean_measure,
    "month": _clean_month,
    "date": _clean_date,
    "text": _clean_text,
    "longtext": _clean_text,
}
