"""From a case and an expert's draft to the content of the paper he signs."""

from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Professional, User
from cases.answers import pieces_wanted, whole
from cases.checks import live_documents, questions_of
from cases.models import Case, ExpertQuestion, FollowUp, Opinion
from cases.models.case import Kind, TreatingDoctorChoice, Urgency
from cases.models.opinions import next_place
from cases.opinions import content as paper
from consent.models import Purpose
from consent.services import living_purposes

PARIS = ZoneInfo("Europe/Paris")

#: An empty draft: every field an expert fills in.
EMPTY_DRAFT: dict[str, Any] = {
    "relevance": "",
    "relevance_reason": "",
    "answers": [],
    "analysis": "",
    "divergence": "",
    "divergence_on": "",
    "divergence_text": "",
    "options": [],
    "to_discuss": "",
    "prognosis": "",
    "limits": "",
    "summary": "",
    "sources": "",
    "tell_in_person": False,
}


#: What a correction says besides: what is changed, and why.
CORRECTION_WHY = "correction_why"


def content_of(
    case: Case,
    draft: dict[str, Any],
    *,
    at: datetime,
    code: str = "",
    version: int = 1,
    replaces: Opinion | None = None,
) -> paper.OpinionContent:
    """What the paper says, in the language of the case.

    Args:
        draft: the fields of `EMPTY_DRAFT`; of a correction, `CORRECTION_WHY` besides.
        replaces: the signed version it corrects.
        at: when the expert asked for the paper he signs.
        code: the verification code to print; none while only the gaps are looked for.
    """
    full = {**EMPTY_DRAFT, **draft}
    with override(case.language):
        answers = [*full["answers"], "", "", ""]
        asked_by = case.patient.full_name if case.is_second_opinion else case.requester.get_full_name()
        return paper.OpinionContent(
            **_frame(case, at=at, code=code, version=version),
            replaces=_replaced(replaces, full),
            questions=tuple(
                paper.Question(text=text, asked_by=asked_by, answer=str(answers[index]))
                for index, text in enumerate(questions_of(case))
            ),
            first_opinion=first_opinion_of(case),
            documents=_documents(case),
            missing=_missing(case),
            silences=tuple(
                question.text for question in case.expert_questions.filter(answer_kind=ExpertQuestion.Answer.SILENCE)
            ),
            limits=full["limits"],
            relevance=paper.Relevance(full["relevance"]) if full["relevance"] else None,
            relevance_reason=full["relevance_reason"],
            summary=full["summary"],
            analysis=full["analysis"],
            divergence=paper.Divergence(full["divergence"]) if full["divergence"] else None,
            divergence_on=paper.DivergenceOn(full["divergence_on"]) if full["divergence_on"] else None,
            divergence_text=full["divergence_text"],
            options=tuple(
                paper.TreatmentOption(
                    title=str(option.get("title") or ""),
                    benefits=str(option.get("benefits") or ""),
                    risks=str(option.get("risks") or ""),
                    remark=str(option.get("remark") or ""),
                )
                for option in full["options"]
            ),
            to_discuss=full["to_discuss"],
            prognosis=full["prognosis"],
            prognosis_apart=case.prognosis_unwanted,
            sources=full["sources"],
        )


def addendum_of(case: Case, follow_up: FollowUp, answer: str, *, at: datetime, code: str) -> paper.OpinionContent:
    """The signed answer to the follow-up question."""
    opinion = case.signed_opinion
    with override(case.language):
        return paper.OpinionContent(
            **_frame(case, at=at, code=code, version=opinion.place if opinion else 1),
            addendum=paper.Addendum(
                number=next_place(case.opinions.only("type"), Opinion.Type.ADDENDUM),
                to_version=opinion.place if opinion else 1,
                to_signed_at=opinion.signed_at if opinion else at,
            ),
            questions=(
                paper.Question(text=follow_up.question, asked_by=follow_up.asked_by.get_full_name(), answer=answer),
            ),
        )


def _replaced(opinion: Opinion | None, draft: dict[str, Any]) -> paper.Replaced | None:
    if opinion is None:
        return None
    why = str(draft.get(CORRECTION_WHY) or "").strip()
    return paper.Replaced(version=opinion.place, signed_at=opinion.signed_at, why=why)


def draft_gaps(
    case: Case, draft: dict[str, Any], *, at: datetime, replaces: Opinion | None = None
) -> dict[str, str | Promise]:
    """What is still missing before the opinion may be signed, by field."""
    return content_of(case, draft, at=at, replaces=replaces).problems()


