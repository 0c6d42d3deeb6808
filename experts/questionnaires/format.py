"""The format of a questionnaire: its JSON schema, and the rules a schema cannot say."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

Body = Mapping[str, Any]
Question = Mapping[str, Any]
Condition = Mapping[str, Any]

COMMON = "common"
#: Codes of what an expert asks besides begin so.
OWN = "own_"
YES_NO = ("yes", "no", "unknown")
#: In a question with several answers, these exclude the others.
EXCLUSIVE = ("none", "unknown")
MEASURED = ("scale", "number")
CODED = ("yesno", "choice", "multi")

SCHEMA_FILE = Path(__file__).with_name("schema.json")


class QuestionnaireError(ValueError):
    """A questionnaire breaks its format.

    Args:
        problems: one sentence for each fault, each saying where it is.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def questions(body: Body) -> Iterator[Question]:
    """Every question of the questionnaire, in reading order."""
    for block in body["blocks"]:
        yield from block["questions"]


def question(body: Body, code: str) -> Question:
    """One question by its code.

    Raises:
        LookupError: the questionnaire has no such question.
    """
    for found in questions(body):
        if found["code"] == code:
            return found
    raise LookupError(f"no question {code!r} in {body['pathology']!r}")


def conditions(condition: Condition | None) -> Iterator[Condition]:
    """The single comparisons inside a condition, however deep."""
    if condition is None:
        return
    for part in condition.get("all", ()) or condition.get("any", ()):
        yield from conditions(part)
    if "question" in condition:
        yield condition


def bounds(question: Question) -> tuple[float, float]:
    """Smallest and largest value (scale, number) or length in characters (text, longtext)."""
    kind = question["type"]
    if kind == "scale":
        return question.get("min", 0), question.get("max", 10)
    if kind == "number":
        return question["min"], question["max"]
    return question.get("min", 0), question.get("max", 200 if kind == "text" else 4000)


def possible_values(question: Question) -> set[str]:
    """The codes a coded question may hold; empty for the other types."""
    if question["type"] == "yesno":
        return set(YES_NO)
    return {choice["code"] for choice in question.get("choices", ())}


def problems(body: object, *, common: Body | None = None) -> list[str]:
    """Every fault of a questionnaire, in words; an empty list when it is sound.

    Args:
        body: the parsed JSON.
        common: the block asked of everybody: its codes are taken, and conditions may name its questions.
    """
    faults = [
        f"{'/'.join(str(part) for part in error.absolute_path) or 'file'}: {error.message[:300]}"
        for error in sorted(_validator().iter_errors(body), key=lambda error: list(map(str, error.absolute_path)))
    ]
    if faults or not isinstance(body, Mapping):
        return faults
    return [
        *_emptiness(body),
        *_repeated_codes(body, common),
        *_source_faults(body),
        *_prerequisite_faults(body, common),
        *_question_faults(body),
        *_condition_faults(body, common),
        *_cycles(body),
    ]


def validate(body: object, *, common: Body | None = None) -> None:
    """Refuse a questionnaire that breaks its format.

    Raises:
        QuestionnaireError: with every fault found.
    """
    if faults := problems(body, common=common):
        raise QuestionnaireError(faults)


def is_own(body: Body) -> bool:
    """Whether an expert added this to a pathology: it may hold documents alone, and cites no guideline."""
    return str(body["pathology"]).startswith(OWN)


def _emptiness(body: Body) -> Iterator[str]:
    if is_own(body):
        return
    for part in ("sources", "blocks"):
        if not body[part]:
            yield f"{part}: there is none"


def _repeated_codes(body: Body, common: Body | None) -> Iterator[str]:
    lists = {
        "block": [block["code"] for block in body["blocks"]],
        "question": [question["code"] for question in questions(body)],
        "source": [source["id"] for source in body["sources"]],
        "prerequisite": [piece["code"] for piece in body["prerequisites"]],
    }
    for name, codes in lists.items():
        for code, count in Counter(codes).items():
            if count > 1:
                yield f"{name} «{code}» appears {count} times"
    for question in questions(body):
        for code, count in Counter(choice["code"] for choice in question.get("choices", ())).items():
            if count > 1:
                yield f"question «{question['code']}»: choice «{code}» appears {count} times"
    if common is not None:
        for taken in sorted({question["code"] for question in questions(common)} & set(lists["question"])):
            yield f"question «{taken}» is already asked in the common block"
        for taken in sorted({block["code"] for block in common["blocks"]} & set(lists["block"])):
            yield f"block «{taken}» exists in the common block"


