"""The price, said before anything is agreed to (S0-12): the expert's fee and the service's apart."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import number_format
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


def price_lines() -> list[PriceLine]:
    """The fees and their total; nothing when the service is free."""
    price = settings.SERVICE_PRICE
    if not has_price():
        return []
    labels = {"expert_fee": _("Fee of the expert doctor"), "service_fee": _("Fee of the service")}
    lines = [PriceLine(label, _money(price[line])) for line, label in labels.items()]
    return [*lines, PriceLine(_("Total"), _money(sum(price[line] for line in labels)))]


def _money(amount: float) -> str:
    sign = {"EUR": "€"}.get(settings.SERVICE_PRICE["currency"], settings.SERVICE_PRICE["currency"])
    places = 0 if amount == int(amount) else 2
    return f"{number_format(amount, places, force_grouping=True)}{NBSP}{sign}"
