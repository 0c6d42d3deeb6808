"""Questions and documents of an expert in the format of questionnaires: their codes, and the body they make."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from errors import Missing
from experts.models import OwnQuestions
from experts.questionnaires.format import OWN, Body

_TITLE = {"fr": "Questions de l’expert", "en": "The expert’s questions"}
_INTRO = {
    "fr": "L’expert que vous avez choisi demande aussi ceci.",
    "en": "The expert you have chosen also asks this.",
}


def code_of(item_id: UUID) -> str:
    """The code of a question or document in the format, from its id."""
    return f"{OWN}{item_id.hex}"


def id_of(item: Mapping[str, Any]) -> UUID:
    """The id of a question or document, as addresses carry it."""
    return UUID(hex=str(item["code"]).removeprefix(OWN))


def part_of(item: Mapping[str, Any]) -> str:
    """Where an item stands in the copy: among the questions, or among the documents."""
    return "documents" if "document_type" in item else "questions"


def body_of(own: OwnQuestions, version: int = 1) -> Body:
    """What would be published of a copy, in the format of questionnaires."""
    return make_body(code_of(own.pk), version, own.questions, own.documents)


def make_body(code: str, version: int, questions: list[Any], documents: list[Any]) -> Body:
    """The body of a version; one without questions has no block."""
    block = {"code": code, "title": _TITLE, "intro": _INTRO, "questions": questions}
    return {
        "pathology": code,
        "version": version,
        "title": _TITLE,
        "sources": [],
        "prerequisites": documents,
        "blocks": [block] if questions else [],
    }


def items_of(body: Body) -> list[Mapping[str, Any]]:
    """The questions and the documents of a body, in their order."""
    return [*(question for block in body["blocks"] for question in block["questions"]), *body["prerequisites"]]


def list_with(own: OwnQuestions, item_id: UUID) -> list[Any]:
    """The list of the copy that holds an item: its documents, or its questions."""
    code = code_of(item_id)
    documents: list[Any] = own.documents
    return documents if any(item["code"] == code for item in documents) else own.questions


def place_of(item_id: UUID, items: list[Any]) -> int:
    """Where an item stands in a list.

    Raises:
        Missing: it was removed.
    """
    code = code_of(item_id)
    for place, item in enumerate(items):
        if item["code"] == code:
            return place
    raise Missing(_("This question is no longer there."))
