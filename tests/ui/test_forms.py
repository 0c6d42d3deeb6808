"""Fields keep what people wrote, refuse what cannot be stored, and say what to do."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ui import forms
from ui.dates import NBSP


def refusal(field: django_forms.Field, value: Any) -> str:
    """The words a field refuses a value with."""
    with pytest.raises(ValidationError) as caught, translation.override("en"):
        field.clean(value)
    with translation.override("en"):
        return " ".join(str(message) for message in caught.value.messages)


EVERY_FIELD: list[django_forms.Field] = [
    forms.PlainTextField(),
    forms.LongTextField(),
    forms.CodeField(),
    forms.DateField(),
    forms.MonthField(),
    forms.NumberField(),
    forms.PhoneField(),
    forms.EmailField(),
    forms.ChoiceField(choices=[("a", "A")]),
    forms.SelectField(choices=[("a", "A")]),
    forms.MultipleChoiceField(choices=[("a", "A")]),
    forms.YesNoField(),
]
HOSTILE = [
    "\x00", "a\x00b", "a\x1bb", "a\x85\x9fb", "\ud800", "\uffff", "a\u202eb", "x" * 1_000_000, "9" * 1_000_000,
    "😀" * 10, "مرحبا بالعالم", "\"><svg onload=x>", "{{7*7}}", "{% debug %}", "a\r\nb", "\r\n", " ", "\u200b\u2060",
    "%(limit)s %d", "-1", "NaN", "inf", "1e9", "٣", "../../etc/passwd", "' OR 1=1 --",
]  # fmt: skip


@pytest.mark.parametrize("field", EVERY_FIELD, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize(
    "value", [*HOSTILE, 7, True, b"a", ["a", "b"], {"a": 1}, None, object()], ids=lambda v: repr(v)[:20]
)
def test_any_value_is_either_cleaned_or_refused_with_words(field: django_forms.Field, value: Any) -> None:
    words: list[str] = []
    cleaned: Any = ""
    try:
        cleaned = field.clean(value)
    except ValidationError as error:
        words = [str(message).strip() for message in error.messages]
    assert "" not in words
    # What passes can be stored in either database and sent as JSON or XML.
    str(cleaned).encode()
    assert "\x00" not in str(cleaned)


@given(st.text(max_size=400))
def test_what_a_long_text_accepts_is_kept_and_storable(text: str) -> None:
    field = forms.LongTextField(required=False)
    try:
        cleaned = field.clean(text)
    except ValidationError:
        return
    cleaned.encode()
    assert "\r" not in cleaned
    kept = "".join(cleaned.split())
    typed = "".join(text.split())
    assert kept in (typed, "")


def test_text_is_kept_letter_for_letter_with_one_kind_of_line_end() -> None:
    field = forms.LongTextField()
    assert field.clean("  « Où ? »\r\n\ttab 😀 שלום <b>&amp;\rfin \n") == "« Où ? »\n\ttab 😀 שלום <b>&amp;\nfin"


def test_lines_are_counted_as_people_type_them() -> None:
    # The browser sends each line end as two characters.
    assert forms.LongTextField(max_length=5).clean("a\r\nb\r\nc") == "a\nb\nc"
    words = refusal(forms.LongTextField(max_length=5), "a\r\nb\r\ncd")
    assert words == "Shorten this text: it has 6 characters, at most 5 are possible."


def test_a_control_character_is_named_by_its_code() -> None:
    assert "U+0000" in refusal(forms.PlainTextField(), "Renaud\x00")
    assert "U+202E" in refusal(forms.LongTextField(), "fdp.\u202etxt")


def test_a_line_refuses_line_ends_and_turns_tabs_into_spaces() -> None:
    assert refusal(forms.PlainTextField(), "a\r\nBcc: x@example.org") == "Write this on a single line."
    assert forms.PlainTextField().clean("Marie\tCurie") == "Marie Curie"


@pytest.mark.parametrize("blank", ["", " ", "\n\n", "\u200b", "\u00a0\u2060\u00ad"])
def test_invisible_characters_are_no_answer(blank: str) -> None:
    assert refusal(forms.LongTextField(), blank) == "Write your answer."
    assert forms.LongTextField(required=False).clean(blank) == ""


def test_no_control_cuts_what_is_pasted() -> None:
    form = type(
        "Pasted", (forms.Form,), {"a": forms.PlainTextField(max_length=5), "b": forms.LongTextField(max_length=5)}
    )()
    assert "maxlength" not in form.as_p()
    assert " required" not in form.as_p()


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "01-23-45", "012\u00a0345", "0.1.2.3.4.5"])
def test_a_code_is_read_with_its_leading_zero(typed: str) -> None:
    assert forms.CodeField().clean(typed) == "012345"


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "٠١٢٣٤٥", "²²²²²²"])
def test_what_is_no_code_says_how_many_digits(typed: str) -> None:
    assert refusal(forms.CodeField(), typed) == "Enter the 6 digits of the code."


def test_the_code_box_invites_autofill() -> None:
    attrs = forms.CodeField().widget.attrs
    assert attrs["autocomplete"] == "one-time-code"
    assert attrs["inputmode"] == "numeric"


def test_a_date_is_read_and_shown_back_as_typed_here() -> None:
    field = forms.DateField()
    assert field.clean("4 novembre 2026") == date(2026, 11, 4)
    assert field.prepare_value(date(2026, 11, 4)) == "04/11/2026"
    assert field.prepare_value("4 brumaire") == "4 brumaire"
    assert not field.has_changed(date(2026, 11, 4), "2026-11-04")
    assert field.has_changed(date(2026, 11, 4), "31/02/2026")


@pytest.mark.usefixtures("evening")
def test_a_date_outside_its_bounds_names_the_bound() -> None:
    birth = forms.DateField(max_value=forms.today)
    assert birth.clean("14/11/2026") == date(2026, 11, 14)
    assert "14 November 2026 or earlier" in refusal(birth, "15/11/2026").replace(NBSP, " ")
    assert "1 January 1900 or later" in refusal(forms.DateField(), "1/1/0226").replace(NBSP, " ")
    assert "for instance 4 November 2026" in refusal(forms.DateField(), "4/11/26").replace(NBSP, " ")


@pytest.mark.usefixtures("evening")
def test_the_example_of_a_date_is_one_the_field_takes() -> None:
    assert "14 December 2026" in refusal(forms.ComingDateField(), "soon").replace(NBSP, " ")
    assert "14 December 2026" in refusal(forms.DateField(min_value=forms.today), "soon").replace(NBSP, " ")
    assert "1 May 2020" in refusal(forms.DateField(max_value=date(2020, 5, 1)), "soon").replace(NBSP, " ")


def test_a_date_field_gives_the_day_in_paris_of_an_instant() -> None:
    assert forms.DateField().clean(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == date(2026, 7, 1)
    assert forms.DateField(required=False).clean("") is None


def test_a_month_gives_its_first_day() -> None:
    assert forms.MonthField().clean("novembre 2026") == date(2026, 11, 1)
    assert forms.MonthField().prepare_value(date(2026, 11, 1)) == "11/2026"
    assert "for instance November 2026" in refusal(forms.MonthField(), "automne").replace(NBSP, " ")


@pytest.mark.parametrize(
    ("typed", "number"),
    [("37,5", "37.5"), ("1 234.5", "1234.5"), ("1\u202f234,5", "1234.5"), ("-2", "-2"), ("007", "7")],
)
def test_a_number_is_read_with_comma_or_point(typed: str, number: str) -> None:
    assert forms.NumberField(places=1).clean(typed) == Decimal(number)


def test_a_number_says_what_it_wants() -> None:
    weight = forms.NumberField(min_value=1, max_value=400, places=1)
    assert refusal(weight, "0") == "Enter a number of at least 1."
    assert refusal(weight, "401") == "Enter a number of at most 400."
    assert refusal(weight, "70,25") == "Enter a number in digits, for instance 37.5."
    assert refusal(forms.NumberField(), "37,5") == "Enter a number in digits, for instance 37."
    assert weight.prepare_value(Decimal("37.5")) == "37,5"


def test_the_example_of_a_number_is_one_the_field_takes() -> None:
    assert "for instance 150." in refusal(forms.NumberField(min_value=50, max_value=250), "tall")
    assert "for instance 14." in refusal(forms.NumberField(min_value=7, max_value=22), "1,5")


@pytest.mark.parametrize(("typed", "meant"), [("1,65", "165"), ("1.7", "170"), ("1 m 65", "165"), ("9,9", "150")])
def test_metres_typed_for_centimetres_are_answered_with_the_number_meant(typed: str, meant: str) -> None:
    assert f"for instance {meant}." in refusal(forms.NumberField(min_value=50, max_value=250, unit="cm"), typed)
    # A size of 1,2 mm is not 120.
    assert "for instance 37." in refusal(forms.NumberField(min_value=10, max_value=150, unit="mm"), "1,2")


@pytest.mark.parametrize("typed", ["06 12 34 56 78", "06.12.34.56.78", "+33 6 12 34 56 78", "(06) 12-34-56-78"])
def test_a_phone_number_is_read_as_people_write_it(typed: str) -> None:
    assert forms.PhoneField().clean(typed) in ("0612345678", "+33612345678")


@pytest.mark.parametrize("typed", ["12", "demander à ma fille", "+", "1" * 16, "06 12 34 56 7x"])
def test_what_is_no_phone_number_shows_one(typed: str) -> None:
    assert "06" in refusal(forms.PhoneField(), typed)


def test_an_address_with_a_line_end_or_a_control_character_is_refused() -> None:
    for typed in ("camille", "a@b.fr\r\nBcc: c@d.fr", "a\x00@b.fr", "a@\u202eb.fr"):
        assert refusal(forms.EmailField(), typed) == "Enter an e-mail address such as name@example.org."
    assert forms.EmailField().clean(" camille@exemple.fr ") == "camille@exemple.fr"


def test_a_choice_that_was_not_offered_is_never_repeated() -> None:
    field = forms.ChoiceField(choices=[("a", "A")])
    assert refusal(field, "<script>") == "Choose one of the answers shown."
    assert (
        refusal(forms.MultipleChoiceField(choices=[("a", "A")]), ["a", "<script>"]) == "Choose among the answers shown."
    )
    assert refusal(forms.CheckField(), False) == "Tick this box to go on."


def test_yes_and_no_may_go_without_unknown() -> None:
    assert [value for value, _label in forms.YesNoField().choices] == ["yes", "no", "unknown"]
    assert [value for value, _label in forms.YesNoField(unknown=False).choices] == ["yes", "no"]


def test_an_empty_file_and_a_missing_one_say_what_to_do() -> None:
    field = forms.FileField(accept=".pdf")
    assert refusal(field, None) == "Choose a file."
    assert refusal(field, SimpleUploadedFile("a.pdf", b"")) == "This file is empty. Choose another one."
    assert "at most 200" in refusal(field, SimpleUploadedFile("a" * 220 + ".pdf", b"x"))
    assert field.widget.attrs["accept"] == ".pdf"


def test_a_field_sent_twice_counts_once_and_nothing_breaks() -> None:
    class Twice(forms.Form):
        a = forms.PlainTextField()
        b = forms.DateField()

    form = Twice(QueryDict("a=one&a=two&b=4/11/2026&b=x&c=3"))
    assert not form.is_valid()
    assert form.cleaned_data == {"a": "two"}


def test_the_browser_leaves_checking_to_us() -> None:
    assert forms.Form().use_required_attribute is False
    assert forms.Form().label_suffix == ""
