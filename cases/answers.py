"""The answers of a case read as one: common questions, those of the pathology, and those of the expert it names, on
the versions the case holds."""

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from cases.models import AnswerSheet, Case
from experts.questionnaires.answers import combine, prerequisites, remaining
from experts.questionnaires.format import COMMON


@dataclass(frozen=True)
class Whole:
    """The sheets of a case.

    Args:
        own: what the expert it names asks besides; the sheet of one named before stays, unread.
        body: the questionnaires as one.
        answers: every answer, by code of question.
    """

    common: AnswerSheet | None
    specific: AnswerSheet | None
    own: AnswerSheet | None
    body: dict[str, Any]
    answers: dict[str, Any]

    @property
    def sheets(self) -> list[AnswerSheet]:
        """The sheets there are, in the order of asking."""
        return [sheet for sheet in (self.common, self.specific, self.own) if sheet is not None]


def whole(case: Case) -> Whole:
    """The sheets of a case, their questions and their answers."""
    common = specific = own = None
    for sheet in case.answer_sheets.select_related("questionnaire", "content_key"):
        asked = sheet.questionnaire
        if asked.code == COMMON:
            common = sheet
        elif asked.expert_id is None:
            specific = sheet
        elif asked.expert_id == case.requested_expert_id:
            own = sheet
    found = Whole(common, specific, own, {"sources": [], "prerequisites": [], "blocks": []}, {})
    bodies = [sheet.questionnaire.body for sheet in found.sheets]
    answers: dict[str, Any] = {}
    for sheet in found.sheets:
        answers.update(sheet.answers or {})
    return replace(found, body=reduce(combine, bodies) if bodies else found.body, answers=answers)


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
