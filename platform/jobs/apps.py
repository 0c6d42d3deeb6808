"""Registers the platform's own jobs and schedules."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Background work."""

    name = "jobs"

    def ready(self) -> None:
        """Fill the table of schedules and offer the journal a worker."""
        from audit.checking import register_background
        from jobs import own_actions, own_jobs
        from ui import navigation

        own_jobs.register()
        own_actions.register()
        register_background(own_jobs.request_verification)
        navigation.register("administrator", _("Tasks"), "jobs:list", order=10)
