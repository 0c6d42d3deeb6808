"""Words exchanged inside a case; e-mail only says that one waits."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.fields import SealedTextField


class Thread(models.TextChoices):
    """Who talks with whom."""

    SERVICE = "service", _("with the service")
    EXPERT = "expert", _("with the expert")
    DESK_EXPERT = "desk_expert", _("between the coordinator and the expert")


class Message(models.Model):
    """One message; plain text, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="messages")
    thread = models.CharField(max_length=12, choices=Thread.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    author_role = models.CharField(max_length=40)
    body = SealedTextField()
    at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["case", "thread", "at"])]
