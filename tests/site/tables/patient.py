"""The patient's space once a request is sent."""

from consent.texts import current_text
from tests.site.rows import DONE, HIDDEN, NO, PAGE, PATIENT_SIDE, Row

#: A helper allowed everything a helper can be allowed, and one who may only bring documents.
SIDE = f"{PATIENT_SIDE} helper bringer"
FILLERS = f"{PATIENT_SIDE} helper"
ASKED = {PATIENT_SIDE: PAGE, "helper bringer": DONE}

ROWS = [
    Row("patient:home", get={"owner guardian stranger helper bringer": PAGE, "parent": DONE}),
    Row("patient:case", "in_review", get={SIDE: PAGE}),
    Row("patient:case", "draft", get={FILLERS: DONE, "bringer": PAGE}),
    Row("patient:case", "child", get={"parent": DONE}),
    Row("patient:case", "tele_review", get={SIDE: PAGE}),
    Row("patient:answer", "question", {FILLERS: PAGE}, {PATIENT_SIDE: DONE}, {"answer": "Deux mois."}),
    Row(
        "patient:information",
        "information",
        {FILLERS: PAGE},
        {PATIENT_SIDE: DONE},
        {"item_0": "Je ne peux pas l’obtenir.", "answer": ""},
    ),
    Row("patient:add", "in_review", {FILLERS: PAGE}, {PATIENT_SIDE: DONE}, {"text": "J’ai oublié l’allergie."}),
    Row("patient:documents", "in_review", {FILLERS: PAGE}),
    Row("patient:answers", "in_review", {FILLERS: PAGE}),
    Row("patient:payment", "priced", {PATIENT_SIDE: PAGE}),
    # Without a price there is nothing to say.
    Row("patient:payment", "submitted", {PATIENT_SIDE: HIDDEN}),
    Row("patient:receipt", "priced", {PATIENT_SIDE: PAGE}),
    Row("patient:before_opinion", "delivered", {FILLERS: PAGE}),
    Row("patient:opinion", "delivered", {FILLERS: PAGE}),
    # A tele-expertise goes to the professional first; then to the patient, when she was told.
    Row("patient:opinion", "tele_delivered", {SIDE: NO}),
    Row("patient:opinion", "tele_told", {FILLERS: PAGE}),
    Row("patient:opinion", "signed", {SIDE: NO}),
    Row("patient:ask_call", "in_review", post={FILLERS: DONE}),
    Row(
        "patient:follow_up",
        "opened",
        {FILLERS: PAGE},
        {PATIENT_SIDE: DONE},
        {"question": "Puis-je voyager ?", "confirmed": "1"},
    ),
    # Never a helper: he consents to nothing, withdraws nothing and does not choose who sees. He is led back, told why.
    Row("patient:withdraw", "in_review", ASKED, {PATIENT_SIDE: DONE}),
    Row("patient:object_to_expert", "in_review", ASKED, {PATIENT_SIDE: DONE}),
    Row("patient:close", "opened", ASKED, {PATIENT_SIDE: DONE}),
    Row("patient:resume", "expired", ASKED, {PATIENT_SIDE: DONE}),
    Row("patient:choices", "in_review", {PATIENT_SIDE: PAGE}),
    Row("patient:reception", "submitted", {PATIENT_SIDE: PAGE}, {PATIENT_SIDE: DONE}, {"reception": "after_call"}),
    Row(
        "patient:block",
        "in_review",
        post={PATIENT_SIDE: DONE},
        data=lambda stage, who: {"professional": str(stage.people.expert.user_id)},
    ),
    # Nothing is asked again here: whoever could agree is led back.
    Row("patient:renew_consent", "in_review", {PATIENT_SIDE: DONE}, {PATIENT_SIDE: DONE}),
    Row(
        "patient:withdraw_consent",
        "in_review",
        {PATIENT_SIDE: PAGE},
        {PATIENT_SIDE: DONE},
        args={"purpose": "act"},
    ),
    Row(
        "patient:give_consent",
        "in_review",
        {PATIENT_SIDE: PAGE},
        {PATIENT_SIDE: DONE},
        lambda stage, who: {
            "text": str(current_text("treating_doctor", "second_opinion").pk),
            "name": "Dr Paul Martin",
            "address": "Lyon",
        },
        args={"purpose": "treating_doctor"},
    ),
    Row("patient:seen", "in_review", {PATIENT_SIDE: PAGE}),
    Row("patient:seen", "withdrawn", {PATIENT_SIDE: PAGE}),
    Row("patient:messages", "withdrawn", {PATIENT_SIDE: PAGE}, {PATIENT_SIDE: NO}, {"body": "Bonjour."}),
    Row("patient:document", "in_review", {FILLERS: PAGE}),
    Row("patient:document_file", "in_review", {FILLERS: PAGE}),
    Row("patient:document_page", "in_review", {FILLERS: PAGE}),
    Row("patient:wrong_document", "in_review", {FILLERS: PAGE}, {FILLERS: DONE}, {"note": "Ce n’est pas moi."}),
    Row("patient:messages", "in_review", {FILLERS: PAGE}, {FILLERS: DONE}, {"body": "Bonjour."}),
    Row("patient:danger", "in_review", {SIDE: PAGE}, {SIDE: PAGE}, {"note": "Ça ne va pas."}),
    Row("patient:incident", "in_review", {PATIENT_SIDE: PAGE}, {PATIENT_SIDE: DONE}, {"text": "Page blanche."}),
    Row("patient:opinion_file", "delivered", {FILLERS: PAGE}),
    Row("patient:opinion_file", "signed", {SIDE: NO}),
    Row("patient:opinion_annex", "opened", {FILLERS: PAGE}),
    # This opinion has no annex.
    Row("patient:opinion_annex", "delivered", {FILLERS: HIDDEN}),
]
