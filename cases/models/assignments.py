"""A case proposed to an expert, and what came of it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.fields import SealedTextField


class Outcome(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", _("waiting for the expert's answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined by the expert")
    LAPSED = "lapsed", _("no answer in time")
    OBJECTED = "objected", _("the patient objected")
    HANDED_BACK = "handed_back", _("handed back by the expert")
    REASSIGNED = "reassigned", _("entrusted to another expert")
    OVERRIDDEN = "overridden", _("taken back by the coordinator")
    COMPLETED = "completed", _("opinion delivered")
    ENDED = "ended", _("the case ended")


class Assignment(models.Model):
    """One proposal of one case to one expert; the living one is that of `case.assigned_expert`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="assignments")
    expert = models.ForeignKey("experts.ExpertProfile", on_delete=models.PROTECT, related_name="assignments")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(default=now)
    why = SealedTextField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    accepted_at = models.DateTimeField(null=True, blank=True)
    no_conflict_declared = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason_code = models.CharField(max_length=20, blank=True)
    reason = SealedTextField(null=True, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(ended_at__isnull=True),
                name="assignment_one_living_a_case",
                violation_error_message=_("This case is already proposed to an expert."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, outcome__in=["open", "accepted"])
                | (models.Q(ended_at__isnull=False) & ~models.Q(outcome__in=["open", "accepted"])),
                name="assignment_ended_has_outcome",
                violation_error_message=_("An ended proposal says why it ended."),
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=["accepted", "completed"]) | models.Q(no_conflict_declared=True),
                name="assignment_accepted_without_conflict",
                violation_error_message=_(
                    "An expert accepts only after declaring that he has no conflict of interest."
                ),
            ),
        ]
