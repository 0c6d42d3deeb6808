"""Check-your-answers: everything the expert will read, by subject, each line with the page that changes it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.billing.accounts import billing_of
from cases.models import Document
from cases.models.case import Reception, TreatingDoctorChoice
from cases.models.referral import ReferralRule
from cases.patient.start.pages import CHECK
from cases.patient.start.preparation import BlockPage, Preparation
from cases.patient.start.spaces import Space
from cases.referral import is_referred, referring_doctor, rule_now
from cases.start.prices import has_price
from cases.start.words import LANGUAGES, NEEDS
from experts.questionnaires.answers import answer_text, is_answered, visible_questions
from experts.questionnaires.fields import localised
from ui.dates import NBSP, say_date
from ui.typography import phone_words

Row = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """A subject and its lines.

    Args:
        url: the page that changes them.
    """

    title: str
    rows: list[Row]
    url: str = ""


def sections_of(preparation: Preparation, space: Space, language: str) -> list[Section]:
    """Every subject, in the order of the task list."""
    case = preparation.case

    def change(name: str, *more: int) -> str:
        return f"{space.url(name, case.pk, *more)}?then={CHECK}"

    return [
        Section(_("You"), _identity(preparation), change("prepare_identity")),
        Section(_("What you told us first"), _start(preparation), change("prepare_beginning")),
        *(
            Section(page.title(language), _answers(preparation, page, language), change("prepare_block", page.number))
            for page in preparation.blocks
        ),
        Section(_("Your documents"), _documents(preparation, language), change("prepare_documents")),
        Section(
            _("Your questions to the expert"),
            [_row(f"{number}", text) for number, text in enumerate(preparation.questions, start=1)]
            or [_row(_("Questions"), "")],
            change("prepare_questions"),
        ),
        *_referral(preparation, change("prepare_referral")),
        Section(_("The expert"), [_expert(preparation)], change("prepare_expert")),
        Section(_("Your treating doctor"), _doctor(preparation), change("prepare_doctor")),
        Section(_("How you wish to receive the opinion"), _reception(preparation), change("prepare_reception")),
        *_payer(preparation, change("prepare_payer")),
    ]


def _row(label: str, value: str, *, plain: bool = False) -> Row:
    return {"label": label, "value": value, "plain": plain and bool(value)}


def _identity(preparation: Preparation) -> list[Row]:
    patient = preparation.case.patient
    used = " ".join(part for part in (patient.used_first_name, patient.used_name) if part)
    rows = [
        _row(_("Birth name"), patient.birth_name),
        _row(_("First names"), patient.birth_first_names),
        _row(_("Name used"), used),
        _row(_("Date of birth"), say_date(patient.birth_date, "full")),
        _row(_("Sex on the identity card"), str(patient.get_sex_display()) if patient.sex else ""),
        _row(_("Code of the place of birth"), patient.birth_place_code),
        _row(_("Phone"), phone_words(patient.phone)),
    ]
    return [row for row in rows if row["value"] or row["label"] != _("Name used")]


def _start(preparation: Preparation) -> list[Row]:
    case = preparation.case
    told: dict[str, Any] = case.eligibility or {}
    needs = [str(NEEDS[need]) for need in told.get("needs", []) if need in NEEDS]
    if told.get("interpreter_for"):
        needs.append(str(told["interpreter_for"]))
    planned = case.planned_treatment_on
    return [
        _row(_("Disease"), case.pathology.name if case.pathology else ""),
        _row(_("Operation or treatment planned"), say_date(planned, "full") if planned else _("Nothing planned")),
        _row(_("Language of the opinion"), str(LANGUAGES.get(case.language, case.language))),
        _row(_("What helps you"), ", ".join(needs) or _("Nothing in particular")),
    ]


def _answers(preparation: Preparation, page: BlockPage, language: str) -> list[Row]:
    """The questions asked, with their answers; a required one left open says so, an optional one too."""
    asked = {q["code"] for q in visible_questions(preparation.whole.body, preparation.whole.answers)}
    stored = preparation.whole.answers
    rows = []
    for question in page.block["questions"]:
        code = question["code"]
        if code in asked:
            value = answer_text(question, stored[code], language) if is_answered(stored.get(code)) else ""
            rows.append(_row(localised(question["label"], language), value, plain=question["type"] == "longtext"))
    return rows


def _documents(preparation: Preparation, language: str) -> list[Row]:
    rows = []
    for piece in preparation.pieces:
        if piece.documents:
            value = ", ".join(_said(document) for document in piece.documents)
        elif piece.missing is not None:
            value = _("Cannot be obtained: %(why)s") % {"why": piece.missing.why}
        else:
            value = _("Still to add") if piece.required else _("Not added")
        rows.append(_row(piece.label(language), value))
    others = [_said(document) for document in preparation.other_documents]
    if others:
        rows.append(_row(_("Other documents"), ", ".join(others)))
    return rows or [_row(_("Documents"), _("No document"))]


def _said(document: Document) -> str:
    """Its name, its date, and its check where it is not done."""
    parts = [document.title or "", say_date(document.dated_on, "full") if document.dated_on else ""]
    if document.status == Document.Status.REFUSED:
        parts.append(_("refused by the check"))
    return f"{NBSP}– ".join(part for part in parts if part)


def _referral(preparation: Preparation, url: str) -> list[Section]:
    """Who refers the patient, where the service asks for it or somebody is named."""
    doctor, asked = referring_doctor(preparation.case), rule_now() == ReferralRule.REQUIRED
    if not doctor and not asked:
        return []
    words = doctor or (_("His letter is among your documents") if is_referred(preparation.case) else "")
    return [Section(_("The doctor who refers you"), [_row(_("Doctor"), words)], url)]


def _expert(preparation: Preparation) -> Row:
    expert = preparation.case.requested_expert
    settled = preparation.case.expert_settled_at is not None
    return _row(
        _("Who gives the opinion"), expert.name if expert else _("The service suggests an expert") if settled else ""
    )


def _doctor(preparation: Preparation) -> list[Row]:
    case = preparation.case
    if case.treating_doctor_choice == TreatingDoctorChoice.NAMED:
        doctor: dict[str, Any] = case.treating_doctor or {}
        details = _contact(doctor, "name", "address", "phone")
        return [_row(_("Receives the opinion, if you agree"), details)]
    words = {
        TreatingDoctorChoice.NONE: _("You have no treating doctor"),
        TreatingDoctorChoice.REFUSED: _("Is not told: you have read what this may change"),
    }
    return [_row(_("Treating doctor"), words.get(TreatingDoctorChoice(case.treating_doctor_choice), ""))]


def _reception(preparation: Preparation) -> list[Row]:
    case = preparation.case
    words = str(Reception(case.reception).label) if case.reception else ""
    person: dict[str, Any] = case.reception_person or {}
    rows = [_row(_("You receive it"), words[:1].upper() + words[1:])]
    if case.reception == Reception.WITH_SOMEONE:
        rows.append(_row(_("The person with you"), _contact(person, "name", "phone")))
    return rows


def _payer(preparation: Preparation, url: str) -> list[Section]:
    """Who pays, where there is a price; no code of a voucher is shown again."""
    if not preparation.case.is_second_opinion or not has_price():
        return []
    billing = billing_of(preparation.case)
    words = str(billing.get_who_display()) if billing is not None and billing.who else ""
    return [Section(_("Who pays"), [_row(_("Your answer"), words)], url)]


def _contact(person: dict[str, Any], *names: str) -> str:
    """The parts that are known, on a line."""
    parts = [str(person.get(name) or "") for name in names]
    return ", ".join(phone_words(part) for part in parts if part)
