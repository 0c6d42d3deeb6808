"""The answers of a case as people read them: by subject, question and answer in words."""

from dataclasses import dataclass, field

from cases.answers import whole
from cases.models import Case
from experts.questionnaires.answers import answer_text, is_answered, visible_questions


@dataclass
class Section:
    """One subject of a questionnaire.

    Args:
        rows: (question, answer in words).
    """

    code: str
    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)


def answer_sections(case: Case, language: str) -> list[Section]:
    """Every answered question that was asked, by subject, in reading order.

    Args:
        language: «fr» or «en».
    """
    together = whole(case)
    asked = {question["code"] for question in visible_questions(together.body, together.answers)}
    sections = []
    for block in together.body["blocks"]:
        section = Section(block["code"], block["title"].get(language) or block["title"]["fr"])
        for question in block["questions"]:
            value = together.answers.get(question["code"])
            if question["code"] in asked and is_answered(value):
                label = question["label"].get(language) or question["label"]["fr"]
                section.rows.append((label, answer_text(question, value, language)))
        if section.rows:
            sections.append(section)
    return sections
