"""The entries of the menus of cases."""

from django.utils.translation import gettext_lazy as _

from cases.patient import menus
from ui import navigation


def register() -> None:
    """Put them into the menus."""
    menus.register()
    for role in ("coordinator", "care_coordinator", "assistant"):
        navigation.register(role, _("Desk"), "desk:home", 10)
    for role in ("coordinator", "care_coordinator"):
        navigation.register(role, _("Calls"), "desk:calls", 20)
        navigation.register(role, _("Alerts"), "desk:alerts", 30)
    navigation.register("coordinator", _("Payers"), "desk:payers", 70)
    navigation.register("payer", _("Vouchers"), "payer:home", 10)
    navigation.register("expert", _("My cases"), "expert:home", 10)
    navigation.register_footer(_("Verify an opinion"), "verify:start", 50)
