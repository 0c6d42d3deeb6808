"""What an answer may be, whatever it comes from."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from experts.questionnaires import clean_answer, questions
from experts.questionnaires.fields import field_for, typed
from tests.experts.questionnaires import small


@pytest.mark.parametrize(
    ("code", "raw", "kept"),
    [
        ("operated", "unknown", "unknown"),
        ("operated", "", None),
        ("better", "badly", "badly"),
        ("signs", ["blood", "fever"], ["fever", "blood"]),
        ("signs", ["none"], ["none"]),
        ("signs", "fever", ["fever"]),
        ("signs", [], None),
        ("pain", "0", 0),
        ("pain", 10, 10),
        ("weight", "62,5", 62.5),
        ("weight", " 62.5 ", 62.5),
        ("weight", 300, 300.0),
        ("children", "2", 2),
        ("operated_when", "03/2024", "2024-03"),
        ("operated_when", "mars 2024", "2024-03"),
        ("operated_when", "2026-11", "2026-11"),
        ("born", "1er mars 2024", "2024-03-01"),
        ("born", "2024-02-29", "2024-02-29"),
        ("phone", "  06 12 34 56 78 ", "06 12 34 56 78"),
        ("phone", "   ", None),
        ("relative_phone", "06 12 34 56 78", "0612345678"),
        ("relative_phone", "+32 470 12 34 56", "+32470123456"),
        ("relative_phone", "", None),
        ("pain_words", "un\r\ndeux", "un\ndeux"),
        ("pain_words", "مرحبا 🙂", "مرحبا 🙂"),
        ("pain_words", '"><svg onload=x>{{7*7}}', '"><svg onload=x>{{7*7}}'),
    ],
)
def test_an_answer_in_order_is_kept(code: str, raw: object, kept: object):
    assert clean_answer(small.question(code), raw) == kept


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("operated", "maybe"),
        ("operated", ["yes", "no"]),
        ("operated", True),
        ("better", "well; drop table"),
        ("signs", ["fever", "none"]),
        ("signs", ["cough"]),
        ("signs", [["fever"]]),
        ("signs", {"fever": 1}),
        ("pain", "11"),
        ("pain", "-1"),
        ("pain", "3.5"),
        ("weight", "1.9"),
        ("weight", "300.1"),
        ("weight", "62.55"),
        ("weight", "1e2"),
        ("weight", "NaN"),
        ("weight", "9" * 5000),
        ("children", "2.0"),
        ("operated_when", "13/2024"),
        ("operated_when", "12/2026"),
        ("operated_when", "2024"),
        ("operated_when", "01/1899"),
        ("born", "31/02/2024"),
        ("born", "19/11/2026"),
        ("born", "soon"),
        ("phone", "123"),
        ("phone", "1" * 21),
        ("phone", "06\n12345678"),
        ("relative_phone", "my sister"),
        ("relative_phone", "12345"),
        ("relative_phone", "06 12 34 56 78 or 79"),
        ("pain_words", "x" * 31),
        ("pain_words", "a\x00b"),
        ("pain_words", "a\ud800b"),
        ("phone", "0612\x1b345678"),
    ],
)
def test_an_answer_out_of_order_is_refused_with_words(code: str, raw: object):
    with pytest.raises(ValidationError) as refusal:
        clean_answer(small.question(code), raw)
    assert all(len(message) > 10 for message in refusal.value.messages)


def test_a_megabyte_is_refused_by_its_length():
    with pytest.raises(ValidationError, match="30"):
        clean_answer(small.question("pain_words"), "a" * 1_000_000)


@pytest.mark.parametrize("question", list(questions(small.body())), ids=lambda question: question["code"])
@given(
    raw=st.one_of(
        st.text(max_size=60), st.integers(), st.floats(), st.none(), st.lists(st.text(max_size=8), max_size=4)
    )
)
def test_anything_is_kept_or_refused_and_what_is_kept_comes_back_the_same(question: dict[str, Any], raw: object):
    try:
        kept = clean_answer(question, raw)
    except ValidationError:
        return
    if kept is None:
        return
    field = field_for(question, "fr", required=False)
    again = clean_answer(question, field.prepare_value(typed(question, kept)))
    assert again == kept


def test_the_field_says_the_question_in_the_language_of_the_reader():
    question = {**small.question("weight"), "hint": small.words("Sans chaussures")}
    field = field_for(question, "en-GB")
    assert (str(field.label), str(field.help_text), field.unit, field.required) == (
        "Poids (en)",
        "Sans chaussures (en)",
        "kg (en)",
        True,
    )
    assert not field_for(question, "fr", required=False).required


def test_a_scale_says_what_its_ends_mean():
    assert field_for(small.question("pain"), "fr").choices[:2] == [("0", "0 (rien)"), ("1", "1")]


def test_a_phone_question_brings_the_keypad_and_never_offers_the_readers_own_number_for_somebody_else():
    attrs = field_for(small.question("relative_phone"), "fr").widget.attrs
    assert (attrs["inputmode"], attrs["autocomplete"]) == ("tel", "off")
    own = {**small.question("relative_phone"), "code": "phone"}
    assert field_for(own, "fr").widget.attrs["autocomplete"] == "tel"
