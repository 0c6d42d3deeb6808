"""Who may read and do what: one decision function over one table."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Registers the journal label of a refusal."""

    name = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        from audit import register_action

        register_action("access.refused", _("Access refused"), _("An access to your file was refused."))
