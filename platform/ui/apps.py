"""Configuration of the interface package."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """Base pages and components; holds no data."""

    name = "ui"
    verbose_name = _("Interface")

    def ready(self) -> None:
        """Register the check that every menu entry leads somewhere."""
        from ui.navigation import check_names

        register(check_names)
