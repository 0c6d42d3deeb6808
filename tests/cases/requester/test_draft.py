"""A request being prepared: what is kept, what is refused, and that nothing typed is lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Patient
from accounts.services.accounts import create_user
from accounts.services.professionals import save_professional
from accounts.services.roles import open_own_space
from cases.models import Case, Document
from cases.models.states import State
from clock import now
from consent.models import ConsentRecord
from experts.models import ExpertProfile
from tests.cases.clients import verified_client
from tests.cases.requester import flows
from tests.cases.requester.flows import at, fresh
from tests.cases.world import PASSWORD, SETUP, World, make_world, rpps

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def doctor(world: World) -> Client:
    return verified_client(world.requester, "requester")


# --- the question and the urgency


def test_today_is_refused_with_whom_to_call_and_nothing_is_lost(doctor: Client) -> None:
    answer = doctor.post(at("new"), flows.first_page(urgency="today"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="tel:15"' in page
    assert flows.QUESTION["question"] in page
    assert flows.QUESTION["motive"].split(",")[0] in page
    assert 'value="Martin"' in page
    assert not Case.objects.exists()


def test_today_is_refused_by_a_direct_post_to_a_draft_too(doctor: Client) -> None:
    case = flows.open_draft(doctor)
    answer = doctor.post(at("prepare", case), {**flows.QUESTION, **flows.PATIENT, "urgency": "today"})
    assert answer.status_code == 422
    assert fresh(case).urgency == "d7"


@pytest.mark.parametrize("typed", ["hernie discale lombaire", "Hernie discal lombère", "sciatique"])
def test_the_disease_is_recognised_however_it_is_spelt(doctor: Client, typed: str) -> None:
    case = flows.open_draft(doctor, pathology=typed)
    assert case.pathology is not None
    assert case.pathology.code == "lumbar_disc_herniation"


def test_a_word_that_may_mean_several_diseases_is_asked_again(doctor: Client) -> None:
    typed = flows.first_page(pathology="cancer")
    answer = doctor.post(at("new"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="breast_cancer"' in page
    assert 'value="prostate_cancer"' in page
    assert doctor.post(at("new"), {**typed, "pathology_choice": "prostate_cancer"}).status_code == 302
    assert Case.objects.get(pk=typed["draft_id"]).pathology.code == "prostate_cancer"


def test_another_disease_keeps_its_words_and_goes_to_the_service(world: World, doctor: Client) -> None:
    typed = flows.first_page(pathology="maladie de Dercum")
    answer = doctor.post(at("new"), typed)
    assert answer.status_code == 422
    assert 'value="other"' in answer.content.decode()
    assert doctor.post(at("new"), {**typed, "pathology_choice": "other"}).status_code == 302
    case = Case.objects.get(pk=typed["draft_id"])
    assert (case.pathology, case.disease) == (None, "maladie de Dercum")
    doctor.post(at("prepare_file", case), flows.FILE)
    # No expert is named for a disease the service does not list.
    page = doctor.get(at("prepare_check", case)).content.decode()
    assert str(world.expert.pk) not in page
    assert doctor.post(at("prepare_check", case), {"expert": "service"}).url == at("consent", case)
    flows.attest(doctor, case)
    assert fresh(case).state == State.SUBMITTED


# --- the draft


def test_the_same_form_sent_twice_opens_one_draft(doctor: Client) -> None:
    typed = flows.first_page()
    assert doctor.post(at("new"), typed).url == doctor.post(at("new"), typed).url
    assert Case.objects.count() == 1
    assert Patient.objects.filter(birth_name="Martin").count() == 1


def test_a_draft_of_somebody_else_is_not_opened_by_its_number(world: World, doctor: Client) -> None:
    typed = flows.first_page()
    doctor.post(at("new"), typed)
    other = verified_client(_professional(checked=True))
    answer = other.post(at("new"), typed)
    assert answer.status_code == 422
    assert Case.objects.count() == 1


@pytest.mark.behaviour("S1-11")
def test_the_patient_gets_no_account_and_a_row_of_her_own(world: World, doctor: Client) -> None:
    twin = {"birth_name": "Renaud", "birth_first_names": "Camille", "birth_date": "17/05/1980"}
    case = flows.open_draft(doctor, **twin)
    assert case.patient != world.patient
    assert not case.patient.representations.exists()
    assert case.patient.joined_to is None


def test_the_word_on_the_notice_is_kept_as_evidence(doctor: Client) -> None:
    answer = doctor.post(at("new"), flows.first_page(agree=""))
    assert answer.status_code == 422
    assert not Case.objects.exists()
    case = flows.open_draft(doctor)
    row = ConsentRecord.objects.get(case=case)
    assert (row.purpose, row.decision, row.actor_role) == ("draft_notice", "given", "requester")


def test_a_draft_is_kept_with_the_name_alone_and_taken_up_again(doctor: Client) -> None:
    blank = dict.fromkeys([*flows.QUESTION, *flows.PATIENT], "")
    named = {"birth_name": "Martin", "birth_first_names": "Anne", "later": "1"}
    typed = flows.first_page(**{**blank, **named})
    assert doctor.post(at("new"), typed).url == at("home")
    case = Case.objects.get(pk=typed["draft_id"])
    assert "Anne Martin" in doctor.get(at("home")).content.decode()
    assert 'value="Martin"' in doctor.get(at("prepare", case)).content.decode()
    page = doctor.get(at("prepare_check", case)).content.decode()
    assert f"{at('prepare', case)}#id_question" in page
    assert f"{at('prepare_file', case)}#id_history" in page
    answer = doctor.post(at("prepare_check", case), {"expert": "service"})
    assert answer.status_code == 422
    assert doctor.get(at("consent", case)).url == at("prepare_check", case)
    assert doctor.post(at("ask", case)).url == at("prepare_check", case)
    assert fresh(case).state == State.DRAFT


def test_what_was_typed_is_corrected_later(doctor: Client) -> None:
    case = flows.open_draft(doctor)
    changed = {**flows.QUESTION, **flows.PATIENT, "birth_name": "Marin", "urgency": "h48", "pathology": "scoliose"}
    assert doctor.post(at("prepare", case), changed).url == at("prepare_file", case)
    case = fresh(case)
    assert (case.patient.birth_name, case.urgency, case.pathology.code) == ("Marin", "h48", "scoliosis")


@pytest.mark.behaviour("S1-48")
def test_an_incomplete_file_comes_back_with_everything_typed(doctor: Client) -> None:
    case = flows.open_draft(doctor)
    answer = doctor.post(at("prepare_file", case), {**flows.FILE, "allergies": ""})
    assert answer.status_code == 422
    assert flows.FILE["treatments"] in answer.content.decode()
    kept = doctor.post(at("prepare_file", case), {**flows.FILE, "allergies": "", "later": "1"})
    assert kept.url == at("home")
    assert fresh(case).referral["treatments"] == flows.FILE["treatments"]


def test_a_discarded_draft_is_destroyed_with_its_key(doctor: Client) -> None:
    case = flows.open_draft(doctor)
    assert doctor.get(at("prepare_discard", case)).status_code == 200
    assert fresh(case).state == State.DRAFT
    assert doctor.post(at("prepare_discard", case)).url == at("home")
    case = fresh(case)
    assert case.content_key.destroyed_at
    assert doctor.get(at("prepare", case)).status_code == 404
    assert case.reference not in doctor.get(at("home")).content.decode().split("<main")[1].split("notice-done")[-1]


def test_a_request_for_a_child_stays_a_draft(doctor: Client) -> None:
    born = now().date() - timedelta(days=365 * 12)
    case = flows.open_draft(doctor, birth_date=f"{born:%d/%m/%Y}")
    doctor.post(at("prepare_file", case), flows.FILE)
    doctor.post(at("prepare_check", case), {"expert": "service"})
    doctor.post(at("ask", case))
    assert fresh(case).state == State.DRAFT
    assert flows.attest(doctor, case).status_code == 422
    assert fresh(case).state == State.DRAFT


# --- the expert


def test_no_expert_of_the_department_of_the_first_opinion_is_offered(world: World, doctor: Client) -> None:
    ExpertProfile.objects.filter(pk=world.expert.pk).update(institution="Hôpital Nord")
    case = flows.open_draft(doctor)
    file = {**flows.FILE, "first_opinion_department": "rachis a, hopital nord", "first_opinion_doctor": "Karim HADDAD"}
    doctor.post(at("prepare_file", case), file)
    page = doctor.get(at("prepare_check", case)).content.decode()
    assert str(world.expert.pk) not in page
    # Nor the doctor who gave it.
    assert str(world.other_expert.pk) not in page
    answer = doctor.post(at("prepare_check", case), {"expert": str(world.expert.pk)})
    assert answer.status_code == 422
    assert fresh(case).requested_expert is None


def test_another_disease_takes_the_named_expert_back(world: World, doctor: Client) -> None:
    case = flows.prepare(doctor, expert=str(world.expert.pk))
    assert fresh(case).sharing == "named"
    doctor.post(at("prepare", case), {**flows.QUESTION, **flows.PATIENT, "pathology": "scoliose"})
    case = fresh(case)
    assert (case.requested_expert, case.sharing) == (None, "delegated")


# --- documents


@pytest.mark.behaviour("S1-08")
@pytest.mark.behaviour("S1-37")
@pytest.mark.behaviour("S1-38")
def test_a_document_is_added_described_and_withdrawn(doctor: Client) -> None:
    case = flows.open_draft(doctor)
    # What was typed in the file is kept before the other page opens.
    answer = doctor.post(at("prepare_file", case), {**flows.FILE, "treatments": "", "documents": "1"})
    assert answer.url == at("prepare_document_add", case)
    assert fresh(case).referral["history"] == flows.FILE["history"]
    sent = {"type": "imaging_report", "title": "IRM lombaire", "dated_on": "3/3/2026", "author": "", "note": ""}
    answer = doctor.post(at("prepare_document_add", case), {**sent, "file": _pdf()})
    assert answer.status_code == 302, flows.said(answer)
    assert answer.url == at("prepare_documents", case)
    document = Document.objects.get(case=case)
    assert (document.origin, document.title) == ("professional", "IRM lombaire")
    assert "IRM lombaire" in doctor.get(at("prepare_documents", case)).content.decode()
    changed = {**sent, "title": "IRM du rachis"}
    doctor.post(at("prepare_document_describe", case, document.pk), changed)
    assert "IRM du rachis" in doctor.get(at("prepare_documents", case)).content.decode()
    # Without a title it bears the name of its type.
    answer = doctor.post(at("prepare_document_describe", case, document.pk), {**sent, "title": ""})
    assert answer.status_code == 302
    document.refresh_from_db()
    assert document.title == "compte rendu d’imagerie"
    doctor.post(at("prepare_document_remove", case, document.pk), {"reason": ""})
    document.refresh_from_db()
    assert document.removed_at


def test_a_file_that_is_not_accepted_says_why_and_keeps_the_form(doctor: Client) -> None:
    case = flows.open_draft(doctor)
    sent = {"type": "letter", "title": "Courrier du 3 mars", "dated_on": "", "author": "", "note": ""}
    wrong = SimpleUploadedFile("courrier.pdf", b"MZ\x90\x00 not a paper", content_type="application/pdf")
    answer = doctor.post(at("prepare_document_add", case), {**sent, "file": wrong})
    assert answer.status_code >= 400
    assert "Courrier du 3 mars" in answer.content.decode()
    assert not Document.objects.exists()


def _pdf() -> SimpleUploadedFile:
    from tests.vault.samples import pdf

    return SimpleUploadedFile("irm.pdf", pdf(), content_type="application/pdf")


# --- who is not checked yet


def _professional(*, checked: bool) -> object:
    """A requesting professional whose registration is stated, and checked or not."""
    from tests.cases.world import checked as check

    email = f"pro.{uuid4().hex[:6]}@test.test"
    user = create_user(email, actor=SETUP, password=PASSWORD, full_name="Léa Attente", title="Dr")
    open_own_space(user, "requester", actor=SETUP)
    if checked:
        check(user)
    else:
        save_professional(user, actor=SETUP, profession="physician", rpps=rpps(), phone="04 00 00 00 00")
    return user


def test_who_is_not_checked_yet_prepares_and_sends_nothing(world: World) -> None:
    waiting = verified_client(_professional(checked=False))
    case = flows.open_draft(waiting)
    assert waiting.post(at("prepare_file", case), flows.FILE).url == at("prepare_check", case)
    page = waiting.get(at("prepare_check", case)).content.decode()
    assert at("consent", case) not in page
    for name in ("consent", "case", "messages"):
        assert waiting.get(at(name, case)).url == "/compte/inscription-professionnelle/", name
    for name in ("ask", "attest"):
        assert waiting.post(at(name, case)).url == "/compte/inscription-professionnelle/", name
    assert fresh(case).state == State.DRAFT


def test_the_rule_holds_behind_the_pages_too(world: World) -> None:
    from cases.demo.walk import acting
    from cases.machine import perform
    from errors import Conflict

    user = _professional(checked=False)
    waiting = verified_client(user)
    case = flows.open_draft(waiting)
    waiting.post(at("prepare_file", case), flows.FILE)
    with pytest.raises(Conflict):
        perform("request_consent", case.pk, actor=acting(user, "requester"))
