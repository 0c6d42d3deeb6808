"""The desk records what came, decides about the price, and gives receipts that never change."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from access import decide
from access.policy import rules
from cases.demo.walk import Walk, acting
from cases.models import Case, Payer, Receipt, Voucher, VoucherBatch
from cases.services import billing
from errors import Conflict, Invalid, NotAllowed
from jobs import run_until_empty
from tests.cases import world
from tests.cases.billing.conftest import Priced
from tests.cases.clients import verified_client
from tests.cases.patient_start.forms import form_with, send, words_of
from ui.forms import today

pytestmark = pytest.mark.django_db
CAME = {"means": "cheque", "payer": "Zoé Essai"}


def sent(priced: Priced, who: str = "self", **more: str) -> Walk:
    """The request, sent."""
    billing.choose_payer(priced.walk.case.pk, who, actor=priced.walk.patient, **more)
    priced.walk.ask_consent()
    priced.walk.consent()
    return priced.walk


def page_of(walk: Walk) -> str:
    """The payment page of the desk."""
    return f"/en/bureau/dossiers/{walk.case.pk}/reglement/"


@pytest.mark.behaviour("S0-14")
def test_the_assistant_records_what_came_and_the_receipt_is_there_at_once(
    priced: Priced, mailoutbox: list[Any]
) -> None:
    walk = sent(priced)
    client = verified_client(world.staff("Ali Bureau", "assistant"), "assistant")
    url, day = page_of(walk), f"{today():%d/%m/%Y}"
    assert url in client.get(f"/en/bureau/dossiers/{walk.case.pk}/").content.decode()
    page = client.get(url)
    assert "Decide about the price" not in words_of(page)
    assert str(walk.pathology.name) not in words_of(page)
    assert form_with(page, "amount")["values"]["amount"] == ["295.50"]
    for amount in ("0", "295,51", "abc"):
        assert send(client, page, "amount", amount=amount, paid_on=day, **CAME).status_code == 422
    # In two parts: the doctor's fee is covered first.
    assert send(client, page, "amount", amount="200", paid_on=day, **CAME).status_code == 302
    first = Receipt.objects.get()
    assert (first.expert_cents, first.service_cents) == (18000, 2000)
    assert Case.objects.get(pk=walk.case.pk).payment == "open"
    assert "95.50 €" in words_of(client.get(url))
    assert send(client, client.get(url), "amount", paid_on=day, **CAME).status_code == 302
    assert Case.objects.get(pk=walk.case.pk).payment == "settled"
    numbers = list(Receipt.objects.values_list("year", "number"))
    assert numbers == [(today().year, 1), (today().year, 2)]
    assert client.get(f"{url}recus/{first.pk}/").content.startswith(b"%PDF")
    assert client.post(f"{url}prix/", {"decision": "waived", "motive": "Motif."}).status_code == 403
    run_until_empty()
    mails = " ".join(f"{mail.subject} {mail.body}" for mail in mailoutbox)
    assert "Votre paiement est enregistré" in mails and "295" not in mails


def test_the_same_click_is_one_payment_and_a_credit_note_corrects_it(priced: Priced) -> None:
    walk = sent(priced)
    for _click in range(2):
        receipt = billing.record_payment(walk.case.pk, 29550, "cheque", today(), "Zoé Essai", actor=walk.coordinator)
    assert Receipt.objects.count() == 1
    client = verified_client(priced.desk.world.coordinator, "coordinator")
    url = f"{page_of(walk)}recus/{receipt.pk}/avoir/"
    day = f"{today():%d/%m/%Y}"
    for reason, amount in (("mistake", "100,50"), ("refund", "195")):
        answer = send(client, client.get(url), "reason", reason=reason, amount=amount, means="transfer", paid_on=day)
        assert answer.status_code == 302
    with pytest.raises(Conflict):
        billing.record_refund(receipt.pk, 1, "refund", "cheque", today(), actor=walk.coordinator)
    notes = Receipt.objects.filter(corrects=receipt)
    assert [note.number for note in notes] == [2, 3]
    assert sum(note.expert_cents for note in notes) == 18000 and sum(note.service_cents for note in notes) == 11550
    assert Case.objects.get(pk=walk.case.pk).payment == "open"
    said = words_of(priced.desk.client.get(f"/en/patient/{walk.case.pk}/reglement/"))
    assert "Credit note no." in said and "−95" not in words_of(client.get(page_of(walk))).split("Receipts")[0]
    # The same amount again is another payment, since the first was credited.
    billing.record_payment(walk.case.pk, 29550, "cheque", today(), "Zoé Essai", actor=walk.coordinator)
    assert Receipt.objects.count() == 4
    for change in (lambda: Receipt.objects.update(means="other"), lambda: Receipt.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_desk_is_told_of_money_that_came_for_no_opinion(priced: Priced, mailoutbox: list[Any]) -> None:
    walk, other = sent(priced), priced.another()
    billing.choose_payer(other.case.pk, "self", actor=other.patient)
    other.ask_consent()
    other.consent()
    receipt = billing.record_payment(walk.case.pk, 100, "cheque", today(), "Zoé", actor=walk.coordinator)
    for one in (walk, other):
        one.move("withdraw", one.patient)
    run_until_empty()
    told = [mail.body for mail in mailoutbox if "remboursé" in mail.body]
    assert told and all(walk.case.reference in body for body in told)
    note = billing.record_refund(receipt.pk, 100, "refund", "cheque", today(), actor=walk.coordinator)
    assert note.cents == 100


def test_a_refused_payment_leaves_no_gap_in_the_numbers(priced: Priced) -> None:
    walk, other = sent(priced), priced.another()
    with transaction.atomic():
        billing.record_payment(walk.case.pk, 100, "cheque", today(), "Zoé", actor=walk.coordinator)
        transaction.set_rollback(True)
    billing.choose_payer(other.case.pk, "self", actor=other.patient)
    other.ask_consent()
    other.consent()
    for one in (walk, other):
        billing.record_payment(one.case.pk, 100, "cheque", today(), "Zoé", actor=walk.coordinator)
    assert list(Receipt.objects.values_list("number", flat=True)) == [1, 2]
    with pytest.raises(NotAllowed):
        billing.record_payment(walk.case.pk, 100, "cheque", today(), "Zoé", actor=walk.patient)
    with pytest.raises(Invalid):
        billing.record_payment(walk.case.pk, 100, "card", today() + timedelta(days=1), "", actor=walk.coordinator)


@pytest.mark.behaviour("S0-07")
def test_the_coordinator_decides_about_the_price_and_the_patient_is_told_without_the_motive(
    priced: Priced, mailoutbox: list[Any]
) -> None:
    walk = sent(priced, "help", note="Un mot discret.")
    client = verified_client(priced.desk.world.coordinator, "coordinator")
    page = client.get(page_of(walk))
    assert "Un mot discret." in words_of(page) and "No proof is asked for" in words_of(page)
    assert send(client, page, "decision", decision="reduced", expert="", motive="Motif.").status_code == 422
    answer = send(client, page, "decision", decision="reduced", expert="50", service="0", motive="Motif caché.")
    assert answer.status_code == 302
    shown = words_of(priced.desk.client.get(f"/en/patient/{walk.case.pk}/reglement/"))
    assert "50 €" in shown and "Motif caché" not in shown
    page = client.get(page_of(walk))
    assert send(client, page, "decision", decision="waived", motive="Motif caché.").status_code == 302
    assert Case.objects.get(pk=walk.case.pk).payment == "waived"
    run_until_empty()
    mails = " ".join(f"{mail.subject} {mail.body}" for mail in mailoutbox)
    assert "Notre réponse au sujet du prix" in mails
    assert "Motif" not in mails and "discret" not in mails


@pytest.mark.behaviour("S0-06")
def test_a_payer_is_recorded_and_its_vouchers_are_shown_once(priced: Priced) -> None:
    client = verified_client(priced.desk.world.coordinator, "coordinator")
    day, later = f"{today():%d/%m/%Y}", f"{today() + timedelta(days=30):%d/%m/%Y}"
    terms = {"name": "Employeur d’exemple", "kind": "employer", "agreed_from": day, "agreed_until": later}
    page = client.get("/en/bureau/payeurs/")
    assert "Mutuelle d’exemple" in words_of(page)
    answer = send(client, page, "agreed_from", **terms, allowance="50", active="on")
    payer = Payer.objects.get(name="Employeur d’exemple")
    url = f"/en/bureau/payeurs/{payer.pk}/"
    assert answer.headers["Location"] == url
    page = client.get(url)
    days = {"valid_from": day, "valid_until": later}
    for size in ("19", "51"):
        assert send(client, page, "size", size=size, **days).status_code == 422
    shown = send(client, page, "size", size="20", **days)
    codes = [code for code in words_of(shown).split() if len(code) == 14 and code.count("-") == 2]
    assert len(codes) == 20 and "no-store" in shown.headers["Cache-Control"]
    kept = str(list(Voucher.objects.values()))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    # The same page sent again makes nothing; the codes are gone.
    again = send(client, page, "size", size="20", **days)
    assert again.status_code == 422 and codes[0] not in words_of(again)
    assert VoucherBatch.objects.filter(payer=payer).count() == 1
    file = send(client, client.get(url), "size", size="30", file="1", **days)
    assert file.headers["Content-Type"].startswith("text/csv") and file.content.decode().count("\n") == 31
    assert "no further batch" in words_of(send(client, client.get(url), "size", size="20", **days))
    # Cancelled ones count too: the number left must not tell how many were used.
    batch = VoucherBatch.objects.filter(payer=payer, size=20).get()
    assert client.post(f"{url}bons/{batch.pk}/annuler/").status_code == 302
    assert "allows 0 more" in words_of(client.get(url))
    stopped = send(client, client.get(url), "agreed_from", active=None)
    assert stopped.status_code == 302
    assert send(client, client.get(url), "size", size="20", **days).status_code == 422


@pytest.mark.behaviour("S2-07")
def test_nobody_of_a_payer_may_do_anything_to_a_request(priced: Priced) -> None:
    walk = sent(priced)
    manager = acting(world.staff("Gérard Payeur", "payer"), "payer")
    actions = {rule.action for rule in rules() if rule.action.startswith(("case.", "document."))}
    assert len(actions) > 50
    assert not [action for action in sorted(actions) if decide(manager, action, walk.case).allowed]
