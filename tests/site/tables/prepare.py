"""A request being prepared: the patient's side in its own space, the nurse on the phone in hers."""

import io
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cases.checks import purposes_put
from cases.demo.walk import calm_answer
from cases.models import Case
from cases.patient.start.preparation import Preparation
from cases.start.begun import fresh, seal
from consent.texts import current_text
from tests.site.rows import AGAIN, DONE, HIDDEN, PAGE, PATIENT_SIDE, Outcomes, Row
from tests.site.stage import Stage

SIDE = f"{PATIENT_SIDE} helper bringer"
FILLERS = f"{PATIENT_SIDE} helper"
IN_SPACE = "owner guardian stranger parent helper bringer"

IDENTITY = {
    "birth_name": "Essai",
    "birth_first_names": "Zoe",
    "birth_date": "17/05/1980",
    "sex": "F",
    "birth_place_code": "69123",
    "phone": "06 00 00 00 00",
}


def carried() -> str:
    """The answers of the public pages, all given."""
    begun = fresh()
    answers = {"emergency": "no", "diagnosis": "yes", "whom": "self", "pathology": "lumbar_disc_herniation"}
    return seal(replace(begun, language="fr", **answers))


def a_file() -> SimpleUploadedFile:
    """A small document to send, unlike any on the stage."""
    out = io.BytesIO()
    Image.new("RGB", (90, 70), "teal").save(out, "PNG")
    return SimpleUploadedFile("compte-rendu.png", out.getvalue(), "image/png")


def _block(case: Case) -> dict[str, Any]:
    """The first subject of the questionnaires, answered calmly, as its page posts it."""
    preparation = Preparation(case)
    page = preparation.block(1)
    assert page is not None
    return {"version": page.version} | {q["code"]: calm_answer(q) for q in page.block["questions"] if q["required"]}


def _agreement() -> dict[str, str]:
    return {"agree": "on", "shown_text": str(current_text("draft_notice", "second_opinion").pk)}


def agreements(case: Case) -> dict[str, str]:
    """What the page of agreements posts: the two needed ones given, and the texts of all that were shown."""
    put = [str(purpose) for purpose in purposes_put(case)]
    texts = {f"{purpose}_text": str(current_text(purpose, case.kind).pk) for purpose in put}
    return texts | dict.fromkeys(("act", "sharing_delegated"), "on")


def _consents(stage: Stage, who: str) -> dict[str, str]:
    return agreements(stage.case("awaiting"))


BEGUN = (("patient:begin", lambda stage, who: {"carried": carried()}),)
AGREED = (*BEGUN, ("patient:begin_agree", lambda stage, who: _agreement()))

#: Between the login and the draft.
OPENING = [
    Row("patient:begin", "", {IN_SPACE: PAGE}, {IN_SPACE: DONE}, lambda *_: {"carried": carried()}, before=BEGUN),
    Row("patient:begin_agree", post={IN_SPACE: DONE}, data=lambda *_: _agreement(), before=BEGUN),
    Row("patient:begin_give_up", post={IN_SPACE: DONE}, before=BEGUN),
    Row("patient:begin_identity", "", {IN_SPACE: PAGE}, {IN_SPACE: DONE}, IDENTITY, before=AGREED),
]


