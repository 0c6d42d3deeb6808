"""A file encrypted in one thread and stored in another while the next bytes are being received."""

from types import TracebackType
from typing import Self

from vault.files import FileWriter
from vault.models import ContentKey, StoredFile
from vault.stages import Stage
from vault.stores import ObjectWriter

# What is handed to the store at once.
_BATCH = 1024 * 1024


class WriterAhead:
    """A `FileWriter` that does not keep its caller waiting; holds a few mebibytes.

    Args:
        key: the content key.
    """

    def __init__(self, key: ContentKey) -> None:
        self._writer = FileWriter(key, through=_Behind)
        self._sealing: Stage[bytes | memoryview] = Stage(self._writer.write, "vault-sealing", at_once=2, waiting=4)

    def write(self, data: bytes | memoryview) -> None:
        """Take clear bytes; they must not change afterwards.

        Raises:
            OSError: the store could not take an earlier piece.
        """
        self._sealing.put(data)

    def finish(self, *, media_type: str) -> StoredFile:
        """Wait for the last piece, make the file durable, then its row."""
        self._sealing.end()
        return self._writer.finish(media_type=media_type)

    def abort(self) -> None:
        """Remove what was written."""
        self._sealing.drop()
        self._writer.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()


class _Behind:
    """An object written by a thread of its own, in batches."""

    def __init__(self, target: ObjectWriter) -> None:
        self._target = target
        self._batch: list[bytes] = []
        self._held = 0
        self._storing: Stage[list[bytes]] = Stage(self._store, "vault-storing", at_once=2, waiting=4)

    def _store(self, batch: list[bytes]) -> None:
        for data in batch:
            self._target.write(data)

    def _hand_over(self) -> None:
        batch, self._batch, self._held = self._batch, [], 0
        self._storing.put(batch)

    def write(self, data: bytes) -> None:
        self._batch.append(data)
        self._held += len(data)
        if self._held >= _BATCH:
            self._hand_over()

    def commit(self) -> None:
        self._hand_over()
        self._storing.end()
        self._target.commit()

    def abort(self) -> None:
        self._storing.drop()
        self._target.abort()
