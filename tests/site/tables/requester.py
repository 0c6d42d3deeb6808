"""The requesting professional: his requests about patients of his."""

import uuid
from typing import Any

from consent.texts import current_text
from tests.site.rows import AGAIN, DONE, HIDDEN, NO, PAGE, Row
from tests.site.stage import Stage
from tests.site.tables.prepare import a_file
from ui.forms import today

R = "requester"
BOTH = "requester other_requester"
KIND = "tele_expertise"

REQUEST = {
    "urgency": "d7",
    "question": "Faut-il opérer ?",
    "pathology": "hernie discale lombaire",
    "motive": "Avis sur la conduite à tenir.",
}
PATIENT = {"birth_name": "Neuf", "birth_first_names": "Jean", "birth_date": "17/05/1960", "sex": "M"}
FILE = {"history": "Sans particularité.", "allergies": "Aucune.", "treatments": "Aucun."}


def _new(stage: Stage, who: str) -> dict[str, Any]:
    text = str(current_text("draft_notice", KIND).pk)
    return {**REQUEST, **PATIENT, "agree": "on", "shown_text": text, "draft_id": str(uuid.uuid4())}


def _attested(stage: Stage, who: str) -> dict[str, Any]:
    given: dict[str, Any] = {"collected_on": f"{today():%d/%m/%Y}", "means": "oral", "text_handed_over": "on"}
    for purpose in ("act", "sharing_delegated"):
        given |= {purpose: "on", f"{purpose}_text": str(current_text(purpose, KIND).pk)}
    return given


ROWS = [
    Row("requester:home", get={BOTH: PAGE}),
    Row("requester:new", "", {BOTH: PAGE}, {BOTH: DONE}, _new),
    Row("requester:prepare", "tele_draft", {R: PAGE}, {R: DONE}, {**REQUEST, **PATIENT}),
    Row("requester:prepare_file", "tele_draft", {R: PAGE}, {R: DONE}, FILE),
    Row("requester:prepare_documents", "tele_draft", {R: PAGE}),
    Row(
        "requester:prepare_document_add",
        "tele_draft",
        {R: PAGE},
        {R: DONE},
        lambda *_: {"type": "imaging", "title": "IRM", "file": a_file()},
    ),
    Row(
        "requester:prepare_document_describe",
        "tele_draft",
        {R: PAGE},
        {R: DONE},
        {"type": "letter", "title": "Courrier"},
    ),
    Row("requester:prepare_document_remove", "tele_draft", {R: PAGE}, {R: DONE}, {"reason": "Un autre patient."}),
    Row("requester:prepare_check", "tele_draft", {R: PAGE}, {R: DONE}, {"expert": "service"}),
    Row("requester:prepare_discard", "tele_draft", {R: PAGE}, {R: DONE}),
    Row("requester:consent", "tele_draft", {R: PAGE}),
    Row("requester:renew_consent", "tele_review", {R: DONE}, {R: DONE}),
    Row("requester:attest", "tele_draft", post={R: DONE}, data=_attested),
    Row("requester:attest", "tele_awaiting", post={R: DONE}, data=_attested),
    Row("requester:ask", "tele_draft", post={R: DONE}),
    Row("requester:handout", "tele_draft", {R: PAGE}),
    Row("requester:revise", "tele_awaiting", post={R: DONE}),
    Row("requester:reach", "tele_letter", {R: PAGE}, {R: DONE}, {"email": "odile@example.org"}),
    # Whoever has an account is reached there.
    Row("requester:reach", "tele_awaiting", {R: PAGE}, {R: AGAIN}, {"email": "zoe@example.org"}),
    Row("requester:letter", "tele_letter", post={R: PAGE}),
    Row("requester:case", "tele_review", {R: PAGE}),
    Row("requester:case", "tele_draft", {R: DONE}),
    # A second opinion is the patient's: the professional of another request knows nothing of it.
    Row("requester:case", "in_review", {R: HIDDEN}),
    Row("requester:content", "tele_review", {R: PAGE}),
    Row("requester:add", "tele_review", {R: PAGE}, {R: DONE}, {"text": "Allergie oubliée."}),
    Row("requester:answer", "tele_question", {R: PAGE}, {R: DONE}, {"answer": "Deux mois."}),
    Row("requester:information", "tele_information", {R: PAGE}, {R: DONE}, {"item_0": "Joint.", "answer": ""}),
    Row("requester:expert_messages", "tele_review", {R: PAGE}, {R: DONE}, {"body": "Bonjour."}),
    Row("requester:withdraw", "tele_review", {R: PAGE}, {R: DONE}),
    Row("requester:close", "tele_told", {R: PAGE}, {R: DONE}),
    Row("requester:resume", "tele_expired", {R: PAGE}, {R: DONE}),
    Row("requester:report", "tele_delivered", {R: PAGE}),
    Row("requester:report", "tele_review", {R: NO}),
    Row("requester:acknowledge", "tele_delivered", post={R: DONE}),
    Row("requester:told", "tele_delivered", {R: PAGE}, {R: DONE}),
    Row("requester:follow_up", "tele_told", {R: PAGE}, {R: DONE}, {"question": "Et nager ?", "confirmed": "1"}),
    Row("requester:document", "tele_review", {R: PAGE}),
    Row("requester:document_file", "tele_review", {R: PAGE}),
    Row("requester:document_page", "tele_review", {R: PAGE}),
    Row("requester:wrong_document", "tele_review", {R: PAGE}, {R: DONE}, {"note": "Un autre nom."}),
    Row("requester:messages", "tele_review", {R: PAGE}, {R: DONE}, {"body": "Bonjour."}),
    Row("requester:danger", "tele_review", {R: PAGE}, {R: PAGE}, {"note": "Il va mal."}),
    Row("requester:incident", "tele_review", {R: PAGE}, {R: DONE}, {"text": "Page blanche."}),
    Row("requester:opinion_file", "tele_delivered", {R: PAGE}),
    Row("requester:opinion_annex", "tele_delivered", {R: HIDDEN}),
    Row("expert:colleague_messages", "tele_review", {"expert": PAGE}, {"expert": DONE}, {"body": "Bonjour."}),
]
