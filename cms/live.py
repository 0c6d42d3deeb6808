"""What public pages show of the settings of an instance."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.referral import rule_words
from cases.start.prices import has_price, payment_means, price_lines

__all__ = ["identity_rows", "payment_words", "price_lines", "rule_words"]


_TO_COMPLETE = gettext_lazy("to be completed by the organisation")


def payment_words() -> str:
    """How a price may be paid (C-BIL-4)."""
    return payment_means() or str(_TO_COMPLETE)


def identity_rows() -> list[dict[str, Any]]:
    """Who runs the service and how to reach him; what an instance has not is left out."""
    rows = (
        (_("Publisher"), settings.SERVICE_CONTROLLER),
        (_("Address"), settings.SERVICE_CONTACT),
        (_("Phone"), settings.SERVICE_PHONE),
        (_("E-mail, without a word about your health"), settings.SERVICE_EMAIL),
        (_("Data protection officer"), settings.SERVICE_DPO_EMAIL),
        (_("Consumer mediator"), settings.SERVICE_MEDIATOR or (_TO_COMPLETE if has_price() else "")),
    )
    return [{"label": label, "value": value} for label, value in rows if value]
