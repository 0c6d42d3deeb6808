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
        from experts import journal, menus, notices, publishing, rights, tasks
        from experts.joining import notices as joining_notices
        from experts.joining import rights as joining_rights
        from experts.joining import tasks as joining_tasks

        freeze(
            self,
            FrozenTable("experts_questionnaire", "a published questionnaire never changes"),
            FrozenTable("experts_conventiontext", "a published convention never changes"),
            FrozenTable("experts_conventionsignature", "a signature never changes"),
        )
        post_migrate.connect(publishing.after_migrate, sender=self, dispatch_uid="experts.publishing")
        journal.register()
        menus.register()
        rights.register()
        notices.register()
        tasks.register()
        joining_rights.register()
        joining_notices.register()
        joining_tasks.register()