def _source_faults(body: Body) -> Iterator[str]:
    known = {source["id"] for source in body["sources"]}
    cited = set()
    for block in body["blocks"]:
        source = block.get("source")
        if source is None and body["pathology"] != COMMON and not is_own(body):
            yield f"block «{block['code']}» cites no source"
        elif source is not None and source not in known:
            yield f"block «{block['code']}» cites «{source}», which is not among the sources"
        cited.add(source)
    for unused in sorted(known - cited):
        yield f"source «{unused}» is cited by no block"


def _prerequisite_faults(body: Body, common: Body | None) -> Iterator[str]:
    if body["pathology"] != COMMON and not is_own(body) and not body["prerequisites"]:
        yield "no prerequisite document: say at least what the expert must read"
    known = {question["code"]: question for part in (common, body) if part for question in questions(part)}
    for piece in body["prerequisites"]:
        for condition in conditions(piece.get("show_if")):
            yield from _comparison_faults(f"prerequisite «{piece['code']}»", condition, known)


def _question_faults(body: Body) -> Iterator[str]:
    for question in questions(body):
        where = f"question «{question['code']}»"
        if question["type"] in (*MEASURED, "text", "longtext"):
            low, high = bounds(question)
            if low >= high:
                yield f"{where}: min {low} is not below max {high}"
        if question["type"] == "scale" and any(value != int(value) for value in bounds(question)):
            yield f"{where}: a scale has whole numbers"
        if "warning" in question:
            yield from _value_faults(f"{where}, warning", question["warning"]["when"], question)


def _condition_faults(body: Body, common: Body | None) -> Iterator[str]:
    known = {question["code"]: question for question in questions(common)} if common is not None else {}
    own = {question["code"] for question in questions(body)}
    for question in questions(body):
        where = f"question «{question['code']}»"
        for condition in conditions(question.get("show_if")):
            if condition["question"] in own and condition["question"] not in known:
                yield f"{where} depends on «{condition['question']}», which is not asked before it"
            else:
                yield from _comparison_faults(where, condition, known)
        known[question["code"]] = question


def _comparison_faults(where: str, condition: Condition, known: Mapping[str, Question]) -> Iterator[str]:
    target = known.get(condition["question"])
    if target is None:
        yield f"{where} depends on «{condition['question']}», which does not exist"
    else:
        yield from _value_faults(f"{where}, condition on «{condition['question']}»", condition, target)


def _value_faults(where: str, comparison: Mapping[str, Any], question: Question) -> Iterator[str]:
    kind = question["type"]
    if "in" not in comparison:
        if kind not in MEASURED:
            yield f"{where}: «gte» and «lte» compare numbers, but the question is of type {kind}"
        return
    if kind in CODED:
        for value in comparison["in"]:
            if value not in possible_values(question):
                yield f"{where}: «{value}» is not an answer of the question"
    elif kind in MEASURED:
        low, high = bounds(question)
        for value in comparison["in"]:
            if not isinstance(value, int) or not low <= value <= high:
                yield f"{where}: «{value}» is not between {low} and {high}"
    else:
        yield f"{where}: a question of type {kind} cannot be compared"


def _cycles(body: Body) -> Iterator[str]:
    needs = {
        question["code"]: {condition["question"] for condition in conditions(question.get("show_if"))}
        for question in questions(body)
    }
    done: set[str] = set()

    def walk(code: str, path: tuple[str, ...]) -> Iterator[str]:
        if code in path:
            yield "questions wait for each other: " + " → ".join((*path[path.index(code) :], code))
            return
        if code in done:
            return
        for needed in sorted(needs.get(code, ())):
            yield from walk(needed, (*path, code))
        done.add(code)

    for code in needs:
        yield from walk(code, ())
