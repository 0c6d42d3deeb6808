"""Mail on its way out, and notices inside the site. Neither holds text: only a message's code and its variables."""

import hashlib
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clock import now


class OutgoingMail(models.Model):
    """One mail. Its key makes asking twice harmless, and gives it the same Message-ID however often it is tried."""

    class State(models.TextChoices):
        """Where it is."""

        QUEUED = "queued", pgettext_lazy("mail", "waiting")
        SENDING = "sending", _("being handed over")
        SENT = "sent", _("handed over")
        FAILED = "failed", _("failed, will be tried again")
        DEAD = "dead", _("failed for good")
        DROPPED = "dropped", _("no longer wanted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2)
    template = models.CharField(max_length=64)
    context = models.JSONField(default=dict)
    case_id = models.UUIDField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    daytime_only = models.BooleanField(default=False)
    not_before = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_has_somebody_to_go_to",
                condition=models.Q(user__isnull=False) | ~models.Q(email=""),
                violation_error_message=_("A mail goes to a person with an account or to an address."),
            ),
            models.CheckConstraint(
                name="mail_sent_has_a_time",
                condition=models.Q(state="sent", sent_at__isnull=False) | ~models.Q(state="sent"),
                violation_error_message=_("A mail that was handed over says when."),
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="mail_by_state")]

    def __str__(self) -> str:
        return self.key

    @property
    def message_id(self) -> str:
        """The same for every try, so that a relay or a reader can drop a double (RFC 5322 §3.6.4)."""
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
        return f"<{hashlib.sha256(self.key.encode()).hexdigest()[:40]}@{domain}>"


class Notice(models.Model):
    """A message inside the site, for somebody with an account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=64)
    context = models.JSONField(default=dict)
    case_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="notice_of_user")]

    def __str__(self) -> str:
        return self.key
