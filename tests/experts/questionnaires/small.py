"""A small questionnaire that has one of everything."""

import copy
from typing import Any


def words(text: str) -> dict[str, str]:
    return {"fr": text, "en": f"{text} (en)"}


_BODY: dict[str, Any] = {
    "pathology": "sample",
    "version": 1,
    "title": words("Essai"),
    "sources": [{"id": "has", "title": words("Guide"), "publisher": "HAS", "year": 2019}],
    "prerequisites": [
        {
            "code": "report",
            "document_type": "imaging_report",
            "required": True,
            "label": words("CR"),
            "why": words("P"),
        },
        {
            "code": "operation",
            "document_type": "operative_report",
            "required": True,
            "label": words("Opération"),
            "why": words("Pour lire"),
            "show_if": {"question": "operated", "in": ["yes"]},
        },
    ],
    "blocks": [
        {
            "code": "first",
            "title": words("Premier"),
            "source": "has",
            "questions": [
                {"code": "operated", "type": "yesno", "label": words("Opéré"), "required": True},
                {
                    "code": "operated_when",
                    "type": "month",
                    "label": words("Quand"),
                    "required": True,
                    "period": "past",
                    "show_if": {"question": "operated", "in": ["yes"]},
                },
                {
                    "code": "better",
                    "type": "choice",
                    "label": words("Mieux"),
                    "required": True,
                    "choices": [
                        {"code": "well", "label": words("Bien")},
                        {"code": "badly", "label": words("Mal")},
                    ],
                    "show_if": {"all": [{"question": "operated", "in": ["yes"]}]},
                },
                {
                    "code": "signs",
                    "type": "multi",
                    "label": words("Signes"),
                    "required": True,
                    "choices": [
                        {"code": "fever", "label": words("Fièvre")},
                        {"code": "blood", "label": words("Sang")},
                        {"code": "none", "label": words("Aucun")},
                    ],
                    "warning": {"when": {"in": ["blood"]}, "message": words("Appelez"), "action": "call_15"},
                },
            ],
        },
        {
            "code": "second",
            "title": words("Second"),
            "source": "has",
            "questions": [
                {
                    "code": "pain",
                    "type": "scale",
                    "label": words("Douleur"),
                    "required": True,
                    "min_label": words("rien"),
                    "warning": {"when": {"gte": 9}, "message": words("Médecin"), "action": "call_doctor"},
                },
                {
                    "code": "pain_words",
                    "type": "longtext",
                    "label": words("Dites"),
                    "required": False,
                    "max": 30,
                    "show_if": {
                        "any": [{"question": "pain", "gte": 5}, {"question": "better", "in": ["badly"]}],
                    },
                },
                {
                    "code": "weight",
                    "type": "number",
                    "label": words("Poids"),
                    "required": True,
                    "min": 2,
                    "max": 300,
                    "decimals": 1,
                    "unit": words("kg"),
                },
                {"code": "born", "type": "date", "label": words("Date"), "required": False, "period": "past"},
                {"code": "phone", "type": "text", "label": words("Téléphone"), "required": False, "min": 6, "max": 20},
                {
                    "code": "children",
                    "type": "number",
                    "label": words("Enfants"),
                    "required": False,
                    "min": 0,
                    "max": 20,
                },
                {"code": "relative_phone", "type": "phone", "label": words("Proche"), "required": False},
            ],
        },
    ],
}


def body() -> dict[str, Any]:
    """A copy that a test may break."""
    return copy.deepcopy(_BODY)


def question(code: str) -> dict[str, Any]:
    """One of its questions."""
    return next(q for block in body()["blocks"] for q in block["questions"] if q["code"] == code)
