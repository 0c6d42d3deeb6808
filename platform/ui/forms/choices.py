"""Fields for choices, ticks and files."""

from typing import Any, ClassVar

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _


class ChoiceField(forms.ChoiceField):
    """One choice among a few, as radio buttons.

    A choice's hint is given by `hints`: a mapping from value to words.
    """

    widget: type[forms.Widget] = forms.RadioSelect
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Choose an answer."),
        "invalid_choice": _("Choose one of the answers shown."),
    }

    def __init__(self, *, hints: dict[str, Any] | None = None, **kwargs: Any) -> None:
        self.hints = hints or {}
        super().__init__(**kwargs)


class Select(forms.Select):
    """A list to choose from, without groups: written at once, where Django fills two templates for each line."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The control with its choices, the chosen one marked."""
        chosen = self.format_value(value)
        lines = (("" if code is None else str(code), label) for code, label in self.choices)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((code, " selected" if code in chosen else "", label) for code, label in lines),
        )
        written = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", written, options)


class SelectField(ChoiceField):
    """One choice in a long list."""

    widget: type[forms.Widget] = Select
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Choose from the list."),
        "invalid_choice": _("Choose from the list."),
    }


class MultipleChoiceField(forms.MultipleChoiceField):
    """Any number of choices, as checkboxes."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Choose at least one answer."),
        "invalid_choice": _("Choose among the answers shown."),
        "invalid_list": _("Choose among the answers shown."),
    }

    def __init__(self, *, hints: dict[str, Any] | None = None, **kwargs: Any) -> None:
        self.hints = hints or {}
        super().__init__(**kwargs)


class YesNoField(ChoiceField):
    """«Oui», «non» and, unless `unknown=False`, «je ne sais pas»: "yes", "no", "unknown"."""

    def __init__(self, *, unknown: bool = True, **kwargs: Any) -> None:
        choices = [("yes", _("Yes")), ("no", _("No"))] + ([("unknown", _("I do not know"))] if unknown else [])
        super().__init__(choices=choices, **kwargs)


class CheckField(forms.BooleanField):
    """One box to tick; required means that it must be ticked."""

    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("Tick this box to go on.")}


class FileField(forms.FileField):
    """One file; the view that receives it judges size and type by content.

    Args:
        accept: endings and media types the file chooser offers (".pdf,image/*").
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Choose a file."),
        "invalid": _("Choose the file again: it did not arrive."),
        "missing": _("Choose the file again: it did not arrive."),
        "empty": _("This file is empty. Choose another one."),
        "max_length": _("Shorten the name of this file: it has %(length)d characters, at most %(max)d are possible."),
    }

    def __init__(self, *, accept: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": accept} if accept else {}))
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)
