"""Whether a move made again by the same person says the same thing: a repeated click is quiet, other words are not."""

from typing import Any

from cases.models import Case


def same_follow_up(case: Case, inputs: dict[str, Any]) -> bool:
    """The follow-up question that waits for its answer."""
    asked = case.follow_ups.filter(addendum__isnull=True, released_at__isnull=True).first()
    return asked is not None and asked.question == _words(inputs, "question")


def same_question(case: Case, inputs: dict[str, Any]) -> bool:
    """The expert's question that waits for its answer."""
    asked = case.expert_questions.filter(closed_at__isnull=True).first()
    return asked is not None and asked.text == _words(inputs, "text")


def same_answer(case: Case, inputs: dict[str, Any]) -> bool:
    """The answer to the expert's latest question."""
    asked = case.expert_questions.order_by("-asked_at").first()
    return asked is not None and (asked.answer or "") == _words(inputs, "answer")


def _words(inputs: dict[str, Any], name: str) -> str:
    return str(inputs.get(name) or "").strip()
