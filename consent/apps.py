"""Consent: purposes, texts and their versions, evidence, withdrawal."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    """Registers the journal labels of consent."""

    name = "consent"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Consent")

    def ready(self) -> None:
        from audit import register_action
        from audit.frozen import FrozenTable, freeze

        freeze(
            self,
            FrozenTable("consent_consenttext", "a published consent text never changes"),
            FrozenTable("consent_consentrecord", "the record of a consent never changes"),
        )
        post_migrate.connect(_publish_texts, sender=self, dispatch_uid="consent.texts")
        register_action("consent.given", _("Consent recorded"), _("Your consent was recorded."))
        register_action("consent.refused", _("Optional consent refused"), _("Your refusal was recorded."))
        register_action("consent.withdrawn", _("Consent withdrawn"), _("A consent was withdrawn."))
        register_action(
            "consent.notice_read", _("Notice read and accepted"), _("An information text was read and accepted.")
        )
        register_action("consent.block_placed", _("Professional blocked"), _("A professional was blocked."))
        register_action("consent.block_lifted", _("Professional unblocked"), _("A professional was unblocked."))


def _publish_texts(sender: AppConfig, using: str = "default", **_options: Any) -> None:
    """Store the texts that ship with this version, once their table is there."""
    from consent.models import ConsentText
    from consent.texts import publish_texts

    if using == "default" and ConsentText._meta.db_table in connections[using].introspection.table_names():
        publish_texts()
