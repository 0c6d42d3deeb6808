"""A block as a form that works without JavaScript."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import override

from experts.questionnaires.forms import block_form
from tests.experts.questionnaires import small

BODY = small.body()
FIRST, SECOND = BODY["blocks"]


def sent(text: str) -> QueryDict:
    return QueryDict(text)


def test_only_the_questions_asked_have_a_field():
    assert list(block_form(FIRST, {}, "fr").fields) == ["operated", "signs"]
    assert list(block_form(FIRST, {"operated": "yes"}, "fr").fields) == ["operated", "operated_when", "better", "signs"]


def test_kept_answers_are_shown_again():
    form = block_form(FIRST, {"operated": "yes", "operated_when": "2024-03", "signs": ["fever"]}, "fr")
    assert form["operated_when"].value() == "03/2024"
    assert form["signs"].value() == ["fever"]
    number = block_form(SECOND, {"weight": 62.5, "pain": 3}, "en")
    with override("en"):
        assert number["weight"].value() == "62.5"
    assert number["pain"].value() == "3"


def test_a_page_in_order_gives_its_answers():
    form = block_form(FIRST, {}, "fr", sent("operated=no&signs=fever"))
    assert form.is_valid()
    assert form.answers == {"operated": "no", "signs": ["fever"]}
    assert form.revealed == []


def test_an_answer_that_brings_a_question_in_shows_it_next_without_a_reproach():
    form = block_form(FIRST, {}, "fr", sent("operated=yes&signs=none"))
    assert form.is_valid()
    assert form.revealed == ["operated_when", "better"]
    again = block_form(FIRST, form.answers, "fr", sent("operated=yes&signs=none"))
    assert not again.is_valid()
    assert set(again.errors) == {"operated_when", "better"}


def test_an_answer_that_takes_a_question_away_does_not_ask_for_it():
    form = block_form(FIRST, {"operated": "yes"}, "fr", sent("operated=no&operated_when=&signs=none"))
    assert form.is_valid()
    assert form.answers == {"operated": "no", "signs": ["none"]}


def test_a_question_that_is_not_asked_is_not_taken_from_what_was_sent():
    form = block_form(FIRST, {}, "fr", sent("operated=no&operated_when=03/2024&better=well&signs=none&pain=3"))
    assert form.is_valid()
    assert set(form.answers) == {"operated", "signs"}


def test_a_required_question_left_empty_is_asked_for_unless_the_page_is_left():
    assert set(block_form(FIRST, {}, "fr", sent("")).errors) == {"operated", "signs"}
    leaving = block_form(FIRST, {}, "fr", sent("operated=yes"), partial=True)
    assert leaving.is_valid()
    assert leaving.answers["operated"] == "yes"
    assert leaving.answers["signs"] is None


def test_what_is_in_order_can_be_saved_beside_what_is_not():
    form = block_form(SECOND, {}, "fr", sent("pain=3&weight=5000&children=2"))
    assert not form.is_valid()
    assert "weight" in form.errors
    assert form.valid_answers == {"pain": 3, "born": None, "phone": None, "children": 2, "relative_phone": None}


def test_answers_of_other_blocks_count():
    answers: dict[str, Any] = {"operated": "yes", "better": "badly"}
    assert "pain_words" in block_form(SECOND, answers, "fr", body=BODY).fields
    # Hidden in its own block, the answer brings nothing in here.
    assert "pain_words" not in block_form(SECOND, {**answers, "operated": "no"}, "fr", body=BODY).fields


def test_one_page_may_bring_in_several_questions_one_after_the_other():
    body = small.body()
    body["blocks"][0]["questions"][3]["show_if"] = {"question": "better", "in": ["badly"]}
    form = block_form(body["blocks"][0], {}, "fr", sent("operated=yes&operated_when=03/2024&better=badly"))
    assert form.is_valid()
    assert form.revealed == ["signs"]
