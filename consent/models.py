"""Versioned consent texts and the evidence of each choice (C-CON-1, L.1111-4).

Both tables are append-only: a database trigger refuses changes (see `consent/migrations`), and the models refuse
before it, so that nobody learns it from a database error.
"""

import hashlib
import json
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from errors import Conflict


class Purpose(models.TextChoices):
    """What a consent is for; the first is always needed, with one of the two sharings."""

    ACT = "act", _("the opinion itself")
    SHARING_NAMED = "sharing_named", _("sharing with the expert you named")
    SHARING_DELEGATED = "sharing_delegated", _("sharing with an expert chosen by the coordinating doctor")
    TREATING_DOCTOR = "treating_doctor", _("sending the report to the treating doctor")
    DMP = "dmp", _("filing in Mon espace santé")
    RESEARCH = "research", _("reuse for research")


REQUIRED = (Purpose.ACT,)
SHARINGS = (Purpose.SHARING_NAMED, Purpose.SHARING_DELEGATED)
OPTIONAL = (Purpose.TREATING_DOCTOR, Purpose.DMP, Purpose.RESEARCH)


class Means(models.TextChoices):
    """How a choice was expressed."""

    ONLINE = "online", _("on this site")
    ONLINE_CODE = "online_code", _("confirmed by a code")
    PHONE_CODE = "phone_code", _("by phone, confirmed by a code")
    SIGNED_LETTER = "signed_letter", _("signed letter")
    ORAL = "oral", _("orally, before a professional")
    WRITTEN = "written", _("in writing, before a professional")


class Immutable(models.Model):
    """A row that is written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row; refuse to change an old one.

        Raises:
            Conflict: the row is already stored.
        """
        if not self._state.adding:
            raise Conflict(_("This record can no longer be changed."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: evidence is kept."""
        raise Conflict(_("This record cannot be deleted."))


class ConsentText(Immutable):
    """One version of the text of one purpose, for one kind of request, in both languages."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=32)
    kind = models.CharField(max_length=16, blank=True)
    version = models.PositiveIntegerField()
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    body_fr = models.TextField()
    body_en = models.TextField()
    sha256 = models.CharField(max_length=64)
    renew = models.BooleanField(default=False)
    published_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "kind", "version"], name="consenttext_version"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.kind} {self.version}"

    @staticmethod
    def digest(fields: dict[str, str]) -> str:
        """SHA-256 of the canonical JSON of the titles and bodies."""
        canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def title(self, language: str) -> str:
        """The title in `language` («fr» or «en»)."""
        return self.title_en if language == "en" else self.title_fr

    def body(self, language: str) -> str:
        """The text in `language` («fr» or «en»), with its placeholders."""
        return self.body_en if language == "en" else self.body_fr


class ConsentRecord(Immutable):
    """One choice: who, what, when, by which means, on which words. A withdrawal is a new record."""

    class Decision(models.TextChoices):
        """What was chosen."""

        GIVEN = "given", _("given")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="consents")
    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="consents")
    round = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=32, choices=Purpose.choices)
    decision = models.CharField(max_length=12, choices=Decision.choices)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    text_version = models.PositiveIntegerField()
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=2)
    shown = models.TextField()
    shown_sha256 = models.CharField(max_length=64)
    means = models.CharField(max_length=16, choices=Means.choices)
    collected_on = models.DateField(null=True, blank=True)
    actor_kind = models.CharField(max_length=8)
    actor_id = models.UUIDField(null=True, blank=True)
    actor_role = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["case", "round", "purpose", "at"])]


class Block(models.Model):
    """The patient refuses one professional, for all his cases, from now on (S1-27)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="blocks")
    professional = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=now)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "professional"],
                condition=models.Q(lifted_at__isnull=True),
                name="block_one_living",
                violation_error_message=_("This professional is already blocked."),
            ),
        ]
