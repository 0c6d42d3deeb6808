"""Reading a request again before it is sent: what it says, by subject, and what it lacks."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.checks import age_on, live_documents, missing_parts
from cases.models import Case, Document
from cases.models.case import Urgency
from clock import now
from ui.dates import NBSP, say_date

Row = dict[str, Any]
#: Parts of the first page and of the second, by the code of `missing_parts`.
_FIRST = ("urgency", "questions", "pathology", "motive")


@dataclass(frozen=True)
class Section:
    """A subject and its lines.

    Args:
        url: the page that changes them; "" for none.
    """

    title: str
    rows: list[Row]
    url: str = ""


@dataclass(frozen=True)
class Gap:
    """Something that keeps the request from being sent, and the page where it is filled in."""

    title: str
    url: str


def _row(label: str, value: str, *, plain: bool = False) -> Row:
    return {"label": label, "value": value, "plain": plain and bool(value)}


def question_rows(case: Case) -> list[Row]:
    """The question, first."""
    words: dict[str, str] = case.referral or {}
    planned = case.planned_treatment_on
    return [
        _row(_("Question to the expert"), next(iter(case.questions or []), ""), plain=True),
        _row(_("Answer needed"), str(Urgency(case.urgency).label) if case.urgency else ""),
        _row(_("Disease"), case.disease if case.disease != "–" else ""),
        _row(_("What makes you ask"), words.get("motive", ""), plain=True),
        *([_row(_("Treatment planned"), say_date(planned, "full"))] if planned else []),
    ]


def patient_rows(case: Case) -> list[Row]:
    """Who it is, and how to reach the patient."""
    patient = case.patient
    used = " ".join(part for part in (patient.used_first_name, patient.used_name) if part)
    sex = str(patient.get_sex_display())
    return [
        _row(_("Birth name"), patient.birth_name),
        _row(_("First names at birth"), patient.birth_first_names),
        *([_row(_("Name used today"), used)] if used else []),
        _row(_("Date of birth"), say_date(patient.birth_date, "full") if patient.birth_date else ""),
        _row(_("Sex"), sex[:1].upper() + sex[1:]),
        _row(_("Code of the place of birth"), patient.birth_place_code),
        _row(_("Phone"), patient.phone or _("none given")),
        _row(_("E-mail address"), patient.email or _("none: a letter will inform the patient")),
    ]


def file_rows(case: Case) -> list[Row]:
    """What the expert judges on."""
    words: dict[str, str] = case.referral or {}
    first = [case.first_opinion_doctor or "", case.first_opinion_department, words.get("first_opinion", "")]
    doctor: dict[str, str] = case.treating_doctor or {}
    profile: dict[str, str] = case.patient.profile or {}
    emergency = " ".join(filter(None, (profile.get("emergency_name", ""), profile.get("emergency_phone", ""))))
    optional = [
        _row(_("Examinations and their results"), words.get("results", ""), plain=True),
        _row(_("First opinion"), "\n".join(part for part in first if part), plain=True),
        _row(_("Treating doctor"), doctor.get("name", "")),
        _row(_("Whom to call in an emergency"), emergency),
        _row(_("Trusted person"), words.get("trusted_person", "")),
    ]
    return [
        _row(_("History and risk factors"), words.get("history", ""), plain=True),
        _row(_("Allergies"), words.get("allergies", ""), plain=True),
        _row(_("Present treatments"), words.get("treatments", ""), plain=True),
        *(row for row in optional if row["value"]),
    ]


def document_rows(case: Case) -> list[Row]:
    """The documents of the request."""
    rows = live_documents(case).order_by("dated_on", "added_at")
    return [_row(str(document.get_type_display()).capitalize(), _said(document)) for document in rows] or [
        _row(_("Documents"), _("None"))
    ]


def _said(document: Document) -> str:
    parts = [document.title or "", say_date(document.dated_on, "full") if document.dated_on else ""]
    return f"{NBSP}– ".join(part for part in parts if part)


def sections_of(case: Case) -> list[Section]:
    """Everything, the question first, each subject with the page that changes it."""
    first, file = reverse("requester:prepare", args=[case.pk]), reverse("requester:prepare_file", args=[case.pk])
    return [
        Section(_("The question"), question_rows(case), first),
        Section(_("The patient"), patient_rows(case), f"{first}#patient"),
        Section(_("The file"), file_rows(case), file),
        Section(_("Documents"), document_rows(case), reverse("requester:prepare_documents", args=[case.pk])),
    ]


def gaps_of(case: Case) -> list[Gap]:
    """What is still to be filled in before the request can be sent, in the order of the pages."""
    first, file = reverse("requester:prepare", args=[case.pk]), reverse("requester:prepare_file", args=[case.pk])
    words = {
        "urgency": _("How soon the answer is needed"),
        "questions": _("The question to the expert"),
        "pathology": _("The disease"),
        "motive": _("What makes you ask"),
        "history": _("History and risk factors"),
        "allergies": _("Allergies"),
        "treatments": _("Present treatments"),
    }
    traits = {
        "birth_name": _("Birth name of the patient"),
        "birth_first_names": _("First names of the patient"),
        "birth_date": _("Date of birth of the patient"),
        "sex": _("Sex of the patient"),
        "birth_place_code": _("Code of the place of birth of the patient"),
    }
    missing = ([] if case.urgency else ["urgency"]) + missing_parts(case)
    gaps = [Gap(words[part], f"{first}#id_{_field(part)}") for part in missing if part in _FIRST]
    gaps += [Gap(traits[trait], f"{first}#id_{trait}") for trait in case.patient.missing_traits]
    return gaps + [Gap(words[part], f"{file}#id_{part}") for part in missing if part not in _FIRST]


def _field(part: str) -> str:
    return "question" if part == "questions" else part


def is_minor(case: Case) -> bool:
    """Whether the patient is under eighteen today: such a request stays a draft for the moment."""
    birth = case.patient.birth_date
    return birth is not None and age_on(birth, now()) < 18
