"""Places of this package in the menus of roles."""

from django.utils.translation import gettext_lazy as _

from ui import navigation


def register() -> None:
    """Add the entries."""
    navigation.register("expert", _("My profile"), "experts:profile", 60)
    navigation.register("expert", _("My convention"), "experts:convention", 65)
    navigation.register("expert", _("My absences"), "experts:absences", 70)
    navigation.register("committee", _("Candidacies"), "committee:home", 10)
    navigation.register("committee", _("My practice"), "committee:practice", 20)
    navigation.register_footer(_("Become an expert"), "joining:start", 25)
    navigation.register("coordinator", _("Experts"), "experts_desk:list", 60)
