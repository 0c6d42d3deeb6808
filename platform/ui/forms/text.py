"""Fields for what people write: kept as typed, refused where it cannot be stored."""

import re
import unicodedata
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ui.dates import NBSP

# Longest texts unless a field says otherwise, in characters.
LINE_LENGTH = 300
TEXT_LENGTH = 20_000

_NEWLINES = re.compile("\r\n|\r|\u2028|\u2029|\u0085")
# Control characters but tab and newline; direction overrides, which make a text read otherwise than it is stored;
# halves of characters and non-characters, which databases, PDF and XML refuse.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")


def _has_words(text: str) -> bool:
    """Whether anything would be seen: invisible characters alone are no answer."""
    return any(unicodedata.category(c)[0] not in "ZC" for c in text)


class PlainTextField(forms.CharField):
    """One line of text, kept as typed.

    Args:
        max_length: longest text, in characters; checked before anything else reads it.

    Raises:
        ValidationError: too long, several lines, or a character that cannot be stored.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Fill in this field."),
        "invalid": _("Write this as text."),
        "control": _(
            "This text contains a character that cannot be kept (%(code)s). Delete it, "
            "or type the text again instead of pasting it."
        ),
        "lines": _("Write this on a single line."),
        "too_long": ngettext_lazy(
            "Shorten this text: it has %(length)s characters, at most %(limit)d is possible.",
            "Shorten this text: it has %(length)s characters, at most %(limit)d are possible.",
            "limit",
        ),
    }
    many_lines = False

    def __init__(self, *, max_length: int = LINE_LENGTH, **kwargs: Any) -> None:
        self.limit = max_length
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """The text with one kind of line end and no space around it."""
        if value is None:
            return ""
        if not isinstance(value, str):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if len(value) > 2 * self.limit:
            # Line ends sent by browsers count double, so only what is too long in any reading is refused here.
            self._refuse_length(len(value))
        text = _NEWLINES.sub("\n", value).strip()
        if len(text) > self.limit:
            self._refuse_length(len(text))
        if found := _FORBIDDEN.search(text):
            raise ValidationError(
                self.error_messages["control"], code="control", params={"code": f"U+{ord(found[0]):04X}"}
            )
        if not self.many_lines:
            if "\n" in text:
                raise ValidationError(self.error_messages["lines"], code="lines")
            text = text.replace("\t", " ")
        return text if _has_words(text) else ""

    def _refuse_length(self, length: int) -> None:
        raise ValidationError(
            self.error_messages["too_long"],
            code="too_long",
            params={"length": number_format(length, force_grouping=True), "limit": self.limit},
        )


class LongTextField(PlainTextField):
    """Several lines of plain text: a blank line ends a paragraph, "- " begins a list item.

    Args:
        max_length: longest text, in characters; the page counts along.
        rows: height of the box, in lines.
    """

    many_lines = True
    widget = forms.Textarea
    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("Write your answer.")}

    def __init__(self, *, max_length: int = TEXT_LENGTH, rows: int = 6, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)


class CodeField(PlainTextField):
    """A code received by e-mail: digits only, leading zeros kept; pasted spaces and signs are dropped.

    Args:
        length: number of digits.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Enter the code."),
        "digits": ngettext_lazy(
            "Enter the %(limit)d digit of the code.", "Enter the %(limit)d digits of the code.", "limit"
        ),
    }

    def __init__(self, *, length: int = 6, **kwargs: Any) -> None:
        self.length = length
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={
                    "inputmode": "numeric",
                    "autocomplete": "one-time-code",
                    "autocapitalize": "off",
                    "spellcheck": "false",
                    "class": "code-input",
                    "data-code": length,
                }
            ),
        )
        super().__init__(max_length=100, **kwargs)

    def to_python(self, value: Any) -> str:
        """The digits alone."""
        text = super().to_python(value)
        if not text:
            return ""
        digits = re.sub(r"[\s.\-\u2010-\u2014]", "", text)
        if len(digits) != self.length or not (digits.isascii() and digits.isdigit()):
            raise ValidationError(self.error_messages["digits"], code="digits", params={"limit": self.length})
        return digits


class PhoneField(PlainTextField):
    """A phone number as people write it, with + for abroad; kept with its spaces dropped."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Enter a phone number."),
        "phone": _("Enter a phone number, for instance %(french)s or %(abroad)s."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}))
        super().__init__(max_length=40, **kwargs)

    def to_python(self, value: Any) -> str:
        """Digits, with a leading + when it was typed."""
        text = super().to_python(value)
        if not text:
            return ""
        bare = re.sub(r"[\s.\-()/\u00a0\u202f\u2010-\u2014]", "", text)
        if not re.fullmatch(r"\+?\d{6,15}", bare, re.ASCII):
            raise ValidationError(
                self.error_messages["phone"],
                code="phone",
                params={"french": "06 12 34 56 78".replace(" ", NBSP), "abroad": "+32 470 12 34 56".replace(" ", NBSP)},
            )
        return bare


class EmailField(forms.EmailField):
    """An e-mail address; the browser may fill it in."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Enter an e-mail address."),
        "invalid": _("Enter an e-mail address such as name@example.org."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """The address; a control character is refused like any wrong address."""
        if value is not None and (not isinstance(value, str) or _FORBIDDEN.search(value)):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value) or ""
