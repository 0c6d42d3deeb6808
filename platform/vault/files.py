"""Encrypted files: written and read chunk by chunk, never whole in memory and never clear on disk."""

import io
import uuid
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from django.db import transaction

from vault import format as layout
from vault.exceptions import SealBroken
from vault.models import ContentKey, StoredFile, object_name
from vault.stores import get_store


class FileWriter:
    """One file being written: `write`, then `finish`; leaving the block without it removes what was written.

    Args:
        key: the content key it is sealed under.
    """

    def __init__(self, key: ContentKey) -> None:
        self.file_id = uuid.uuid4()
        self._key = key
        self._store = get_store()
        self._object = self._store.create(object_name(self.file_id))
        try:
            self._encryptor = layout.Encryptor(key, self.file_id, self._object)
        except BaseException:
            self._object.abort()
            raise
        self._open = True

    @property
    def size(self) -> int:
        """Clear bytes taken so far."""
        return self._encryptor.size

    def write(self, data: bytes | memoryview) -> None:
        """Encrypt and store clear bytes, which must not change afterwards."""
        self._encryptor.write(data)

    def finish(self, *, media_type: str) -> StoredFile:
        """Make the object durable, then its row. A row never points to an object that is not there.

        Args:
            media_type: as judged by content.
        """
        self._encryptor.finish()
        self._object.commit()
        self._open = False
        stored = StoredFile(
            id=self.file_id,
            content_key=self._key,
            store=self._store.name,
            size=self._encryptor.size,
            sha256=self._encryptor.sha256,
            media_type=media_type,
        )
        try:
            stored.save(force_insert=True)
        except BaseException:
            self._store.delete(stored.object_name)
            raise
        return stored

    def abort(self) -> None:
        """Remove what was written."""
        if self._open:
            self._open = False
            self._encryptor.drop()
            self._object.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()


def write_file(key: ContentKey, chunks: Iterable[bytes], *, media_type: str) -> StoredFile:
    """Encrypt a stream into the store.

    Args:
        key: the content key.
        chunks: the clear bytes, in pieces of any size.
        media_type: as judged by content.

    Raises:
        vault.exceptions.KeyDestroyed: the key was destroyed.
    """
    with FileWriter(key) as writer:
        for chunk in chunks:
            writer.write(chunk)
        return writer.finish(media_type=media_type)


class _Parts:
    """A stored file whose key, object and length were checked."""

    def __init__(self, stored: StoredFile) -> None:
        self._store = get_store(stored.store)
        self._name = stored.object_name
        with self._store.read(self._name, 0, layout.HEAD_BYTES) as reader:
            head, total = reader.read(layout.HEAD_BYTES), reader.total
        self._decryptor = layout.Decryptor(head, stored.content_key, stored.pk, stored.size)
        self.chunk = self._decryptor.chunk
        self.size = stored.size
        if total != layout.object_size(stored.size, self.chunk):
            raise SealBroken("a file has not the length its row says")

    def chunks(self, first: int, last: int) -> Iterator[bytes]:
        with self._store.read(self._name, *self._decryptor.span(first, last)) as reader:
            yield from self._decryptor.chunks(reader, first, last)

    def part(self, start: int, end: int) -> Iterator[bytes]:
        first, last = start // self.chunk, max(0, end - 1) // self.chunk
        for number, clear in enumerate(self.chunks(first, last), start=first):
            begin = number * self.chunk
            piece = clear[max(0, start - begin) : end - begin]
            if piece:
                yield piece


def read_file(stored: StoredFile, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Decrypt a file, or the bytes `start` to `end` (excluded) of it.

    Key and object are checked before the first byte is asked for, so that a view can still answer with an error.

    Args:
        stored: the file's row.
        start: first byte.
        end: the byte after the last; the end of the file when left out or beyond it.

    Raises:
        vault.exceptions.KeyDestroyed: its key was destroyed.
        vault.exceptions.ObjectMissing: the store has no such object.
        SealBroken: altered, cut or taken from another file; nothing of a broken chunk is given out.
    """
    parts = _Parts(stored)
    start, end = max(0, start), stored.size if end is None else min(end, stored.size)
    return parts.part(start, end) if start < end or not stored.size else iter(())


class SeekableFile(io.RawIOBase):
    """A stored file as a clear, seekable, read-only stream, for parsers that jump about; holds one chunk.

    Args:
        stored: the file's row.
    """

    def __init__(self, stored: StoredFile) -> None:
        super().__init__()
        self._parts = _Parts(stored)
        self._position = 0
        self._number = -1
        self._clear = b""
        self._ahead: Iterator[bytes] = iter(())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._parts.size}[whence]
        if base + offset < 0:
            raise ValueError("before the start of the file")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        """At most one chunk's rest at a time."""
        view = memoryview(buffer).cast("B")
        if self._position >= self._parts.size or not view:
            return 0
        number, offset = divmod(self._position, self._parts.chunk)
        self._load(number)
        piece = self._clear[offset : offset + len(view)]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _load(self, number: int) -> None:
        if number == self._number:
            return
        if number != self._number + 1:
            self._ahead = iter(())
        clear = next(self._ahead, None)
        if clear is None:
            # A jump: one chunk alone. Going on from it: the rest of the file in one request.
            end = layout.chunk_count(self._parts.size, self._parts.chunk) - 1
            last = end if number == self._number + 1 else number
            self._ahead = self._parts.chunks(number, last)
            clear = next(self._ahead)
        self._number, self._clear = number, clear

    def close(self) -> None:
        self._ahead = iter(())
        super().close()


def open_file(stored: StoredFile) -> io.BufferedReader:
    """A stored file as a buffered, seekable, clear stream; nothing of it touches a disk."""
    return io.BufferedReader(SeekableFile(stored), layout.CHUNK_BYTES)


def delete_file(stored: StoredFile) -> None:
    """Remove a file: the row now, the object when the caller's transaction is committed (else `reconcile` does)."""
    store, name = get_store(stored.store), stored.object_name
    stored.delete()
    transaction.on_commit(lambda: store.delete(name))
