"""Whether a move made again by the same person says the same thing: a repeated click is quiet, other words are not.

No words at all are a repeat too: nothing is lost by it.
"""

from typing import Any

from cases.models import Case


def same_follow_up(case: Case, inputs: dict[str, Any]) -> bool:
    """The follow-up question that waits for its answer."""
    asked = case.follow_ups.filter(addendum__isnull=True, released_at__isnull=True).first()
    return _same(asked.question if asked else None, inputs, "question")


def same_question(case: Case, inputs: dict[str, Any]) -> bool:
    """The expert's question that waits for its answer."""
    asked = case.expert_questions.filter(closed_at__isnull=True).first()
    return _same(asked.text if asked else None, inputs, "text")


def same_answer(case: Case, inputs: dict[str, Any]) -> bool:
    """The answer to the expert's latest question."""
    asked = case.expert_questions.order_by("-asked_at").first()
    return _same(asked.answer if asked else None, inputs, "answer")


def _same(stored: str | None, inputs: dict[str, Any], name: str) -> bool:
    words = str(inputs.get(name) or "").strip()
    return not words or words == (stored or "")
