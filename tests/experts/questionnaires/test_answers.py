"""Which questions are asked, what remains, what warns, and how answers read."""

import pytest
from django.utils.translation import override

from experts.questionnaires import (
    answer_text,
    asked_answers,
    combine,
    prerequisites,
    progress,
    red_flags,
    remaining,
    visible_questions,
)
from tests.experts.questionnaires import small


def codes(found: list) -> list[str]:
    return [question["code"] for question in found]


def test_a_conditional_question_is_asked_only_when_its_condition_is_met():
    body = small.body()
    assert "operated_when" not in codes(visible_questions(body, {}))
    assert "operated_when" not in codes(visible_questions(body, {"operated": "no"}))
    assert "operated_when" in codes(visible_questions(body, {"operated": "yes"}))


def test_one_condition_of_any_is_enough_and_conditions_reach_across_blocks():
    body = small.body()
    assert "pain_words" not in codes(visible_questions(body, {"pain": 4}))
    assert "pain_words" in codes(visible_questions(body, {"pain": 5}))
    assert "pain_words" in codes(visible_questions(body, {"operated": "yes", "better": "badly"}))


def test_an_answer_to_a_hidden_question_counts_for_nothing():
    body = small.body()
    answers = {"operated": "no", "better": "badly", "operated_when": "2024-03"}
    assert "pain_words" not in codes(visible_questions(body, answers))
    assert asked_answers(body, answers) == {"operated": "no"}


def test_every_condition_of_all_is_needed():
    body = small.body()
    body["blocks"][1]["questions"][5]["show_if"] = {
        "all": [{"question": "operated", "in": ["yes"]}, {"question": "pain", "lte": 3}]
    }
    assert "children" not in codes(visible_questions(body, {"operated": "yes"}))
    assert "children" not in codes(visible_questions(body, {"operated": "yes", "pain": 4}))
    assert "children" in codes(visible_questions(body, {"operated": "yes", "pain": 3}))


def test_several_answers_meet_a_condition_when_one_of_them_does():
    body = small.body()
    body["blocks"][1]["questions"][5]["show_if"] = {"question": "signs", "in": ["fever"]}
    assert "children" in codes(visible_questions(body, {"signs": ["fever", "blood"]}))
    assert "children" not in codes(visible_questions(body, {"signs": ["blood"]}))


def test_conditions_on_the_common_block_read_its_answers():
    body = small.body()
    body["blocks"][0]["questions"][0]["show_if"] = {"question": "pregnancy", "in": ["wished"]}
    assert "operated" in codes(visible_questions(body, {"pregnancy": "wished"}))
    assert "operated" not in codes(visible_questions(body, {}))


def test_what_remains_is_required_asked_and_empty():
    body = small.body()
    assert codes(remaining(body, {})) == ["operated", "signs", "pain", "weight"]
    answers = {"operated": "yes", "signs": ["none"], "pain": 0, "weight": 60.5}
    assert codes(remaining(body, answers)) == ["operated_when", "better"]
    assert codes(remaining(body, {**answers, "operated": "unknown"})) == []
    assert codes(remaining(body, {**answers, "operated": "no", "signs": []})) == ["signs"]


def test_progress_counts_only_what_is_asked():
    body = small.body()
    todo, started = progress(body, {"pain": 2})
    assert (todo.state, todo.asked, todo.answered, todo.missing) == ("todo", 2, 0, 2)
    assert (started.state, started.asked, started.answered, started.missing) == ("started", 6, 1, 1)
    done, _rest = progress(body, {"operated": "no", "signs": ["none"], "better": "well"})
    assert (done.state, done.answered) == ("done", 2)


def test_warning_signs_are_found_the_most_urgent_first():
    body = small.body()
    flags = red_flags(body, {"pain": 9, "signs": ["fever", "blood"]})
    assert [(flag.question, flag.block, flag.action) for flag in flags] == [
        ("signs", "first", "call_15"),
        ("pain", "second", "call_doctor"),
    ]
    assert flags[0].text("en") == "Appelez (en)"
    with override("en"):
        assert "Call 15 now" in flags[0].advice
    assert [flag.question for flag in red_flags(body, {"pain": 9, "signs": ["blood"]}, block="second")] == ["pain"]


def test_an_answer_below_the_limit_or_to_a_hidden_question_does_not_warn():
    body = small.body()
    assert red_flags(body, {"pain": 8, "signs": ["none"]}) == []
    body["blocks"][1]["questions"][0]["show_if"] = {"question": "operated", "in": ["yes"]}
    assert red_flags(body, {"pain": 10}) == []


def test_a_document_is_asked_for_only_where_the_answers_call_for_it():
    body = small.body()
    assert [piece["code"] for piece in prerequisites(body, {})] == ["report"]
    assert [piece["code"] for piece in prerequisites(body, {"operated": "yes"})] == ["report", "operation"]


def test_the_common_block_comes_before_the_pathology():
    whole = combine({**small.body(), "pathology": "common"}, {**small.body(), "pathology": "own"})
    assert whole["pathology"] == "own"
    assert len(whole["blocks"]) == 4


READ = [
    ("better", "well", "Bien", "Bien (en)"),
    ("signs", ["fever", "blood"], "Fièvre\xa0; Sang", "Fièvre (en); Sang (en)"),
    ("weight", 62.5, "62,5\xa0kg", "62.5\xa0kg (en)"),
    ("children", 2, "2", "2"),
    ("operated_when", "2024-03", "mars\xa02024", "March\xa02024"),
    ("born", "2024-03-01", "1er\xa0mars\xa02024", "1\xa0March\xa02024"),
    ("phone", "<b>06</b>", "<b>06</b>", "<b>06</b>"),
    ("relative_phone", "0612345678", "06\xa012\xa034\xa056\xa078", "06\xa012\xa034\xa056\xa078"),
    ("relative_phone", "+32470123456", "+32470123456", "+32470123456"),
    ("better", "gone", "gone", "gone"),
]


@pytest.mark.parametrize(("code", "value", "french", "english"), READ)
def test_answers_read_as_people_say_them(code: str, value: object, french: str, english: str):
    # The reader's language counts, not the one that happens to be active.
    with override("fr"):
        assert answer_text(small.question(code), value, "en") == english
    with override("en"):
        assert answer_text(small.question(code), value, "fr") == french


@pytest.mark.parametrize(
    ("code", "value", "english"),
    [("operated", "unknown", "I do not know"), ("pain", 7, "7 out of 10"), ("pain", None, "Not answered")],
)
def test_answers_the_product_words_itself(code: str, value: object, english: str):
    assert answer_text(small.question(code), value, "en") == english
