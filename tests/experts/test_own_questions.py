"""The expert's own questions: written in both languages, ordered, previewed, published, retired by the desk."""

from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEvent
from errors import Conflict
from experts.models import ExpertProfile, Pathology, Questionnaire, RetiredQuestion
from experts.own_questions.content import id_of, items_of, make_body
from experts.own_questions.forms import KINDS, kind_of
from experts.own_questions.wording import wording_faults
from experts.questionnaires.fields import clean_answer
from experts.questionnaires.format import problems
from notify.models import OutgoingMail
from tests.experts import people

BOTH = {"label_fr": "Depuis quand avez-vous mal ?", "label_en": "Since when have you been in pain?"}
CHOICE = {"choices_fr": "Le matin\nLe soir", "choices_en": "In the morning\nIn the evening", "unknown": "on"}
NUMBER = {"unit_fr": "kg", "unit_en": "kg", "least": "30", "most": "200", "decimals": "1"}
DOCUMENT = {"document_type": "imaging_report", "why_fr": "La taille des lésions.", "why_en": "The size of the lesions."}
FILLED: dict[str, dict[str, str]] = {
    "texte": {**BOTH, "hint_fr": "À peu près.", "hint_en": "Roughly."},
    "oui-non": {**BOTH, "must": "on"},
    "choix": {**BOTH, **CHOICE},
    "nombre": {**BOTH, **NUMBER},
    "date": {**BOTH, "period": "past"},
    "document": {"label_fr": "IRM du bassin", "label_en": "MRI of the pelvis", "must": "on", **DOCUMENT},
}


# --- without a database


def test_every_kind_gives_the_format_and_comes_back_into_its_form() -> None:
    answers = {"texte": "Un an", "oui-non": "no", "choix": "unknown", "nombre": "72,5", "date": "2025-03-04"}
    for kind, data in FILLED.items():
        of_kind = KINDS[kind][0]
        form = of_kind(data)
        assert form.is_valid(), (kind, form.errors)
        item = {**form.item(), "code": "own_a"}
        assert kind_of(item) == kind
        wanted = ([], [item]) if kind == "document" else ([item], [])
        assert problems(make_body("own_x", 1, *wanted)) == []
        again = of_kind({k: v for k, v in of_kind.initial_of(item).items() if v is not False})
        assert again.is_valid() and {**again.item(), "code": "own_a"} == item, (kind, again.errors)
        if kind in answers:
            assert clean_answer(item, answers[kind]) not in (None, "")
    assert KINDS["texte"][0](BOTH).is_valid()
    # The typography of both languages is set right.
    assert item["label"]["fr"] == "IRM du bassin"
    form = KINDS["texte"][0]({**BOTH, "label_fr": "C'est quand ?"})
    assert form.is_valid() and form.item()["label"]["fr"] == "C’est quand\u00a0?"


def test_an_incomplete_question_says_at_which_field() -> None:
    for kind, change, field in (
        ("texte", {"label_fr": ""}, "label_fr"),
        ("texte", {"label_fr": "   "}, "label_fr"),
        ("texte", {"label_en": "x" * 201}, "label_en"),
        ("texte", {"hint_en": ""}, "hint_en"),
        ("choix", {"choices_fr": "Un seul"}, "choices_fr"),
        ("choix", {"choices_fr": "Oui\noui"}, "choices_fr"),
        ("choix", {"choices_en": "One\nTwo\nThree"}, "choices_en"),
        ("choix", {"choices_en": f"One\n{'x' * 121}"}, "choices_en"),
        ("nombre", {"most": "30"}, "most"),
        ("nombre", {"unit_en": ""}, "unit_en"),
        ("date", {"period": "never"}, "period"),
        ("document", {"document_type": "selfie"}, "document_type"),
        ("document", {"why_en": ""}, "why_en"),
    ):
        form = KINDS[kind][0]({**FILLED[kind], **change})
        assert not form.is_valid() and list(form.errors) == [field], (kind, change, form.errors)


def test_words_that_name_or_lead_elsewhere_are_found_and_medical_prose_is_not() -> None:
    def faults(text: str) -> dict[str, Any]:
        return wording_faults({"label": {"fr": text, "en": "Right"}}, [], [])

    for wrong in (
        "Répondez sur https://exemple.test/",
        "Voir www.exemple",
        "Voir monsite.fr",
        "Écrivez à moi@exemple",
        "Appelez le 01 23 45 67 89",
        "Appelez le +33 1 23 45 67 89",
        "Avez-vous vu le docteur Martin ?",
        "Avez-vous vu le Dr. MARTIN ?",
        "Qu’en dit M. Dupont ?",
        "Et Mme Lévy ?",
    ):
        assert list(faults(wrong)) == ["label_fr"], wrong
    for right in (
        "Avez-vous une maladie de Crohn, un score de Glasgow, un signe de Lasègue ?",
        "Que vous a dit votre médecin ? (Dr ou Pr)",
        "Combien pesez-vous, en kg ? Par exemple 72,5.",
        "Avez-vous eu une IRM 3 T. Et quand ?",
        "Votre taux de HbA1c est-il passé de 6.5 à 7.2 en 2024 ou 2025 ?",
    ):
        assert faults(right) == {}, right
    twice = wording_faults({"label": BOTH_LABEL}, [{"label": {"fr": "depuis quand avez-vous mal", "en": "x"}}], [])
    assert list(twice) == ["label_fr"]


BOTH_LABEL = {"fr": BOTH["label_fr"], "en": BOTH["label_en"]}


# --- the pages


