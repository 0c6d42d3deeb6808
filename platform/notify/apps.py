"""E-mail and notices."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """E-mail and notices inside the site."""

    name = "notify"
