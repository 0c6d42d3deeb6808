"""The public site's place in Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """The public pages."""

    name = "cms"
    verbose_name = _("Public pages")

    def ready(self) -> None:
        """Fill the menus, and make the first pages after each migration."""
        from cms import menus, seeding

        menus.register()
        post_migrate.connect(seeding.after_migrate, sender=self, dispatch_uid="cms.seeding")
