"""The price, said before anything is agreed to (S0-12): the expert's fee and the service's apart."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ui.dates import NBSP


@dataclass(frozen=True)
class PriceLine:
    """One line of the price.

    Args:
        label: what is paid.
        amount: in words, such as «120 €».
    """

    label: str
    amount: str


def has_price() -> bool:
    """Whether an opinion that a patient asks for is paid."""
    return any(settings.SERVICE_PRICE[line] for line in ("expert_fee", "service_fee"))


@dataclass(frozen=True)
class Fees:
    """The two fees in cents."""

    expert: int
    service: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.expert + self.service


def fees_now() -> Fees:
    """The fees of the service today."""
    price = settings.SERVICE_PRICE
    return Fees(round(price["expert_fee"] * 100), round(price["service_fee"] * 100))


def price_lines(fees: Fees | None = None) -> list[PriceLine]:
    """The fees and their total, today's unless others are given; nothing when there is nothing to pay."""
    fees = fees or fees_now()
    if not fees.total:
        return []
    return [
        PriceLine(_("Fee of the expert doctor"), money(fees.expert)),
        PriceLine(_("Fee of the service"), money(fees.service)),
        PriceLine(_("Total"), money(fees.total)),
    ]


def payment_means() -> str:
    """How a price may be paid, in the words of the organisation; "" where it has not said (C-BIL-4)."""
    return str(settings.SERVICE_PAYMENT.get((get_language() or "fr")[:2], ""))


def in_units(cents: int) -> Decimal:
    """An amount as a form shows it."""
    return (Decimal(cents) / 100).quantize(Decimal("0.01"))


def money(cents: int) -> str:
    """An amount in words, such as «115,50 €»."""
    sign = {"EUR": "€"}.get(settings.SERVICE_PRICE["currency"], settings.SERVICE_PRICE["currency"])
    amount, places = Decimal(cents) / 100, 2 if cents % 100 else 0
    return f"{number_format(amount, places, force_grouping=True)}{NBSP}{sign}"
