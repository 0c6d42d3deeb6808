"""What an expert writes about himself, and the versions of his public page he agreed to."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now

#: Longest text of one field, in characters.
LONGEST = 1500


class ProfileText(models.Model):
    """The two parts of a public page that are no field of his record: usual acts, and training with place and year."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.OneToOneField("experts.ExpertProfile", on_delete=models.PROTECT, related_name="public_text")
    # Last part of the address of his page, the same in both languages; made once.
    slug = models.SlugField(max_length=120, unique=True)
    acts_fr = models.TextField(max_length=LONGEST, blank=True)
    acts_en = models.TextField(max_length=LONGEST, blank=True)
    training_fr = models.TextField(max_length=LONGEST, blank=True)
    training_en = models.TextField(max_length=LONGEST, blank=True)
    written_at = models.DateTimeField(default=now)
    # Since when a rule of publication keeps it off the site.
    kept_off_at = models.DateTimeField(null=True, blank=True, editable=False)

    #: The fields he fills in, in the order of the page.
    FIELDS: ClassVar[tuple[str, ...]] = ("acts_fr", "training_fr", "acts_en", "training_en")

    class Meta:
        verbose_name = _("text of an expert's public page")

    def __str__(self) -> str:
        return self.slug

    @classmethod
    def fields_in(cls, language: str) -> tuple[str, ...]:
        """The fields written in one language."""
        return tuple(name for name in cls.FIELDS if name.endswith(f"_{language}"))


class ProfileApproval(models.Model):
    """An expert's agreement to one version of his public page: what was shown, when, and until when (R.4127-20)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.ForeignKey("experts.ExpertProfile", on_delete=models.PROTECT, related_name="profile_approvals")
    # Of everything the page shows, in both languages.
    sha256 = models.CharField(max_length=64)
    shown = models.JSONField()
    approved_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-approved_at"]
        constraints = (
            models.UniqueConstraint(
                fields=["expert"],
                condition=models.Q(ended_at__isnull=True),
                name="cms_one_living_profile_approval",
                violation_error_message=_("There is an agreement already."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("approved_at")),
                name="cms_profile_approval_ends_after_it_begins",
                violation_error_message=_("An agreement ends after it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.expert_id} {self.sha256[:8]}"
