"""The thread that reckons a digest: right for any number of pieces, and it never outlives its file."""

import hashlib
import os
import threading
from pathlib import Path
from unittest import mock

import pytest

from vault.files import FileWriter, read_file
from vault.models import ContentKey, StoredFile
from vault.stores import local

pytestmark = pytest.mark.django_db
PIECE = 300_000


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("vault-")]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9, 40])
def test_any_number_of_pieces_comes_back_in_order(key: ContentKey, count: int) -> None:
    pieces = [os.urandom(PIECE) for _ in range(count)]
    with FileWriter(key) as writer:
        for piece in pieces:
            writer.write(memoryview(piece))
        assert threads() == (["vault-digest"] if count >= 2 else [])
        stored = writer.finish(media_type="x/y")
    whole = b"".join(pieces)
    assert b"".join(read_file(stored)) == whole
    assert stored.sha256 == hashlib.sha256(whole).hexdigest()
    assert threads() == []


def test_an_error_of_the_store_reaches_the_receiver_and_leaves_nothing(key: ContentKey, own_vault: Path) -> None:
    real = local._Writer.write
    calls = iter(range(1000))

    def failing(self: local._Writer, data: bytes) -> None:
        if next(calls) == 20:
            raise OSError(28, "No space left on device")
        real(self, data)

    def write_all() -> StoredFile:
        with FileWriter(key) as writer:
            for _ in range(200):
                writer.write(bytes(PIECE))
            return writer.finish(media_type="x/y")

    with mock.patch.object(local._Writer, "write", failing), pytest.raises(OSError, match="space"):
        write_all()
    assert threads() == []
    assert [found for found in own_vault.rglob("*") if found.is_file()] == []
    assert not StoredFile.objects.exists()


def test_an_abandoned_file_ends_its_thread(key: ContentKey, own_vault: Path) -> None:
    with FileWriter(key) as writer:
        for _ in range(20):
            writer.write(bytes(PIECE))
        assert threads() == ["vault-digest"]
    assert threads() == []
    assert [found for found in own_vault.rglob("*") if found.is_file()] == []
