"""Cases: from the draft to the signed, delivered opinion."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Fills the registries of the platform with what cases know."""

    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from audit.frozen import FrozenTable, freeze
        from cases import registration

        freeze(
            self,
            FrozenTable("cases_referraldecision", "a recorded rule on referral never changes"),
            FrozenTable("cases_receipt", "a receipt never changes: a credit note corrects it"),
        )
        registration.register()
