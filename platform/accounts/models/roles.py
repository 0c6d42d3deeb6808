"""What a person may be here, and the undertakings that go with it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now


class Role(models.TextChoices):
    """The roles of the product, with the label shown on every page."""

    PATIENT = "patient", _("patient")
    REPRESENTATIVE = "representative", _("legal representative")
    HELPER = "helper", _("family helper")
    REQUESTER = "requester", _("requesting professional")
    TREATING_DOCTOR = "treating_doctor", _("treating doctor")
    EXPERT = "expert", _("expert physician")
    COORDINATOR = "coordinator", _("coordinating physician")
    CARE_COORDINATOR = "care_coordinator", _("coordinating nurse")
    ASSISTANT = "assistant", _("administrative assistant")
    COMMITTEE = "committee", _("scientific committee")
    PAYER = "payer", _("payer manager")
    DPO = "dpo", _("data protection officer")
    EDITOR = "editor", _("editor")
    ADMINISTRATOR = "administrator", _("technical administrator")


# Held through `Representation`, never granted.
DERIVED_ROLES = frozenset({Role.REPRESENTATIVE, Role.HELPER})
# Work for the service: bound by secrecy before the first page with data (S0-22, S1-59).
STAFF_ROLES = frozenset(
    {
        Role.EXPERT,
        Role.COORDINATOR,
        Role.CARE_COORDINATOR,
        Role.ASSISTANT,
        Role.COMMITTEE,
        Role.PAYER,
        Role.DPO,
        Role.EDITOR,
        Role.ADMINISTRATOR,
    }
)
# Work only once registration and identity are checked and recorded (design §1, C-AUT-5).
PROFESSIONAL_ROLES = frozenset(
    {Role.REQUESTER, Role.TREATING_DOCTOR, Role.EXPERT, Role.COORDINATOR, Role.CARE_COORDINATOR}
)


class RoleGrant(models.Model):
    """A role given to a person, by whom and until when. Never deleted: it ends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["granted_at"]
        constraints = (
            models.UniqueConstraint(
                fields=("user", "role"),
                condition=models.Q(ended_at__isnull=True),
                name="accounts_one_living_grant_per_role",
                violation_error_message=_("This person already holds this role."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role if r not in DERIVED_ROLES]),
                name="accounts_grantable_role",
                violation_error_message=_("This role follows from reaching a patient and cannot be granted."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Undertaking(models.Model):
    """The promise of secrecy a member of staff has read and accepted: which text, when (S0-22, S1-59)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="undertakings")
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    text_sha256 = models.CharField(max_length=64)
    accepted_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["accepted_at"]
        constraints = (
            models.UniqueConstraint(fields=("user", "version"), name="accounts_one_undertaking_per_version"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.version}"
