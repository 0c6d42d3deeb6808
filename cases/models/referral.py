"""Whether a doctor must refer a patient who asks for an opinion: decided by the organisation, in the open."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from clock import now

#: Letters a legal note must have at least.
NOTE_LENGTH = 20

models.TextField.register_lookup(Length, "length")


class ReferralRule(models.TextChoices):
    """What the service asks of a patient before his request goes on."""

    OFF = "off", _("No referral is asked for")
    RECOMMENDED = "recommended", _("A referral is recommended")
    REQUIRED = "required", _("A referral is required")


class ReferralDecision(models.Model):
    """The rule, the legal note it rests on, its day and who recorded it; the newest row holds (R.4127-53, C-BIL-5)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=12, choices=ReferralRule.choices)
    note = models.TextField(max_length=4_000)
    decided_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rule__in=["off", "recommended", "required"]), name="referral_rule_known"
            ),
            models.CheckConstraint(
                condition=models.Q(note__length__gte=NOTE_LENGTH),
                name="referral_has_note",
                violation_error_message=_("The legal note has at least 20 characters."),
            ),
        ]
