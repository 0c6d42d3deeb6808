"""Encrypted files: they come back byte for byte, and nothing that was touched opens."""

import hashlib
import io
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from vault import files
from vault import format as layout
from vault.exceptions import KeyDestroyed, ObjectMissing, SealBroken
from vault.files import delete_file, open_file, read_file, write_file
from vault.keys import create_key, destroy_key
from vault.models import ContentKey, StoredFile

pytestmark = pytest.mark.django_db
CHUNK = layout.CHUNK_BYTES
SEALED = CHUNK + layout.TAG_BYTES
SIZES = [0, 1, 4095, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5]


def clear_bytes(size: int) -> bytes:
    return hashlib.shake_128(str(size).encode()).digest(size)


def make(key: ContentKey, size: int = 3 * CHUNK + 5) -> StoredFile:
    return write_file(key, [clear_bytes(size)], media_type="application/pdf")


def object_of(stored: StoredFile, own_vault: Path) -> Path:
    return own_vault / "objects" / stored.object_name


@pytest.mark.parametrize("size", SIZES)
def test_every_size_comes_back(key: ContentKey, size: int, own_vault: Path) -> None:
    stored = make(key, size)
    again = StoredFile.objects.get(pk=stored.pk)
    assert b"".join(read_file(again)) == clear_bytes(size)
    assert (again.size, again.sha256) == (size, hashlib.sha256(clear_bytes(size)).hexdigest())
    assert object_of(stored, own_vault).stat().st_size == layout.object_size(size)
    assert (again.scan_state, again.is_clean) == ("pending", False)


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pieces=st.lists(st.integers(0, CHUNK + 9), max_size=6), data=st.data())
def test_any_cut_of_the_stream_and_any_range_give_the_same_bytes(
    key: ContentKey, pieces: list[int], data: st.DataObject
) -> None:
    whole = clear_bytes(sum(pieces))
    stream, chunks = io.BytesIO(whole), []
    for size in pieces:
        chunks.append(stream.read(size))
    stored = write_file(key, chunks, media_type="x/y")
    start = data.draw(st.integers(0, len(whole) + 3))
    end = data.draw(st.none() | st.integers(0, len(whole) + 3))
    assert b"".join(read_file(stored, start, end)) == whole[start:end]
    delete_file(stored)


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moves=st.lists(st.tuples(st.integers(0, 3 * CHUNK + 20), st.integers(0, CHUNK * 2)), max_size=8))
def test_a_seekable_file_reads_like_the_clear_one(key: ContentKey, moves: list[tuple[int, int]]) -> None:
    whole = clear_bytes(3 * CHUNK + 5)
    stored = StoredFile.objects.filter(content_key=key).first() or make(key)
    with open_file(stored) as opened, io.BytesIO(whole) as clear:
        for position, size in moves:
            opened.seek(position)
            clear.seek(position)
            assert opened.read(size) == clear.read(size)
        opened.seek(-4, io.SEEK_END)
        assert opened.read() == whole[-4:]


def test_the_object_holds_no_clear_byte_and_the_folder_nothing_else(key: ContentKey, own_vault: Path) -> None:
    text = b"the patient's name is nowhere " * 20_000
    stored = write_file(key, [text], media_type="text/plain")
    found = [path for path in own_vault.rglob("*") if path.is_file()]
    assert found == [object_of(stored, own_vault)]
    assert b"patient" not in found[0].read_bytes()
    assert found[0].stat().st_mode & 0o777 == 0o600


def test_the_same_bytes_make_another_object_each_time(key: ContentKey, own_vault: Path) -> None:
    one, two = make(key, 100), make(key, 100)
    assert object_of(one, own_vault).read_bytes() != object_of(two, own_vault).read_bytes()


def rewrite(stored: StoredFile, own_vault: Path, change: Callable[[bytes], bytes]) -> None:
    path = object_of(stored, own_vault)
    path.write_bytes(change(path.read_bytes()))


def parts(data: bytes) -> tuple[bytes, list[bytes]]:
    body = data[layout.HEAD_BYTES :]
    return data[: layout.HEAD_BYTES], [body[i : i + SEALED] for i in range(0, len(body), SEALED)]


def swap_first_two(data: bytes) -> bytes:
    head, chunks = parts(data)
    return head + b"".join([chunks[1], chunks[0], *chunks[2:]])


def repeat_first(data: bytes) -> bytes:
    head, chunks = parts(data)
    return head + b"".join([chunks[0], chunks[0], *chunks[2:]])


TAMPERS: dict[str, Callable[[bytes], bytes]] = {
    "magic": lambda data: b"XXXX" + data[4:],
    "chunk size": lambda data: data[:4] + b"\x10" + data[5:],
    "salt": lambda data: data[:5] + bytes([data[5] ^ 1]) + data[6:],
    "first byte": lambda data: (
        data[: layout.HEAD_BYTES] + bytes([data[layout.HEAD_BYTES] ^ 1]) + data[layout.HEAD_BYTES + 1 :]
    ),
    "last byte": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "two chunks swapped": swap_first_two,
    "one chunk twice": repeat_first,
    "last chunk cut": lambda data: data[: layout.HEAD_BYTES + 3 * SEALED],
    "one byte cut": lambda data: data[:-1],
    "one byte more": lambda data: data + b"0",
    "empty": lambda data: b"",
    "head only": lambda data: data[: layout.HEAD_BYTES],
}


