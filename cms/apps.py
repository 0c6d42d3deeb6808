"""The public site's place in Django."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    """The public pages."""

    name = "cms"
