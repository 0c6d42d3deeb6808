"""From a professional's sign-up to the report acknowledged and the patient told, through the pages."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Patient, Professional, Representation, User
from audit.models import AuditEvent
from cases.models import Assignment, Case
from cases.models.states import State
from consent.models import ConsentRecord
from jobs import run_until_empty
from notify.models import OutgoingMail
from tests.accounts.logins import PASSWORD, last_code
from tests.cases.clients import verified_client
from tests.cases.requester import flows
from tests.cases.requester.flows import at, fresh
from tests.cases.world import World, make_world, rpps

pytestmark = pytest.mark.django_db

ADDRESS = "claire.lefevre@example.org"


@pytest.fixture
def world() -> World:
    return make_world()


def sign_up(client: Client) -> User:
    """A professional opens his account and states his registration."""
    typed = {"full_name": "Claire Lefèvre", "email": ADDRESS, "password": PASSWORD, "language": "fr", "terms": "on"}
    client.post(reverse("accounts:sign_up_professional"), typed)
    answer = client.post(reverse("accounts:sign_up_code"), {"code": last_code(ADDRESS)})
    assert answer.url == reverse("accounts:registration")
    stated = {
        "profession": "physician",
        "rpps": rpps(),
        "specialty": "Médecine générale",
        "organisation": "Maison de santé",
        "address": "2 rue du Test\n69000 Lyon",
        "phone": "04 11 22 33 44",
        "convention": "",
    }
    assert client.post(reverse("accounts:registration"), stated).status_code == 302
    return User.objects.get(email=ADDRESS)


def confirm_at_the_desk(world: World, professional: Professional) -> None:
    """A coordinator looks the number up and answers."""
    desk = verified_client(world.coordinator, "coordinator")
    assert str(professional.user.get_full_name()) in desk.get(reverse("accounts:registrations")).content.decode()
    answer = desk.post(
        reverse("accounts:answer_registration", args=[professional.pk]),
        {"answer": "confirmed", "identity_means": "call_back", "note": ""},
    )
    assert answer.status_code == 302


def write_and_deliver(world: World, case: Case) -> None:
    """The expert accepts, writes and signs; the coordinator delivers."""
    walk = world.walk()
    walk.case = fresh(case)
    walk.accept()
    walk.write(answers=["Non, pas dans l’immédiat."], summary="L’opération peut attendre.")
    walk.sign()
    walk.deliver()


@pytest.mark.behaviour("S2-02")
@pytest.mark.behaviour("S2-06")
def test_from_sign_up_to_the_report_acknowledged_with_an_attested_agreement(world: World, client: Client) -> None:
    user = sign_up(client)
    # He prepares while he is being checked, and sends nothing.
    assert client.get(at("home")).status_code == 200
    case = flows.open_draft(client)
    assert client.post(at("prepare_file", case), flows.FILE).url == at("prepare_check", case)
    client.post(at("prepare_check", case), {"expert": str(world.expert.pk)})
    assert fresh(case).requested_expert == world.expert
    assert client.post(at("attest", case), {}).url == reverse("accounts:registration")
    assert client.post(at("ask", case)).url == reverse("accounts:registration")
    assert fresh(case).state == State.DRAFT
    confirm_at_the_desk(world, user.professional)

    answer = flows.attest(client, case)
    assert answer.url == at("case", case), flows.said(answer)
    case = fresh(case)
    assert case.state == State.SUBMITTED
    rows = ConsentRecord.objects.filter(case=case, purpose__in=["act", "sharing_named"])
    assert {(row.decision, row.means, row.actor_role) for row in rows} == {("given", "oral", "requester")}
    assert all(row.collected_on and row.shown for row in rows)
    # The patient has no account: a code tells her.
    assert flows.invitation_of(case).email == flows.PATIENT["email"]

    # It names its expert and is complete: the service places it.
    run_until_empty()
    case = fresh(case)
    assert (case.state, case.assigned_expert) == (State.PROPOSED, world.expert)
    assert client.get(at("case", case)).status_code == 200

    write_and_deliver(world, case)
    page = client.get(at("report", case)).content.decode()
    assert "Non, pas dans l’immédiat." in page
    assert client.post(at("acknowledge", case)).url == at("report", case)
    assert client.get(at("told", case)).status_code == 200
    assert client.post(at("told", case)).url == at("case", case)
    case = fresh(case)
    assert case.first_opened_at
    assert case.requester_acknowledged_at
    assert case.patient_told_at
    done = set(AuditEvent.objects.filter(case_id=case.pk).values_list("action", flat=True))
    assert {
        "case.opened",
        "case.give_consent",
        "opinion.page_read",
        "case.report_acknowledged",
        "case.patient_told",
    } <= done


@pytest.mark.behaviour("S1-14")
@pytest.mark.behaviour("S2-06")
def test_the_invited_patient_agrees_follows_and_reads_when_she_was_told(world: World) -> None:
    doctor = verified_client(world.requester, "requester")
    case = flows.prepare(doctor, expert=str(world.expert.pk))
    assert doctor.post(at("ask", case)).url == at("case", case)
    assert fresh(case).state == State.AWAITING_CONSENT

    patient = Client()
    # The code alone shows nothing; with the date of birth it shows who asks for what.
    assert flows.open_invitation(patient, case, born="5/11/1962").status_code == 200
    assert patient.get(reverse("accounts:invitation_next")).status_code == 302
    assert flows.open_invitation(patient, case).status_code == 302
    page = patient.get(reverse("accounts:invitation_next")).content.decode()
    assert world.requester.get_full_name() in page
    assert world.expert.name in page
    assert case.reference in page
    flows.sign_up_as_patient(patient, "anne@example.org")
    answer = patient.post(reverse("accounts:invitation_next"), {"answer": "accept"})
    assert answer.url == reverse("patient:prepare_consents", args=[case.pk])
    assert Representation.objects.get(patient=case.patient).user.email == "anne@example.org"
    answer = flows.accept_texts(patient, case)
    assert answer.status_code == 302, flows.said(answer)
    assert answer.url == reverse("patient:case", args=[case.pk])
    page = patient.get(answer.url).content.decode()
    # She did not make this request: its words are those of her doctor's request.
    assert "Je ne veux plus de cet avis" in page
    assert "Retirer ma demande" not in page
    assert flows.FILE["history"] in patient.get(reverse("patient:answers", args=[case.pk])).content.decode()
    assert "a faite pour vous" in patient.get(reverse("patient:withdraw", args=[case.pk])).content.decode()
    case = fresh(case)
    assert case.state == State.SUBMITTED
    given = ConsentRecord.objects.filter(case=case, decision="given").exclude(purpose="draft_notice")
    assert {row.actor_role for row in given} == {"patient"}
    assert {row.purpose for row in given} == {"act", "sharing_named"}

    run_until_empty()
    write_and_deliver(world, case)
    # The professional has it first.
    assert patient.get(reverse("patient:opinion", args=[case.pk])).status_code == 403
    doctor.get(at("report", case))
    doctor.post(at("told", case))
    assert patient.get(reverse("patient:opinion", args=[case.pk])).status_code == 200
    assert OutgoingMail.objects.filter(template="case_report_open", case_id=case.pk).exists()


@pytest.mark.behaviour("S1-18")
@pytest.mark.parametrize("answer", ["refused", "not_me"])
def test_the_invited_patient_refuses_without_an_account(world: World, answer: str) -> None:
    doctor = verified_client(world.requester, "requester")
    case = flows.prepare(doctor)
    doctor.post(at("ask", case))
    patient = Client()
    typed = {"code": flows.code_in_mail(case), "refusal": answer}
    assert patient.post(reverse("accounts:invitation_refuse"), typed).status_code == 200
    case = fresh(case)
    assert case.state == State.WITHDRAWN
    moved = case.transitions.get(name="refuse_consent")
    assert (moved.actor_kind, moved.actor_role, moved.actor_id) == ("guest", "invited", flows.invitation_of(case).pk)
    told = OutgoingMail.objects.filter(template="case_consent_refused", user=world.requester)
    assert told.exists()
    assert not ConsentRecord.objects.filter(case=case, purpose="act").exists()
    assert not Assignment.objects.filter(case=case).exists()
    page = doctor.get(at("case", case))
    assert page.status_code == 200
    # No account, no access.
    assert not Representation.objects.filter(patient=case.patient).exists()


@pytest.mark.behaviour("S1-18")
def test_a_patient_who_did_not_agree_stops_an_attested_request(world: World) -> None:
    doctor = verified_client(world.requester, "requester")
    case = flows.prepare(doctor, expert=str(world.expert.pk))
    flows.attest(doctor, case)
    run_until_empty()
    assert fresh(case).state == State.PROPOSED
    Client().post(reverse("accounts:invitation_refuse"), {"code": flows.code_in_mail(case), "refusal": "refused"})
    case = fresh(case)
    assert (case.state, case.resume_to) == (State.ON_HOLD, State.PROPOSED)
    assert case.call_tasks.filter(why="invitation", done_at__isnull=True).exists()
    # Third parties read nothing meanwhile.
    assert doctor.get(at("content", case)).status_code == 403
    assert doctor.get(at("case", case)).status_code == 200


@pytest.mark.behaviour("S1-12")
def test_a_patient_without_an_address_gets_a_letter(world: World) -> None:
    doctor = verified_client(world.requester, "requester")
    case = flows.prepare(doctor, first={"email": ""})
    doctor.post(at("ask", case))
    invitation = flows.invitation_of(case)
    assert (invitation.channel, invitation.email) == ("letter", "")
    paper = doctor.post(at("letter", case))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="invitation.printed").count() == 1
    # An address found later replaces the letter by a mail; the printed code works no more.
    assert doctor.post(at("reach", case), {"email": "anne.martin@example.org"}).url == at("case", case)
    assert flows.invitation_of(case).channel == "email"
    invitation.refresh_from_db()
    assert not invitation.is_open
    assert doctor.post(at("letter", case)).status_code == 404


def test_an_attested_request_of_a_patient_without_an_address_prints_a_letter_too(world: World) -> None:
    doctor = verified_client(world.requester, "requester")
    case = flows.prepare(doctor, first={"email": ""})
    flows.attest(doctor, case)
    assert flows.invitation_of(case).channel == "letter"
    assert doctor.post(at("letter", case)).content.startswith(b"%PDF")


def test_the_request_joins_her_own_dossier_only_when_she_accepts(world: World) -> None:
    doctor = verified_client(world.requester, "requester")
    case = flows.prepare(doctor)
    doctor.post(at("ask", case))
    assert Patient.objects.get(pk=case.patient_id).joined_to is None
    patient = verified_client(world.patient_user, "patient")
    flows.open_invitation(patient, case)
    patient.post(reverse("accounts:invitation_next"), {"answer": "accept"})
    assert Patient.objects.get(pk=case.patient_id).joined_to == world.patient


@pytest.mark.parametrize("who", ["requester", "expert"])
def test_nobody_answers_as_patient_in_a_request_he_works_on(world: World, who: str) -> None:
    doctor = verified_client(world.requester, "requester")
    case = flows.prepare(doctor, expert=str(world.expert.pk))
    doctor.post(at("ask", case))
    user = world.requester if who == "requester" else world.expert.user
    other = verified_client(user)
    flows.open_invitation(other, case)
    assert other.post(reverse("accounts:invitation_next"), {"answer": "accept"}).status_code == 409
    assert not Representation.objects.filter(patient=case.patient).exists()
