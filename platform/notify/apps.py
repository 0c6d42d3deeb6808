"""E-mail and notices."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """E-mail and notices inside the site."""

    name = "notify"

    def ready(self) -> None:
        """Register the messages of the platform itself."""
        from notify import own_messages

        own_messages.register()
