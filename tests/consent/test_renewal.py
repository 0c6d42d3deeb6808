"""A new text marked `renew`: every case under way waits until the patient has agreed to it."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases import tasks
from cases.demo.walk import Walk, proof
from cases.models import CallTask, Case, Hold
from cases.models.states import State
from cases.services import delivery, renewals
from clock import now, travel
from consent.models import ConsentRecord, ConsentText
from consent.services import is_living, living_purposes
from consent.texts import current_text
from errors import Conflict, Invalid
from experts.services import change_status
from notify.models import OutgoingMail
from tests.cases.clients import verified_client
from tests.cases.patient.lives import after, page, tele
from tests.cases.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def publish(purpose: str, *, renew: bool = True, kind: str = "second_opinion") -> ConsentText:
    """The next version of a text."""
    old = current_text(purpose, kind)
    words = {
        "title_fr": "Nouveau titre",
        "title_en": "New title",
        "body_fr": "Nouveaux mots. " * 20,
        "body_en": "New words. " * 20,
    }
    return ConsentText.objects.create(
        purpose=purpose, kind=old.kind, version=old.version + 1, renew=renew, sha256=ConsentText.digest(words), **words
    )


def fresh(walk: Walk) -> Case:
    return Case.objects.get(pk=walk.case.pk)


def fields(client: Client, address: str) -> dict[str, Any]:
    """What the page posts when every box is ticked."""
    body = client.get(address).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(\w+_text)" value="([0-9a-f-]+)"', body)
    return {**dict(hidden), **{name.removesuffix("_text"): "on" for name, _value in hidden}}


def test_a_text_without_the_mark_asks_for_new_cases_only(world: World) -> None:
    walk = after(world, "accept")
    publish("act", renew=False)
    tasks.tick.call()
    assert fresh(walk).state == State.IN_REVIEW and is_living(walk.case.pk, 1, walk.case.sharing)


def test_a_renewing_text_holds_the_case_until_the_patient_has_agreed(world: World) -> None:
    walk = after(world, "write")
    publish("act")
    # From the first moment nothing enters a guarded state.
    with pytest.raises(Conflict):
        walk.sign()
    tasks.tick.call()
    tasks.tick.call()
    case = fresh(walk)
    hold = Hold.objects.get()
    assert (case.state, case.resume_to, hold.reason_code, case.due_at) == ("on_hold", "in_review", "renewal", None)
    assert OutgoingMail.objects.filter(template="case_consent_again", user=world.patient_user).count() == 1
    assert CallTask.objects.get().why == "renewal"
    # Third parties lose reading; the coordinator cannot pass over it; the patient reads what is asked, and until when.
    expert = verified_client(world.expert.user)
    assert expert.get(f"/expert/dossiers/{case.pk}/reponses/").status_code == 403
    with pytest.raises(Conflict):
        walk.move("release", walk.coordinator)
    mine = verified_client(world.patient_user)
    address = page(case, "choix/renouveler/")
    shown = html.unescape(mine.get(page(case)).content.decode())
    assert address in shown and "nouveau texte" in (hold.told or "")
    assert mine.post(address, {}).status_code == 422
    assert fresh(walk).state == State.ON_HOLD
    assert "Nouveau titre" in mine.get(address).content.decode()
    assert mine.post(address, fields(mine, address)).status_code == 302
    # The case goes on by itself, on new evidence beside the old.
    assert fresh(walk).state == State.IN_REVIEW and CallTask.objects.get().done_at is not None
    versions = ConsentRecord.objects.filter(case=case, purpose="act", decision="given")
    assert sorted(versions.values_list("text_version", flat=True)) == [1, 2]
    assert walk.sign().state == State.SIGNED
    assert mine.get(address).status_code == 302
    tasks.tick.call()
    assert fresh(walk).state == State.SIGNED


def test_an_expert_who_stops_and_a_patient_who_refuses_him_do_not_wait_for_it(world: World) -> None:
    walk = after(world, "accept")
    publish("sharing_delegated")
    tasks.tick.call()
    walk.move("object_to_expert", walk.patient)
    assert fresh(walk).resume_to == State.ADMITTED
    other = after(world, "propose")
    tasks.tick.call()
    change_status(world.expert.pk, status="suspended", motive="Assurance échue hier.", actor=walk.coordinator)
    assert fresh(other).resume_to == State.PROPOSED or fresh(other).assigned_expert is None


def test_she_may_withdraw_instead_and_an_optional_text_holds_nothing(world: World) -> None:
    walk = world.walk()
    walk.open()
    walk.fill()
    walk.ask_consent()
    walk.consent(dmp=True)
    publish("dmp")
    tasks.tick.call()
    assert fresh(walk).state == State.SUBMITTED
    assert living_purposes(walk.case.pk, 1) == {"act", "sharing_delegated"}
    assert renewals.asked_again(walk.case) == ["dmp"]
    publish("act")
    tasks.tick.call()
    delivery.withdraw_consent(walk.case.pk, "act", actor=walk.patient)
    assert fresh(walk).state == State.WITHDRAWN
    last = ConsentRecord.objects.filter(case=walk.case, purpose="act").latest("pk")
    assert last.decision == "withdrawn"


def test_a_delivered_opinion_stays_and_a_follow_up_waits_for_the_agreement(world: World) -> None:
    walk = after(world, "deliver")
    delivery.open_opinion(walk.case.pk, walk.case.signed_opinion_id, actor=walk.patient, request_key="k")
    publish("act")
    tasks.tick.call()
    assert fresh(walk).state == State.DELIVERED
    with pytest.raises(Conflict):
        walk.move("ask_follow_up", walk.patient, question="Et après ?")
    mine = verified_client(world.patient_user)
    assert page(walk.case, "choix/renouveler/") in mine.get(page(walk.case, "choix/")).content.decode()
    address = page(walk.case, "choix/renouveler/")
    mine.post(address, fields(mine, address))
    walk.move("ask_follow_up", walk.patient, question="Et après ?")
    assert fresh(walk).state == State.FOLLOW_UP


def test_a_professional_attests_the_new_agreement_of_his_patient(world: World) -> None:
    walk = tele(world, "check", "admit")
    publish("act", kind="tele_expertise")
    with travel(now() + timedelta(minutes=1)):
        tasks.tick.call()
        assert fresh(walk).state == State.ON_HOLD
        doctor = verified_client(world.requester)
        address = f"/requerant/{walk.case.pk}/accord/renouveler/"
        assert address in doctor.get(f"/requerant/{walk.case.pk}/").content.decode()
        given = fields(doctor, address)
        assert doctor.post(address, given).status_code == 422
        stated = {"means": "oral", "collected_on": f"{now():%d/%m/%Y}", "text_handed_over": "on"}
        assert doctor.post(address, {**given, **stated}).status_code == 302
    assert fresh(walk).state == State.ADMITTED
    assert ConsentRecord.objects.filter(case=walk.case, purpose="act").latest("pk").means == "oral"


def test_on_the_phone_only_her_own_proof_counts(world: World) -> None:
    from cases.demo.walk import acting

    walk = after(world, "consent")
    Case.objects.filter(pk=walk.case.pk).update(by_phone=True, requester=world.nurse)
    text = publish("act")
    tasks.tick.call()
    nurse = acting(world.nurse, "care_coordinator")
    given = {"choices": {"act": True}, "shown_texts": {"act": text.pk}}
    with pytest.raises(Invalid):
        renewals.renew_consent(walk.case.pk, actor=nurse, **given, means="phone_code")
    desk = verified_client(world.nurse)
    address = f"/bureau/telephone/{walk.case.pk}/accord/renouveler/"
    assert address in desk.get(f"/bureau/dossiers/{walk.case.pk}/").content.decode()
    assert "Nouveau titre" in desk.get(address).content.decode()
    code = proof(world.nurse, "consent", str(walk.case.pk), email=world.patient_user.email)
    renewals.renew_consent(walk.case.pk, actor=nurse, **given, means="phone_code", proof=code)
    assert fresh(walk).state == State.SUBMITTED
