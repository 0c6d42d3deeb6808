"""A step of work in a thread of its own: receiving, encrypting and storing overlap instead of waiting in turn."""

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Stage(Generic[Item]):
    """Does a work on each item, in order. The first few are done at once: a small file starts no thread.

    Args:
        work: what is done with an item.
        name: of the thread.
        at_once: items done by the caller before a thread is worth it.
        waiting: items that may wait; the caller then waits too.
    """

    def __init__(self, work: Callable[[Item], None], name: str, *, at_once: int, waiting: int) -> None:
        self._work = work
        self._name = name
        self._at_once = at_once
        self._queue: queue.Queue[tuple[Item] | None] = queue.Queue(waiting)
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None

    def put(self, item: Item) -> None:
        """Hand over an item, which must not change afterwards.

        Raises:
            Exception: what the work raised on an earlier item.
        """
        if self._thread is None:
            if self._at_once:
                self._at_once -= 1
                self._work(item)
                return
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._queue.put((item,))
        self._raise()

    def end(self) -> None:
        """Wait until all is done.

        Raises:
            Exception: what the work raised on any item.
        """
        self.drop()
        self._raise()

    def drop(self) -> None:
        """Wait until the thread is gone, whatever came of the work."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (found := self._queue.get()) is not None:
            if self._error is None:
                try:
                    self._work(found[0])
                except Exception as error:  # noqa: BLE001
                    # Raised again in the caller's thread; what still waits is let go.
                    self._error = error

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
