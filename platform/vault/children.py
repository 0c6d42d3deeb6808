"""Start a limited child for one task on stored files, feed it clear bytes through a pipe, and never wait for ever."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

from vault.exceptions import FileRefused
from vault.files import open_file
from vault.limited.pipes import FRAME, MAX_FRAME, PIECE, REQUEST
from vault.models import StoredFile
from vault.refusals import refusal

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 60
WALL_SECONDS = 120.0
WORKER = Path(__file__).parent / "limited" / "worker.py"
# Nothing of ours reaches the child: no secret, no address of a database.
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Child:
    """One child and its task.

    Args:
        kind: `examine`, `pages` or `merge`.
        sources: the files it may ask for.
        options: further values of the task.
        memory: address space, in bytes.
        seconds: CPU time.
        wall: time until it is ended, in seconds.
        worker: the program of the child.
    """

    def __init__(
        self,
        kind: str,
        sources: Sequence[StoredFile],
        *,
        options: dict[str, Any] | None = None,
        memory: int = MEMORY,
        seconds: int = CPU_SECONDS,
        wall: float = WALL_SECONDS,
        worker: Path = WORKER,
    ) -> None:
        self._sources = sources
        self._wall = wall
        self._worker = worker
        self._task = {
            "kind": kind,
            "memory": memory,
            "seconds": seconds,
            "sources": [{"type": source.media_type, "size": source.size} for source in sources],
            **(options or {}),
        }
        self.answer: dict[str, Any] = {}
        self.exit_code: int | None = None

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        """Run the task.

        Yields:
            `(b"P", picture)` and `(b"B", bytes)`; the child's last word is then in `answer`, its status in `exit_code`.

        Raises:
            FileRefused: the child refused the file, ran out of memory or time, or died of it.
            vault.exceptions.SealBroken: a file does not open.
        """
        files = [open_file(source) for source in self._sources]
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-B", str(self._worker), json.dumps(self._task)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_ENVIRONMENT,
            bufsize=0,
            start_new_session=True,
        )
        # PIPE was asked for both.
        sink, source = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        line = _Line(sink.fileno(), source.fileno(), time.monotonic() + self._wall)
        try:
            while True:
                kind, payload = line.receive()
                if kind == b"R":
                    number, offset, length = REQUEST.unpack(payload)
                    if number >= len(files) or length > PIECE or offset + length > self._sources[number].size:
                        raise _Broken
                    files[number].seek(offset)
                    line.give(files[number].read(length))
                elif kind == b"E":
                    self.answer = json.loads(payload)
                    break
                elif kind in (b"P", b"B"):
                    yield kind, payload
                else:
                    raise _Broken
        except _TooLong as error:
            raise refusal("too_long") from error
        except (_Broken, ValueError) as error:
            raise self._after_death(process) from error
        finally:
            _end(process)
            self.exit_code = process.returncode
            for file in files:
                file.close()
        if "refused" in self.answer:
            raise refusal(str(self.answer["refused"]), detail=str(self.answer.get("kind", "")))

    def _after_death(self, process: "subprocess.Popen[bytes]") -> FileRefused:
        try:
            code = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return refusal("unreadable")
        return refusal("too_long" if code in (-signal.SIGXCPU, -signal.SIGKILL) else "unreadable")


class _TooLong(Exception):
    """The time is up."""


class _Broken(Exception):
    """The child is gone, or says what it may not say."""


class _Line:
    """The two pipes, seen from the parent; no call outlives the deadline."""

    def __init__(self, sink: int, source: int, deadline: float) -> None:
        os.set_blocking(sink, False)
        self._sink = sink
        self._source = source
        self._deadline = deadline

    def receive(self) -> tuple[bytes, bytes]:
        kind, length = FRAME.unpack(self._read(FRAME.size))
        if length > MAX_FRAME:
            raise _Broken
        return kind, self._read(length)

    def give(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self._wait(self._sink, writing=True)
            try:
                view = view[os.write(self._sink, view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise _Broken from error

    def _read(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            self._wait(self._source, writing=False)
            piece = os.read(self._source, min(length - len(data), 1 << 20))
            if not piece:
                raise _Broken
            data += piece
        return bytes(data)

    def _wait(self, descriptor: int, *, writing: bool) -> None:
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT if writing else select.POLLIN)
        left = self._deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise _TooLong


def _end(process: "subprocess.Popen[bytes]") -> None:
    """No child outlives its task."""
    if process.poll() is None:
        # It may end in the meantime.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
