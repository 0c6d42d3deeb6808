"""The rule on referral by a doctor: recorded in the open, kept to, and no opinion for a fee without it (C-BIL-5)."""

from typing import Any

import pytest
from django.core import checks
from django.test import Client

from audit.models import AuditEvent
from cases.demo.walk import Walk
from cases.models import ReferralDecision
from cases.models.states import State
from cases.referral import record_decision
from errors import Conflict
from tests.audit.test_parallel import at_once
from tests.cases.clients import verified_client
from tests.cases.patient_start.conftest import Desk
from tests.cases.patient_start.forms import form_with, send, words_of
from tests.experts.people import actor_for, make_user
from ui.forms import today

pytestmark = pytest.mark.django_db
NOTE = "Consultation juridique du 12 octobre : adressage exigé."
PRICED = {"expert_fee": 180, "service_fee": 115, "currency": "EUR"}


def warnings() -> set[str]:
    """What the start of an instance warns of."""
    return {str(one.id) for one in checks.run_checks(databases=["default"]) if str(one.id).startswith("cases.W02")}


def record(client: Client, rule: str, **more: str) -> Any:
    """Send the form of the desk."""
    page = client.get("/en/bureau/adressage/")
    return send(client, page, "rule", rule=rule, decided_on=f"{today():%d/%m/%Y}", note=NOTE, **more)


@pytest.mark.behaviour("S0-12")
def test_nobody_pays_before_the_rule_is_recorded_and_then_it_is_said(draft: Desk, settings: Any) -> None:
    assert warnings() == set()
    settings.SERVICE_PRICE = PRICED
    assert warnings() == {"cases.W021", "cases.W022", "cases.W023"}
    public = Client()
    for address, said in (("/commencer/", "doit d’abord dire"), ("/en/prices/", "No opinion can be asked for")):
        assert said in words_of(public.get(address))
    assert "/commencer/urgence/" not in public.get("/commencer/").content.decode()
    with pytest.raises(Conflict, match="pas encore ouvertes"):
        Walk(draft.walk.cast, draft.walk.pathology).open()
    refused = draft.client.post(draft.url("relire/complet/"))
    assert refused.status_code in (409, 422)
    assert draft.case.state == State.DRAFT

    desk = verified_client(draft.world.coordinator, "coordinator")
    assert "/en/bureau/adressage/" in desk.get("/en/bureau/").content.decode()
    assert record(desk, "required").status_code == 302
    assert "/en/bureau/adressage/" not in desk.get("/en/bureau/").content.decode()
    decision = ReferralDecision.objects.get()
    assert (decision.rule, decision.note, decision.recorded_by) == ("required", NOTE, draft.world.coordinator)
    event = AuditEvent.objects.get(action="referral.decided")
    assert event.actor_id == draft.world.coordinator.pk
    assert NOTE not in str(event.detail)
    assert NOTE in words_of(desk.get("/en/bureau/adressage/"))
    Walk(draft.walk.cast, draft.walk.pathology).open()
    for address, said in (
        ("/commencer/", "doit vous adresser"),
        ("/tarifs/", "Règle du service"),
        ("/en/prices/", "must"),
    ):
        assert said in words_of(public.get(address))
    assert "295 €" in words_of(public.get("/commencer/"))
    settings.SERVICE_MEDIATOR = "Médiation fictive, 1 rue de l’Exemple, 75000 Paris"
    settings.SERVICE_PAYMENT = {"fr": "carte, virement", "en": "card, transfer"}
    assert warnings() == set()
    assert "Médiation fictive" in words_of(public.get("/mentions-legales/"))
    assert "carte, virement" in words_of(public.get("/tarifs/"))


def test_a_rule_sent_twice_is_recorded_once_and_another_one_again(draft: Desk) -> None:
    desk = verified_client(draft.world.coordinator, "coordinator")
    note = "Avis du conseil juridique du 2 novembre."
    for rule in ("off", "off", "required", "off"):
        page = desk.get("/bureau/adressage/")
        day = f"{today():%d/%m/%Y}"
        assert send(desk, page, "rule", rule=rule, decided_on=day, note=note).status_code == 302
    assert list(ReferralDecision.objects.values_list("rule", flat=True)) == ["off", "required", "off"]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_record_one_rule() -> None:
    desk = actor_for(make_user("coordinator"), "coordinator")
    at_once(4, lambda _n: record_decision("off", NOTE, today(), actor=desk))
    assert ReferralDecision.objects.count() == 1
    assert AuditEvent.objects.filter(action="referral.decided").count() == 1


def test_a_note_is_needed_and_only_a_coordinating_doctor_records(draft: Desk) -> None:
    desk = verified_client(draft.world.coordinator, "coordinator")
    page = desk.get("/en/bureau/adressage/")
    answer = send(desk, page, "rule", rule="off", decided_on=f"{today():%d/%m/%Y}", note="Oui.")
    assert answer.status_code == 422
    assert "at least 20 characters" in words_of(answer)
    assert draft.client.get("/en/bureau/adressage/").status_code == 403
    assert not ReferralDecision.objects.exists()


def test_a_required_referral_is_asked_for_and_a_name_or_a_letter_is_enough(whole: Any, settings: Any) -> None:
    draft: Desk = whole()
    assert "We recommend that a doctor" in words_of(draft.client.get(draft.url("documents/")))
    settings.REFERRAL_RULE = "required"
    assert "The doctor who refers you" in words_of(draft.client.get(draft.url()))
    refused = draft.client.post(draft.url("relire/complet/"))
    assert refused.status_code == 422
    assert "referred by a doctor" in words_of(refused)
    assert draft.url("adressage/") in refused.content.decode()
    page = draft.client.get(draft.url("adressage/"))
    assert form_with(page, "doctor")["values"]["doctor"] == [""]
    assert send(draft.client, page, "doctor", doctor="Dr Martin, Lyon").status_code == 302
    assert "Dr Martin, Lyon" in words_of(draft.client.get(draft.url("relire/")))
    assert draft.client.post(draft.url("relire/complet/")).status_code == 302
    assert draft.case.state == State.AWAITING_CONSENT
    desk = verified_client(draft.world.coordinator, "coordinator")
    assert desk.get("/en/bureau/").status_code == 200