def rows(space: str, draft: str, awaiting: str, warned: str, sent: str, who: dict[str, str]) -> list[Row]:
    """The pages of one space.

    Args:
        space: namespace of the addresses.
        draft, awaiting, warned, sent: situations of the cases.
        who: names of those who see, fill, bring documents, choose and act, by these words.
    """

    def may(word: str, status: int) -> Outcomes:
        return {who[word]: status}

    def both(name: str, word: str, data: Any = None, at: str = draft, **more: Any) -> Row:
        return Row(f"{space}:prepare_{name}", at, may(word, PAGE), may(word, DONE), data or {}, **more)

    def press(name: str, word: str, data: Any = None, at: str = draft, **more: Any) -> Row:
        return Row(f"{space}:prepare_{name}", at, post=may(word, DONE), data=data or {}, **more)

    def shown(name: str, word: str, at: str = draft) -> Row:
        return Row(f"{space}:prepare{name}", at, may(word, PAGE))

    def case(stage: Stage) -> Case:
        return stage.case(draft)

    one = {"number": 1}
    # Only who added a document changes it; to the others of the file it is as if it were not there.
    own = {who["author"]: PAGE, who["not_author"]: HIDDEN} if who["not_author"] else {who["author"]: PAGE}
    own_done = {name: DONE if status == PAGE else status for name, status in own.items()}
    described = {"type": "letter", "title": "Courrier", "dated_on": "", "author": "", "note": ""}
    sending = {"type": "imaging", "title": "IRM"}
    return [
        shown("", "see"),
        both("identity", "choose", IDENTITY),
        both("block", "fill", lambda stage, _: _block(case(stage)), args=one),
        Row(
            f"{space}:prepare_autosave",
            draft,
            post=may("fill", PAGE),
            data=lambda stage, _: _block(case(stage)),
            args=one,
        ),
        shown("_warning", "fill", warned),
        shown("_documents", "bring"),
        press("documents_done", "fill"),
        both("document_add", "bring", lambda *_: {**sending, "file": a_file()}),
        both("piece_add", "bring", lambda *_: {**sending, "file": a_file()}, args=one),
        Row(f"{space}:prepare_document_describe", draft, own, own_done, described),
        Row(f"{space}:prepare_document_remove", draft, own, own_done, {"reason": "Ce n’est pas le bon."}),
        both("piece_missing", "bring", {"why": "asked", "words": ""}, args=one),
        press("piece_found", "bring", args=one),
        Row(
            f"{space}:prepare_letter",
            draft,
            may("bring", PAGE),
            may("bring", PAGE),
            {"to": "Hôpital", "pieces": "IRM", "own_address": "1 rue Imaginaire"},
        ),
        Row(f"{space}:prepare_piece_letter", draft, may("bring", PAGE), may("bring", 422), args=one),
        both("beginning", "fill", {"planned_on": "", "language": "fr", "interpreter_for": ""}),
        both("questions", "fill", {"question_1": "Faut-il opérer ?"}),
        both("referral", "fill", {"doctor": "Dr Martin, Lyon"}),
        # Who sees the file is chosen by the patient's side alone, never by a helper.
        both("expert", "choose", {"expert": "service"}),
        both("doctor", "choose", {"choice": "none"}),
        both("doctor_details", "choose", {"name": "Dr Martin", "address": "Lyon", "phone": ""}),
        both(
            "doctor_refusal",
            "choose",
            lambda *_: {"shown_text": str(current_text("treating_doctor_refusal", "second_opinion").pk)},
        ),
        both("reception", "choose", {"reception": "at_once"}),
        both("companion", "choose", {"name": "Jean", "phone": "06 00 00 00 01"}),
        shown("_check", "fill"),
        press("complete", "act"),
        press("revise", "act", at=awaiting),
        both("discard", "destroy"),
        shown("_sent", "see", sent) if sent else Row(f"{space}:prepare_sent", draft, may("see", DONE)),
    ]


PATIENT = rows(
    "patient",
    "draft",
    "awaiting",
    "warned",
    "submitted",
    {
        "see": SIDE,
        "fill": FILLERS,
        "bring": SIDE,
        "choose": PATIENT_SIDE,
        "act": PATIENT_SIDE,
        "destroy": PATIENT_SIDE,
        "author": "owner",
        "not_author": "guardian helper bringer",
    },
) + [
    Row("patient:prepare_consents", "awaiting", {PATIENT_SIDE: PAGE}, {PATIENT_SIDE: DONE}, _consents),
    # Without a price nobody is asked who pays.
    Row("patient:prepare_payer", "priced", {PATIENT_SIDE: PAGE}, {PATIENT_SIDE: DONE}, {"who": "self"}),
    Row("patient:prepare_payer", "draft", {PATIENT_SIDE: DONE}, {PATIENT_SIDE: AGAIN}, {"who": "self"}),
    Row("patient:prepare_refuse", "awaiting", {PATIENT_SIDE: PAGE}, {PATIENT_SIDE: DONE}),
]
