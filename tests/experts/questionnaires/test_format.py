"""What a questionnaire file must respect."""

from collections.abc import Callable
from typing import Any

import pytest

from experts.questionnaires import QuestionnaireError, problems, validate
from tests.experts.questionnaires import small


def first(body: dict[str, Any], number: int = 0) -> dict[str, Any]:
    return body["blocks"][0]["questions"][number]


def test_a_sound_questionnaire_has_no_problem():
    assert problems(small.body()) == []
    validate(small.body())


BREAKS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "unknown key": (lambda b: b.update(extra=1), "extra"),
    "text without English": (lambda b: first(b)["label"].pop("en"), "'en' is a required property"),
    "empty text": (lambda b: first(b)["label"].update(fr="   "), "blocks/0/questions/0/label/fr"),
    "unknown type": (lambda b: first(b).update(type="slider"), "slider"),
    "choice without choices": (lambda b: first(b, 2).pop("choices"), "choices"),
    "choices of a yesno": (lambda b: first(b).update(choices=first(b, 2)["choices"]), "blocks/0/questions/0"),
    "number without bounds": (lambda b: b["blocks"][1]["questions"][2].pop("max"), "max"),
    "phone with a length": (
        lambda b: b["blocks"][1]["questions"][-1].update(max=30),
        "blocks/1/questions/6",
    ),
    "unknown action": (lambda b: first(b, 3)["warning"].update(action="wait"), "wait"),
    "unknown document": (lambda b: b["prerequisites"][0].update(document_type="selfie"), "selfie"),
    "year of no guideline": (lambda b: b["sources"][0].update(year=1800), "1800"),
    "same question twice": (lambda b: first(b, 1).update(code="operated"), "«operated» appears 2 times"),
    "same block twice": (lambda b: b["blocks"][1].update(code="first"), "block «first» appears 2 times"),
    "same choice twice": (lambda b: first(b, 2)["choices"][1].update(code="well"), "«well» appears 2 times"),
    "block without source": (lambda b: b["blocks"][0].pop("source"), "block «first» cites no source"),
    "source that is not listed": (lambda b: b["blocks"][0].update(source="nice"), "«nice», which is not among"),
    "source nobody cites": (
        lambda b: b["sources"].append({**b["sources"][0], "id": "eshre"}),
        "source «eshre» is cited by no block",
    ),
    "no document asked for": (lambda b: b.update(prerequisites=[]), "no prerequisite document"),
    "document that depends on nothing": (
        lambda b: b["prerequisites"][1]["show_if"].update(question="ghost"),
        "«operation» depends on «ghost», which does not exist",
    ),
    "condition on a question that does not exist": (
        lambda b: first(b, 1)["show_if"].update(question="ghost"),
        "«operated_when» depends on «ghost», which does not exist",
    ),
    "condition on an answer that does not exist": (
        lambda b: first(b, 1)["show_if"].update({"in": ["perhaps"]}),
        "«perhaps» is not an answer",
    ),
    "number compared with a word": (
        lambda b: b["blocks"][1]["questions"][1].update(show_if={"question": "operated", "gte": 3}),
        "of type yesno",
    ),
    "text compared": (
        lambda b: b["blocks"][1]["questions"][5].update(show_if={"question": "phone", "in": ["1"]}),
        "of type text cannot be compared",
    ),
    "number out of its bounds": (
        lambda b: b["blocks"][1]["questions"][2].update(show_if={"question": "pain", "in": [11]}),
        "«11» is not between 0 and 10",
    ),
    "warning on an answer that does not exist": (
        lambda b: first(b, 3)["warning"]["when"].update({"in": ["cough"]}),
        "warning: «cough» is not an answer",
    ),
    "bounds the wrong way round": (
        lambda b: b["blocks"][1]["questions"][2].update(min=400),
        "min 400 is not below max 300",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_fault_is_named(name: str):
    body = small.body()
    break_it, expected = BREAKS[name]
    break_it(body)
    found = problems(body)
    assert any(expected in problem for problem in found), found
    with pytest.raises(QuestionnaireError):
        validate(body)


def test_questions_that_wait_for_each_other_are_refused():
    body = small.body()
    first(body)["show_if"] = {"any": [{"question": "pain", "gte": 3}]}
    body["blocks"][1]["questions"][0]["show_if"] = {"all": [{"question": "operated", "in": ["yes"]}]}
    found = problems(body)
    assert "question «operated» depends on «pain», which is not asked before it" in found
    assert any("wait for each other: operated → pain → operated" in problem for problem in found)


def test_a_question_cannot_wait_for_itself():
    body = small.body()
    first(body)["show_if"] = {"question": "operated", "in": ["yes"]}
    assert any("wait for each other: operated → operated" in problem for problem in problems(body))


def test_codes_of_the_common_block_are_taken_and_its_questions_can_be_named():
    common = small.body()
    common["pathology"] = "common"
    body = small.body()
    assert any("already asked in the common block" in problem for problem in problems(body, common=common))
    body = {
        **small.body(),
        "prerequisites": small.body()["prerequisites"][:1],
        "blocks": [
            {
                "code": "own",
                "title": small.words("Propre"),
                "source": "has",
                "questions": [
                    {
                        "code": "more",
                        "type": "yesno",
                        "label": small.words("Encore"),
                        "required": True,
                        "show_if": {"question": "operated", "in": ["yes"]},
                    }
                ],
            }
        ],
    }
    assert problems(body, common=common) == []
    assert problems(body) == ["question «more» depends on «operated», which does not exist"]


def test_something_that_is_no_object_is_refused():
    assert problems([1, 2]) != []
    assert problems(None) != []
