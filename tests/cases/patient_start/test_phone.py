"""A request by phone: found or made, filled in by the nurse on the same pages, confirmed by the patient's own proof."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import Patient
from accounts.services.patients import create_patient, represent
from audit.models import AuditEvent
from cases.demo.walk import acting
from cases.models import Case, Document
from cases.models.states import State
from cases.services import documents
from consent.models import ConsentRecord
from tests.accounts.logins import last_code
from tests.cases import world as people
from tests.cases.clients import verified_client
from tests.cases.patient_start.forms import form_with, send, words_of
from tests.cases.world import World, make_world
from vault.files import write_file

pytestmark = pytest.mark.django_db
URL = "/en/bureau/telephone/"
CALL = {
    "emergency": "no",
    "diagnosis": "yes",
    "pathology": "lumbar_disc_herniation",
    "planned_on": "",
    "language": "fr",
    "birth_date": "3/2/1951",
    "name": "Mar",
}
ODILE = {
    "birth_name": "Marchand",
    "birth_first_names": "Odile",
    "birth_date": "3/2/1951",
    "sex": "F",
    "birth_place_code": "69123",
    "phone": "06 12 34 56 78",
    "email": "odile@example.org",
    "agree": "on",
}


@pytest.fixture
def scene(db: None) -> World:
    return make_world()


@pytest.fixture
def nurse(scene: World) -> Client:
    return verified_client(scene.nurse, "care_coordinator")


def call(client: Client, **given: str) -> Any:
    """The first page of a call, sent."""
    return send(client, client.get(URL + "nouveau/"), "emergency", **{**CALL, **given})


def open_for(client: Client, **identity: str) -> Case:
    """A draft by phone for somebody new."""
    answer = send(client, call(client), "birth_name", **{**ODILE, **identity})
    assert answer.status_code == 302, words_of(answer)
    return Case.objects.get(by_phone=True)


def filled(scene: World, case: Case) -> Case:
    """The same, filled in to the agreements."""
    walk = scene.walk()
    walk.case = case
    nurse = acting(scene.nurse, "care_coordinator")
    # Of this walk alone: other tests walk the ordinary way.
    walk.__class__ = type("ByPhone", (type(walk),), {"requester": property(lambda self: nurse)})
    walk.fill()
    return walk.move("request_consent", nurse)


def test_the_nurse_opens_a_draft_for_somebody_new(scene: World, nurse: Client) -> None:
    page = call(nurse)
    assert "To read aloud" in words_of(page)
    assert send(nurse, page, "birth_name", **{**ODILE, "agree": None}).status_code == 422
    case = open_for(nurse)
    assert (case.requester, case.by_phone, case.patient.full_name) == (scene.nurse, True, "Odile Marchand")
    record = ConsentRecord.objects.get(case=case)
    assert (record.purpose, record.means) == ("draft_notice", "oral")


def test_an_identity_that_is_there_already_is_found_and_not_doubled(scene: World, nurse: Client) -> None:
    known = create_patient(
        actor=people.SETUP, birth_name="Marchand", birth_first_names="Odile", birth_date=date(1951, 2, 3), sex="F"
    )
    page = call(nurse)
    assert "Is it one of these people?" in words_of(page)
    assert AuditEvent.objects.filter(action="patient.identity_read").exists()
    page = send(nurse, page, "patient", choose="1", patient=str(known.pk))
    answer = send(nurse, page, "agree", agree="on")
    case = Case.objects.get(by_phone=True)
    assert answer.headers["Location"].endswith(f"/bureau/telephone/{case.pk}/")
    assert case.patient == known
    assert Patient.objects.filter(birth_name="Marchand").count() == 1


def test_somebody_else_with_the_same_letters_is_made_anew(scene: World, nurse: Client) -> None:
    create_patient(actor=people.SETUP, birth_name="Martin", birth_first_names="Zoé", birth_date=date(1951, 2, 3))
    page = send(nurse, call(nurse), "patient", choose="1", patient="new")
    send(nurse, page, "birth_name", **ODILE)
    assert Case.objects.get(by_phone=True).patient.birth_name == "Marchand"


@pytest.mark.parametrize(("field", "value"), [("emergency", "yes"), ("diagnosis", "no"), ("birth_date", "x")])
def test_a_call_that_cannot_become_a_request_is_told_so(nurse: Client, field: str, value: str) -> None:
    assert call(nurse, **{field: value}).status_code == 422
    assert not Case.objects.filter(by_phone=True).exists()


def test_nobody_opens_a_request_for_somebody_close(scene: World, nurse: Client) -> None:
    known = create_patient(
        actor=people.SETUP, birth_name="Martin", birth_first_names="Zoé", birth_date=date(1951, 2, 3)
    )
    represent(scene.nurse, known, "guardian", actor=people.SETUP)
    page = send(nurse, call(nurse), "patient", choose="1", patient=str(known.pk))
    assert send(nurse, page, "agree", agree="on").status_code == 403


def test_every_page_says_for_whom_and_the_nurse_fills_in_the_same_questions(scene: World, nurse: Client) -> None:
    case = open_for(nurse)
    base = f"{URL}{case.pk}/"
    for rest in (
        "",
        "questions/1/",
        "documents/",
        "mes-questions/",
        "expert/",
        "medecin-traitant/",
        "reception/",
        "relire/",
    ):
        answer = nurse.get(base + rest)
        assert answer.status_code == 200
        assert "For Odile Marchand, by phone" in words_of(answer)
    page = nurse.get(base + "questions/1/")
    answer = send(nurse, page, "fever_chills", urgent_signs=["none"], fever_chills="no")
    assert answer.headers["Location"] == base + "questions/2/"
    send(nurse, nurse.get(base + "reception/"), "reception", reception="after_call")
    assert Case.objects.get(pk=case.pk).reception == "after_call"


def test_the_phone_pages_are_the_care_coordinators_only(scene: World, nurse: Client) -> None:
    case = open_for(nurse)
    for path in (URL, f"{URL}nouveau/", f"{URL}{case.pk}/", f"{URL}{case.pk}/questions/1/"):
        assert verified_client(scene.coordinator).get(path).status_code == 403
        assert verified_client(scene.patient_user).get(path).status_code == 403
        assert "/connexion/" in Client().get(path).headers["Location"]
    walk = scene.walk()
    other = walk.open()
    assert nurse.get(f"{URL}{other.pk}/questions/1/").status_code == 403


@pytest.mark.behaviour("S2-06")
def test_the_patient_confirms_by_the_code_sent_to_her(scene: World, nurse: Client) -> None:
    case = filled(scene, open_for(nurse))
    url = f"{URL}{case.pk}/confirmer/"
    assert nurse.get(f"{URL}{case.pk}/accords/").headers["Location"] == url
    page = nurse.get(url)
    assert "o…@example.org" in words_of(page)
    page = send(nurse, page, "act", url, send_code="1", act="on", sharing_delegated="on", means="phone_code")
    assert form_with(page, "act")["values"]["act"] == ["on"]
    code = last_code("odile@example.org")
    assert send(nurse, page, "act", url, code="").status_code == 422
    wrong = "000000" if code != "000000" else "111111"
    assert send(nurse, page, "act", url, code=wrong).status_code == 422
    answer = send(nurse, page, "act", url, code=code)
    assert answer.headers["Location"] == f"{URL}{case.pk}/envoye/"
    assert Case.objects.get(pk=case.pk).state == State.SUBMITTED
    row = ConsentRecord.objects.get(case=case, purpose="act")
    assert (row.means, row.actor_id) == ("phone_code", scene.nurse.pk)


def test_the_nurse_cannot_confirm_with_a_code_of_her_own(scene: World, nurse: Client) -> None:
    case = filled(scene, open_for(nurse, email=scene.nurse.email))
    page = nurse.get(f"{URL}{case.pk}/confirmer/")
    assert "send_code" not in [name for name, _value in form_with(page, "act")["buttons"]]
    values = {"act": "on", "sharing_delegated": "on", "means": "phone_code", "code": "123456"}
    assert send(nurse, page, "act", **values).status_code == 422
    assert Case.objects.get(pk=case.pk).state == State.AWAITING_CONSENT


def test_a_signed_letter_in_the_file_confirms_too(scene: World, nurse: Client) -> None:
    case = open_for(nurse, email="")
    actor = acting(scene.nurse, "care_coordinator")
    stored = write_file(case.content_key, [b"%PDF-1.7 letter"], media_type="application/pdf")
    described = documents.Described(type="letter", title="Signed letter")
    letter = documents.add_document(case.pk, stored, described, actor=actor)
    filled(scene, Case.objects.get(pk=case.pk))
    url = f"{URL}{case.pk}/confirmer/"
    values = {"act": "on", "sharing_delegated": "on", "means": "signed_letter"}
    assert send(nurse, nurse.get(url), "act", **values).status_code == 422
    answer = send(nurse, nurse.get(url), "act", **values, letter=str(letter.pk))
    assert answer.status_code == 302
    assert ConsentRecord.objects.get(case=case, purpose="act").means == "signed_letter"


@pytest.mark.behaviour("S1-08")
def test_what_the_nurse_adds_is_marked_as_received_by_the_service(scene: World, nurse: Client) -> None:
    case = open_for(nurse)
    stored = write_file(case.content_key, [b"%PDF-1.7 x"], media_type="application/pdf")
    described = documents.Described(type="letter", title="By post")
    documents.add_document(case.pk, stored, described, actor=acting(scene.nurse, "care_coordinator"))
    assert Document.objects.get().origin == "service"
    assert "received by post or phone" in words_of(nurse.get(f"{URL}{case.pk}/documents/"))


def test_the_address_of_a_patient_with_an_account_is_hers_to_change(scene: World, nurse: Client) -> None:
    case = filled(scene, open_for(nurse))
    url = f"{URL}{case.pk}/confirmer/adresse/"
    nurse.post(url, {"email": "other@example.org"})
    assert Case.objects.get(pk=case.pk).patient.email == "other@example.org"
    user = people.create_user("odile.own@test.test", actor=people.SETUP, password=people.PASSWORD, full_name="O M")
    represent(user, case.patient, "self", actor=people.SETUP)
    nurse.post(url, {"email": "third@example.org"})
    assert Case.objects.get(pk=case.pk).patient.email == "other@example.org"
    assert "o…@test.test" in words_of(nurse.get(f"{URL}{case.pk}/confirmer/"))


def test_the_list_shows_what_is_not_sent_yet(scene: World, nurse: Client) -> None:
    case = open_for(nurse)
    words = words_of(nurse.get(URL))
    assert case.reference in words
    assert "to be filled in" in words
    walk = scene.walk()
    assert walk.open().reference not in words_of(nurse.get(URL))


def test_the_nurse_destroys_a_draft_she_took_down_and_nothing_later(scene: World, nurse: Client) -> None:
    case = open_for(nurse)
    url = f"{URL}{case.pk}/"
    assert "detruire/" in nurse.get(url).content.decode()
    page = nurse.get(url + "detruire/")
    assert "only when the patient says so" in words_of(page)
    coordinator = verified_client(scene.coordinator, "coordinator")
    assert coordinator.post(url + "detruire/").status_code == 403
    assert Case.objects.get(pk=case.pk).state == State.DRAFT
    assert nurse.post(url + "detruire/").headers["Location"] == URL
    case = Case.objects.get(pk=case.pk)
    assert (case.state, bool(case.content_key.destroyed_at)) == (State.WITHDRAWN, True)
    assert nurse.get(url).status_code == 404


def test_what_the_patient_was_asked_to_agree_to_is_not_the_nurses_to_destroy(scene: World, nurse: Client) -> None:
    case = filled(scene, open_for(nurse))
    url = f"{URL}{case.pk}/"
    assert nurse.post(url + "detruire/").status_code == 403
    move = f"/en/bureau/dossiers/{case.pk}/faire/withdraw/"
    assert nurse.post(move, {"patient_word": "She said so on the phone."}).status_code == 422
    assert Case.objects.get(pk=case.pk).state == State.AWAITING_CONSENT
