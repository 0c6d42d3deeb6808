"""The person a case is about, and who may act for him. A patient may have no login at all."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.names import called, search_key
from clock import now
from vault.fields import SealedJSONField, SealedTextField

birth_place_validator = RegexValidator(
    r"^(?:\d{2}|2[AB])\d{3}$",
    _("The INSEE code of the place of birth has 5 characters (99 and the country for a birth abroad)."),
)


class Patient(models.Model):
    """Identity by the five strict traits of the national health identity (C-INS-1), and what is known besides.

    Traits may be missing while a draft is being filled in; `identity_complete` says whether a case can go on.
    """

    class Sex(models.TextChoices):
        """The values of the national health identity."""

        FEMALE = "F", _("female")
        MALE = "M", _("male")
        UNKNOWN = "I", _("undetermined")

    class IdentityStatus(models.TextChoices):
        """How sure the identity is (RNIV): qualified needs the national service, which is not called yet."""

        PROVISIONAL = "provisional", _("as stated")
        VALIDATED = "validated", _("checked against an identity document")

    PROFILE_FIELDS: ClassVar[tuple[str, ...]] = (
        "emergency_name",
        "emergency_phone",
        "emergency_relation",
        "doctor_name",
        "doctor_phone",
        "doctor_address",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+", editable=False)
    birth_name = models.CharField(_("birth name"), max_length=100)
    birth_first_names = models.CharField(_("first names on the birth certificate"), max_length=150)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    birth_place_code = models.CharField(
        _("place of birth (INSEE code)"), max_length=5, blank=True, validators=[birth_place_validator]
    )
    used_name = models.CharField(_("name used"), max_length=100, blank=True)
    used_first_name = models.CharField(_("first name used"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    language = models.CharField(max_length=2, choices=(("fr", _("French")), ("en", _("English"))), default="fr")
    identity_status = models.CharField(
        max_length=12, choices=IdentityStatus.choices, default=IdentityStatus.PROVISIONAL
    )
    identity_checked_at = models.DateTimeField(null=True, blank=True)
    identity_checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    identity_means = models.CharField(max_length=60, blank=True)
    # The national number, off by default: only a qualified identity may carry it (C-INS-1, C-INS-2).
    matricule = SealedTextField(null=True)
    # Emergency contact and treating doctor, by the names of `PROFILE_FIELDS`.
    profile = SealedJSONField(default=dict)
    # A row made by a professional joins the patient's own one only when she accepts.
    joined_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="joined_from")
    search_key = models.CharField(max_length=400, editable=False, db_index=True)
    created_at = models.DateTimeField(default=now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["search_key", "id"]
        indexes = (models.Index(fields=("birth_date",), name="accounts_patient_birth"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(identity_status="provisional")
                | (models.Q(identity_checked_at__isnull=False) & ~models.Q(identity_means="")),
                name="accounts_identity_check_is_recorded",
                violation_error_message=_("A checked identity needs the date and the means of the check."),
            ),
            models.CheckConstraint(
                condition=models.Q(joined_to__isnull=True) | ~models.Q(joined_to=models.F("id")),
                name="accounts_patient_not_joined_to_itself",
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the search key equal to the names."""
        self.search_key = search_key(self.birth_name, self.birth_first_names, self.used_name, self.used_first_name)
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "search_key"}
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """The name a letter to this person would use."""
        return called(self.used_first_name, self.birth_first_names, self.used_name, self.birth_name)

    @property
    def missing_traits(self) -> list[str]:
        """Field names of the strict traits that are not known yet."""
        traits = ("birth_name", "birth_first_names", "birth_date", "sex", "birth_place_code")
        return [name for name in traits if not getattr(self, name)]

    @property
    def identity_complete(self) -> bool:
        """Whether all five strict traits are known (C-INS-1)."""
        return not self.missing_traits


class Representation(models.Model):
    """Who reaches which patient, and as what. A parent logs in as himself, never under a shared account (C-MIN-6)."""

    class Kind(models.TextChoices):
        """What the user is to the patient."""

        SELF = "self", _("myself")
        PARENT = "parent", _("parent")
        GUARDIAN = "guardian", _("legal guardian")
        HELPER = "helper", _("family helper")

    SCOPES: ClassVar[dict[str, Any]] = {
        "fill": _("fill in the file"),
        "documents": _("add documents"),
        "write": _("write messages"),
        "read_opinion": _("read the opinion"),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="representations")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="representations")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # What a helper may do, out of SCOPES; empty for the others, whose rights do not depend on it.
    scope = models.JSONField(default=list, blank=True)
    declared_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["declared_at"]
        constraints = (
            models.UniqueConstraint(
                fields=("user", "patient"),
                condition=models.Q(ended_at__isnull=True),
                name="accounts_one_living_representation",
                violation_error_message=_("This person already has access to this patient."),
            ),
            models.UniqueConstraint(
                fields=("patient",),
                condition=models.Q(ended_at__isnull=True, kind="self"),
                name="accounts_one_self_per_patient",
                violation_error_message=_("This patient already has an account."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.patient_id}"
