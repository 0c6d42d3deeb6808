"""A payer makes vouchers and reads numbers: never who, for what, which expert, or which day (C-BIL-8, S1-55, S1-58)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

import clock
from accounts.models import User
from audit.models import AuditEvent
from cases.demo.walk import Walk, acting
from cases.models import Case, Payer, PayerManager, Voucher, VoucherBatch
from cases.services import payers
from cases.services.payers import Terms
from clock import now
from errors import Missing
from tests.cases import world
from tests.cases.billing.conftest import Priced
from tests.cases.clients import verified_client
from tests.cases.patient_start.forms import send, words_of
from ui.dates import PARIS
from ui.forms import today

pytestmark = pytest.mark.django_db
HOME = "/en/payeur/"


@pytest.fixture
def manager(priced: Priced) -> User:
    """Somebody who manages the vouchers of the payer."""
    user = world.staff("Gérard Payeur", "payer")
    payers.add_manager(priced.payer.pk, user.email, actor=priced.walk.coordinator)
    return user


def deliver(priced: Priced, count: int, day: datetime) -> set[UUID]:
    """So many opinions delivered on a day, each paid by a voucher; the ids of the vouchers."""
    free = list(Voucher.objects.filter(batch__payer=priced.payer, case__isnull=True)[:count])
    for voucher in free:
        voucher.case, voucher.taken_at = Walk(priced.walk.cast, priced.walk.pathology).open(), day
        voucher.save()
    cases = [voucher.case_id for voucher in free]
    # Delivered and ended since, so that no opinion has to be made here.
    Case.objects.filter(pk__in=cases).update(state="stopped", ended_at=day, delivered_at=day)
    return {voucher.pk for voucher in free}


@pytest.mark.behaviour("S0-06")
def test_a_manager_makes_and_cancels_vouchers_of_his_own_payer_alone(priced: Priced, manager: User) -> None:
    client = verified_client(manager, "payer")
    day, last = f"{today():%d/%m/%Y}", f"{today() + timedelta(days=60):%d/%m/%Y}"
    page = client.get(HOME)
    assert "Mutuelle d’exemple" in words_of(page)
    shown = send(client, page, "size", size="20", valid_from=day, valid_until=last)
    assert shown.status_code == 200 and "shown this once" in words_of(shown)
    mine = VoucherBatch.objects.get(made_by=manager)
    assert client.post(f"{HOME}bons/{mine.pk}/annuler/").status_code == 302
    mine.refresh_from_db()
    assert mine.voided_at is not None
    other = payers.record_payer(Terms("Autre", "employer", today(), None, 40), actor=priced.walk.coordinator)
    batch = uuid4()
    payers.make_vouchers(other.pk, 20, today(), today(), batch_id=batch, actor=priced.walk.coordinator)
    assert client.post(f"{HOME}bons/{batch}/annuler/").status_code == 404
    actor = acting(manager, "payer")
    for refused in (
        lambda: payers.void_batch(batch, actor=actor),
        lambda: payers.make_vouchers(other.pk, 20, today(), today(), batch_id=uuid4(), actor=actor),
    ):
        with pytest.raises(Missing):
            refused()
    payers.end_manager(PayerManager.objects.get(user=manager).pk, actor=priced.walk.coordinator)
    assert "of no payer" in words_of(client.get(HOME))


@pytest.mark.behaviour("S1-55")
@pytest.mark.behaviour("S1-58")
def test_a_payer_reads_numbers_by_closed_months_and_never_a_small_one(priced: Priced, manager: User) -> None:
    start = datetime(2027, 3, 10, 9, tzinfo=PARIS)
    few = deliver(priced, 3, start)
    enough = deliver(priced, 6, start + timedelta(days=31))
    deliver(priced, 5, start + timedelta(days=62))
    with clock.travel(start + timedelta(days=65)):
        client = verified_client(manager, "payer")
        said = words_of(client.get(HOME))
        # March was too small, and is counted with April alone: no difference gives it away. May is not over.
        assert "March 2027 0 0 0 fewer than 5" in said
        assert "April 2027 0 0 0 9 since March 2027" in said
        assert "May 2027 0 0 0 not counted yet" in said
        page = client.get(f"{HOME}releves/2027/4/")
        for month in (3, 5):
            assert client.get(f"{HOME}releves/2027/{month}/").status_code == 404
        file = client.get(f"{HOME}releves/2027/4/?fichier=1").content.decode()
    text = page.content.decode()
    names = {f"{pk.hex[:4]}-{pk.hex[4:8]}-{pk.hex[8:12]}".upper() for pk in few | enough}
    assert len(names) == 9 and all(name in text and name in file for name in names)
    listed = [line for line in file.splitlines() if line in names]
    assert listed == sorted(listed)
    told = [said, words_of(page), file]
    secrets = [*priced.codes, "DA-", str(priced.walk.pathology.name), "Camille", priced.walk.cast.expert.name]
    assert not [secret for secret in secrets if any(secret in words for words in told)]
    event = AuditEvent.objects.filter(action="payer.statement_read").latest("at")
    assert event.detail["month"] == "2027-04"


@pytest.mark.behaviour("S1-55")
def test_no_number_of_the_page_follows_from_who_used_a_voucher(priced: Priced, manager: User) -> None:
    """The same page, whether a voucher was used or not: made, cancelled, past and left come from the payer's acts."""
    client, batch = verified_client(manager, "payer"), VoucherBatch.objects.get(payer=priced.payer)
    before = words_of(client.get(HOME))
    deliver(priced, 4, now())
    assert words_of(client.get(HOME)) == before
    client.post(f"{HOME}bons/{batch.pk}/annuler/")
    after = words_of(client.get(HOME))
    assert "allows 20 more" in before and "allows 20 more" in after
    assert f"{today():%B %Y} 20 20 0" in after
    assert Payer.objects.get().allowance == 40


@pytest.mark.behaviour("S2-07")
def test_a_manager_enters_no_other_space(priced: Priced, manager: User) -> None:
    client: Client = verified_client(manager, "payer")
    case: Any = priced.walk.case
    for url in (
        "/en/bureau/",
        "/en/bureau/payeurs/",
        f"/en/bureau/dossiers/{case.pk}/reglement/",
        f"/en/patient/{case.pk}/",
        "/en/expert/",
    ):
        assert client.get(url).status_code == 403
