"""SHA-256 of what passes, reckoned in a thread of its own: half the work of an upload, done beside the rest."""

import hashlib
import queue
import threading

# Handed over at once; so much is reckoned by the caller, so that a small file starts no thread.
_BATCH = 512 * 1024
# Batches that may wait; the caller then waits too.
_WAITING = 4


class DigestAside:
    """As `hashlib.sha256()`, but what is given must not change afterwards, and the end is `hexdigest` or `drop`."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._batch: list[bytes | bytearray | memoryview] = []
        self._held = 0
        self._queue: queue.Queue[list[bytes | bytearray | memoryview]] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next bytes."""
        self._batch.append(data)
        self._held += len(data)
        if self._held < _BATCH:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="vault-digest", daemon=True)
            self._thread.start()
        self._queue.put(self._batch)
        self._batch, self._held = [], 0

    def hexdigest(self) -> str:
        """Wait for the thread; the digest of all that was taken, in hexadecimal."""
        self.drop()
        self._take(self._batch)
        self._batch, self._held = [], 0
        return self._digest.hexdigest()

    def drop(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._queue.put([])
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while batch := self._queue.get():
            self._take(batch)

    def _take(self, batch: list[bytes | bytearray | memoryview]) -> None:
        for data in batch:
            self._digest.update(data)
