"""The expert: what he covers, when he is there, and what the service holds about him before it proposes a case."""

import uuid
from datetime import date, datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.names import fold_name
from clock import now
from ui.dates import paris_day
from vault.fields import SealedTextField

LANGUAGES = (("fr", _("French")), ("en", _("English")))
#: The Order must have the contract within a month of its signature (C-DEO-8).
ORDER_NOTICE = timedelta(days=30)
#: Motive of a suspension that follows from a check of the registration.
UNREGISTERED = "unregistered"


class ExpertProfile(models.Model):
    """An expert physician of the service. His name, specialty, RPPS and address are in `accounts`."""

    class Status(models.TextChoices):
        """Whether cases may be proposed to him."""

        ACTIVE = "active", _("active")
        ABSENT = "absent", _("absent until further notice")
        SUSPENDED = "suspended", _("suspended")
        ENDED = "ended", _("ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="expert_profile")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    pathologies = models.ManyToManyField("experts.Pathology", blank=True, related_name="experts")
    # Codes of LANGUAGES he writes opinions in.
    languages = models.JSONField(default=list)
    # Where he practises: an expert of the department that gave the first opinion cannot give the second.
    institution = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=200, blank=True)
    capacity_per_month = models.PositiveSmallIntegerField(default=8)
    # The day on which his open cases were taken back because registration, insurance or convention was lost.
    unfit_since = models.DateField(null=True, blank=True)
    # Day on which the scientific committee accepted him, here or, before this instance, on paper.
    committee_accepted_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "absent", "suspended", "ended"]),
                name="experts_profile_status_known",
                violation_error_message=_("This status does not exist."),
            ),
            models.CheckConstraint(
                condition=models.Q(capacity_per_month__lte=100),
                name="experts_profile_capacity_sensible",
                violation_error_message=_("An expert takes at most 100 cases a month."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Title and name."""
        return self.user.get_full_name()

    @property
    def is_active(self) -> bool:
        """Whether he is at work; absences of a few days do not count here."""
        return self.status == self.Status.ACTIVE

    @property
    def department_key(self) -> str:
        """Institution and department folded, to compare with where the first opinion was given; "" when unknown."""
        if not self.institution or not self.department:
            return ""
        return f"{fold_name(self.institution)}|{fold_name(self.department)}"


class StatusChange(models.Model):
    """A change of status of an expert: who, when and why. Kept for ever; the motive is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="status_changes")
    before = models.CharField(max_length=10, choices=ExpertProfile.Status.choices)
    after = models.CharField(max_length=10, choices=ExpertProfile.Status.choices)
    changed_at = models.DateTimeField(default=now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    motive = SealedTextField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-changed_at", "id"]
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(before=models.F("after")),
                name="experts_status_really_changes",
                violation_error_message=_("The expert already has this status."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.expert_id} {self.before} → {self.after}"

    @property
    def by_system(self) -> bool:
        """Whether a failed check of the registration made it: the motive is then a code, not words."""
        return bool(self.motive == UNREGISTERED)


class Registration(models.Model):
    """One check of an expert's registration with the Order (C-AUT-5). The newest clear one counts, until another."""

    class Means(models.TextChoices):
        """How it was checked."""

        DIRECTORY = "directory", _("national directory of health professionals (RPPS)")
        ORDER = "order", _("directory of the Order")
        CERTIFICATE = "certificate", _("certificate of registration sent by the Order")

    class Outcome(models.TextChoices):
        """What the check said."""

        REGISTERED = "registered", _("registered, free to practise")
        NOT_REGISTERED = "not_registered", _("not registered, or forbidden to practise")
        # The directory knows the number under another name or profession: the last clear check holds meanwhile.
        UNCLEAR = "unclear", _("not clear: a person must look it up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="registrations")
    checked_at = models.DateTimeField(default=now)
    means = models.CharField(max_length=20, choices=Means.choices)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, default=Outcome.REGISTERED)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=now)
    # What the directory answered when it was asked by machine: known, active, profession, whether the name is his.
    answer = models.JSONField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-checked_at", "-recorded_at", "id"]
        constraints = (
            models.CheckConstraint(
                condition=models.Q(checked_at__lte=models.F("recorded_at")),
                name="experts_registration_checked_before_recorded",
                violation_error_message=_("A registration cannot be checked in the future."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.outcome} {self.checked_at:%Y-%m-%d}"

    @property
    def is_clear(self) -> bool:
        """Whether it said yes or no."""
        return self.outcome != self.Outcome.UNCLEAR

    @property
    def is_good(self) -> bool:
        """Whether the check allows him to practise."""
        return self.outcome == self.Outcome.REGISTERED


class Insurance(models.Model):
    """A dated certificate of civil liability insurance that covers written opinions at a distance (C-DEO-17)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="insurances")
    insurer = models.CharField(max_length=150)
    valid_from = models.DateField()
    valid_until = models.DateField()
    recorded_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-valid_until", "id"]
        constraints = (
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")),
                name="experts_insurance_ends_after_start",
                violation_error_message=_("The insurance must end after it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.insurer} – {self.valid_until}"

    def covers(self, on: date) -> bool:
        """Whether the certificate covers that day, its first and last included."""
        return self.valid_from <= on <= self.valid_until


class Convention(models.Model):
    """The written contract between an expert and the service (C-DEO-8)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="conventions")
    version = models.CharField(max_length=20)
    signed_by_expert_at = models.DateTimeField(null=True, blank=True)
    signed_by_service_at = models.DateTimeField(null=True, blank=True)
    sent_to_order_at = models.DateTimeField(null=True, blank=True)
    # First day without it; open when empty.
    ends_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-recorded_at", "id"]
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sent_to_order_at__isnull=True)
                | models.Q(signed_by_expert_at__isnull=False, signed_by_service_at__isnull=False),
                name="experts_convention_signed_before_sent",
                violation_error_message=_("Both sides sign the convention before it goes to the Order."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.version} {self.expert_id}"

    @property
    def concluded_at(self) -> datetime | None:
        """When the second of the two sides signed; None before."""
        if self.signed_by_expert_at is None or self.signed_by_service_at is None:
            return None
        return max(self.signed_by_expert_at, self.signed_by_service_at)

    @property
    def is_electronic(self) -> bool:
        """Whether it was signed on line, not on paper."""
        return bool(self.signatures.exists())

    def holds(self, on: date) -> bool:
        """Whether both have signed, and it has begun and not ended on that day (in Paris)."""
        return (
            self.concluded_at is not None
            and paris_day(self.concluded_at) <= on
            and (self.ends_on is None or on < self.ends_on)
        )

    @property
    def order_notice_due(self) -> date | None:
        """Last day to send it to the departmental council; None when sent or not yet concluded."""
        if self.concluded_at is None or self.sent_to_order_at is not None:
            return None
        return paris_day(self.concluded_at + ORDER_NOTICE)


class InterestDeclaration(models.Model):
    """A declaration of links with industry, and until when it holds (C-DEO-18)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="interest_declarations")
    declared_on = models.DateField()
    expires_on = models.DateField()
    recorded_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-expires_on", "id"]
        constraints = (
            models.CheckConstraint(
                condition=models.Q(expires_on__gte=models.F("declared_on")),
                name="experts_interests_expire_after_declared",
                violation_error_message=_("A declaration of interests must expire after it is made."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.expires_on} {self.expert_id}"


class Absence(models.Model):
    """Days on which an expert is away, the first and the last included. No reason is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.ForeignKey(ExpertProfile, on_delete=models.CASCADE, related_name="absences")
    start = models.DateField()
    end = models.DateField()
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["start", "id"]
        constraints = (
            models.CheckConstraint(
                condition=models.Q(end__gte=models.F("start")),
                name="experts_absence_ends_after_start",
                violation_error_message=_("The last day of an absence cannot come before the first."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.start} – {self.end}"

    def covers(self, on: date) -> bool:
        """Whether he is away on that day."""
        return self.start <= on <= self.end
