"""Questions and documents of an expert as pages show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language

from errors import Missing
from experts.models import Pathology
from experts.own_questions.content import id_of
from experts.own_questions.forms import KINDS, kind_of
from experts.questionnaires.answers import choice_labels
from experts.questionnaires.fields import localised
from experts.questionnaires.format import COMMON, Body
from experts.selectors import current_questionnaire


@dataclass(frozen=True)
class ItemRow:
    """A question or document as a row.

    Args:
        label: in the reader's language.
        other: the same words in the other one.
        kind: what it is, in words.
        detail: its choices, its unit, or what is read in it.
        required: whether a request waits for it.
    """

    id: UUID
    label: str
    other: str
    kind: str | Promise
    detail: str
    required: bool


def _language() -> str:
    return (get_language() or "fr")[:2]


def item_rows(items: Iterable[Mapping[str, Any]]) -> list[ItemRow]:
    """Questions or documents in their order."""
    language = _language()
    other = "fr" if language == "en" else "en"
    rows = []
    for item in items:
        detail = localised(item["why"], language) if "why" in item else ""
        if item.get("type") == "choice":
            detail = " · ".join(label for _code, label in choice_labels(item, language))
        elif "unit" in item:
            detail = localised(item["unit"], language)
        name = KINDS[kind_of(item)][1]
        rows.append(ItemRow(id_of(item), item["label"][language], item["label"][other], name, detail, item["required"]))
    return rows


def asked_of_everybody(pathology: Pathology) -> list[dict[str, Any]]:
    """What is asked whoever the expert is: subjects with their questions, and documents, in the reader's language."""
    parts = []
    for code in (COMMON, pathology.code):
        try:
            body: Body = current_questionnaire(code).body
        except Missing:
            continue
        language = _language()
        parts.append(
            {
                "common": code == COMMON,
                "blocks": [
                    (localised(block["title"], language), [localised(q["label"], language) for q in block["questions"]])
                    for block in body["blocks"]
                ],
                "documents": [(localised(d["label"], language), d["required"]) for d in body["prerequisites"]],
            }
        )
    return parts
