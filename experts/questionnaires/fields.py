"""One form field per question: the same field draws the question on a page and cleans an answer from anywhere else."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from experts.questionnaires.format import EXCLUSIVE, Question, bounds
from ui.forms import (
    ChoiceField,
    DateField,
    LongTextField,
    MonthField,
    MultipleChoiceField,
    NumberField,
    PhoneField,
    PlainTextField,
    YesNoField,
    today,
)

#: How far ahead a date of care may lie, in years.
YEARS_AHEAD = 10
#: A scale with more steps than this is a number to type, not a row of buttons.
MOST_STEPS = 11


def localised(text: Mapping[str, str], language: str) -> str:
    """A text of the questionnaire in the reader's language ("fr", "en", "fr-FR"…), else in French."""
    return text.get(language.split("-")[0]) or text["fr"]


class SeveralField(MultipleChoiceField):
    """Several answers, where «none» and «I do not know» stand alone."""

    order: list[str]

    default_error_messages = {
        "exclusive": _("These answers contradict each other: keep “none” or “I do not know” alone, or untick it.")
    }

    def clean(self, value: Any) -> list[str]:
        """The codes in the order of the choices."""
        given = set(super().clean(value))
        if len(given) > 1 and given & set(EXCLUSIVE):
            raise ValidationError(self.error_messages["exclusive"], code="exclusive")
        return [code for code in self.order if code in given]


class ShortestMixin:
    """A text with a smallest length, in characters."""

    least = 0

    def clean(self, value: Any) -> str:
        """The text, if it is long enough or empty."""
        text: str = super().clean(value)  # type: ignore[misc]
        if text and len(text) < self.least:
            raise ValidationError(
                _("Write at least %(least)s characters."), code="short", params={"least": str(self.least)}
            )
        return text


class LineField(ShortestMixin, PlainTextField):
    """A line of text with a smallest length."""


class ParagraphField(ShortestMixin, LongTextField):
    """Lines of text with a smallest length."""


def field_for(question: Question, language: str, *, required: bool | None = None) -> forms.Field:
    """The field of a question, its words in the reader's language.

    Args:
        required: whether an empty answer is refused; as the question says when not given.
    """
    common: dict[str, Any] = {
        "label": localised(question["label"], language),
        "help_text": localised(question["hint"], language) if "hint" in question else "",
        "required": question["required"] if required is None else required,
    }
    return _MAKERS[question["type"]](question, language, common)


def _labels(question: Question, language: str) -> list[tuple[str, str]]:
    return [(choice["code"], localised(choice["label"], language)) for choice in question["choices"]]


def _yes_no(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    return YesNoField(**common)


def _choice(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    return ChoiceField(choices=_labels(question, language), **common)


def _multi(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    field = SeveralField(choices=_labels(question, language), **common)
    field.order = [choice["code"] for choice in question["choices"]]
    return field


def _scale(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    low, high = (int(bound) for bound in bounds(question))
    if high - low >= MOST_STEPS:
        return NumberField(min_value=low, max_value=high, **common)
    ends = {low: question.get("min_label"), high: question.get("max_label")}
    steps = [
        (str(n), f"{n} ({localised(words, language)})" if (words := ends.get(n)) else str(n))
        for n in range(low, high + 1)
    ]
    return ChoiceField(choices=steps, **common)


def _number(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    low, high = (Decimal(str(bound)) for bound in bounds(question))
    unit = localised(question["unit"], language) if "unit" in question else ""
    return NumberField(min_value=low, max_value=high, places=question.get("decimals", 0), unit=unit, **common)


def _day_bounds(question: Question, *, month: bool) -> dict[str, dt.date]:
    day = today()
    first = day.replace(day=1) if month else day
    latest = dt.date(day.year + YEARS_AHEAD, 12, 31)
    period = question.get("period", "any")
    if period == "past":
        return {"max_value": day}
    return {"max_value": latest, **({"min_value": first} if period == "future" else {})}


def _month(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    return MonthField(**_day_bounds(question, month=True), **common)


def _date(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    return DateField(**_day_bounds(question, month=False), **common)


def _phone(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    # The question «phone» asks for the reader's own; a browser must not offer that number for somebody else's.
    autocomplete = "tel" if question["code"] == "phone" else "off"
    return PhoneField(widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": autocomplete}), **common)


def _line(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    field = LineField(max_length=int(bounds(question)[1]), **common)
    field.least = int(bounds(question)[0])
    return field


def _paragraph(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    field = ParagraphField(max_length=int(bounds(question)[1]), rows=5, **common)
    field.least = int(bounds(question)[0])
    return field


_MAKERS = {
    "yesno": _yes_no,
    "choice": _choice,
    "multi": _multi,
    "scale": _scale,
    "number": _number,
    "month": _month,
    "date": _date,
    "phone": _phone,
    "text": _line,
    "longtext": _paragraph,
}


def stored(question: Question, cleaned: Any) -> Any:
    """What a field gave, as it is kept among the answers; None for no answer."""
    if cleaned in (None, "", []):
        return None
    kind = question["type"]
    if kind == "scale":
        return int(cleaned)
    if kind == "number":
        return float(cleaned) if question.get("decimals", 0) else int(cleaned)
    if kind == "month":
        return f"{cleaned:%Y-%m}"
    if kind == "date":
        return cleaned.isoformat()
    return cleaned


def typed(question: Question, value: Any) -> Any:
    """A kept answer, as its field shows it again."""
    if value is None:
        return None
    kind = question["type"]
    if kind == "scale":
        return str(value)
    if kind == "number":
        return Decimal(str(value))
    if kind == "month":
        return dt.date.fromisoformat(f"{value}-01")
    if kind == "date":
        return dt.date.fromisoformat(value)
    return value


def clean_answer(question: Question, raw: object) -> Any:
    """The answer as it is kept, from what a form, a file or a program gives.

    Returns:
        None for no answer; a code (yesno, choice); a list of codes in the order of the choices (multi); an int (scale,
        number) or a float (number with decimals); "2026-11" (month); "2026-11-12" (date); text.

    Raises:
        ValidationError: the message says what to enter instead.
    """
    if isinstance(raw, bool | dict | set | bytes):
        raise ValidationError(_("This is not an answer to this question."), code="type")
    if question["type"] == "multi":
        raw = [] if raw in (None, "") else raw if isinstance(raw, list | tuple) else [raw]
        if not all(isinstance(code, str) for code in raw):
            raise ValidationError(_("This is not an answer to this question."), code="type")
    elif isinstance(raw, list | tuple):
        raise ValidationError(_("Give one answer only."), code="several")
    elif isinstance(raw, int | float):
        raw = repr(raw)
    return stored(question, field_for(question, "fr", required=False).clean(raw))
