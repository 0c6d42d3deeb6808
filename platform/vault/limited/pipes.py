"""What child and parent say to each other.

Child to parent: one byte of kind, four of length, then as many bytes. Kinds: `R` asks for bytes of a file (its number,
offset, length), `P` is a picture (two bytes of length, that much JSON, the image), `B` are bytes of a file being made,
`E` ends with JSON. Parent to child: the bytes asked for, in full; their length is known to both.
"""

import io
import json
import os
import struct
from typing import Any

FRAME = struct.Struct(">cI")
REQUEST = struct.Struct(">IQI")
MAX_FRAME = 32 * 1024 * 1024
PIECE = 256 * 1024


class Line:
    """The two pipes, seen from the child.

    Args:
        source: descriptor of the pipe from the parent.
        sink: descriptor of the pipe to the parent.
    """

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink

    def ask(self, number: int, offset: int, length: int) -> bytes:
        """Bytes of a file; the parent has checked neither more nor less than that they are its bytes."""
        self.send(b"R", REQUEST.pack(number, offset, length))
        data = bytearray()
        while len(data) < length:
            piece = os.read(self._source, length - len(data))
            if not piece:
                raise EOFError("the parent is gone")
            data += piece
        return bytes(data)

    def send(self, kind: bytes, payload: bytes) -> None:
        """One frame."""
        view = memoryview(FRAME.pack(kind, len(payload)) + payload)
        while view:
            view = view[os.write(self._sink, view) :]

    def picture(self, facts: dict[str, Any], image: bytes) -> None:
        """One page image."""
        head = json.dumps(facts).encode()
        self.send(b"P", struct.pack(">H", len(head)) + head + image)

    def made(self, data: bytes) -> None:
        """Bytes of the file being made."""
        for start in range(0, len(data), PIECE):
            self.send(b"B", data[start : start + PIECE])


class PipedFile(io.RawIOBase):
    """One of the parent's files, seekable; its bytes come when they are read.

    Args:
        line: the pipes.
        number: which file.
        size: its length in bytes.
    """

    # Parsers that ask for a name get none.
    name = ""

    def __init__(self, line: Line, number: int, size: int) -> None:
        super().__init__()
        self._line = line
        self._number = number
        self._position = 0
        self.size = size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        position = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence] + offset
        if position < 0:
            raise ValueError("before the start of the file")
        self._position = position
        return position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        length = max(0, min(len(view), self.size - self._position, PIECE))
        if length:
            view[:length] = self._line.ask(self._number, self._position, length)
            self._position += length
        return length
