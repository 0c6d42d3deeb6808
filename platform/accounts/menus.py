"""The entries of accounts in the menus of the spaces."""

from django.utils.translation import gettext_lazy as _

from accounts.events import ACCOUNT_ROLE
from accounts.models.roles import Role
from ui import navigation


def register() -> None:
    """Put them there: one's account everywhere, registrations at the desk, staff for the administrator.

    The texts an account accepts are in the footer of every page.
    """
    for role in Role:
        navigation.register(role.value, _("My account"), "accounts:account", order=95)
    navigation.register(ACCOUNT_ROLE, _("My space"), "accounts:spaces", order=10)
    navigation.register(ACCOUNT_ROLE, _("My account"), "accounts:account", order=95)
    navigation.register(navigation.PUBLIC, _("Log in"), "accounts:login", order=95)
    navigation.register_footer(_("Terms of use"), "accounts:terms", order=30)
    navigation.register_footer(_("Personal data"), "accounts:privacy", order=40)
    navigation.register(Role.COORDINATOR, _("Registrations"), "accounts:registrations", order=70)
    navigation.register(Role.ADMINISTRATOR, _("Accounts"), "accounts:staff", order=20)
