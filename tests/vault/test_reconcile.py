"""After killed processes the store holds what the rows name, and nothing else."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from clock import now, travel
from vault import format as layout
from vault.files import FileWriter, read_file, write_file
from vault.models import ContentKey, Preview, StoredFile
from vault.reconcile import reconcile

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=2)


def owned(key: ContentKey) -> StoredFile:
    """A file another row points to."""
    stored = write_file(key, [b"kept"], media_type="x/y")
    Preview.objects.create(source=stored)
    return stored


def count(folder: Path) -> int:
    return len([path for path in folder.rglob("*") if path.is_file()])


def test_an_object_without_a_row_goes_once_it_is_old(key: ContentKey, own_vault: Path) -> None:
    kept = owned(key)
    lost = write_file(key, [b"lost"], media_type="x/y")
    StoredFile.objects.filter(pk=lost.pk).delete()
    assert reconcile().objects == 0
    with travel(now() + DAYS):
        found = reconcile()
    assert (found.objects, found.rows, found.missing) == (1, 0, [])
    assert count(own_vault) == 1
    assert b"".join(read_file(kept)) == b"kept"


def test_a_file_nothing_points_to_goes_with_its_object(
    key: ContentKey, own_vault: Path, django_capture_on_commit_callbacks: object
) -> None:
    kept = owned(key)
    write_file(key, [b"form never accepted"], media_type="x/y")
    assert reconcile().rows == 0
    with django_capture_on_commit_callbacks(execute=True), travel(now() + DAYS):  # type: ignore[operator]
        assert reconcile().rows == 1
    assert list(StoredFile.objects.all()) == [kept]
    assert count(own_vault) == 1


def test_an_upload_whose_process_died_goes(key: ContentKey, own_vault: Path) -> None:
    owned(key)
    writer = FileWriter(key)
    writer.write(os.urandom(3 * layout.CHUNK_BYTES))
    # The process is killed here: neither finish nor abort.
    assert count(own_vault) == 2
    assert reconcile().unfinished == 0
    with travel(now() + DAYS):
        assert reconcile().unfinished == 1
    assert count(own_vault) == 1
    writer.abort()


def test_a_missing_object_is_named_and_its_row_kept(
    key: ContentKey, own_vault: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = owned(key)
    (own_vault / "objects" / lost.object_name).unlink()
    assert reconcile().missing == [lost.pk]
    call_command("reconcile_files", "--hours", "1")
    assert f"Missing object: file {lost.pk}" in capsys.readouterr().out
    assert StoredFile.objects.filter(pk=lost.pk).exists()


def test_a_foreign_object_in_the_folder_goes_too(key: ContentKey, own_vault: Path) -> None:
    owned(key)
    stranger = own_vault / "objects" / "zz" / "stranger"
    stranger.parent.mkdir()
    stranger.write_bytes(b"x")
    old = time.time() - DAYS.total_seconds()
    os.utime(stranger, (old, old))
    assert reconcile().objects == 1
    assert not stranger.exists()
