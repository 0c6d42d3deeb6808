"""Fields for dates, months and numbers, in the forms people use in French and in English."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from clock import now
from ui import dates
from ui.forms.text import PlainTextField

Bound = dt.date | Callable[[], dt.date]


def today() -> dt.date:
    """Today in Paris, for the bounds of date fields."""
    return dates.paris_day(now())


class _DayField(PlainTextField):
    """What the date and the month field share: reading, and the bounds of years."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Enter a date."),
        "date": _("Enter a date with day, month and year, for instance %(example)s."),
        "early": _("The date must be %(bound)s or later. Check the year."),
        "late": _("The date must be %(bound)s or earlier. Check the year."),
    }

    def __init__(self, *, min_value: Bound | None = None, max_value: Bound | None = None, **kwargs: Any) -> None:
        self.min_value = min_value or dt.date(1900, 1, 1)
        self.max_value = max_value or dt.date(2100, 12, 31)
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "class": "short-input"}))
        super().__init__(max_length=40, **kwargs)

    def _read(self, text: str) -> dt.date:
        return dates.read_date(text)

    def _say(self, value: dt.date) -> str:
        return dates.say_date(value, "full")

    def to_python(self, value: Any) -> dt.date | None:  # type: ignore[override]
        """The date typed in any usual form, inside the bounds; None for nothing."""
        if isinstance(value, dt.datetime):
            return dates.paris_day(value)
        if isinstance(value, dt.date):
            return value
        text = super().to_python(value)
        if not text:
            return None
        low, high = (b() if callable(b) else b for b in (self.min_value, self.max_value))
        try:
            day = self._read(text)
        except ValueError as error:
            # An example that the field takes.
            example = min(max(dt.date(2026, 11, 4), low + dt.timedelta(days=30)), high)
            raise ValidationError(
                self.error_messages["date"], code="date", params={"example": self._say(example)}
            ) from error
        if day < low:
            raise ValidationError(self.error_messages["early"], code="early", params={"bound": self._say(low)})
        if day > high:
            raise ValidationError(self.error_messages["late"], code="late", params={"bound": self._say(high)})
        return day

    def prepare_value(self, value: Any) -> Any:
        """A stored date as it is typed here: day first."""
        return f"{value.day:02d}/{value.month:02d}/{value.year}" if isinstance(value, dt.date) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another date was typed, in whatever form."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class DateField(_DayField):
    """A date in one text box: 4/11/2026, 2026-11-04, «4 novembre 2026», "November 4, 2026"; the day comes first.

    Args:
        min_value, max_value: bounds, or functions that give them (`today`); 1900 to 2100 unless said.

    Returns:
        `datetime.date`, or None when left empty.
    """


class ComingDateField(DateField):
    """A day to come, even approximate: as `DateField`, and «1 décembre», «mi-décembre», 12/2026 for its first day."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "date": _("Enter a date, even approximate, for instance %(example)s."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=today, **kwargs)

    def _read(self, text: str) -> dt.date:
        return dates.read_coming_date(text, today())


class MonthField(_DayField):
    """A month in one text box: 11/2026, 2026-11, «novembre 2026»; gives its first day."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "date": _("Enter a month and a year, for instance %(example)s."),
        "required": _("Enter a month and a year."),
        "early": _("The month must be %(bound)s or later. Check the year."),
        "late": _("The month must be %(bound)s or earlier. Check the year."),
    }

    def _read(self, text: str) -> dt.date:
        return dates.read_month(text)

    def _say(self, value: dt.date) -> str:
        return dates.say_month(value)

    def prepare_value(self, value: Any) -> Any:
        """A stored month as it is typed here."""
        return f"{value.month:02d}/{value.year}" if isinstance(value, dt.date) else value


class NumberField(PlainTextField):
    """A number with comma or point, as «1 234,5»; gives a `Decimal`.

    Args:
        min_value, max_value: bounds, included.
        places: digits after the comma at most; 0 for whole numbers.
        unit: words shown beside the box.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Enter a number."),
        "number": _("Enter a number in digits, for instance %(example)s."),
        "low": _("Enter a number of at least %(bound)s."),
        "high": _("Enter a number of at most %(bound)s."),
    }

    def __init__(
        self,
        *,
        min_value: int | Decimal | None = None,
        max_value: int | Decimal | None = None,
        places: int = 0,
        unit: Any = "",
        **kwargs: Any,
    ) -> None:
        self.min_value, self.max_value, self.places, self.unit = min_value, max_value, places, unit
        attrs = {"inputmode": "decimal" if places else "numeric", "autocomplete": "off", "class": "short-input"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=30, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """The number, or None for nothing."""
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return Decimal(value)
        text = super().to_python(value)
        if not text:
            return None
        bare = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".").replace("\u2212", "-")
        if not re.fullmatch(r"-?\d{1,12}(\.\d+)?", bare, re.ASCII) or len(bare.partition(".")[2]) > self.places:
            raise ValidationError(
                self.error_messages["number"], code="number", params={"example": number_format(self._example(bare))}
            )
        number = Decimal(bare)
        if self.min_value is not None and number < self.min_value:
            bound = number_format(self.min_value, force_grouping=True)
            raise ValidationError(self.error_messages["low"], code="low", params={"bound": bound})
        if self.max_value is not None and number > self.max_value:
            bound = number_format(self.max_value, force_grouping=True)
            raise ValidationError(self.error_messages["high"], code="high", params={"bound": bound})
        return number

    def _example(self, typed: str) -> Decimal:
        """A number the field takes: the one that was meant where metres were typed for centimetres."""
        if str(self.unit) == "cm" and (metres := re.fullmatch(r"(\d)[.m](\d{1,2})m?", typed, re.ASCII)):
            centimetres = Decimal(f"{metres[1]}{metres[2]:0<2}")
            if self._holds(centimetres):
                return centimetres
        example = Decimal("37.5") if self.places else Decimal(37)
        if self._holds(example) or self.min_value is None or self.max_value is None:
            return example
        return Decimal(self.min_value + self.max_value) // 2

    def _holds(self, number: Decimal) -> bool:
        low, high = self.min_value, self.max_value
        return (low is None or number >= low) and (high is None or number <= high)

    def prepare_value(self, value: Any) -> Any:
        """A stored number with the reader's decimal sign."""
        return number_format(value) if isinstance(value, Decimal) else value
