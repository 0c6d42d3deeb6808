"""The answers of a case read as one: common questions and those of the pathology, on the versions the case holds."""

from dataclasses import dataclass
from typing import Any

from cases.models import AnswerSheet, Case
from experts.questionnaires.answers import combine, prerequisites, remaining
from experts.questionnaires.format import COMMON


@dataclass(frozen=True)
class Whole:
    """Both sheets of a case.

    Args:
        body: the questionnaires as one.
        answers: every answer, by code of question.
    """

    common: AnswerSheet | None
    specific: AnswerSheet | None
    body: dict[str, Any]
    answers: dict[str, Any]

    @property
    def sheets(self) -> list[AnswerSheet]:
        """The sheets there are, the common one first."""
        return [sheet for sheet in (self.common, self.specific) if sheet is not None]


def whole(case: Case) -> Whole:
    """Both sheets of a case, their questions and their answers."""
    rows = case.answer_sheets.select_related("questionnaire", "content_key")
    sheets = {sheet.questionnaire.code: sheet for sheet in rows}
    common = sheets.pop(COMMON, None)
    specific = next(iter(sheets.values()), None)
    found = [sheet for sheet in (common, specific) if sheet is not None]
    bodies = [sheet.questionnaire.body for sheet in found]
    body: dict[str, Any] = {"sources": [], "prerequisites": [], "blocks": []}
    if bodies:
        body = bodies[0] if len(bodies) == 1 else combine(bodies[0], bodies[1])
    answers: dict[str, Any] = {}
    for sheet in found:
        answers.update(sheet.answers or {})
    return Whole(common, specific, body, answers)


def pieces_wanted(case: Case) -> list[dict[str, Any]]:
    """The documents the questionnaires ask for, given the answers; none for a case without a questionnaire."""
    together = whole(case)
    return [dict(piece) for piece in prerequisites(together.body, together.answers)]


def unanswered(case: Case) -> dict[str, int]:
    """How many required answers are missing, by code of questionnaire; a missing sheet counts as one."""
    together = whole(case)
    codes = {question["code"] for question in remaining(together.body, together.answers)}
    counts: dict[str, int] = {}
    for sheet in together.sheets:
        own = {q["code"] for block in sheet.questionnaire.body["blocks"] for q in block["questions"]}
        counts[sheet.questionnaire.code] = len(codes & own)
    if together.common is None:
        counts[COMMON] = 1
    if case.pathology is not None and together.specific is None:
        counts[case.pathology.code] = 1
    return counts
