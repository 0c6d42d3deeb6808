"""What guards the login: codes, limits, sessions, and what an expired session had written."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from clock import now
from vault.fields import SealedJSONField, SealedTextField


class EmailCode(Device):
    """The second step every user has: a code sent to his address. The code itself is a `CodeChallenge`.

    django-otp counts a session as verified when it names a device; this row is what it names.
    """

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user",), name="accounts_one_email_code_per_user"),)

    def generate_challenge(self) -> Any:
        """A code needs the browser that asked for it: `accounts.codes` sends it, never the device alone."""
        raise NotImplementedError("codes are sent by accounts.codes.request_code")

    def verify_token(self, token: str) -> bool:
        """A code needs the browser that asked for it: `accounts.codes` checks it, never the device alone."""
        return False


class CodeChallenge(models.Model):
    """One request for a six-digit code. The code is computed from this row and the server's key, never stored.

    `secret_id` and `nonce` go into the code. The row is bound to a browser by lying in its session only.
    """

    class Purpose(models.TextChoices):
        """What the code opens; a code for one purpose opens no other."""

        LOGIN = "login", _("log in")
        SIGNUP = "signup", _("confirm a new address")
        RESET = "reset", _("set a new password")
        EMAIL = "email", _("change of address")
        SIGN = "sign", _("sign an opinion")
        OVERRIDE = "override", _("override a step")
        CONSENT = "consent", _("give consent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    # Where it was sent; differs from the user's address for a sign-up and a change of address.
    email = models.EmailField(max_length=254)
    # SHA-256 of what the code stands for (the bytes of the PDF to sign); empty when it stands for the person alone.
    binding = models.CharField(max_length=64, blank=True)
    nonce = models.BinaryField(max_length=16)
    # No code is ever mailed for this one: the address has no account (or already has one), and nobody may notice.
    decoy = models.BooleanField(default=False)
    sent = models.PositiveSmallIntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("expires_at",), name="accounts_challenge_expiry"),)

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class Limit(models.Model):
    """The recent tries of one kind under one key (account and network, or either), as a list of instants.

    The key is a keyed hash: the table tells neither addresses nor networks.
    """

    key = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=30)
    # Seconds since the epoch, oldest first.
    events = models.JSONField(default=list)
    closed_until = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=now, db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:8]}"


class UserSession(models.Model):
    """A login in one browser, from its proof to its end. The browser's session holds this row's id."""

    class Means(models.TextChoices):
        """By what the person proved who he is; each is two factors."""

        CODE = "code", _("password and code")
        PSC = "psc", _("Pro Santé Connect")

    class End(models.TextChoices):
        """Why a session ended."""

        NONE = "", _("still open")
        LOGOUT = "logout", _("logged out")
        IDLE = "idle", _("nothing done for too long")
        ABSOLUTE = "absolute", _("open for too long")
        REVOKED = "revoked", _("ended from the account page")
        PASSWORD = "password", _("password changed")
        CLOSED = "closed", _("account closed or suspended")
        REPLACED = "replaced", _("logged in again in this browser")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    means = models.CharField(max_length=10, choices=Means.choices, default=Means.CODE)
    # The second step that was passed here; none where another service has seen both.
    device = models.ForeignKey(EmailCode, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Browser and system in words, e.g. «Firefox, Windows»; the full header is not kept.
    browser = models.CharField(max_length=60, blank=True)
    network = models.CharField(max_length=50, blank=True)
    started_at = models.DateTimeField(default=now)
    # When the person proved who he is: earlier than the start where Pro Santé Connect knew him already. The absolute
    # limit counts from here.
    proved_at = models.DateTimeField(default=now)
    active_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=End.choices, default=End.NONE, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-active_at"]
        indexes = (models.Index(fields=("user", "ended_at"), name="accounts_session_user"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(means="code", device__isnull=False) | models.Q(means="psc", device__isnull=True),
                name="accounts_session_has_its_proof",
                violation_error_message=_("A session by code names its second step, and no other does."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.browser}"


class KeptPost(models.Model):
    """What a person sent after his session had ended: kept for him alone, encrypted, for a day; never sent for him."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_posts")
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    # The page the form stood on, the address it was sent to, and its fields as [name, value] pairs in their order.
    page = SealedTextField()
    path = SealedTextField()
    fields = SealedJSONField()
    # Files are never kept: how many were left out, so that the page can say so.
    files_left_out = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%F %T}"
