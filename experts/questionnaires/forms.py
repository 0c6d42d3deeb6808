"""A block of a questionnaire as a form: one field per question to ask, without JavaScript.

A question that another answer brings in appears when the page is sent: `form.revealed` names such questions, and the
view shows the same block again after saving.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from experts.questionnaires.answers import Answers, visible_questions
from experts.questionnaires.fields import field_for, stored, typed
from experts.questionnaires.format import Body, Question
from ui.forms import Form


class BlockForm(Form):
    """The questions of one block, as far as they are asked.

    Attributes:
        questions: the questions shown, in order; each field has its question's code.
        revealed: codes of questions that what was just sent brings in; they are not yet required.
    """

    questions: list[Question]
    revealed: list[str]

    @property
    def answers(self) -> dict[str, Any]:
        """The answers as they are kept; None where an earlier answer was emptied. After `is_valid()`."""
        return {
            question["code"]: stored(question, self.cleaned_data.get(question["code"]))
            for question in self.questions
            if question["code"] in self.cleaned_data
        }

    @property
    def valid_answers(self) -> dict[str, Any]:
        """Those answers that are in order, even when others are not: what a page saves as it is left."""
        self.is_valid()
        given = {} if not hasattr(self, "cleaned_data") else self.answers
        return {code: value for code, value in given.items() if code not in self.errors}


def block_form(
    block: Mapping[str, Any],
    answers: Answers,
    language: str,
    data: QueryDict | Mapping[str, Any] | None = None,
    *,
    body: Body | None = None,
    partial: bool = False,
) -> BlockForm:
    """The form of one block.

    Args:
        block: a block of a questionnaire.
        answers: all answers kept so far, of other blocks too.
        language: the reader's language.
        data: what was sent, or None to show the page.
        body: the whole questionnaire, so that answers to hidden questions of other blocks do not count; the block alone
            is read when it is not given.
        partial: nothing is required (leaving the page, saving while typing).
    """
    whole = body if body is not None else {"blocks": [block]}
    before = _asked(block, whole, answers)
    form = BlockForm(data=data, initial={q["code"]: typed(q, answers.get(q["code"])) for q in before})
    form.questions, form.revealed = before, []
    if data is not None:
        form.questions = _settle(form, block, whole, answers, language)
        shown = {question["code"] for question in before}
        form.revealed = [q["code"] for q in form.questions if q["code"] not in shown and q["code"] not in data]
    for question in form.questions:
        optional = partial or question["code"] in form.revealed
        form.fields[question["code"]] = field_for(question, language, required=False if optional else None)
    return form


def _asked(block: Mapping[str, Any], whole: Body, answers: Answers) -> list[Question]:
    own = {question["code"] for question in block["questions"]}
    return [question for question in visible_questions(whole, answers) if question["code"] in own]


def _settle(form: BlockForm, block: Mapping[str, Any], whole: Body, answers: Answers, language: str) -> list[Question]:
    """The questions to ask once the answers just sent are taken into account.

    Conditions look back only, so that one pass in reading order is enough.
    """
    current = dict(answers)
    asked: list[Question] = []
    for question in block["questions"]:
        code = question["code"]
        if question not in _asked(block, whole, current):
            continue
        asked.append(question)
        field = field_for(question, language, required=False)
        try:
            current[code] = stored(question, field.clean(field.widget.value_from_datadict(form.data, form.files, code)))
        except ValidationError:
            # The form itself will say so; until then this answer brings nothing in.
            current[code] = None
    return asked
