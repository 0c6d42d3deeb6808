"""Form fields every page uses: they keep what people wrote, refuse what cannot be stored, and say what to do.

Draw them with `{% field form.name %}` of `{% load ui %}`.
"""

from typing import Any

from django import forms

from ui.forms.choices import CheckField, ChoiceField, FileField, MultipleChoiceField, SelectField, YesNoField
from ui.forms.numbers import ComingDateField, DateField, MonthField, NumberField, today
from ui.forms.text import LINE_LENGTH, TEXT_LENGTH, CodeField, EmailField, LongTextField, PhoneField, PlainTextField

__all__ = [
    "LINE_LENGTH",
    "TEXT_LENGTH",
    "CheckField",
    "ChoiceField",
    "CodeField",
    "ComingDateField",
    "DateField",
    "EmailField",
    "FileField",
    "Form",
    "LongTextField",
    "MonthField",
    "MultipleChoiceField",
    "NumberField",
    "PhoneField",
    "PlainTextField",
    "SelectField",
    "YesNoField",
    "today",
]


class Form(forms.Form):
    """A form drawn by our own templates: errors come from the server, in our words, in both languages."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
