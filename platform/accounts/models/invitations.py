"""An invitation by mail or letter: a code that works once, and a second thing only the invited person knows."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now


class Invitation(models.Model):
    """Who is invited to what. The code is never stored: only a keyed hash of it (S1-14, S1-16, S1-18).

    `purpose` names the handler registered with `accounts.invitations.register_purpose`; `target_id` is the row of
    an upper package it is about (a case, a helper's scope), known to that handler alone.
    """

    class Channel(models.TextChoices):
        """How the code reaches the person."""

        EMAIL = "email", _("by e-mail")
        LETTER = "letter", _("by letter")

    class Refusal(models.TextChoices):
        """Why an invitation was turned down; no other reason is ever asked."""

        NONE = "", _("not refused")
        NOT_ME = "not_me", _("this is not me")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=40)
    target_id = models.UUIDField(null=True, blank=True)
    patient = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    kind = models.CharField(max_length=10, default="self")
    scope = models.JSONField(default=list, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    birth_date = models.DateField()
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    language = models.CharField(max_length=2, default="fr")
    nonce = models.BinaryField(max_length=16)
    code_hash = models.CharField(max_length=64, unique=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    issued = models.PositiveSmallIntegerField(default=1)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=10, choices=Refusal.choices, default=Refusal.NONE, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at"]
        indexes = (models.Index(fields=("email",), name="accounts_invitation_email"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(refused_at__isnull=True),
                name="accounts_invitation_one_answer",
                violation_error_message=_("This invitation has already been answered."),
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="accounts_invitation_acceptance_is_signed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the address folded, so that a re-issue finds it however it is typed."""
        self.email = self.email.strip().casefold()
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        """Whether the code can still be used."""
        return self.accepted_at is None and self.refused_at is None and self.expires_at > now()
