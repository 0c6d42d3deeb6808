"""The login: one person, one e-mail address, one password, and always a second step."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.names import search_key, titled
from clock import now


def fold_email(address: str) -> str:
    """The one form an address is stored and looked up in: trimmed, and case-folded as a whole.

    Only the part after the @ is free of case by RFC 5321, but no mail service in use tells two people apart
    by case, and two accounts that look the same would let one person read the other's mail.
    """
    return address.strip().casefold()


class UserManager(BaseUserManager["User"]):
    """Makes users whose address is always folded."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of this address, however it was typed."""
        return self.get(email=fold_email(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with this address; without a password nobody can log in until one is set by a mailed code."""
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """Someone who can log in. What he may do comes from `RoleGrant` and `Representation`, never from here.

    `is_staff` and `is_superuser` open Django's and Wagtail's administration alone: no health data lies behind them.
    """

    class Language(models.TextChoices):
        """Languages the product speaks."""

        FRENCH = "fr", _("French")
        ENGLISH = "en", _("English")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    full_name = models.CharField(_("name"), max_length=150, blank=True)
    title = models.CharField(_("title"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.FRENCH)
    is_active = models.BooleanField(_("account in use"), default=True)
    is_staff = models.BooleanField(_("opens the technical administration"), default=False)
    created_at = models.DateTimeField(default=now, editable=False)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    terms_version = models.CharField(max_length=20, blank=True)
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The name folded in Python, because the databases compare letters with accents differently.
    search_key = models.CharField(max_length=400, editable=False, db_index=True, default=" ")
    # Holds what an expired session had written (`KeptPost`); made when it is first needed.
    content_key = models.ForeignKey(
        "vault.ContentKey", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("email",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | models.Q(is_active=False),
                name="accounts_user_closed_is_inactive",
                violation_error_message=_("A closed account cannot be active."),
            ),
        )

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        """Fold the address before anything compares it."""
        self.email = fold_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fold the address, and give a new user his second step in the same transaction (no user is without)."""
        self.email = fold_email(self.email)
        self.search_key = search_key(self.full_name)
        if kwargs.get("update_fields") is not None and "full_name" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_key"}
        adding = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if adding:
                self._meta.apps.get_model("accounts", "EmailCode").objects.get_or_create(
                    user=self, defaults={"name": "default", "confirmed": True}
                )

    def get_full_name(self) -> str:
        """Title and name as shown on every page; the address when no name is known."""
        return titled(self.title, self.full_name, self.email)

    def get_short_name(self) -> str:
        """The name without title; the address when no name is known."""
        return self.full_name or self.email

    @cached_property
    def roles(self) -> frozenset[str]:
        """Codes of the roles held now: granted ones, and those that follow from reaching a patient."""
        from accounts.selectors import roles_of

        return roles_of(self)

    def has_role(self, *codes: str) -> bool:
        """Whether at least one of these roles is held now."""
        return not self.roles.isdisjoint(codes)

    def forget_roles(self) -> None:
        """Read the roles anew at the next question (after a grant or its end)."""
        self.__dict__.pop("roles", None)

    @property
    def has_professional(self) -> bool:
        """Whether a professional side is on file (asking for one that is not raises)."""
        return getattr(self, "professional", None) is not None

    @property
    def date_joined(self) -> datetime:
        """The name under which Django's and Wagtail's lists know the day of creation."""
        return self.created_at
