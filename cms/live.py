"""What public pages show of the settings of an instance."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.start.prices import price_lines

__all__ = ["identity_rows", "price_lines"]


def identity_rows() -> list[dict[str, Any]]:
    """Who runs the service and how to reach him; what an instance has not is left out."""
    rows = (
        (_("Publisher"), settings.SERVICE_CONTROLLER),
        (_("Address"), settings.SERVICE_CONTACT),
        (_("Phone"), settings.SERVICE_PHONE),
        (_("E-mail, without a word about your health"), settings.SERVICE_EMAIL),
        (_("Data protection officer"), settings.SERVICE_DPO_EMAIL),
    )
    return [{"label": label, "value": value} for label, value in rows if value]
