"""The treating doctor's copy: a task, a letter, and a record that it left; never without the patient's agreement."""

import html
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from cases.demo.walk import Walk
from cases.models import CallTask, Case, DoctorCopy
from cases.services import delivery, drafting, opinions
from clock import now
from notify.models import OutgoingMail
from tests.cases.clients import verified_client
from tests.cases.expert.test_correction import _correct
from tests.cases.patient.lives import page
from tests.cases.world import World, make_world
from tests.opinions.validators import text_of
from ui.dates import paris_day

pytestmark = pytest.mark.django_db
DOCTOR = {"name": "Dr Odile Traitante", "address": "2 rue Fictive\n69000 Lyon"}
STEPS = ("check", "admit", "propose", "accept", "write", "sign", "deliver")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def desk(world: World) -> Client:
    return verified_client(world.coordinator, "coordinator")


def delivered(world: World, *, agreed: bool = True, choice: str = "named") -> Walk:
    walk = world.walk()
    walk.open()
    walk.fill()
    named = DOCTOR if choice == "named" else None
    walk.case = drafting.set_treating_doctor(walk.case.pk, choice, named, actor=walk.patient)
    walk.ask_consent()
    walk.consent(treating_doctor=agreed)
    for step in STEPS:
        getattr(walk, step)()
    return walk


def at(name: str, walk: Walk) -> str:
    return reverse(f"desk:{name}", args=[walk.case.pk])


def waiting(walk: Walk) -> int:
    return CallTask.objects.filter(case=walk.case, why="doctor_copy", done_at=None).count()


def sent(day: object = None) -> dict[str, str]:
    return {"means": "mssante", "sent_on": f"{day or paris_day(now()):%d/%m/%Y}"}


@pytest.mark.behaviour("S2-19")
def test_from_the_task_to_the_letter_and_the_record(world: World, desk: Client) -> None:
    walk = delivered(world)
    assert waiting(walk) == 1
    assert at("copies", walk) in desk.get(reverse("desk:calls")).content.decode()
    shown = html.unescape(desk.get(at("copies", walk)).content.decode()).replace("\xa0", " ")
    version = walk.case.opinions.get()
    assert "Odile Traitante" in shown and "69000 Lyon" in shown
    assert reverse("desk:opinion_file", args=[walk.case.pk, version.pk]) in shown
    letter = desk.get(at("copy_letter", walk))
    assert letter["Content-Type"] == "application/pdf"
    words = " ".join(text_of(letter.content).split())
    assert "Odile Traitante" in words and "Camille" in words and "/verifier/" in words
    assert "Résumé de démonstration" not in words
    # The day of the sending lies between the delivery and today.
    for day in (paris_day(now()) + timedelta(days=1), paris_day(now()) - timedelta(days=1)):
        assert desk.post(at("copies", walk), sent(day)).status_code == 422
    assert desk.post(at("copies", walk), {**sent(), "means": "email"}).status_code == 422
    assert not DoctorCopy.objects.exists()
    assert desk.post(at("copies", walk), sent()).status_code == 302
    copy = DoctorCopy.objects.get()
    assert (copy.opinion, copy.means, copy.sent_by) == (version, "mssante", world.coordinator)
    assert waiting(walk) == 0
    # Twice the same click records once.
    assert desk.post(at("copies", walk), sent()).status_code == 422
    assert DoctorCopy.objects.count() == 1
    # The patient's page and her history say so; no mail names the doctor.
    mine = verified_client(world.patient_user)
    told = html.unescape(mine.get(page(walk.case, "avis/")).content.decode()).replace("\xa0", " ")
    assert "Odile Traitante" in told and "MSSanté" in told
    history = html.unescape(mine.get(page(walk.case, "qui-a-vu/")).content.decode()).replace("\xa0", " ")
    assert "envoyé à votre médecin traitant" in history
    assert "Traitante" not in str([mail.__dict__ for mail in OutgoingMail.objects.all()])
    events = AuditEvent.objects.filter(case_id=walk.case.pk, action__startswith="opinion.copy")
    assert sorted(events.values_list("action", flat=True)) == ["opinion.copy_printed", "opinion.copy_sent"]


@pytest.mark.parametrize(("agreed", "choice"), [(False, "named"), (False, "none")])
def test_without_her_agreement_nothing_is_planned_nor_sent(
    world: World, desk: Client, agreed: bool, choice: str
) -> None:
    walk = delivered(world, agreed=agreed, choice=choice)
    assert waiting(walk) == 0
    assert "Odile" not in desk.get(at("copies", walk)).content.decode()
    assert desk.post(at("copies", walk), sent()).status_code == 422
    assert desk.get(at("copy_letter", walk)).status_code == 409
    assert not DoctorCopy.objects.exists()


def test_taken_back_it_ends_the_task_and_given_later_it_plans_one(world: World, desk: Client) -> None:
    from consent.texts import current_text

    walk = delivered(world)
    delivery.withdraw_consent(walk.case.pk, "treating_doctor", actor=walk.patient)
    assert waiting(walk) == 0
    assert desk.post(at("copies", walk), sent()).status_code == 422
    text = current_text("treating_doctor", "second_opinion")
    delivery.give_optional_consent(walk.case.pk, "treating_doctor", actor=walk.patient, text_id=text.pk, language="fr")
    assert waiting(walk) == 1
    assert desk.post(at("copies", walk), sent()).status_code == 302


def test_a_corrected_version_is_to_be_sent_again(world: World, desk: Client) -> None:
    walk = delivered(world)
    desk.post(at("copies", walk), sent())
    _correct(walk, world)
    assert waiting(walk) == 1
    assert desk.post(at("copies", walk), sent()).status_code == 302
    assert [copy.opinion.number for copy in DoctorCopy.objects.order_by("at")] == [1, 2]
    from cases.services import corrections

    corrections.begin_correction(walk.case.pk, actor=walk.expert)
    assert desk.get(at("copy_letter", walk)).status_code == 409
    assert opinions.draft_of(Case.objects.get(pk=walk.case.pk)).replaced is not None


def test_it_is_the_coordinators_and_no_call(world: World, desk: Client) -> None:
    walk = delivered(world)
    nurse = verified_client(world.nurse, "care_coordinator")
    assert nurse.get(at("copies", walk)).status_code == 403
    assert nurse.post(at("copies", walk), sent()).status_code == 403
    assert at("copies", walk) not in nurse.get(reverse("desk:calls")).content.decode()
    task = CallTask.objects.get(why="doctor_copy")
    close = reverse("desk:close_call", args=[walk.case.pk, task.pk])
    assert nurse.post(close, {"reached": "yes", "note": ""}).status_code == 422
    assert waiting(walk) == 1
    desk.post(reverse("desk:add_call", args=[walk.case.pk]), {"why": "doctor_copy"})
    assert CallTask.objects.filter(why="doctor_copy").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        DoctorCopy.objects.create(
            content_key=walk.case.content_key,
            case=walk.case,
            opinion=walk.case.opinions.get(),
            doctor={},
            means="email",
            sent_on=paris_day(now()),
            sent_by=world.coordinator,
        )
