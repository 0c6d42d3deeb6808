"""Fills the registries of lower packages and publishes the questionnaires after each migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ExpertsConfig(AppConfig):
    """Experts' facts, pathologies, questionnaires, availability."""

    name = "experts"
    verbose_name = _("Experts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Freeze what is published, and register publication, journal words, menus, rights, notices and jobs."""
        from audit.frozen import FrozenTable, freeze
        from experts import journal, menus, publishing, rights
        from experts.joining import notices, tasks
        from experts.joining import rights as joining_rights

        freeze(self, FrozenTable("experts_questionnaire", "a published questionnaire never changes"))
        post_migrate.connect(publishing.after_migrate, sender=self, dispatch_uid="experts.publishing")
        journal.register()
        menus.register()
        rights.register()
        joining_rights.register()
        notices.register()
        tasks.register()