@pytest.fixture
def himself(expert: ExpertProfile) -> Client:
    return people.logged_in(expert.user)


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def asked(expert: ExpertProfile) -> list[str]:
    """What is asked of patients who name him now."""
    newest = expert.questionnaires.order_by("-version").first()
    return [item["label"]["fr"].replace("\xa0", " ") for item in items_of(newest.body)] if newest else []


@pytest.mark.django_db
def test_an_expert_writes_orders_previews_and_publishes(
    himself: Client, expert: ExpertProfile, endometriosis: Pathology
) -> None:
    at = f"/en/expert/mes-questions/{endometriosis.pk}/"
    assert "Endometriosis" in text(himself.get("/en/expert/mes-questions/"))
    for kind, data in FILLED.items():
        label = {} if kind == "document" else {"label_fr": f"Question {kind} ?", "label_en": f"Question {kind}?"}
        assert himself.post(f"{at}ajouter/{kind}/", {**data, **label}).status_code == 302, kind
    own = expert.own_questions.get()
    ids = [id_of(item) for item in own.questions]
    himself.post(f"{at}{ids[1]}/deplacer/", {"to": "up"})
    himself.post(f"{at}{ids[2]}/", {**FILLED["choix"], "label_fr": "Quand avez-vous mal ?"})
    assert "Take this out?" in text(himself.get(f"{at}{ids[4]}/retirer/"))
    himself.post(f"{at}{ids[4]}/retirer/")
    # Nothing is asked before it is published; then exactly what the preview shows.
    assert asked(expert) == [] and "not published" in text(himself.get(at))
    shown = text(himself.get(f"{at}apercu/"))
    assert "Question oui-non?" in shown and "MRI of the pelvis" in shown and "Question date?" not in shown
    assert himself.post(f"{at}apercu/").status_code == 302
    expected = ["Question oui-non ?", "Question texte ?", "Quand avez-vous mal ?", "Question nombre ?", "IRM du bassin"]
    assert asked(expert) == expected
    # Twice is quiet; a change is a new version, and the first stays as it is.
    himself.post(f"{at}apercu/")
    himself.post(f"{at}{ids[0]}/retirer/")
    himself.post(f"{at}apercu/")
    first, changed = Questionnaire.objects.filter(expert=expert).order_by("version")
    assert (first.version, changed.version) == (1, 2)
    assert len(items_of(first.body)) == 5 and len(items_of(changed.body)) == 4
    with pytest.raises(Conflict):
        first.save()
    events = AuditEvent.objects.filter(action="expert.questions_published")
    assert sorted(event.detail["version"] for event in events) == [1, 2]
    assert "Question" not in str([event.detail for event in AuditEvent.objects.all()])


@pytest.mark.django_db
def test_words_not_fit_for_patients_are_refused_and_kept_in_the_form(
    himself: Client, expert: ExpertProfile, endometriosis: Pathology
) -> None:
    at = f"/en/expert/mes-questions/{endometriosis.pk}/ajouter/texte/"
    for wrong, said in (
        ("", "Fill in this field."),
        ("x" * 201, "Shorten this text"),
        ("Voir www.exemple", "Write no link"),
        (f"Avez-vous déjà vu {expert.user.full_name} ?", "Name nobody"),
    ):
        response = himself.post(at, {**BOTH, "label_fr": wrong, "hint_fr": "Une aide", "hint_en": "A line of help"})
        assert response.status_code == 422 and said in text(response), wrong
        assert 'value="Une aide"' in response.content.decode() and wrong in response.content.decode()
    assert not expert.own_questions.exists()
    assert himself.get(at.replace("texte", "selfie")).status_code == 404
    # What he does not cover is not there.
    other = Pathology.objects.get(code="crohn")
    for address in (f"/expert/mes-questions/{other.pk}/", f"/expert/mes-questions/{other.pk}/ajouter/texte/"):
        assert himself.get(address).status_code == 404


@pytest.mark.django_db
def test_a_coordinator_retires_a_question_in_the_open(
    himself: Client, expert: ExpertProfile, endometriosis: Pathology
) -> None:
    at = f"/en/expert/mes-questions/{endometriosis.pk}/"
    himself.post(f"{at}ajouter/texte/", BOTH)
    himself.post(f"{at}ajouter/document/", FILLED["document"])
    himself.post(f"{at}apercu/")
    himself.post(f"{at}ajouter/oui-non/", {"label_fr": "Autre ?", "label_en": "Other?"})
    user = people.make_user("coordinator")
    people.make_professional(user)
    desk = people.logged_in(user)
    page = desk.get(f"/en/bureau/experts/{expert.pk}/questions/")
    assert "Since when" in text(page) and "Other?" not in text(page)
    retire = page.content.decode().split('href="')
    address = next(part.split('"')[0] for part in retire if "/questions/" in part and "/retirer/" in part)
    assert desk.post(address, {"motive": "Trop court"}).status_code == 422
    motive = "Cette question blesse plusieurs patientes."
    assert desk.post(address, {"motive": motive}).status_code == 302
    assert asked(expert) == ["IRM du bassin"]
    # What he had not published stays his; the motive is his to read, and sealed.
    assert [item["label"]["fr"].replace("\xa0", " ") for item in expert.own_questions.get().questions] == ["Autre ?"]
    assert motive in text(himself.get(at)) and motive in text(desk.get(f"/en/bureau/experts/{expert.pk}/questions/"))
    assert RetiredQuestion.objects.get().retired_by == user
    assert AuditEvent.objects.filter(action="expert.question_retired").count() == 1
    assert OutgoingMail.objects.filter(template="expert.question_retired").exists()
    assert desk.post(address, {"motive": motive}).status_code == 404
