"""From the public pages through sign-up or login to the draft: answers carried, notice agreed to, identity."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import Patient, Representation
from cases.models import Case
from cases.models.states import State
from cases.start.begun import FIELD, seal_wish, unseal
from consent.models import ConsentRecord
from consent.texts import current_text
from experts.models import ExpertProfile
from tests.accounts.logins import last_code
from tests.cases import world
from tests.cases.clients import verified_client
from tests.cases.patient_start.forms import form_with, send, words_of
from tests.cases.patient_start.test_public import answers_until

pytestmark = pytest.mark.django_db
IDENTITY = {
    "birth_name": "Renaud",
    "birth_first_names": "Camille, Anne",
    "used_name": "",
    "used_first_name": "",
    "birth_date": "17/05/1980",
    "sex": "F",
    "birth_place_code": "69123",
    "phone": "06 12 34 56 78",
}


def begin(client: Client, **given: object) -> object:
    """A person logged in, at the notice."""
    page = answers_until(client, "pathology", **given)
    answer = send(client, page, "/patient/demarrer/")
    return client.get(answer.headers["Location"])


def sign_up(client: Client, page: object, email: str = "new@example.org") -> object:
    """From the last public page to the notice, through sign-up and its code."""
    page = send(client, page, "begin", begin="1")
    assert form_with(page, "password")["values"]["carried"][0]
    page = send(
        client,
        page,
        "password",
        "/en/inscription/",
        full_name="Camille Renaud",
        email=email,
        password="four plain words here",
        terms="on",
    )
    page = send(client, page, "code", code=last_code(email))
    assert page.status_code == 302, words_of(page)
    return client.get(page.headers["Location"])


@pytest.mark.behaviour("S2-01")
def test_a_visitor_signs_up_and_finds_his_answers_in_the_draft(client: Client) -> None:
    page = sign_up(client, answers_until(client, "pathology", needs=["large_print"]))
    assert current_text("draft_notice", "second_opinion").title("en") in words_of(page)
    page = client.get(send(client, page, "agree", agree="on").headers["Location"])
    answer = send(client, page, "birth_name", "/en/patient/demarrer/identite/", **IDENTITY)
    case = Case.objects.get()
    assert answer.headers["Location"].endswith(f"/patient/{case.pk}/preparer/")
    assert case.state == State.DRAFT
    assert case.pathology.code == "endometriosis"
    assert case.language == "en"
    assert case.eligibility["needs"] == ["large_print"]
    assert case.patient.representations.get().kind == Representation.Kind.SELF
    assert client.get(answer.headers["Location"]).status_code == 200


def test_what_was_answered_is_in_no_session_before_the_login(client: Client) -> None:
    page = send(client, answers_until(client, "pathology"), "begin", begin="1")
    page = send(
        client,
        page,
        "password",
        "/en/inscription/",
        full_name="Camille Renaud",
        email="new@example.org",
        password="four plain words here",
        terms="on",
    )
    assert form_with(page, "code")["values"]["carried"][0]
    for row in Session.objects.all():
        assert "carried" not in row.get_decoded()
        assert "carried" not in str(row.get_decoded().get("sign_up"))


def test_a_wrong_code_and_a_resent_one_keep_the_answers(client: Client) -> None:
    page = send(client, answers_until(client, "pathology"), "begin", begin="1")
    values = {"full_name": "C R", "email": "new@example.org", "password": "four plain words here", "terms": "on"}
    page = send(client, page, "password", "/en/inscription/", **values)
    right = last_code("new@example.org")
    wrong = "000000" if right != "000000" else "111111"
    page = send(client, page, "code", code=wrong)
    page = send(client, page, "resend", resend="1")
    answer = send(client, page, "code", code=right)
    assert "/patient/demarrer/" in answer.headers["Location"]
    assert client.get(answer.headers["Location"]).status_code == 200


def test_whoever_has_an_account_logs_in_with_his_answers(client: Client) -> None:
    _row, user = world.patient()
    last = form_with(answers_until(client, "pathology"), "begin")
    page = client.post("/en/connexion/", {**last["values"], "begin": "1"})
    form = form_with(page, "auth-password")
    page = client.post(
        "/en/connexion/", {**form["values"], "auth-username": user.email, "auth-password": world.PASSWORD}
    )
    form = form_with(page, "token-otp_token")
    answer = client.post("/en/connexion/", {**form["values"], "token-otp_token": last_code(user.email)})
    assert answer.status_code == 302, words_of(answer)
    assert "/patient/demarrer/" in answer.headers["Location"]
    assert form_with(client.get(answer.headers["Location"]), "agree")


@pytest.mark.behaviour("S2-06")
def test_no_draft_without_the_agreement_and_its_evidence_is_kept() -> None:
    _row, user = world.patient()
    client = verified_client(user, "patient")
    page = begin(client)
    answer = send(client, page, "agree")
    assert answer.status_code == 422
    assert client.get("/en/patient/demarrer/identite/").headers["Location"].endswith("/patient/demarrer/")
    assert not Case.objects.exists()
    page = client.get(send(client, page, "agree", agree="on").headers["Location"])
    send(client, page, "birth_name", "/en/patient/demarrer/identite/", **IDENTITY)
    record = ConsentRecord.objects.get(purpose="draft_notice")
    assert record.text == current_text("draft_notice", "second_opinion")
    assert record.language == "en"
    assert "host" in record.shown


def test_refusing_the_notice_keeps_nothing() -> None:
    _row, user = world.patient()
    client = verified_client(user, "patient")
    page = begin(client)
    send(client, page, "rien-garder")
    assert "/commencer/" in client.get("/en/patient/demarrer/").headers["Location"]


@pytest.mark.behaviour("S1-15")
def test_the_five_traits_are_stored_and_wrong_ones_are_told_at_their_field() -> None:
    user = world.create_user("solo@test.test", actor=world.SETUP, password=world.PASSWORD, full_name="Solo Personne")
    world.open_own_space(user, "patient", actor=world.SETUP)
    client = verified_client(user, "patient")
    page = client.get(send(client, begin(client), "agree", agree="on").headers["Location"])
    wrong = {**IDENTITY, "birth_place_code": "690012", "birth_date": "40/40/1980", "phone": "abc"}
    answer = send(client, page, "birth_name", "/en/patient/demarrer/identite/", **wrong)
    assert answer.status_code == 422
    assert 'value="690012"' in answer.content.decode()
    assert answer.content.decode().count('aria-invalid="true"') == 3
    send(client, page, "birth_name", "/en/patient/demarrer/identite/", **IDENTITY)
    patient = Patient.objects.get()
    assert patient.identity_complete
    assert (patient.birth_name, patient.sex, patient.birth_place_code) == ("Renaud", "F", "69123")
    assert str(patient.birth_date) == "1980-05-17"


def test_the_identity_form_sent_twice_opens_one_draft() -> None:
    row, user = world.patient()
    client = verified_client(user, "patient")
    page = client.get(send(client, begin(client), "agree", agree="on").headers["Location"])
    held = client.session
    kept = {name: held[name] for name in ("carried", "draft_agreed")}
    first = send(client, page, "birth_name", "/en/patient/demarrer/identite/", **IDENTITY)
    session = client.session
    session.update(kept)
    session.save()
    second = send(client, page, "birth_name", "/en/patient/demarrer/identite/", **IDENTITY)
    assert first.headers["Location"] == second.headers["Location"]
    assert Case.objects.filter(patient=row).count() == 1


@pytest.mark.behaviour("S2-01")
@pytest.mark.behaviour("S1-19")
def test_a_parent_opens_a_draft_for_a_child_and_acts_as_himself() -> None:
    _row, user = world.patient()
    client = verified_client(user, "patient")
    page = answers_until(client, "whom", whom="child")
    page = send(client, page, "/date/", show="1")
    for name, value in (("planned_on", ""), ("language", "en"), ("pathology", "scoliosis")):
        page = send(client, page, name, **{name: value})
    page = client.get(send(client, page, "/patient/demarrer/").headers["Location"])
    page = client.get(send(client, page, "agree", agree="on").headers["Location"])
    child = {**IDENTITY, "birth_first_names": "Lou", "birth_date": "3/4/2014"}
    answer = send(client, page, "birth_name", "/en/patient/demarrer/identite/", **child)
    case = Case.objects.get()
    link = Representation.objects.get(patient=case.patient)
    assert (link.user, link.kind) == (user, Representation.Kind.PARENT)
    words = words_of(client.get(answer.headers["Location"]))
    assert "stays a draft" in words


def test_a_representative_asks_again_for_somebody_he_represents_already() -> None:
    row, _own = world.patient("Jeanne Aînée", world.date(1938, 1, 2))
    user = world.create_user("guard@test.test", actor=world.SETUP, password=world.PASSWORD, full_name="Guy Tuteur")
    world.open_own_space(user, "patient", actor=world.SETUP)
    world.represent(user, row, "guardian", actor=world.SETUP)
    client = verified_client(user, "patient")
    page = client.get(send(client, begin(client, whom="represented"), "agree", agree="on").headers["Location"])
    answer = send(client, page, "patient", "/en/patient/demarrer/identite/", patient=str(row.pk))
    case = Case.objects.get()
    assert case.patient == row
    assert client.get(answer.headers["Location"]).status_code == 200


def test_another_draft_about_the_same_disease_is_offered_first() -> None:
    scene = world.make_world()
    walk = scene.walk()
    client = verified_client(scene.patient_user, "patient")
    case = walk.open()
    page = begin(client, pathology=scene.pathology.code)
    assert case.reference in words_of(page)


@pytest.mark.behaviour("S0-03")
def test_the_expert_whose_page_one_came_from_is_a_wish_the_draft_holds_and_the_coordinator_sees() -> None:
    scene = world.make_world()
    visitor, expert = Client(), scene.expert
    page = visitor.post("/en/commencer/", {FIELD: seal_wish(expert=expert.pk, pathology=scene.pathology.code)})
    assert f"You wish for the opinion of {expert.name}" in words_of(page)
    page = send(visitor, page, "show", show="1")
    # Back to the beginning and on again: it is not lost on the way.
    page = send(visitor, send(visitor, page, "show", show="1"), "show", show="1")
    calm = {"emergency": "no", "diagnosis": "yes", "whom": "self", "planned_on": "", "language": "en"}
    for name, value in calm.items():
        page = send(visitor, page, name, **{name: value})
    assert form_with(page, "pathology")["values"]["pathology"] == [scene.pathology.code]
    assert not visitor.cookies
    elsewhere = send(visitor, page, "pathology", pathology="scoliosis")
    assert "The doctor you wished for cannot be asked" in words_of(elsewhere)
    page = send(visitor, page, "pathology")
    assert f"You wish for the opinion of {expert.name}" in words_of(page)
    client = verified_client(scene.patient_user, "patient")
    page = client.post("/en/patient/demarrer/", {FIELD: form_with(page, FIELD)["values"][FIELD][0]}, follow=True)
    page = client.get(send(client, page, "agree", agree="on").headers["Location"])
    send(client, page, "birth_name", "/en/patient/demarrer/identite/", **IDENTITY)
    case = Case.objects.get()
    assert (case.requested_expert, case.expert_settled_at) == (expert, None)
    page = client.get(f"/en/patient/{case.pk}/preparer/expert/")
    assert form_with(page, "expert")["values"]["expert"] == [str(expert.pk)]
    send(client, page, "expert")
    walk = scene.walk_of(Case.objects.get())
    for step in (walk.fill, walk.ask_consent, walk.consent, walk.check, walk.admit):
        step()
    desk = verified_client(scene.coordinator, "coordinator").get(f"/en/bureau/dossiers/{case.pk}/expert/")
    assert f"{expert.name} named by the patient" in words_of(desk)


def test_a_wish_for_an_expert_who_has_stopped_names_nobody_and_opens_a_request_without_him() -> None:
    scene = world.make_world()
    carried = seal_wish(expert=scene.expert.pk)
    ExpertProfile.objects.filter(pk=scene.expert.pk).update(status="suspended")
    words = words_of(Client().post("/en/commencer/", {FIELD: carried}))
    assert "The doctor you wished for cannot be asked at the moment" in words
    assert scene.expert.name not in words
    assert unseal(carried).find_expert() is None


def test_the_pages_before_the_draft_need_a_login_and_answers(client: Client) -> None:
    assert "/connexion/" in client.get("/patient/demarrer/").headers["Location"]
    _row, user = world.patient()
    logged_in = verified_client(user, "patient")
    assert logged_in.get("/patient/demarrer/").headers["Location"] == "/commencer/"
    assert logged_in.get("/patient/demarrer/identite/").headers["Location"] == "/commencer/"
    requester = verified_client(world.requester(), "requester")
    assert requester.get("/patient/demarrer/").status_code == 403
