"""The key with which one expert signs: its certificate in clear, its private half sealed by the vault."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.fields import SealedTextField


class SigningKey(models.Model):
    """A P-256 key of one person and the certificate that names him and his RPPS number (C-SIG-1, C-SIG-3).

    One living key a person. A revoked key loses its private half for ever (its content key is destroyed); the row and
    the certificate stay as long as what it signed.
    """

    class Origin(models.TextChoices):
        """Who certified it."""

        ISSUED = "issued", _("certified by this service's authority")
        IMPORTED = "imported", _("certified by another authority")

    class Reason(models.TextChoices):
        """Why it was revoked."""

        SUPERSEDED = "superseded", _("replaced by a new one")
        ENDED = "ended", _("the expert no longer works here")
        COMPROMISED = "compromised", _("someone else may have used it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signing_keys")
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.ISSUED)
    # PKCS#8 PEM, and the certificate chain as PEM, the person's own first.
    private_key = SealedTextField()
    certificates = models.TextField()
    fingerprint = models.CharField(max_length=64, unique=True)
    serial = models.CharField(max_length=40)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    created_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(revoked_at__isnull=True),
                name="experts_one_living_signing_key",
                violation_error_message=_("This expert already has a signing key."),
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_reason="")
                | models.Q(revoked_at__isnull=False, revoked_reason__in=["superseded", "ended", "compromised"]),
                name="experts_signing_key_revoked_with_reason",
                violation_error_message=_("A revoked key says when and why."),
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("valid_from")),
                name="experts_signing_key_valid_for_a_while",
                violation_error_message=_("A certificate ends after it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"signing key {self.serial}"

    def is_usable(self, at: datetime) -> bool:
        """Whether it may sign at that instant."""
        return self.revoked_at is None and self.valid_from <= at <= self.valid_until


@checks.register(checks.Tags.security, deploy=True)
def check_signing_authority(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """With `check --deploy`, and before production starts: there is a signing authority, and it opens."""
    from experts.authority import authority

    try:
        ends = authority().certificate.not_valid_after_utc
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), hint="See docs/deploy.md.", id="experts.E020")]
    if ends < now():
        return [
            checks.Error("The signing authority has ended: run manage.py make_authority --replace.", id="experts.E021")
        ]
    return []
