"""Rows of the vault: content keys, the canary of the master keys, stored files and their page images."""

import uuid
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.exceptions import KeyDestroyed
from vault.fields import SealedTextField
from vault.masters import KEY_BYTES, keyring


class ContentKey(models.Model):
    """The key of one case, patient or user, wrapped by a master key; destroying it destroys what it sealed.

    The row stays after the destruction, with its date. The unwrapped key is held by the loaded row only, as long as the
    row itself: no cache of the process can outlive a destruction.
    """

    class Purpose(models.TextChoices):
        """Whose content it seals."""

        CASE = "case"
        PATIENT = "patient"
        USER = "user"
        # Secrets of the instance itself, such as signing keys.
        INSTANCE = "instance"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    master_id = models.CharField(max_length=40, db_index=True)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=now)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A key is either wrapped or destroyed, never both and never neither."""

        constraints = [
            models.CheckConstraint(
                name="vault_key_wrapped_or_destroyed",
                condition=models.Q(wrapped__isnull=False, destroyed_at__isnull=True)
                | models.Q(wrapped__isnull=True, destroyed_at__isnull=False),
                violation_error_message=_("A key without its bytes must say when it was destroyed."),
            )
        ]

    # (wrapped bytes it was opened from, clear key, cipher of sealed fields)
    _opened: tuple[bytes, bytes, AESGCM] | None = None

    def __str__(self) -> str:
        return f"{self.purpose} key {self.pk}"

    def __getstate__(self) -> dict[str, Any]:
        """A pickle or a copy of the row never carries the unwrapped key."""
        return {name: value for name, value in super().__getstate__().items() if name != "_opened"}

    @property
    def context(self) -> str:
        """What the wrapping is bound to."""
        return f"content-key|{self.purpose}|{self.pk}"

    def _open(self) -> tuple[bytes, bytes, AESGCM]:
        if self.destroyed_at or self.wrapped is None:
            self._opened = None
            raise KeyDestroyed
        wrapped = bytes(self.wrapped)
        if self._opened is None or self._opened[0] != wrapped:
            clear = keyring().unwrap(self.master_id, wrapped, self.context)
            self._opened = (wrapped, clear, AESGCM(_derive(clear, b"", b"vault.field|1")))
        return self._opened

    def field_cipher(self) -> AESGCM:
        """The cipher of sealed fields.

        Raises:
            KeyDestroyed: the key was destroyed.
            vault.exceptions.MasterKeyMissing: the master key that wraps it is not at hand.
        """
        return self._open()[2]

    def file_key(self, salt: bytes, file_id: uuid.UUID) -> bytes:
        """A fresh key for one file.

        Args:
            salt: 32 random bytes, kept in the head of the file.
            file_id: id of the file's row.
        """
        if len(salt) != KEY_BYTES:
            raise ValueError("the salt of a file has 32 bytes")
        return _derive(self._open()[1], salt, b"vault.file|1|" + file_id.bytes)


def _derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)


class MasterKeyCanary(models.Model):
    """One known text under a master key: production does not start when the master keys at hand do not open it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    master_id = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        """There is one."""

        constraints = [models.CheckConstraint(name="vault_one_canary", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"canary under {self.master_id}"


class StoredFile(models.Model):
    """An encrypted file in a store. Its title and what it belongs to are the business of the row that points to it."""

    class Scan(models.TextChoices):
        """What the malware scanner said."""

        PENDING = "pending", _("being checked")
        CLEAN = "clean", _("checked")
        INFECTED = "infected", _("refused: malware")
        FAILED = "failed", _("could not be checked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey(ContentKey, on_delete=models.PROTECT, related_name="files")
    store = models.CharField(max_length=20)
    size = models.PositiveBigIntegerField()
    sha256 = SealedTextField()
    media_type = models.CharField(max_length=80)
    scan_state = models.CharField(max_length=10, choices=Scan.choices, default=Scan.PENDING)
    scanner = models.CharField(max_length=40, blank=True)
    signature = models.CharField(max_length=120, blank=True)
    scanned_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        """A verdict has its date."""

        constraints = [
            models.CheckConstraint(
                name="vault_file_scan_has_date",
                condition=models.Q(scan_state="pending") | models.Q(scanned_at__isnull=False),
                violation_error_message=_("A scanned file must say when it was scanned."),
            )
        ]

    def __str__(self) -> str:
        return f"file {self.pk}"

    @property
    def is_clean(self) -> bool:
        """Whether others than its author may see it."""
        return self.scan_state == self.Scan.CLEAN

    @property
    def object_name(self) -> str:
        """Name of the object in its store: drawn from the id, never from what a person typed."""
        return object_name(self.pk)


def object_name(file_id: uuid.UUID) -> str:
    """Name in the store of the file of this id."""
    return f"{file_id.hex[:2]}/{file_id.hex}"


class Preview(models.Model):
    """The page images of one file: whether they were drawn, and why not."""

    class State(models.TextChoices):
        """How far the drawing is."""

        PENDING = "pending", _("being drawn")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be drawn")

    source = models.OneToOneField(StoredFile, on_delete=models.PROTECT, primary_key=True, related_name="preview")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    # A code of vault.previews.REASONS; the words are given when shown.
    reason = models.CharField(max_length=40, blank=True)
    # Pages of the document; more than the images when it is longer than the setting allows.
    page_count = models.PositiveIntegerField(default=0)
    drawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"preview of {self.pk}"


class PreviewPage(models.Model):
    """One page image, under the same content key as its source."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    image = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="preview_page")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        """Pages in their order."""

        ordering = ["preview", "number"]
        constraints = [models.UniqueConstraint(fields=["preview", "number"], name="vault_page_once")]

    def __str__(self) -> str:
        return f"page {self.number} of {self.preview_id}"
