"""Bring store and database back together after killed processes: what no row names goes, what a row lacks is named."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.deletion import ProtectedError

from clock import now
from vault.files import delete_file
from vault.models import StoredFile, object_name
from vault.stores import get_store


@dataclass
class Found:
    """What `reconcile` did.

    Args:
        objects: objects removed because no row names them.
        rows: files removed because nothing points to them (an upload whose form was never accepted).
        unfinished: uploads that died midway, removed.
        missing: ids of files whose object is gone; nothing is done to their rows.
    """

    objects: int = 0
    rows: int = 0
    unfinished: int = 0
    missing: list[uuid.UUID] = field(default_factory=list)


def unowned() -> QuerySet[StoredFile]:
    """Files no other row points to."""
    files = StoredFile.objects.all()
    for relation in StoredFile._meta.related_objects:
        target = relation.field
        files = files.filter(~Exists(target.model._base_manager.filter(**{target.name: OuterRef("pk")})))
    return files


def reconcile(*, older_than: timedelta = timedelta(hours=24)) -> Found:
    """Remove what is forgotten, once it is old enough not to belong to something under way.

    Args:
        older_than: longer than any upload, job or transaction lasts.
    """
    before = now() - older_than
    found = Found()
    for stored in unowned().filter(created_at__lt=before).iterator():
        try:
            delete_file(stored)
            found.rows += 1
        except ProtectedError:
            # Something took it in the meantime.
            continue
    for store_name in {get_store().name, *StoredFile.objects.order_by().values_list("store", flat=True).distinct()}:
        store = get_store(store_name)
        found.unfinished += store.sweep(before)
        known = {
            object_name(pk)
            for pk in StoredFile.objects.filter(store=store_name).values_list("pk", flat=True).iterator()
        }
        there = set()
        for entry in store.objects():
            there.add(entry.name)
            if entry.name not in known and entry.written_at < before and not _has_row(entry.name):
                store.delete(entry.name)
                found.objects += 1
        found.missing += [uuid.UUID(name.rpartition("/")[2]) for name in sorted(known - there)]
    # A file deleted while we looked is not missing.
    still = set(StoredFile.objects.filter(pk__in=found.missing).values_list("pk", flat=True))
    found.missing = [pk for pk in found.missing if pk in still]
    return found


def _has_row(name: str) -> bool:
    """Asked again for each: a file may have come since the list was made."""
    try:
        file_id = uuid.UUID(name.rpartition("/")[2])
    except ValueError:
        # Not a name of ours.
        return False
    return StoredFile.objects.filter(pk=file_id).exists()
