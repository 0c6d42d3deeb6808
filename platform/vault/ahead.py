"""Encrypt and store in a thread of its own while the next bytes are being received."""

import queue
import threading
from types import TracebackType
from typing import Self

from vault.files import FileWriter
from vault.models import ContentKey, StoredFile

# Pieces that may wait; with pieces of a mebibyte this is what an upload holds in memory.
_WAITING = 4


class WriterAhead:
    """A `FileWriter` fed through a queue. Small files never start the thread.

    Args:
        key: the content key.
    """

    def __init__(self, key: ContentKey) -> None:
        self._writer = FileWriter(key)
        self._queue: queue.Queue[bytes | memoryview | None] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None
        self._pieces = 0

    def write(self, data: bytes | memoryview) -> None:
        """Take clear bytes; they must not change afterwards.

        Raises:
            OSError: the store could not take an earlier piece.
        """
        self._pieces += 1
        if self._thread is None and self._pieces < 3:
            self._writer.write(data)
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="vault-writer", daemon=True)
            self._thread.start()
        self._queue.put(data)
        self._raise()

    def _work(self) -> None:
        while (data := self._queue.get()) is not None:
            if self._error is None:
                try:
                    self._writer.write(data)
                except Exception as error:  # noqa: BLE001
                    # Raised again in the thread that receives; what is still queued is let go.
                    self._error = error

    def _join(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def finish(self, *, media_type: str) -> StoredFile:
        """Wait for the last piece, make the file durable, then its row."""
        self._join()
        self._raise()
        return self._writer.finish(media_type=media_type)

    def abort(self) -> None:
        """Remove what was written."""
        self._join()
        self._writer.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()
