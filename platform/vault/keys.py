"""Content keys: make, destroy, wrap again under a new master key; and the canary that proves the master keys."""

import secrets
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connections, transaction

from clock import now
from vault.exceptions import MasterKeyMissing, SealBroken
from vault.masters import KEY_BYTES, keyring
from vault.models import ContentKey, MasterKeyCanary

_CANARY = b"the master keys at hand open this"
_CANARY_CONTEXT = "canary"


def create_key(purpose: str) -> ContentKey:
    """Make a content key.

    Args:
        purpose: `case`, `patient`, `user` or `instance`.
    """
    key = ContentKey(id=uuid.uuid4(), purpose=ContentKey.Purpose(purpose))
    key.master_id, key.wrapped = keyring().wrap(secrets.token_bytes(KEY_BYTES), key.context)
    key.save(force_insert=True)
    return key


def destroy_key(key: ContentKey) -> None:
    """Make everything sealed under this key unreadable for ever; the row stays with the date. Twice is quiet."""
    ContentKey.objects.filter(pk=key.pk, destroyed_at__isnull=True).update(wrapped=None, destroyed_at=now())
    key.refresh_from_db(fields=["wrapped", "destroyed_at"])
    key._opened = None


def rotate_master(*, batch: int = 500) -> Iterator[int]:
    """Wrap every living content key again under the first master key, then the canary.

    Each batch is a transaction of its own: killed midway, the next call goes on where this one stopped, and meanwhile
    each key opens with the master key its row names.

    Args:
        batch: keys a transaction.

    Yields:
        How many keys each batch wrapped again.

    Raises:
        MasterKeyMissing: a master key still in use is not in the file.
        SealBroken: a wrapped key was altered; the batches before it are done.
    """
    ring = keyring()
    todo = ContentKey.objects.filter(destroyed_at__isnull=True).exclude(master_id=ring.first).order_by("pk")
    while True:
        with transaction.atomic():
            keys = list(todo.select_for_update()[:batch])
            for key in keys:
                if key.wrapped is not None:
                    clear = ring.unwrap(key.master_id, bytes(key.wrapped), key.context)
                    key.master_id, key.wrapped = ring.wrap(clear, key.context)
            ContentKey.objects.bulk_update(keys, ["master_id", "wrapped"])
        if not keys:
            break
        yield len(keys)
    with transaction.atomic():
        canary = MasterKeyCanary.objects.select_for_update().filter(pk=1).first()
        if canary is not None and canary.master_id != ring.first:
            _open_canary(canary)
            canary.master_id, canary.wrapped = ring.wrap(_CANARY, _CANARY_CONTEXT)
            canary.save()


def masters_in_use() -> dict[str, int]:
    """How many living content keys each master key wraps: one that is not here may leave the file."""
    counts: dict[str, int] = {}
    for name in ContentKey.objects.filter(destroyed_at__isnull=True).values_list("master_id", flat=True).iterator():
        counts[name] = counts.get(name, 0) + 1
    return counts


def ensure_canary() -> None:
    """Make the canary row on an instance that has none.

    Raises:
        MasterKeyMissing: content keys exist and none of them opens with the master keys at hand, or no master key.
    """
    if MasterKeyCanary.objects.filter(pk=1).exists():
        return
    ring = keyring()
    sample = ContentKey.objects.filter(destroyed_at__isnull=True).first()
    if sample is not None and sample.wrapped is not None:
        ring.unwrap(sample.master_id, bytes(sample.wrapped), sample.context)
    master_id, wrapped = ring.wrap(_CANARY, _CANARY_CONTEXT)
    MasterKeyCanary.objects.get_or_create(pk=1, defaults={"master_id": master_id, "wrapped": wrapped})


def check_canary() -> None:
    """Prove that the master keys at hand open this database.

    Raises:
        MasterKeyMissing: no master key, no canary, a canary they do not open, or content under a master key that is
            not in the file.
    """
    canary = MasterKeyCanary.objects.filter(pk=1).first()
    if canary is None:
        raise MasterKeyMissing("This database has no canary of its master keys: run migrate with MASTER_KEYS_FILE set.")
    _open_canary(canary)
    used = ContentKey.objects.filter(destroyed_at__isnull=True).order_by().values_list("master_id", flat=True)
    missing = sorted(set(used.distinct()) - set(keyring().keys))
    if missing:
        raise MasterKeyMissing(f"MASTER_KEYS_FILE lacks {', '.join(missing)}, which still wraps content.")


def _open_canary(canary: MasterKeyCanary) -> None:
    try:
        clear = keyring().unwrap(canary.master_id, bytes(canary.wrapped), _CANARY_CONTEXT)
    except SealBroken as error:
        raise MasterKeyMissing("The master keys at hand do not open this database (canary row).") from error
    if clear != _CANARY:
        raise MasterKeyMissing("The canary row holds something else than the canary.")


def ensure_canary_after_migrate(using: str = "default", **kwargs: Any) -> None:
    """Make the canary once the tables are there (signal post_migrate)."""
    if using == "default" and MasterKeyCanary._meta.db_table in connections[using].introspection.table_names():
        ensure_canary()
