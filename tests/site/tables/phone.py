"""Requests by phone, the nurse's alone."""

from typing import Any

from consent.texts import current_text
from tests.site.rows import AGAIN, DONE, NO, PAGE, Row
from tests.site.stage import Stage
from tests.site.tables.prepare import IDENTITY, agreements, carried, rows

N = "nurse"

CALL = {
    "emergency": "no",
    "diagnosis": "yes",
    "pathology": "lumbar_disc_herniation",
    "language": "fr",
    "birth_date": "17/05/1960",
    "name": "Inconnue",
}


def _new(stage: Stage, who: str) -> dict[str, Any]:
    text = str(current_text("draft_notice", "second_opinion").pk)
    return {**IDENTITY, "carried": carried(), "agree": "on", "shown_text": text}


def _confirmed(stage: Stage, who: str) -> dict[str, Any]:
    case = stage.case("phone_awaiting")
    return {"means": "signed_letter", "letter": str(stage.things[case.pk]), **agreements(case)}


ROWS = [
    Row("phone:home", get={N: PAGE}),
    Row("phone:new", "", {N: PAGE}, {N: PAGE}, CALL),
    Row("phone:who", "", {N: DONE}, {N: DONE}, _new),
    Row("phone:confirm", "phone_awaiting", {N: PAGE}, {N: DONE}, _confirmed),
    # Before the first agreement there is none to renew.
    Row("phone:renew_consent", "phone_awaiting", {N: NO}, {N: NO}),
    Row("phone:email", "phone_awaiting", post={N: DONE}, data={"email": "odile@example.org"}),
    Row("phone:document_file", "phone_draft", {N: PAGE}),
    *rows(
        "phone",
        "phone_draft",
        "phone_awaiting",
        "phone_warned",
        "",
        dict.fromkeys(("see", "fill", "bring", "choose", "act", "author", "destroy"), N) | {"not_author": ""},
    ),
    # Without a price nobody is asked who pays.
    Row("phone:prepare_payer", "phone_draft", {N: DONE}, {N: AGAIN}, {"who": "self"}),
    # On the phone the agreements are on the page of the confirmation; she refuses by hanging up.
    Row("phone:prepare_consents", "phone_awaiting", {N: DONE}, {N: DONE}),
    Row("phone:prepare_refuse", "phone_awaiting", {N: NO}, {N: NO}),
]