@pytest.mark.asvs("11.3.2")
@pytest.mark.parametrize("name", TAMPERS)
def test_a_touched_object_does_not_open(key: ContentKey, own_vault: Path, name: str) -> None:
    stored = make(key)
    rewrite(stored, own_vault, TAMPERS[name])
    with pytest.raises(SealBroken):
        list(read_file(stored))


def test_a_cut_with_a_row_to_match_does_not_open(key: ContentKey, own_vault: Path) -> None:
    """Whoever cuts object and row alike lacks the mark of the last chunk."""
    stored = make(key)
    rewrite(stored, own_vault, lambda data: data[: layout.HEAD_BYTES + 2 * SEALED])
    stored.size = 2 * CHUNK
    with pytest.raises(SealBroken):
        list(read_file(stored))


def test_a_reader_gets_no_byte_of_a_broken_chunk(key: ContentKey, own_vault: Path) -> None:
    stored = make(key)
    rewrite(stored, own_vault, lambda data: data[:-1] + bytes([data[-1] ^ 1]))
    pieces = read_file(stored)
    assert b"".join(next(pieces) for _ in range(3)) == clear_bytes(3 * CHUNK + 5)[: 3 * CHUNK]
    with pytest.raises(SealBroken):
        next(pieces)


def test_an_object_of_another_file_does_not_open(key: ContentKey, own_vault: Path) -> None:
    one, two = make(key, 100), make(key, 100)
    object_of(two, own_vault).replace(object_of(one, own_vault))
    with pytest.raises(SealBroken):
        list(read_file(one))


def test_a_file_under_another_key_does_not_open(key: ContentKey) -> None:
    stored = make(key, 100)
    StoredFile.objects.filter(pk=stored.pk).update(content_key=create_key("case"))
    with pytest.raises(SealBroken):
        list(read_file(StoredFile.objects.get(pk=stored.pk)))


def test_a_destroyed_key_refuses_before_the_first_byte(key: ContentKey) -> None:
    stored = make(key, 100)
    destroy_key(key)
    with pytest.raises(KeyDestroyed):
        read_file(StoredFile.objects.get(pk=stored.pk))
    with pytest.raises(KeyDestroyed):
        make(key, 1)


def test_a_missing_object_is_said_before_the_first_byte(key: ContentKey, own_vault: Path) -> None:
    stored = make(key, 100)
    object_of(stored, own_vault).unlink()
    with pytest.raises(ObjectMissing):
        read_file(stored)


def test_a_stream_that_breaks_leaves_nothing(key: ContentKey, own_vault: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield clear_bytes(CHUNK * 2)
        raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        write_file(key, breaking(), media_type="x/y")
    assert [path for path in own_vault.rglob("*") if path.is_file()] == []
    assert StoredFile.objects.count() == 0


def test_a_full_disk_leaves_nothing(key: ContentKey, own_vault: Path) -> None:
    with (
        mock.patch("os.fsync", side_effect=OSError(28, "No space left on device")),
        pytest.raises(OSError, match="space"),
    ):
        make(key)
    assert [path for path in own_vault.rglob("*") if path.is_file()] == []


def test_a_row_that_cannot_be_written_leaves_no_object(key: ContentKey, own_vault: Path) -> None:
    with mock.patch.object(StoredFile, "save", side_effect=RuntimeError), pytest.raises(RuntimeError):
        make(key)
    assert [path for path in own_vault.rglob("*") if path.is_file()] == []


@pytest.mark.asvs("5.3.1")
def test_files_lie_under_no_folder_a_web_server_may_serve() -> None:
    from config.settings import base

    vault = Path(base.VAULT_ROOT).resolve()
    served = [
        base.STATIC_ROOT,
        getattr(base, "MEDIA_ROOT", base.STATIC_ROOT),
        *(one[1] for one in base.STATICFILES_DIRS),
    ]
    for folder in served:
        assert not vault.is_relative_to(Path(folder).resolve())
        assert not Path(folder).resolve().is_relative_to(vault)


def test_names_of_objects_come_from_ids_only(own_vault: Path) -> None:
    from vault.stores import get_store

    for name in ("../x", "a/../b", "/etc/passwd", "aa/b.c", "aa", ""):
        with pytest.raises(ValueError, match="name"):
            get_store().create(name)


def test_deleting_waits_for_the_commit(
    key: ContentKey, own_vault: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    stored = make(key, 100)
    path = object_of(stored, own_vault)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        delete_file(stored)
        assert path.exists()
    assert not path.exists()
    assert not StoredFile.objects.exists()


def test_memory_does_not_grow_with_the_file(key: ContentKey) -> None:
    import tracemalloc

    piece = os.urandom(1 << 20)
    tracemalloc.start()
    try:
        stored = write_file(key, (piece for _ in range(48)), media_type="x/y")
        for _ in read_file(stored):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert stored.size == 48 << 20
    assert peak < 4 << 20


def test_a_forgotten_writer_removes_its_object(key: ContentKey, own_vault: Path) -> None:
    with files.FileWriter(key) as writer:
        writer.write(clear_bytes(CHUNK * 2))
    assert [path for path in own_vault.rglob("*") if path.is_file()] == []
    assert isinstance(writer.file_id, uuid.UUID)
