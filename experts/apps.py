"""Fills the registries of lower packages and publishes the questionnaires after each migration."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ExpertsConfig(AppConfig):
    """Experts' facts, pathologies, questionnaires, availability."""

    name = "experts"
    verbose_name = _("Experts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register triggers, publication, journal words and menus."""
        from experts import journal, menus, publishing, rights, triggers

        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="experts.triggers")
        post_migrate.connect(publishing.after_migrate, sender=self, dispatch_uid="experts.publishing")
        register(Tags.database)(triggers.check_triggers)
        journal.register()
        menus.register()
        rights.register()
