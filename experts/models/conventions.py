"""The text of the convention, version by version, and the electronic signatures of its two sides."""

import hashlib
import json
import uuid
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from errors import Conflict


class WrittenOnce(models.Model):
    """A row that never changes; the database refuses too (`audit.frozen`)."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new row.

        Raises:
            Conflict: it is stored already.
        """
        if not self._state.adding:
            raise Conflict(_("This record can no longer be changed."))
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: it is evidence."""
        raise Conflict(_("This record cannot be deleted."))


class ConventionText(WrittenOnce):
    """One version of the text both sides sign, in both languages, with its placeholders."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(unique=True)
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    body_fr = models.TextField()
    body_en = models.TextField()
    # SHA-256 of the titles and bodies as canonical JSON.
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-version"]

    def __str__(self) -> str:
        return f"convention {self.version}"

    @staticmethod
    def digest(words: dict[str, str]) -> str:
        """The fingerprint of titles and bodies."""
        canonical = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def title(self, language: str) -> str:
        """The title in `language` («fr» or «en»)."""
        return self.title_en if language == "en" else self.title_fr

    def body(self, language: str) -> str:
        """The text in `language`, with its placeholders."""
        return self.body_en if language == "en" else self.body_fr


class ConventionSignature(WrittenOnce):
    """One side's signature: the words exactly as shown, their fingerprint, who signed and when, by a fresh code."""

    class Side(models.TextChoices):
        """Whose signature."""

        EXPERT = "expert", _("the expert")
        SERVICE = "service", _("the service")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    convention = models.ForeignKey("experts.Convention", on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10, choices=Side.choices)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Name and role as they stood on that day.
    signer_name = models.CharField(max_length=200)
    text = models.ForeignKey(ConventionText, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    shown = models.TextField()
    shown_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["signed_at", "side"]
        constraints = (
            models.UniqueConstraint(
                fields=["convention", "side"],
                name="experts_convention_signed_once_a_side",
                violation_error_message=_("This side has signed already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.side} {self.convention_id}"
