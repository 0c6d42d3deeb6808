"""A health professional: who he is in the national directory, and how that was checked."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now


def luhn_valid(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, used by RPPS and ADELI)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def validate_rpps(value: str) -> None:
    """Refuse what cannot be an RPPS number: eleven ASCII digits closed by a Luhn digit.

    Raises:
        ValidationError: wrong length, not digits, or a mistyped digit.
    """
    if len(value) != 11 or not value.isascii() or not value.isdigit():
        raise ValidationError(_("An RPPS number has 11 digits."), code="rpps_form")
    if not luhn_valid(value):
        raise ValidationError(_("This RPPS number has a mistyped digit: please check it."), code="rpps_luhn")


class Professional(models.Model):
    """The professional side of a user: registration number, specialty, what his headed papers must say (R.4127-79).

    The registration counts once it was checked: when, by whom or what, and with which answer stays on file.
    """

    class Profession(models.TextChoices):
        """Professions that may open or handle a case here."""

        PHYSICIAN = "physician", _("physician")
        DENTIST = "dentist", _("dentist")
        MIDWIFE = "midwife", _("midwife")
        PHARMACIST = "pharmacist", _("pharmacist")
        NURSE = "nurse", _("nurse")
        PHYSIOTHERAPIST = "physiotherapist", _("physiotherapist")

    class Answer(models.TextChoices):
        """What the directory, or the person who looked there, answered."""

        PENDING = "pending", _("being checked")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("not confirmed")

    class Means(models.TextChoices):
        """How the registration was checked."""

        NONE = "", _("not checked yet")
        DIRECTORY = "directory", _("national directory, by the service")
        HUMAN = "human", _("national directory, looked up by a person")
        COMMAND = "command", _("stated by the operator at set-up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="professional")
    profession = models.CharField(_("profession"), max_length=20, choices=Profession.choices)
    rpps = models.CharField(_("RPPS number"), max_length=11, unique=True, validators=[validate_rpps])
    specialty = models.CharField(_("specialty"), max_length=120, blank=True)
    organisation = models.CharField(_("hospital or practice"), max_length=200, blank=True)
    address = models.TextField(_("professional address"), max_length=400, blank=True)
    phone = models.CharField(_("professional phone"), max_length=30, blank=True)
    convention = models.CharField(_("position towards the health insurance"), max_length=60, blank=True)
    registration_answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.PENDING)
    registration_means = models.CharField(max_length=10, choices=Means.choices, default=Means.NONE, blank=True)
    registration_checked_at = models.DateTimeField(null=True, blank=True)
    registration_checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    registration_note = models.CharField(max_length=200, blank=True)
    identity_checked_at = models.DateTimeField(null=True, blank=True)
    identity_means = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at"]
        constraints = (
            models.CheckConstraint(
                condition=models.Q(registration_answer="pending", registration_checked_at__isnull=True)
                | (~models.Q(registration_answer="pending") & models.Q(registration_checked_at__isnull=False)),
                name="accounts_registration_answer_is_dated",
                violation_error_message=_("An answer about a registration needs its date."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_profession_display()} {self.rpps}"

    @property
    def is_checked(self) -> bool:
        """Whether registration and identity are both checked and recorded."""
        return (
            self.registration_answer == self.Answer.CONFIRMED
            and self.registration_checked_at is not None
            and self.identity_checked_at is not None
        )
