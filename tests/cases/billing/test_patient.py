"""The patient says who pays: himself, a payer's voucher, or nobody; nothing else changes for him."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

import clock
from audit.models import AuditEvent
from cases.billing.codes import ALPHABET, LENGTH, draw_code, read_code
from cases.billing.vouchers import take_voucher
from cases.machine import perform
from cases.models import Billing, Case, Voucher
from cases.models.states import State
from cases.services import billing, drafting
from cases.services.payers import void_batch
from cases.start.prices import Fees
from clock import now
from errors import Conflict, Invalid, TooMany
from tests.audit.test_parallel import at_once
from tests.cases.billing.conftest import Priced
from tests.cases.clients import verified_client
from tests.cases.patient_start.conftest import Desk
from tests.cases.patient_start.forms import send, words_of
from ui.forms import today

pytestmark = pytest.mark.django_db


def choose(priced: Priced, **answer: str) -> Any:
    """Answer «Who pays?» on its page."""
    page = priced.desk.client.get(priced.desk.url("qui-paie/"))
    assert page.status_code == 200
    return send(priced.desk.client, page, "who", **answer)


def test_without_a_price_nobody_is_asked_who_pays(whole: Any) -> None:
    desk: Desk = whole()
    assert "Who pays" not in words_of(desk.client.get(desk.url()))
    assert desk.client.get(desk.url("qui-paie/")).status_code == 302
    desk.walk.ask_consent()
    assert desk.walk.consent().payment == "waived"
    assert not Billing.objects.exists()
    assert desk.client.get(f"/en/patient/{desk.case.pk}/reglement/").status_code == 404


@pytest.mark.behaviour("S0-06")
@pytest.mark.behaviour("S0-14")
def test_the_patient_who_pays_himself_reads_how_and_has_his_receipts(priced: Priced) -> None:
    desk, walk = priced.desk, priced.walk
    with pytest.raises(Invalid):
        walk.ask_consent()
    assert "Who pays" in words_of(desk.client.get(desk.url()))
    asked = words_of(desk.client.get(desk.url("qui-paie/")))
    for said in ("180 €", "115.50 €", "295.50 €", "transfer or cheque", desk.case.reference):
        assert said in asked
    # What belongs to another answer is not looked at.
    assert choose(priced, who="self", code="XXXX", note="Rien").status_code == 302
    assert Billing.objects.get().note is None
    walk.ask_consent()
    assert "I pay myself" in words_of(desk.client.get(desk.url("accords/")))
    assert walk.consent().payment == "open"
    page = f"/en/patient/{walk.case.pk}/reglement/"
    assert "Still to pay: 295.50 €" in words_of(desk.client.get(page))
    assert page in desk.client.get(f"/en/patient/{walk.case.pk}/").content.decode()
    with pytest.raises(Conflict):
        perform("admit", walk.case.pk, actor=walk.coordinator)
    paper = billing.record_payment(walk.case.pk, 29550, "transfer", today(), "Zoé Essai", actor=walk.coordinator)
    said = words_of(desk.client.get(page))
    assert "The price is settled" in said
    for words in (f"Receipt no. {paper}", "180 €", "115.50 €", "Zoé Essai", "Bank transfer".lower()):
        assert words in said
    assert str(walk.pathology.name) not in said and walk.cast.expert.name not in said
    printed = desk.client.get(f"{page}recus/{paper.pk}/")
    assert printed.content.startswith(b"%PDF") and "no-store" in printed.headers["Cache-Control"]
    assert AuditEvent.objects.filter(action="case.receipt_read", case_id=walk.case.pk).exists()
    # Settled: the page leads back to the file, and a late answer changes nothing.
    assert desk.client.get(desk.url("qui-paie/")).status_code == 302
    with pytest.raises(Conflict):
        billing.choose_payer(walk.case.pk, "help", actor=walk.patient)


@pytest.mark.behaviour("S0-15")
@pytest.mark.behaviour("S0-06")
def test_with_a_voucher_the_patient_advances_nothing(priced: Priced) -> None:
    desk, walk = priced.desk, priced.walk
    # As it is read aloud: no capitals, blanks for dashes.
    assert choose(priced, who="voucher", code=priced.codes[0].lower().replace("-", " ")).status_code == 302
    assert "Mutuelle d’exemple" in words_of(desk.client.get(desk.url("qui-paie/")))
    assert not Voucher.objects.filter(case__isnull=False).exists()
    walk.ask_consent()
    assert walk.consent().payment == "settled"
    assert Voucher.objects.get(case=walk.case).taken_at is not None
    assert "you advance nothing" in words_of(desk.client.get(f"/en/patient/{walk.case.pk}/reglement/"))
    walk.check()
    assert walk.admit().state == State.ADMITTED
    with pytest.raises(Conflict):
        billing.record_payment(walk.case.pk, 100, "transfer", today(), "Zoé", actor=walk.coordinator)


def test_a_voucher_that_cannot_be_used_says_why_and_nothing_is_lost(priced: Priced) -> None:
    batch = Voucher.objects.all()[0].batch
    wrong = priced.codes[0][:-1] + ("2" if priced.codes[0][-1] != "2" else "3")
    for typed, said in (
        ("", "Enter the code"),
        (wrong, "letter by letter"),
        (draw_code(), "No voucher has this code"),
    ):
        answer = choose(priced, who="voucher", code=typed)
        assert answer.status_code == 422
        assert said in words_of(answer)
        assert typed in answer.content.decode()
    for days, said in ((-1, "can be used from"), (91, "could be used until")):
        with clock.travel(now() + timedelta(days=days)), pytest.raises(Invalid) as refused:
            billing.choose_payer(priced.walk.case.pk, "voucher", code=priced.codes[0], actor=priced.walk.patient)
        assert said in str(refused.value.fields["code"])
    assert choose(priced, who="voucher", code=priced.codes[0]).status_code == 302
    void_batch(batch.pk, actor=priced.walk.coordinator)
    answer = choose(priced, who="voucher", code=priced.codes[1])
    assert "cancelled" in words_of(answer)
    # Cancelled since it was named: nothing is sent, and the way to another answer is there.
    priced.walk.ask_consent()
    with pytest.raises(Conflict, match="cancelled"):
        priced.walk.consent()
    assert priced.desk.case.state == State.AWAITING_CONSENT
    assert priced.desk.url("qui-paie/") in priced.desk.client.get(priced.desk.url("accords/")).content.decode()
    assert choose(priced, who="self").headers["Location"] == priced.desk.url("accords/")
    assert priced.walk.consent().payment == "open"


def test_codes_cannot_be_tried_without_end(priced: Priced) -> None:
    for _try in range(10):
        with pytest.raises(Invalid):
            billing.choose_payer(priced.walk.case.pk, "voucher", code=draw_code(), actor=priced.walk.patient)
    with pytest.raises(TooMany):
        billing.choose_payer(priced.walk.case.pk, "voucher", code=priced.codes[0], actor=priced.walk.patient)


def test_a_voucher_pays_one_request_and_comes_back_when_no_opinion_is_given(priced: Priced) -> None:
    first, second, code = priced.walk, priced.another(), priced.codes[0]
    for walk in (first, second):
        billing.choose_payer(walk.case.pk, "voucher", code=code, actor=walk.patient)
        walk.ask_consent()
    first.consent()
    with pytest.raises(Conflict):
        second.consent()
    voucher = Voucher.objects.get(case=first.case)
    # Read as free a moment ago by another sending: the row itself decides.
    with pytest.raises(Conflict):
        take_voucher(second.case, Voucher(pk=voucher.pk, batch=voucher.batch))
    first.move("withdraw", first.patient)
    assert not Voucher.objects.filter(case__isnull=False).exists()
    assert second.consent().payment == "settled"
    words = {"motive": "Motif.", "explanation": "Explication.", "instead": "Votre médecin."}
    second.move("decline", second.coordinator, **words)
    assert Case.objects.get(pk=second.case.pk).payment == "open"
    voucher.refresh_from_db()
    assert (voucher.case_id, voucher.taken_at) == (None, None)


def test_what_was_delivered_keeps_its_voucher(priced: Priced) -> None:
    walk = priced.walk
    billing.choose_payer(walk.case.pk, "voucher", code=priced.codes[0], actor=walk.patient)
    for step in ("ask_consent", "consent", "check", "admit", "propose", "accept", "write", "sign", "deliver"):
        getattr(walk, step)()
    assert Voucher.objects.get(case=walk.case)
    assert walk.case.payment == "settled"


@pytest.mark.behaviour("S0-07")
def test_who_cannot_pay_asks_without_proof_and_is_served_like_everybody(priced: Priced) -> None:
    desk, walk = priced.desk, priced.walk
    asked = words_of(desk.client.get(desk.url("qui-paie/")))
    assert "No proof and no reason are asked for" in asked
    assert choose(priced, who="help", note="Je suis au chômage.").status_code == 302
    walk.ask_consent()
    case = walk.consent()
    due = case.due_at
    page = f"/en/patient/{case.pk}/reglement/"
    assert "you need not pay meanwhile" in words_of(desk.client.get(page))
    case = billing.set_price(case.pk, Fees(5000, 0), "Ressources faibles.", actor=walk.coordinator)
    assert (case.payment, case.due_at, case.state) == ("open", due, State.SUBMITTED)
    said = words_of(desk.client.get(page))
    assert "Still to pay: 50 €" in said and "Ressources" not in said
    case = billing.set_price(case.pk, Fees(0, 0), "Ressources très faibles.", actor=walk.coordinator)
    assert case.payment == "waived"
    assert "You have nothing to pay" in words_of(desk.client.get(page))
    with pytest.raises(Invalid):
        billing.set_price(case.pk, Fees(18000, 0), "Plus cher.", actor=walk.coordinator)
    row = Billing.objects.get()
    stored = str(Billing.objects.filter(pk=row.pk).values("note", "motive"))
    assert "chômage" not in stored and "Ressources" not in stored
    events = AuditEvent.objects.filter(case_id=case.pk, action__in=["case.payer_chosen", "case.price_set"])
    assert events.count() == 3 and "chômage" not in str(list(events.values("detail")))


def test_a_code_is_easy_to_read_and_every_slip_is_noticed() -> None:
    code = draw_code()
    assert len(code) == LENGTH and not set(code) & set("01OI")
    assert read_code(f" {code[:4]}-{code[4:].lower()} ") == code
    for place in range(LENGTH):
        for other in set(ALPHABET) - {code[place]}:
            assert read_code(code[:place] + other + code[place + 1 :]) == ""


def test_the_nurse_asks_who_pays_on_the_phone(priced: Priced) -> None:
    case = priced.walk.case
    drafting.set_reception(case.pk, "at_once", None, actor=priced.walk.patient)
    Case.objects.filter(pk=case.pk).update(by_phone=True)
    nurse = verified_client(priced.desk.world.nurse, "care_coordinator")
    url = f"/en/bureau/telephone/{case.pk}/qui-paie/"
    answer = send(nurse, nurse.get(url), "who", who="self")
    assert answer.status_code == 302
    assert Billing.objects.get().who == "self"


@pytest.mark.django_db(transaction=True)
def test_of_requests_sent_at_once_with_one_voucher_only_one_is_paid_by_it(priced: Priced) -> None:
    walks = [priced.walk, priced.another(), priced.another()]
    for walk in walks:
        billing.choose_payer(walk.case.pk, "voucher", code=priced.codes[0], actor=walk.patient)
        walk.ask_consent()

    def send_it(number: int) -> None:
        with suppress(Conflict):
            walks[number].consent()

    at_once(3, send_it)
    states = sorted(Case.objects.filter(pk__in=[walk.case.pk for walk in walks]).values_list("state", "payment"))
    assert states == [("awaiting_consent", "open"), ("awaiting_consent", "open"), ("submitted", "settled")]
    assert Voucher.objects.filter(case__isnull=False).count() == 1
