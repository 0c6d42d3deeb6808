"""The accounts app: registers what lower packages should know of it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, roles, login with a code by e-mail, sessions."""

    name = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register journal words, mails, schedules, menus and the effects of roles."""
        from accounts import events, mails, menus, tasks
        from accounts.services.roles import register_own_effects

        events.register()
        mails.register()
        tasks.register()
        menus.register()
        register_own_effects()
