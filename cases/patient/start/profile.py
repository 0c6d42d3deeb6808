"""What is known of a patient already, offered as a first answer in a new questionnaire (S1-05, WCAG 3.3.7).

Nothing is copied: the person sees it in the question, corrects it, and stores it by going on.
"""

from typing import Any

from cases.models import AnswerSheet, Case
from experts.questionnaires.format import COMMON

#: Blocks that say what a person is, rather than what happens now: they serve again in a later request.
LASTING = ("history", "allergies", "treatments", "general_state", "contact", "wishes", "priorities")
#: Question → field of the identity or of its profile.
_FROM_IDENTITY = {
    "emergency_name": "emergency_name",
    "emergency_phone": "emergency_phone",
    "emergency_link": "emergency_relation",
}


def known_answers(case: Case) -> dict[str, Any]:
    """Answers of an earlier request of the same patient, and what the identity says, by code of question."""
    return {**_from_identity(case), **_from_before(case)}


def _from_identity(case: Case) -> dict[str, Any]:
    patient = case.patient
    profile = patient.profile or {}
    found = {question: profile.get(field, "") for question, field in _FROM_IDENTITY.items()}
    return {code: value for code, value in {"phone": patient.phone, **found}.items() if value}


def _from_before(case: Case) -> dict[str, Any]:
    """The lasting answers of the latest request that was sent."""
    sheet = (
        AnswerSheet.objects.filter(
            case__patient_id=case.patient_id,
            questionnaire__code=COMMON,
            frozen_at__isnull=False,
            content_key__destroyed_at__isnull=True,
        )
        .exclude(case_id=case.pk)
        .select_related("questionnaire", "content_key")
        .order_by("-frozen_at")
        .first()
    )
    if sheet is None:
        return {}
    codes = {
        q["code"]
        for block in sheet.questionnaire.body["blocks"]
        if block["code"] in LASTING
        for q in block["questions"]
    }
    return {code: value for code, value in (sheet.answers or {}).items() if code in codes}