def _frame(case: Case, *, at: datetime, code: str, version: int) -> dict[str, Any]:
    """What every paper of a case says, whatever the expert writes."""
    expert = case.assigned_expert
    user = expert.user if expert else case.requester
    return {
        "kind": paper.Kind(case.kind),
        "language": "en" if case.language == "en" else "fr",
        "reference": case.reference,
        "pathology": case.pathology.name_in(case.language) if case.pathology else case.disease,
        "requested_at": case.submitted_at or case.created_at,
        "admitted_at": case.admitted_at,
        "signed_at": at,
        "patient": _patient(case),
        "expert": _expert(user, expert.department if expert else ""),
        "requested_by": case.patient.full_name if case.is_second_opinion else "",
        "requester": None if case.is_second_opinion else _doctor(case.requester),
        "treating_doctor": _treating_doctor(case),
        "urgency": str(Urgency(case.urgency).label) if case.urgency else "",
        "act": _("Tele-expertise") if case.kind == Kind.TELE_EXPERTISE else "",
        "verification_code": code,
        "verification_address": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("verify:start"),
        "service_name": settings.SERVICE_NAME,
        "service_contact": "\n".join(filter(None, (settings.SERVICE_PHONE, settings.SERVICE_CONTACT))),
        "version": version,
        "incidents": tuple(
            paper.Incident(happened_at=incident.at, text=incident.text) for incident in case.incidents.all()
        ),
        "copies": _copies(case),
    }


def _patient(case: Case) -> paper.PatientIdentity:
    patient = case.patient
    return paper.PatientIdentity(
        birth_name=patient.birth_name,
        birth_first_names=patient.birth_first_names,
        birth_date=patient.birth_date or date(1900, 1, 1),
        sex=_sex(patient.sex),
        birth_place=patient.birth_place_code,
        used_name=patient.used_name,
        used_first_name=patient.used_first_name,
    )


def _sex(code: str) -> Literal["F", "M", "I"]:
    """One of the values of the national identity."""
    return "F" if code == "F" else "M" if code == "M" else "I"


def _expert(user: User, workplace: str) -> paper.Expert:
    professional: Professional | None = getattr(user, "professional", None)
    return paper.Expert(
        name=user.get_full_name(),
        qualification=professional.specialty if professional else "",
        address=professional.address if professional else "",
        phone=professional.phone if professional else "",
        rpps=professional.rpps if professional else "",
        insurance_position=professional.convention if professional else "",
        order=_("Order of Physicians"),
        workplace=workplace,
    )


def _doctor(user: User) -> paper.Doctor:
    professional: Professional | None = getattr(user, "professional", None)
    return paper.Doctor(
        name=user.get_full_name(),
        profession=professional.specialty or professional.get_profession_display() if professional else "",
        rpps=professional.rpps if professional else "",
        address=professional.address if professional else "",
        phone=professional.phone if professional else "",
    )


def _treating_doctor(case: Case) -> paper.Doctor | None:
    if case.treating_doctor_choice != TreatingDoctorChoice.NAMED or not case.treating_doctor:
        return None
    doctor = case.treating_doctor
    return paper.Doctor(name=str(doctor.get("name") or ""), address=str(doctor.get("address") or ""))


def _copies(case: Case) -> tuple[paper.Copy, ...]:
    """Who receives the paper, in the order of delivery."""
    copies = [paper.Copy(reader=paper.Reader.PATIENT, name=case.patient.full_name)]
    if not case.is_second_opinion:
        copies.insert(0, paper.Copy(reader=paper.Reader.REQUESTER, name=case.requester.get_full_name()))
    doctor = _treating_doctor(case)
    if doctor is not None and Purpose.TREATING_DOCTOR in living_purposes(case.pk, case.consent_round):
        copies.append(paper.Copy(reader=paper.Reader.TREATING_DOCTOR, name=doctor.name))
    return tuple(copies)


def first_opinion_of(case: Case) -> str:
    """What the questionnaire says of the first opinion, in the patient's words."""
    if not case.is_second_opinion:
        return str((case.referral or {}).get("first_opinion") or "")
    answers = whole(case).answers
    told = [case.first_opinion_doctor or "", str(answers.get("diagnosis_words") or "")]
    told.append(str(answers.get("treatment_proposed_words") or ""))
    return "\n\n".join(words for words in told if words.strip())


def _documents(case: Case) -> tuple[paper.DocumentReceived, ...]:
    return tuple(
        paper.DocumentReceived(
            kind=document.get_type_display(),
            title=document.title or "",
            dated=document.dated_on,
            author=document.author_name or "",
            received_at=document.added_at,
        )
        for document in live_documents(case).order_by("dated_on", "added_at")
    )


def _missing(case: Case) -> tuple[paper.DocumentMissing, ...]:
    labels = {p["code"]: p["label"].get(case.language) or p["label"]["fr"] for p in pieces_wanted(case)}
    return tuple(
        paper.DocumentMissing(title=labels.get(piece.prerequisite, piece.prerequisite), why=piece.why or "")
        for piece in case.missing_pieces.all()
    )
