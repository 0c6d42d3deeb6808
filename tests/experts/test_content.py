"""The questionnaires that come with the product: complete in both languages, with their sources and warning signs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from experts.questionnaires import COMMON, check, load, questions, visible_questions
from experts.questionnaires.library import FOLDER, codes, index

EIGHT = {
    "endometriosis",
    "scoliosis",
    "lumbar_disc_herniation",
    "breast_cancer",
    "prostate_cancer",
    "thyroid_nodule",
    "aortic_aneurysm",
    "crohn",
}
FILES = sorted(FOLDER.glob("*/v*.json"))


def names(files: list[Path]) -> list[str]:
    return [f"{file.parent.name}/{file.name}" for file in files]


def test_the_eight_pathologies_are_there_and_in_the_index():
    assert {entry["code"] for entry in index()} == EIGHT
    assert set(codes()) == EIGHT | {COMMON}


@pytest.mark.parametrize("file", FILES, ids=names(FILES))
def test_a_file_is_sound_in_format_references_and_typography(file: Path):
    common = None if file.parent.name == COMMON else load(COMMON)
    assert check.file_problems(file, common=common) == []


@pytest.mark.parametrize("file", [FOLDER / "index.json", *FILES], ids=names([FOLDER / "index.json", *FILES]))
def test_every_text_is_there_in_both_languages_and_they_differ_where_they_are_sentences(file: Path):
    def pairs(part: Any) -> Any:
        if isinstance(part, dict):
            if {"fr", "en"} & set(part):
                yield part
            for value in part.values():
                yield from pairs(value)
        elif isinstance(part, list):
            for value in part:
                yield from pairs(value)

    found = list(pairs(json.loads(file.read_text(encoding="utf-8"))))
    assert len(found) > 5
    for pair in found:
        assert set(pair) == {"fr", "en"}
        assert pair["fr"]
        assert pair["en"]
        if isinstance(pair["fr"], str) and sum(word.isalpha() for word in pair["fr"].split()) >= 4:
            assert pair["fr"] != pair["en"], pair


@pytest.mark.parametrize("code", sorted(EIGHT))
def test_a_pathology_has_enough_of_everything(code: str):
    body = load(code)
    own = list(questions(body))
    assert len(own) >= 15
    assert sum("show_if" in question for question in own) >= 5
    actions = {question["warning"]["action"] for question in own if "warning" in question}
    assert "call_15" in actions
    assert len([question for question in own if "warning" in question]) >= 2
    assert any(piece["required"] for piece in body["prerequisites"])
    cited = {source["id"]: source for source in body["sources"]}
    for block in body["blocks"]:
        assert cited[block["source"]]["year"] >= 1990


def test_the_very_first_question_of_all_asks_for_signs_that_cannot_wait():
    first = load(COMMON)["blocks"][0]["questions"][0]
    assert first["warning"]["action"] == "call_15"
    assert first["choices"][-1]["code"] == "none"
    assert set(first["warning"]["when"]["in"]) == {c["code"] for c in first["choices"]} - {"none"}


@pytest.mark.parametrize("code", sorted(EIGHT | {COMMON}))
def test_every_conditional_question_can_be_reached(code: str):
    """Answers that meet the conditions of a question one by one do bring it in."""
    body = load(code)
    answers: dict[str, Any] = {}
    known = {question["code"]: question for question in [*questions(load(COMMON)), *questions(body)]}

    def meet(condition: dict[str, Any], into: dict[str, Any]) -> None:
        if "all" in condition:
            for part in condition["all"]:
                meet(part, into)
        elif "any" in condition:
            meet(condition["any"][0], into)
        else:
            target = known[condition["question"]]
            value: Any = condition["in"][0] if "in" in condition else condition.get("gte", condition.get("lte"))
            into[condition["question"]] = [value] if target["type"] == "multi" else value
            if "show_if" in target:
                meet(target["show_if"], into)

    for question in questions(body):
        answers = {}
        if "show_if" in question:
            meet(question["show_if"], answers)
        assert question["code"] in {asked["code"] for asked in visible_questions(body, answers)}, question["code"]


def test_the_common_block_asks_what_every_expert_needs():
    asked = {question["code"] for question in questions(load(COMMON))}
    assert asked >= {
        "urgent_signs",
        "diagnosis_words",
        "first_opinion_doctor",
        "first_opinion_place",
        "first_opinion_month",
        "treatment_proposed",
        "treatment_begun",
        "past_conditions",
        "operations",
        "family_history",
        "allergies",
        "takes_medicines",
        "medicines_list",
        "examinations_done",
        "activity",
        "weight",
        "phone",
        "emergency_name",
        "emergency_phone",
        "prognosis_wish",
        "what_matters",
    }


def test_no_text_promises_gives_figures_of_success_or_names_a_brand_of_service():
    for file in FILES:
        text = file.read_text(encoding="utf-8").casefold()
        assert not re.search(r"garanti|meilleur expert|best expert|taux de réussite|success rate", text), file


def test_typography_can_be_set_right_in_a_file(tmp_path: Path):
    folder = tmp_path / "crohn"
    folder.mkdir()
    file = folder / "v1.json"
    body = json.loads((FOLDER / "crohn" / "v1.json").read_text(encoding="utf-8"))
    body["title"]["fr"] = "L'essai : « ici » ?"
    file.write_text(json.dumps(body), encoding="utf-8")
    assert check.file_problems(file, common=load(COMMON)) != []
    assert check.main(["--fix", str(file)]) == 0
    assert json.loads(file.read_text(encoding="utf-8"))["title"]["fr"] == "L’essai\xa0: «\xa0ici\xa0»\xa0?"
