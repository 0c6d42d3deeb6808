"""A draft is its author's: the service knows that it exists, and reads nothing of it before the patient agrees."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from access import decide
from audit.models import AuditEvent
from cases.demo.walk import Walk, acting
from cases.models import Case
from cases.services import drafting
from tests.cases.clients import verified_client
from tests.cases.patient.lives import paper
from tests.cases.world import World, make_world

pytestmark = pytest.mark.django_db
SECRET = "Confidence-de-brouillon"
READS = ("case.read", "case.read_summary", "document.read", "case.read_history", "case.add_document")


@pytest.fixture
def world() -> World:
    return make_world()


def filled(world: World) -> Walk:
    walk = world.walk()
    walk.open()
    paper(walk.case, walk.patient, title=SECRET)
    walk.fill(questions=(SECRET,), diagnosis_words=SECRET)
    return walk


def shown(client: Client, case: Case, path: str = "") -> str:
    return html.unescape(client.get(f"/bureau/dossiers/{case.pk}/{path}").content.decode())


@pytest.mark.parametrize("awaiting", [False, True])
def test_the_service_reads_no_request_before_the_patient_agreed(world: World, awaiting: bool) -> None:
    walk = filled(world)
    if awaiting:
        walk.ask_consent()
    case = Case.objects.get(pk=walk.case.pk)
    document = case.documents.get()
    for user, role in ((world.coordinator, "coordinator"), (world.nurse, "care_coordinator")):
        client = verified_client(user)
        page = shown(client, case)
        # That it exists, whose it is: enough to remind and to call.
        assert case.reference in page and "Camille" in page
        assert SECRET not in page and "lombaire" not in page and "n’est pas encore envoyée" in page
        for path in ("reponses/", f"documents/{document.pk}/", f"documents/{document.pk}/fichier/", "historique/"):
            assert client.get(f"/bureau/dossiers/{case.pk}/{path}").status_code == 403, path
        assert all(not decide(acting(user, role), action, case) for action in READS if action != "document.read")
        for words in ("hernie", "lombaire"):
            found = client.post(reverse("desk:search"), {"words": words, "state": "all"}, follow=True).content.decode()
            assert case.reference not in found
        found = client.post(
            reverse("desk:search"), {"words": case.reference, "state": "all"}, follow=True
        ).content.decode()
        assert case.reference in found and "lombaire" not in found
        assert "lombaire" not in client.get(reverse("desk:home")).content.decode()
    refused = AuditEvent.objects.filter(case_id=case.pk, action="access.refused")
    assert {event.detail["action"] for event in refused} == {"case.read", "document.read", "case.read_history"}
    if awaiting:
        walk.consent()
        assert SECRET in shown(verified_client(world.coordinator), case)


def test_who_fills_it_in_with_the_patient_on_the_phone_reads_it_and_nobody_else(world: World) -> None:
    nurse = acting(world.nurse, "care_coordinator")
    case = drafting.open_second_opinion(
        patient=world.patient,
        requester=world.nurse,
        pathology=world.pathology,
        actor=nurse,
        eligibility={"diagnosis": "yes", "emergency": "no"},
        by_phone=True,
    )
    document = paper(case, nurse, title=SECRET)
    client = verified_client(world.nurse)
    assert client.get(f"/bureau/telephone/{case.pk}/documents/{document.pk}/").status_code == 200
    assert SECRET in shown(client, case)
    coordinator = verified_client(world.coordinator)
    assert SECRET not in shown(coordinator, case)
    assert coordinator.get(f"/bureau/dossiers/{case.pk}/documents/{document.pk}/fichier/").status_code == 403


def test_what_expired_or_was_refused_unsent_stays_unread(world: World) -> None:
    walk = filled(world)
    walk.ask_consent()
    walk.move("refuse_consent", walk.patient)
    coordinator = acting(world.coordinator, "coordinator")
    decision = decide(coordinator, "case.read", Case.objects.get(pk=walk.case.pk), motive="complaint")
    assert decision.reason == "draft"
    client = verified_client(world.coordinator)
    client.post(f"/bureau/dossiers/{walk.case.pk}/motif/", {"motive": "complaint", "next": ""})
    assert SECRET not in shown(client, walk.case)
    assert client.get(f"/bureau/dossiers/{walk.case.pk}/reponses/").status_code == 403
