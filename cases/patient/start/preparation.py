"""What a request being prepared holds and lacks, read once for a page."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cases.answers import Whole, whole
from cases.checks import live_documents, questions_of
from cases.models import Alert, AnswerSheet, Case, Document, MissingPiece
from cases.patient.start.profile import known_answers
from experts.questionnaires.answers import BlockProgress, RedFlag, prerequisites, progress, red_flags
from experts.questionnaires.fields import localised
from experts.questionnaires.format import COMMON


@dataclass(frozen=True)
class BlockPage:
    """One subject of the questionnaires, which is one page.

    Args:
        number: its place, from 1; addresses carry it, so that they name no disease.
        block: as in the questionnaire.
        sheet: the answers it belongs to.
        progress: how far it is.
        confirmed: whether the person went on from it.
    """

    number: int
    block: Mapping[str, Any]
    sheet: AnswerSheet
    progress: BlockProgress
    confirmed: bool

    @property
    def code(self) -> str:
        """The block's code."""
        return str(self.block["code"])

    @property
    def is_common(self) -> bool:
        """Whether everybody is asked this."""
        return bool(self.sheet.questionnaire.code == COMMON)

    @property
    def is_done(self) -> bool:
        """Whether nothing required is missing and the person went on from it."""
        return self.confirmed and not self.progress.missing

    def title(self, language: str) -> str:
        """Its title in the reader's language."""
        return localised(self.block["title"], language)

    @property
    def version(self) -> str:
        """Names the answers of this block as they are stored now; another device that changes them changes it."""
        codes = [question["code"] for question in self.block["questions"]]
        kept = {code: self.sheet.answers[code] for code in codes if code in (self.sheet.answers or {})}
        text = json.dumps([str(self.sheet.pk), kept], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Piece:
    """A wanted document and what became of it.

    Args:
        number: its place among all the questionnaires may ask for, from 1.
        body: as in the questionnaire.
        documents: those that answer it.
        missing: the declaration that it cannot be obtained, if any.
    """

    number: int
    body: Mapping[str, Any]
    documents: list[Document]
    missing: MissingPiece | None

    @property
    def code(self) -> str:
        """Its code."""
        return str(self.body["code"])

    @property
    def required(self) -> bool:
        """Whether the request waits for it."""
        return bool(self.body["required"])

    @property
    def settled(self) -> bool:
        """Whether it is there, or declared unobtainable."""
        return self.missing is not None or any(d.status != Document.Status.REFUSED for d in self.documents)

    def label(self, language: str) -> str:
        """What it is."""
        return localised(self.body["label"], language)

    def why(self, language: str) -> str:
        """What the expert needs it for."""
        return localised(self.body["why"], language)


class Preparation:
    """A draft, its answers, its documents.

    Args:
        case: the request.
    """

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def whole(self) -> Whole:
        """The questionnaires as one, with the answers."""
        return whole(self.case)

    @cached_property
    def blocks(self) -> list[BlockPage]:
        """The subjects in reading order; one in which nothing is asked, given the answers, has no page."""
        together = self.whole
        steps = {step.code: step for step in progress(together.body, together.answers)}
        pages, number = [], 0
        for sheet in together.sheets:
            for block in sheet.questionnaire.body["blocks"]:
                number += 1
                step = steps[block["code"]]
                if step.asked:
                    pages.append(BlockPage(number, block, sheet, step, block["code"] in sheet.done_blocks))
        return pages

    def block(self, number: int) -> BlockPage | None:
        """The subject at this place."""
        return next((page for page in self.blocks if page.number == number), None)

    @cached_property
    def flags(self) -> list[RedFlag]:
        """The answers that are warning signs."""
        return red_flags(self.whole.body, self.whole.answers)

    @cached_property
    def open_alert(self) -> Alert | None:
        """The call for the service that a warning sign has raised, while it stands."""
        return self.case.alerts.filter(kind=Alert.Kind.WARNING_SIGN, closed_at__isnull=True).first()

    @cached_property
    def known(self) -> dict[str, Any]:
        """Answers known from elsewhere, offered where there is none yet."""
        return known_answers(self.case)

    @cached_property
    def documents(self) -> list[Document]:
        """Every document nobody withdrew or hid, the refused ones too: the person must see why."""
        rows = self.case.documents.filter(removed_at__isnull=True, hidden_at__isnull=True)
        return list(rows.select_related("file", "content_key"))

    @cached_property
    def pieces(self) -> list[Piece]:
        """The wanted documents, given the answers."""
        together = self.whole
        wanted = {piece["code"] for piece in prerequisites(together.body, together.answers)}
        declared = {piece.prerequisite: piece for piece in self.case.missing_pieces.select_related("content_key")}
        return [
            Piece(
                number, body, [d for d in self.documents if d.prerequisite == body["code"]], declared.get(body["code"])
            )
            for number, body in enumerate(together.body["prerequisites"], start=1)
            if body["code"] in wanted
        ]

    def piece(self, number: int) -> Piece | None:
        """The wanted document at this place."""
        return next((piece for piece in self.pieces if piece.number == number), None)

    @property
    def other_documents(self) -> list[Document]:
        """The documents that answer no wanted one."""
        wanted = {piece.code for piece in self.pieces}
        return [document for document in self.documents if document.prerequisite not in wanted]

    @property
    def pieces_open(self) -> list[Piece]:
        """The required documents still to be added or declared."""
        return [piece for piece in self.pieces if piece.required and not piece.settled]

    @property
    def is_asked_more(self) -> bool:
        """Whether the expert she names asks or wants something that is still to be given."""
        own = self.whole.own
        if own is None:
            return False
        pieces = {piece["code"] for piece in own.questionnaire.body["prerequisites"]}
        blocks = {block["code"] for block in own.questionnaire.body["blocks"]}
        return any(not page.is_done for page in self.blocks if page.code in blocks) or any(
            not piece.settled for piece in self.pieces if piece.code in pieces
        )

    @property
    def documents_done(self) -> bool:
        """Whether the person said that all is there, and nothing required is open."""
        return self.case.documents_done_at is not None and not self.pieces_open

    @property
    def questions(self) -> list[str]:
        """The questions to the expert."""
        return questions_of(self.case)

    @property
    def has_documents(self) -> bool:
        """Whether anything usable was added."""
        return bool(live_documents(self.case).exists())
