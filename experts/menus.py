"""Places of this package in the menus of roles."""

from django.utils.translation import gettext_lazy as _

from ui import navigation


def register() -> None:
    """Add the entries."""
    navigation.register("expert", _("My profile"), "experts:profile", 60)
    navigation.register("expert", _("My absences"), "experts:absences", 70)
    navigation.register("coordinator", _("Experts"), "experts_desk:list", 60)
