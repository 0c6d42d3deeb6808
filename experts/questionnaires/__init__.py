"""The questionnaire engine: format, publishing, conditions, answers, warning signs. Forms are in `.forms`."""

from experts.questionnaires.answers import (
    ACTIONS,
    Answers,
    BlockProgress,
    RedFlag,
    answer_text,
    asked_answers,
    choice_labels,
    combine,
    is_answered,
    prerequisites,
    progress,
    red_flags,
    remaining,
    visible_questions,
)
from experts.questionnaires.fields import clean_answer, localised
from experts.questionnaires.format import (
    COMMON,
    Body,
    Question,
    QuestionnaireError,
    problems,
    question,
    questions,
    validate,
)
from experts.questionnaires.library import load, versions

__all__ = [
    "ACTIONS",
    "COMMON",
    "Answers",
    "BlockProgress",
    "Body",
    "Question",
    "QuestionnaireError",
    "RedFlag",
    "answer_text",
    "asked_answers",
    "choice_labels",
    "clean_answer",
    "combine",
    "is_answered",
    "load",
    "localised",
    "prerequisites",
    "problems",
    "progress",
    "question",
    "questions",
    "red_flags",
    "remaining",
    "validate",
    "versions",
    "visible_questions",
]
