"""What a store must do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self


class ObjectWriter(Protocol):
    """One object being written; nothing is visible under its name before `commit`."""

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""

    def commit(self) -> None:
        """Make the object durable, then visible."""

    def abort(self) -> None:
        """Leave nothing behind; allowed at any time before the commit, and twice."""


class ObjectReader(Protocol):
    """A part of one object, read forward.

    Args:
        total: bytes of the whole object.
    """

    total: int

    def read(self, size: int) -> bytes:
        """At most `size` bytes; fewer only at the end of the part."""

    def close(self) -> None:
        """Let go of file or connection."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True)
class StoredObject:
    """An object found in a store.

    Args:
        name: its name.
        written_at: when it became visible, aware.
    """

    name: str
    written_at: datetime


class Store(Protocol):
    """A place for objects."""

    name: str

    def create(self, name: str) -> ObjectWriter:
        """Begin an object of that name."""

    def read(self, name: str, start: int, length: int) -> ObjectReader:
        """Read `length` bytes (fewer where the object ends) from `start`.

        Raises:
            vault.exceptions.ObjectMissing: no object of that name.
        """

    def delete(self, name: str) -> None:
        """Remove an object; one that is not there is no error."""

    def objects(self) -> Iterator[StoredObject]:
        """Every object, in no order."""

    def sweep(self, before: datetime) -> int:
        """Remove what writers that died left unfinished before that instant; how many."""
