"""E-mail and notices."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotifyConfig(AppConfig):
    """E-mail and notices inside the site."""

    name = "notify"

    def ready(self) -> None:
        """Register the messages of the platform itself."""
        from notify import own_messages
        from ui import navigation

        own_messages.register()
        navigation.register_footer(_("Recognise our messages"), "notify:recognise", 60)
