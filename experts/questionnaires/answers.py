"""Answers: which questions are asked, what remains, which answers are warning signs, and how answers read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy, override
from django.utils.translation import gettext_lazy as _

from experts.questionnaires.fields import localised, typed
from experts.questionnaires.format import Body, Condition, Question, questions
from ui.dates import NBSP, say_date, say_month
from ui.typography import phone_words

Answers = Mapping[str, Any]

#: What to do first when an answer is a warning sign, the most urgent first.
ACTIONS = {
    "call_15": _("Call 15 now (112 from anywhere in Europe, 114 by text message if you cannot hear or speak)."),
    "call_3114": _(
        "Call 3114 now. In immediate danger, call 15 "
        "(112 from anywhere in Europe, 114 by text message if you cannot hear or speak)."
    ),
    "call_doctor": _("Call your doctor today. If you cannot reach anyone, call 15."),
}


def combine(first: Body, second: Body) -> dict[str, Any]:
    """The common block and a pathology's questionnaire as one body, in that order."""
    return {
        **second,
        **{part: [*first[part], *second[part]] for part in ("sources", "prerequisites", "blocks")},
    }


def is_answered(value: object) -> bool:
    """Whether something was answered: "unknown" is an answer, nothing and an empty list are not."""
    return value not in (None, "", [])


def _compare(comparison: Mapping[str, Any], value: object) -> bool:
    if not is_answered(value):
        return False
    if "in" in comparison:
        given = value if isinstance(value, list) else [value]
        return any(item in comparison["in"] for item in given)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return bool(value >= comparison["gte"] if "gte" in comparison else value <= comparison["lte"])


def _is_met(condition: Condition, answers: Answers, hidden: set[str]) -> bool:
    if "all" in condition:
        return all(_is_met(part, answers, hidden) for part in condition["all"])
    if "any" in condition:
        return any(_is_met(part, answers, hidden) for part in condition["any"])
    code = condition["question"]
    return code not in hidden and _compare(condition, answers.get(code))


def visible_questions(body: Body, answers: Answers) -> list[Question]:
    """The questions to ask, given the answers so far, in reading order.

    An answer to a question that is itself hidden counts for nothing. Some questions of a pathology depend on the common
    block: give its answers along (their codes differ), else such a condition is not met.
    """
    hidden: set[str] = set()
    asked = []
    for question in questions(body):
        if "show_if" in question and not _is_met(question["show_if"], answers, hidden):
            hidden.add(question["code"])
        else:
            asked.append(question)
    return asked


def asked_answers(body: Body, answers: Answers) -> dict[str, Any]:
    """The answers that count: those of visible questions of this body, in reading order."""
    return {
        question["code"]: answers[question["code"]]
        for question in visible_questions(body, answers)
        if is_answered(answers.get(question["code"]))
    }


def prerequisites(body: Body, answers: Answers) -> list[Mapping[str, Any]]:
    """The documents asked for, given the answers."""
    hidden = {question["code"] for question in questions(body)} - {
        question["code"] for question in visible_questions(body, answers)
    }
    return [
        piece for piece in body["prerequisites"] if "show_if" not in piece or _is_met(piece["show_if"], answers, hidden)
    ]


def remaining(body: Body, answers: Answers) -> list[Question]:
    """The required questions that are asked and have no answer yet."""
    return [
        question
        for question in visible_questions(body, answers)
        if question["required"] and not is_answered(answers.get(question["code"]))
    ]


@dataclass(frozen=True)
class BlockProgress:
    """How far a block is.

    Args:
        code: the block's code.
        title: its title in both languages.
        asked: number of questions asked.
        answered: how many of them have an answer.
        missing: how many required ones have none.
    """

    code: str
    title: Mapping[str, str]
    asked: int
    answered: int
    missing: int

    @property
    def state(self) -> str:
        """'done' when nothing required is missing and something was answered or nothing is asked; 'started'; 'todo'."""
        if not self.missing and (self.answered or not self.asked):
            return "done"
        return "started" if self.answered else "todo"


def progress(body: Body, answers: Answers) -> list[BlockProgress]:
    """How far each block is, in reading order."""
    asked = {question["code"] for question in visible_questions(body, answers)}
    found = []
    for block in body["blocks"]:
        shown = [question for question in block["questions"] if question["code"] in asked]
        answered = [question for question in shown if is_answered(answers.get(question["code"]))]
        missing = [question for question in shown if question["required"] and question not in answered]
        found.append(BlockProgress(block["code"], block["title"], len(shown), len(answered), len(missing)))
    return found


@dataclass(frozen=True)
class RedFlag:
    """An answer that stops the page.

    Args:
        question: code of the question answered.
        block: code of its block.
        action: a key of `ACTIONS`.
        message: why, in both languages.
    """

    question: str
    block: str
    action: str
    message: Mapping[str, str]

    def text(self, language: str) -> str:
        """Why this answer matters, in the reader's language."""
        return localised(self.message, language)

    @property
    def needs_person(self) -> bool:
        """Whether a person must speak to the one who answered so, whatever is answered afterwards."""
        return self.action == "call_3114"

    @property
    def advice(self) -> str:
        """What to do now, in the active language."""
        return str(ACTIONS[self.action])


def red_flags(body: Body, answers: Answers, *, block: str = "") -> list[RedFlag]:
    """The warning signs among the answers that count, the most urgent first.

    Args:
        block: only those of the block with this code.
    """
    counted = asked_answers(body, answers)
    found = [
        RedFlag(question["code"], part["code"], question["warning"]["action"], question["warning"]["message"])
        for part in body["blocks"]
        if block in ("", part["code"])
        for question in part["questions"]
        if "warning" in question and _compare(question["warning"]["when"], counted.get(question["code"]))
    ]
    return sorted(found, key=lambda flag: list(ACTIONS).index(flag.action))


#: The three answers of a yes-or-no question.
YES_NO_TEXT = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No"), "unknown": gettext_lazy("I do not know")}


def choice_labels(question: Question, language: str) -> list[tuple[str, str]]:
    """The answers offered by a question of type yesno, choice or multi, as (code, text)."""
    if question["type"] == "yesno":
        with override(language):
            return [(code, str(text)) for code, text in YES_NO_TEXT.items()]
    return [(choice["code"], localised(choice["label"], language)) for choice in question.get("choices", ())]


def answer_text(question: Question, value: object, language: str) -> str:
    """An answer as people read it: in check-your-answers, on the expert's screen and in a printed page.

    Returns:
        the text; "Not answered" when there is none; the stored code if it is no longer among the choices.
    """
    with override(language):
        if not is_answered(value):
            return gettext("Not answered")
        kind = question["type"]
        if kind in ("yesno", "choice", "multi"):
            labels = dict(choice_labels(question, language))
            given: Iterable[object] = value if isinstance(value, list) else [value]
            between = "; " if language.startswith("en") else f"{NBSP}; "
            return between.join(labels.get(str(code), str(code)) for code in given)
        if kind == "scale":
            return gettext("%(value)s out of %(most)s") % {"value": value, "most": int(question.get("max", 10))}
        if kind == "number":
            unit = localised(question["unit"], language) if "unit" in question else ""
            shown = number_format(value, use_l10n=True) if isinstance(value, float) else str(value)
            return f"{shown}{NBSP}{unit}" if unit else shown
        if kind == "month":
            return say_month(typed(question, value))
        if kind == "date":
            return say_date(typed(question, value), "full")
        if kind == "phone":
            return phone_words(str(value))
        return str(value)
