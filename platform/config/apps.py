"""The place of the instance itself in Django: its mark in the database and its own checks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InstanceConfig(AppConfig):
    """The instance."""

    name = "config"
    verbose_name = _("Instance")
    default_auto_field = "django.db.models.BigAutoField"
