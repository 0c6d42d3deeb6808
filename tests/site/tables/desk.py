"""The desk: coordinators, the nurse, the assistant."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.accounts.logins import last_code
from tests.site.rows import AGAIN, COORDINATORS, DONE, HIDDEN, NO, PAGE, STAFF, Outcomes, Row
from tests.site.stage import Stage
from tests.site.tables.payer import STATEMENT, vouchers
from ui.forms import today

ALL = f"{STAFF} assistant"
LISTS = f"{ALL} involved"
RULERS = f"{COORDINATORS} involved"
WORDS = "Motif de plus de vingt caractères, pour l’essai."
HELD = {"told": WORDS, "reason_code": "other"}


def _move(name: str, at: str, who: str, data: Any = None, also: Outcomes | None = None) -> Row:
    """A move of the desk, confirmed on its page; `also` for whoever meets another rule."""
    return Row("desk:move", at, {who: PAGE}, {who: DONE, **(also or {})}, data or {}, args={"name": name})


def _code(stage: Stage, who: str) -> Mapping[str, Any]:
    code = last_code(stage.people.users[who].email) if who in stage.people.users else ""
    return {"motive": WORDS, "code": code or "000000"}


def _rule(stage: Stage, who: str) -> Mapping[str, Any]:
    return {"rule": "required", "decided_on": f"{today():%d/%m/%Y}", "note": WORDS}


def _paid(stage: Stage, who: str) -> dict[str, str]:
    return {"amount": "10", "means": "cheque", "paid_on": f"{today():%d/%m/%Y}", "payer": "Zoé Essai"}


def _payer(stage: Stage, who: str) -> Mapping[str, Any]:
    day = f"{today():%d/%m/%Y}"
    return {"name": "Employeur d’exemple", "kind": "employer", "agreed_from": day, "allowance": "100", "active": "on"}


def _sent(stage: Stage, who: str) -> Mapping[str, Any]:
    return {"means": "post", "sent_on": f"{today():%d/%m/%Y}"}


ROWS = [
    Row("desk:home", get={LISTS: PAGE}),
    Row("desk:search", "", {LISTS: PAGE}, {LISTS: DONE}, {"words": "", "state": "all"}),
    Row("desk:referral", "", {RULERS: PAGE}, {RULERS: DONE}, _rule),
    Row("desk:calls", get={f"{STAFF} involved": PAGE}),
    Row("desk:alerts", get={f"{STAFF} involved": PAGE}),
    Row("desk:case", "in_review", {ALL: PAGE}),
    Row("desk:case", "withdrawn", {ALL: PAGE}),
    # Why an ended case is read; the assistant reads nothing in it.
    Row("desk:motive", "declined", post={STAFF: DONE}, data={"motive": "quality", "next": ""}),
    Row("desk:answers", "in_review", {STAFF: PAGE}),
    Row("desk:history", "in_review", {COORDINATORS: PAGE}),
    Row("desk:opinion", "signed", {COORDINATORS: PAGE}),
    # Handing the report to the treating doctor is delivering it: not the nurse's. Here nobody agreed to it.
    Row("desk:copies", "opened", {COORDINATORS: PAGE}, {COORDINATORS: AGAIN}, _sent),
    Row("desk:copies", "doctor_told", {COORDINATORS: PAGE}, {COORDINATORS: DONE}, _sent),
    Row("desk:copies", "signed", {COORDINATORS: NO}, {COORDINATORS: NO}, _sent),
    Row("desk:copy_letter", "doctor_told", {COORDINATORS: PAGE}),
    Row("desk:ask_correction", "opened", {COORDINATORS: PAGE}, {COORDINATORS: DONE}, {"why": WORDS}),
    Row("desk:ask_correction", "signed", {COORDINATORS: NO}, {COORDINATORS: NO}, {"why": WORDS}),
    Row("desk:end_correction", "correction_asked", {COORDINATORS: PAGE}, {COORDINATORS: DONE}, {"why": WORDS}),
    # Begun, it is the expert's to sign or to give up.
    Row("desk:end_correction", "correcting", {COORDINATORS: PAGE}, {COORDINATORS: AGAIN}, {"why": WORDS}),
    Row("desk:expert_messages", "in_review", {COORDINATORS: PAGE}, {COORDINATORS: DONE}, {"body": "Bonjour."}),
    Row("desk:experts", "admitted", {STAFF: PAGE}),
    Row("desk:propose", "admitted", {COORDINATORS: PAGE}, {COORDINATORS: DONE}, {"why": "Disponible."}),
    Row("desk:checklist", "submitted", post={STAFF: DONE}, data={"answers_read": "on"}),
    Row("desk:identity", "submitted", post={STAFF: DONE}, data={"means": "identity_document"}),
    Row("desk:payment", "priced", {ALL: PAGE}, {ALL: DONE}, _paid),
    Row("desk:payment", "draft", {ALL: NO}, {ALL: NO}, _paid),
    Row("desk:price", "priced", post={COORDINATORS: DONE}, data={"decision": "kept", "motive": WORDS}),
    Row("desk:receipt", "priced", {ALL: PAGE}),
    Row("desk:refund", "priced", {ALL: PAGE}, {ALL: DONE}, lambda *_: {**_paid(*_), "reason": "refund"}),
    Row("desk:payers", "", {RULERS: PAGE}, {RULERS: DONE}, _payer),
    Row("desk:payer", "", {RULERS: PAGE}, {RULERS: DONE}, _payer),
    Row("desk:make_vouchers", "", post={RULERS: PAGE}, data=vouchers),
    Row("desk:void_vouchers", "", {RULERS: PAGE}, {RULERS: DONE}),
    Row("desk:statement", "", {RULERS: PAGE}, args=STATEMENT),
    Row(
        "desk:add_manager",
        "",
        post={RULERS: DONE},
        data=lambda stage, _: {"email": stage.people.users["manager"].email},
    ),
    Row("desk:end_manager", "", post={RULERS: DONE}),
    Row(
        "desk:owner",
        "in_review",
        post={COORDINATORS: DONE},
        data=lambda stage, _: {"owner": str(stage.people.users["deputy"].pk), "deputy": ""},
    ),
    Row("desk:note", "in_review", post={STAFF: DONE}, data={"text": "Une note."}),
    Row("desk:add_call", "in_review", post={STAFF: DONE}, data={"why": "late"}),
    Row("desk:close_call", "in_review", {STAFF: PAGE}, {STAFF: DONE}, {"reached": "yes", "note": "Rassurée."}),
    Row("desk:take_alert", "in_review", post={STAFF: DONE}),
    Row("desk:close_alert", "in_review", {STAFF: PAGE}, {STAFF: DONE}, {"outcome": "Appelée."}),
    Row("desk:drop_stop", "stop_asked", post={COORDINATORS: DONE}),
    Row(
        "desk:override",
        "proposed",
        {COORDINATORS: PAGE},
        {COORDINATORS: DONE},
        _code,
        before=(("desk:override_code", {}),),
    ),
    Row("desk:override_code", "proposed", post={COORDINATORS: DONE}),
    _move("admit", "checked", COORDINATORS),
    _move("deliver", "signed", COORDINATORS),
    _move("request_information", "submitted", STAFF, {"message": WORDS, "items": "Le scanner"}),
    # What came by post or phone is recorded by the nurse; the coordinator has no part in it.
    _move("provide_information", "information", "nurse", {"answer": "Reçu par courrier."}),
    _move("return_to_expert", "signed", COORDINATORS, {"reason": WORDS}),
    _move("release_follow_up", "follow_up", COORDINATORS),
    _move("reassign", "in_review", COORDINATORS, {"motive": WORDS}),
    _move(
        "hold",
        "in_review",
        COORDINATORS,
        lambda *_: {**HELD, "review_on": f"{today() + timedelta(days=3):%d/%m/%Y}"},
    ),
    _move("release", "on_hold", COORDINATORS),
    _move("decline", "submitted", COORDINATORS, {"motive": WORDS, "explanation": WORDS, "instead": WORDS}),
    _move("withdraw", "in_review", COORDINATORS, {"patient_word": "Elle l’a dit au téléphone ce matin."}),
    _move("stop", "admitted", COORDINATORS, {"code": "duplicate", "motive": WORDS}),
    # Whoever asked for the stop does not confirm it.
    Row(
        "desk:move",
        "stop_asked",
        {COORDINATORS: PAGE},
        {"coordinator": DONE, "deputy": NO},
        args={"name": "stop"},
    ),
    # `expert` moves are no moves of the desk, and a name of none is no page.
    Row("desk:move", "in_review", {ALL: HIDDEN}, {ALL: HIDDEN}, args={"name": "sign"}),
    Row("desk:document", "in_review", {STAFF: PAGE}),
    Row("desk:document_file", "in_review", {STAFF: PAGE}),
    Row("desk:document_page", "in_review", {STAFF: PAGE}),
    Row("desk:wrong_document", "in_review", {STAFF: PAGE}, {STAFF: DONE}, {"note": "Un autre nom."}),
    Row("desk:messages", "in_review", {STAFF: PAGE}, {STAFF: DONE}, {"body": "Bonjour."}),
    Row("desk:danger", "in_review", {STAFF: PAGE}, {STAFF: PAGE}, {"note": "Elle va mal."}),
    Row("desk:incident", "in_review", {STAFF: PAGE}, {STAFF: DONE}, {"text": "Page blanche."}),
    Row("desk:opinion_file", "delivered", {COORDINATORS: PAGE}),
    Row("desk:opinion_annex", "opened", {COORDINATORS: PAGE}),
    Row("desk:opinion_annex", "delivered", {COORDINATORS: HIDDEN}),
]
