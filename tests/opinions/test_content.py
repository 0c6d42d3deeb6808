"""The content of an opinion: stored and read back the same, complete or not, and never with what no paper can hold."""

import dataclasses
import json
from typing import Any

import pytest

from cases.opinions.content import (
    Divergence,
    DivergenceOn,
    OpinionContent,
    Relevance,
    TreatmentOption,
    from_dict,
    refuse_unprintable,
    texts_of,
    to_dict,
    to_json,
)
from errors import Invalid
from tests.opinions.samples import ADDENDUM, CORRECTION_APART, EVERY, SECOND_OPINION

every_sample = pytest.mark.parametrize("content", EVERY.values(), ids=EVERY)


@every_sample
def test_what_is_stored_is_read_back_the_same(content: OpinionContent) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(content)))) == content


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "third_opinion"},
        {"language": "de"},
        {"version": "1"},
        {"patient": None},
        {"questions": "why?"},
        {"signed_at": "yesterday"},
        {"no_such_field": 1},
    ],
)
def test_values_that_are_no_opinion_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        from_dict({**to_dict(SECOND_OPINION), **change})


@every_sample
def test_samples_are_complete(content: OpinionContent) -> None:
    assert content.problems() == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"questions": ()}, "questions"),
        ({"expert": dataclasses.replace(SECOND_OPINION.expert, phone=" ")}, "expert"),
        ({"expert": dataclasses.replace(SECOND_OPINION.expert, insurance_position="")}, "expert"),
        ({"summary": " \n"}, "summary"),
        ({"analysis": ""}, "analysis"),
        ({"relevance": None}, "relevance"),
        ({"relevance": Relevance.NEEDS_IN_PERSON, "relevance_reason": ""}, "relevance_reason"),
        ({"divergence": None}, "divergence"),
        ({"divergence": Divergence.MINOR, "divergence_on": None}, "divergence_on"),
        ({"divergence": Divergence.DEEP, "divergence_text": " "}, "divergence_text"),
        ({"options": (TreatmentOption(title="Opérer", benefits="Vite", risks=" "),)}, "options.0"),
    ],
)
def test_what_is_missing_before_the_signature_is_named(change: dict[str, Any], field: str) -> None:
    assert list(dataclasses.replace(SECOND_OPINION, **change).problems()) == [field]


def test_a_question_without_an_answer_is_missing_one_even_in_an_addendum() -> None:
    for content in (SECOND_OPINION, ADDENDUM):
        silent = dataclasses.replace(content.questions[0], answer="")
        assert list(dataclasses.replace(content, questions=(silent,)).problems()) == ["questions"]


def test_no_first_opinion_and_unable_to_conclude_need_no_subject() -> None:
    for level in (Divergence.NONE_STATED, Divergence.UNABLE):
        bare = dataclasses.replace(SECOND_OPINION, divergence=level, divergence_on=None, divergence_text="")
        assert bare.problems() == {}
    assert DivergenceOn.BOTH in DivergenceOn


def _with_text(value: Any, path: list[str], text: str) -> Any:
    """The same value with one text inside it replaced."""
    if not path:
        return text
    if isinstance(value, tuple):
        index = int(path[0])
        return (*value[:index], _with_text(value[index], path[1:], text), *value[index + 1 :])
    return dataclasses.replace(value, **{path[0]: _with_text(getattr(value, path[0]), path[1:], text)})


@pytest.mark.parametrize("mark", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\ud800"])
def test_a_control_character_is_refused_in_every_field_and_the_field_is_named(mark: str) -> None:
    paths = [path for path, _text in texts_of(CORRECTION_APART)]
    assert len(paths) > 60
    for path in paths:
        wrong = _with_text(CORRECTION_APART, path.split("."), f"a{mark}b")
        with pytest.raises(Invalid) as refused:
            refuse_unprintable(wrong)
        assert list(refused.value.fields) == [path]
        assert mark not in str(refused.value.message)


@every_sample
def test_line_ends_and_tabs_are_no_control_characters(content: OpinionContent) -> None:
    refuse_unprintable(dataclasses.replace(content, analysis="a\r\nb\tc\rd"))


def test_the_attached_json_holds_every_text_as_typed_and_is_canonical() -> None:
    attached = to_json(SECOND_OPINION)
    assert attached == json.dumps(json.loads(attached), ensure_ascii=False, sort_keys=True, indent=1).encode()
    held = json.loads(attached)
    assert (held["format"], held["format_version"], held["part"]) == ("second-regard/opinion", 1, "report")
    flat = json.dumps(held, ensure_ascii=False)
    for _path, text in texts_of(SECOND_OPINION):
        assert json.dumps(text, ensure_ascii=False) in flat


def test_a_prognosis_that_stands_apart_is_in_the_annex_alone() -> None:
    assert CORRECTION_APART.prognosis not in to_json(CORRECTION_APART).decode()
    annex = json.loads(to_json(CORRECTION_APART, annex=True))
    assert annex["prognosis"] == CORRECTION_APART.prognosis
    assert annex["part"] == "annex"
    assert "analysis" not in annex
    assert "summary" not in annex
