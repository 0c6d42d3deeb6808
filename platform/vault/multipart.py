"""A multipart/form-data body, part by part (RFC 7578), so that nothing of a file is read before somebody allows it.

Heads and fields are read line by line: when `next_part` returns a file, not one byte of its content was asked for.
Contents of files are then given in large pieces without being copied.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.http import parse_header_parameters

# Fields, heads and the lines between them, all together.
MAX_LINES = 2 * 1024 * 1024
MAX_PARTS = 1000
_LINE = 64 * 1024
_BLOCK = 1024 * 1024
_PLAIN = ("", "binary", "7bit", "8bit")


class BodyCut(Exception):
    """The body ends too early, or is no form; nothing of it can be trusted.

    Args:
        reason: for the operator's log.
    """


@dataclass(frozen=True)
class Part:
    """The head of a part.

    Args:
        name: of the field.
        file_name: None for a field; empty for a file input left empty.
    """

    name: str
    file_name: str | None


class MultipartBody:
    """The body of one request.

    Args:
        stream: where it comes from, at its first byte.
        boundary: of the multipart body.
        length: bytes announced (Content-Length).
        encoding: of the fields.
    """

    def __init__(self, stream: BinaryIO, boundary: bytes, length: int, encoding: str) -> None:
        self._stream = stream
        self._delimiter = b"--" + boundary
        self._length = length
        self._encoding = encoding
        # Read from the stream and not used yet.
        self._ahead = b""
        self._taken = 0
        self._lines = 0
        self._parts = 0
        self._at_start = True
        self._at_end = False

    def next_part(self) -> Part | None:
        """The head of the next part, or None after the last, whose end and length were then checked.

        Raises:
            BodyCut: no head, too many, or a body shorter than announced.
        """
        if self._at_start:
            self._at_start = False
            line = self._line()
            while not line.startswith(self._delimiter):
                line = self._line()
            self._note_delimiter(line[len(self._delimiter) :])
        if self._at_end:
            self._check_end()
            return None
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise BodyCut("too many parts")
        return self._head()

    def value(self) -> str:
        """The content of the field whose head was just read."""
        value = bytearray()
        while True:
            line = self._line()
            if line.startswith(self._delimiter) and (not value or value.endswith(b"\n")):
                break
            value += line
        self._note_delimiter(line[len(self._delimiter) :])
        return bytes(value).removesuffix(b"\n").removesuffix(b"\r").decode(self._encoding, "replace")

    def content(self) -> Iterator[memoryview]:
        """The content of the file whose head was just read, to its end.

        Raises:
            BodyCut: the body ends within.
        """
        mark = b"\r\n" + self._delimiter
        # The end of a block may be the beginning of the mark.
        keep = len(mark) - 1
        held = b""
        while True:
            block = self._block()
            if len(block) < len(mark):
                # Too small to look at by itself.
                self._ahead, held = held + block, b""
                block = self._more()
            seam = (held + block[:keep]).find(mark)
            found = seam - len(held) if seam >= 0 else block.find(mark)
            if seam >= 0 and found < 0:
                yield memoryview(held)[:seam]
                break
            if held:
                yield memoryview(held)
            if found >= 0:
                yield memoryview(block)[:found]
                break
            yield memoryview(block)[:-keep]
            held = block[-keep:]
        self._ahead = block[found + len(mark) :]
        self._note_delimiter(self._line())

    def _block(self) -> bytes:
        """What is there already, else the next block."""
        if self._ahead:
            block, self._ahead = self._ahead, b""
            return block
        return self._read()

    def _more(self) -> bytes:
        """What is there already, with as much more as makes it longer than a delimiter."""
        block, self._ahead = self._ahead, b""
        while len(block) < len(self._delimiter) + 2:
            block += self._read()
        return block

    def _read(self) -> bytes:
        try:
            block = self._stream.read(_BLOCK)
        except OSError as error:
            raise BodyCut("connection lost") from error
        if not block:
            raise BodyCut("end of body within a file")
        self._taken += len(block)
        return block

    def _line(self) -> bytes:
        """The next line with its end; a line longer than the limit comes in pieces."""
        end = self._ahead.find(b"\n") + 1
        if end:
            line, self._ahead = self._ahead[:end], self._ahead[end:]
        else:
            try:
                rest = self._stream.readline(_LINE)
            except OSError as error:
                raise BodyCut("connection lost") from error
            self._taken += len(rest)
            line, self._ahead = self._ahead + rest, b""
        if not line:
            raise BodyCut("end of body within the fields")
        self._lines += len(line)
        if self._lines > MAX_LINES:
            raise BodyCut("fields too large")
        return line

    def _head(self) -> Part:
        part = None
        while (line := self._line()).strip():
            kind, _colon, value = _text(line).partition(":")
            kind = kind.strip().lower()
            if kind == "content-disposition":
                try:
                    main, options = parse_header_parameters(value.strip())
                except ValueError as error:
                    raise BodyCut("head of a part") from error
                if main != "form-data" or not options.get("name"):
                    raise BodyCut("head of a part")
                part = Part(options["name"].strip(), options.get("filename"))
            elif kind == "content-transfer-encoding" and value.strip().lower() not in _PLAIN:
                raise BodyCut("transfer encoding")
        if part is None:
            raise BodyCut("head of a part")
        return part

    def _note_delimiter(self, rest: bytes) -> None:
        """What follows a delimiter: two dashes after the last, else the end of the line."""
        if rest.startswith(b"--"):
            self._at_end = True
        elif rest.strip(b" \t\r\n"):
            raise BodyCut("text after a delimiter")

    def _check_end(self) -> None:
        """Nothing of weight follows, and as much came as was announced."""
        try:
            rest = self._stream.read(_LINE)
        except OSError as error:
            raise BodyCut("connection lost") from error
        self._taken += len(rest)
        if self._taken != self._length:
            raise BodyCut("another length than announced")


def _text(line: bytes) -> str:
    """A head is UTF-8; an old browser may still send Latin-1."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")
