"""Objects in a folder: written beside, synced, then put in place at once; mode 0600."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from vault.exceptions import ObjectMissing
from vault.stores.base import ObjectWriter, StoredObject

_WRITE_OUT = 8 * 1024 * 1024
_HAS_ADVICE = hasattr(os, "posix_fadvise")


class LocalStore:
    """The embedded store.

    Args:
        root: its folder, outside anything a web server serves.
    """

    name = "local"

    def __init__(self, root: Path) -> None:
        self.objects_folder = root / "objects"
        self.unfinished = root / "unfinished"

    def create(self, name: str) -> ObjectWriter:
        """Begin an object."""
        self.unfinished.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _Writer(self.unfinished / secrets.token_hex(16), self._path(name))

    def read(self, name: str, start: int, length: int) -> "_Reader":
        """Read a part of an object."""
        try:
            file = self._path(name).open("rb", buffering=0)
        except FileNotFoundError as error:
            raise ObjectMissing from error
        total = os.fstat(file.fileno()).st_size
        file.seek(start)
        return _Reader(file, total, length)

    def delete(self, name: str) -> None:
        """Remove an object."""
        self._path(name).unlink(missing_ok=True)

    def objects(self) -> Iterator[StoredObject]:
        """Every object."""
        for path in self.objects_folder.glob("??/*"):
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            yield StoredObject(f"{path.parent.name}/{path.name}", written)

    def sweep(self, before: datetime) -> int:
        """Remove what dead writers left."""
        count = 0
        for path in self.unfinished.glob("*"):
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                count += 1
        return count

    def _path(self, name: str) -> Path:
        folder, _, file = name.partition("/")
        if not (folder.isalnum() and file.isalnum()):
            raise ValueError("an object's name is two parts of letters and digits")
        return self.objects_folder / folder / file


class _Writer:
    def __init__(self, beside: Path, target: Path) -> None:
        self._beside = beside
        self._target = target
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "wb", buffering=0)
        self._written = 0
        self._begun = 0

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            taken = self._file.write(view)
            self._written += taken
            view = view[taken:]
        if _HAS_ADVICE and self._written - self._begun >= _WRITE_OUT:
            # The kernel begins to write now, so that little is left for the sync at the end.
            os.posix_fadvise(self._file.fileno(), self._begun, self._written - self._begun, os.POSIX_FADV_DONTNEED)
            self._begun = self._written

    def commit(self) -> None:
        os.fsync(self._file.fileno())
        self._file.close()
        self._target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._beside.rename(self._target)
        for folder in (self._target.parent, self._target.parent.parent):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def abort(self) -> None:
        self._file.close()
        self._beside.unlink(missing_ok=True)


class _Reader:
    def __init__(self, file: BinaryIO, total: int, length: int) -> None:
        self._file = file
        self._left = length
        self.total = total

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
