"""The entries of the requesting professional's menu."""

from django.utils.translation import gettext_lazy as _

from ui import navigation


def register() -> None:
    """Put them there."""
    navigation.register("requester", _("My requests"), "requester:home", 10)
    navigation.register("requester", _("New request"), "requester:new", 20)
