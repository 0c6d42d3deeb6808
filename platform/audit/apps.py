"""Puts the triggers of the journal back after every migration and registers what it knows about itself."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The journal."""

    name = "audit"

    def ready(self) -> None:
        """Register the triggers, their check, and the journal's own actions."""
        from audit import own_actions, triggers
        from ui import navigation

        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="audit.triggers")
        register(Tags.database)(triggers.check_triggers)
        own_actions.register()
        navigation.register("dpo", _("Journal"), "audit:journal", order=10)
