"""A price, a request filled in to the end, a payer with vouchers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cases.demo.walk import Walk
from cases.models import Payer
from cases.referral import record_decision
from cases.services.payers import Terms, make_vouchers, record_payer
from tests.cases.patient_start.conftest import Desk, draft, whole
from ui.forms import today

__all__ = ["draft", "whole"]
PRICED = {"expert_fee": 180, "service_fee": 115.5, "currency": "EUR"}


@dataclass
class Priced:
    """A priced service: a draft with everything but who pays, and vouchers of a payer."""

    desk: Desk
    payer: Payer
    codes: list[str]

    @property
    def walk(self) -> Walk:
        """The request."""
        return self.desk.walk

    def another(self) -> Walk:
        """A further request of the same patient, filled in."""
        walk = Walk(self.walk.cast, self.walk.pathology)
        walk.open()
        walk.fill()
        return walk


@pytest.fixture
def priced(whole: Callable[[], Desk], settings: Any) -> Priced:
    """A request of 295.50 euros, complete but for who pays."""
    desk = whole()
    settings.SERVICE_PRICE = PRICED
    settings.SERVICE_PAYMENT = {"fr": "virement ou chèque", "en": "transfer or cheque"}
    actor, day = desk.walk.coordinator, today()
    record_decision("off", "Avis du conseil juridique du 2 novembre.", day, actor=actor)
    payer = record_payer(Terms("Mutuelle d’exemple", "complementary", day, None, 40), actor=actor)
    codes = make_vouchers(payer.pk, 20, day, day + timedelta(days=90), batch_id=uuid4(), actor=actor)
    return Priced(desk, payer, codes)
