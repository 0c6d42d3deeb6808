"""Consent: purposes, texts and their versions, evidence, withdrawal."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    """Registers the journal labels of consent."""

    name = "consent"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Consent")

    def ready(self) -> None:
        from audit import register_action

        register_action("consent.given", _("Consent recorded"), _("Your consent was recorded."))
        register_action("consent.refused", _("Optional consent refused"), _("Your refusal was recorded."))
        register_action("consent.withdrawn", _("Consent withdrawn"), _("A consent was withdrawn."))
        register_action("consent.block_placed", _("Professional blocked"), _("A professional was blocked."))
        register_action("consent.block_lifted", _("Professional unblocked"), _("A professional was unblocked."))
