"""The entries of requests being begun: for visitors, and for the nurse on the phone."""

from django.utils.translation import gettext_lazy as _

from ui import navigation


def register() -> None:
    """Put them into the menus."""
    navigation.register(navigation.PUBLIC, _("Ask for a second opinion"), "start:begin", 10)
    navigation.register("care_coordinator", _("By phone"), "phone:home", 40)
