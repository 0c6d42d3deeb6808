"""Our reading of a multipart body against Django's: the same fields and files, however the bytes arrive."""

import io
from typing import Any

import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from vault import multipart
from vault.multipart import BodyCut, MultipartBody

BOUNDARY = "xYz"
# Contents made of what a careless parser stumbles over.
CONTENTS = st.lists(
    st.sampled_from([b"\r", b"\n", b"-", b"--", b"\r\n", b"\r\n--", b"\r\n--xY", b"--xYz"[:4], b"x", b"\0", b"a" * 50])
    | st.binary(max_size=30),
    max_size=12,
).map(b"".join)
NAMES = st.text(st.characters(categories=["L", "N"], exclude_characters='"\\'), min_size=1, max_size=8)


class Dribble(io.RawIOBase):
    """A stream that gives as much as it likes of what is asked."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        super().__init__()
        self._data = io.BytesIO(data)
        self._sizes = sizes or [1 << 20]
        self._turn = 0

    def read(self, size: int = -1) -> bytes:
        self._turn += 1
        most = self._sizes[self._turn % len(self._sizes)]
        return self._data.read(most if size < 0 else min(size, most))

    def readline(self, size: int | None = -1) -> bytes:
        return self._data.readline(-1 if size is None else size)


def body_of(parts: list[tuple[str, bytes, str | None]]) -> bytes:
    """A body as browsers write it."""
    written = b""
    for name, content, file_name in parts:
        file = "" if file_name is None else f'; filename="{file_name}"'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        written += head.encode() + content + b"\r\n"
    return written + f"--{BOUNDARY}--\r\n".encode()


def read_all(body: MultipartBody) -> tuple[list[tuple[str, str]], list[tuple[str, bytes]]]:
    fields, files = [], []
    while (part := body.next_part()) is not None:
        if part.file_name is None:
            fields.append((part.name, body.value()))
        else:
            files.append((part.name, b"".join(body.content())))
    return fields, files


def ours(data: bytes, sizes: list[int]) -> tuple[list[tuple[str, str]], list[tuple[str, bytes]]]:
    return read_all(MultipartBody(Dribble(data, sizes), BOUNDARY.encode(), len(data), "utf-8"))  # type: ignore[arg-type]


def djangos(data: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, bytes]]]:
    meta = {"CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}", "CONTENT_LENGTH": str(len(data))}
    handler: Any = MemoryFileUploadHandler()
    fields, files = MultiPartParser(meta, io.BytesIO(data), [handler], "utf-8").parse()
    return (
        [(name, value) for name, values in fields.lists() for value in values],
        [(name, file.read()) for name, found in files.lists() for file in found],
    )


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    fields=st.lists(st.tuples(NAMES, st.text(max_size=40)), max_size=3, unique_by=lambda pair: pair[0]),
    files=st.lists(st.tuples(NAMES, CONTENTS), max_size=3, unique_by=lambda pair: pair[0]),
    sizes=st.lists(st.integers(1, 60), max_size=5),
)
def test_it_reads_what_django_reads(
    fields: list[tuple[str, str]], files: list[tuple[str, bytes]], sizes: list[int]
) -> None:
    # A part that holds the boundary itself is no body a browser would write, and Django ends it there, line or not.
    fields = [(name, value) for name, value in fields if f"--{BOUNDARY}" not in value]
    files = [(name, content) for name, content in files if f"--{BOUNDARY}".encode() not in content]
    parts = [(name, value.encode("utf-8", "replace"), None) for name, value in fields]
    data = body_of([*parts, *((name, content, "f.bin") for name, content in files)])
    assert ours(data, sizes) == djangos(data)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 511, 512 * 1024])
def test_a_delimiter_across_any_seam_is_found(size: int) -> None:
    contents = [b"", b"a", b"\r\n--xY", b"\r\n" * 40, bytes(1000), b"\r\n--xYy" * 30]
    # A delimiter begins a line (RFC 2046 5.1.1): within one it is content.
    contents += [b"a--xYz", b"\r--xYz", b"\n--xYz"]
    data = body_of([("f", content, "f.bin") for content in contents])
    assert ours(data, [size])[1] == [("f", content) for content in contents]


@pytest.mark.parametrize("cut", range(1, 140, 3))
def test_every_cut_is_seen(cut: int) -> None:
    data = body_of([("a", b"one", None), ("f", b"content", "f.bin")])
    body = MultipartBody(io.BytesIO(data[:-cut]), BOUNDARY.encode(), len(data), "utf-8")
    with pytest.raises(BodyCut):
        read_all(body)


HEAD = b'--xYz\r\nContent-Disposition: form-data; name="a"\r\n'
BROKEN = {
    "nothing": b"",
    "no delimiter": b"hello\r\n",
    "no name": b"--xYz\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xYz--\r\n",
    "no disposition": b"--xYz\r\nContent-Type: text/plain\r\n\r\nx\r\n--xYz--\r\n",
    "another kind": HEAD.replace(b"form-data", b"attachment") + b"\r\nx\r\n--xYz--\r\n",
    "base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nx\r\n--xYz--",
    "text after the delimiter": HEAD + b"\r\nx\r\n--xYzzz\r\n\r\n--xYz--\r\n",
    "shorter than announced": HEAD + b"\r\nx\r\n--xYz--",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_body_is_refused(name: str) -> None:
    data = BROKEN[name]
    body = MultipartBody(io.BytesIO(data), BOUNDARY.encode(), len(data) + 10, "utf-8")
    with pytest.raises(BodyCut):
        read_all(body)


def test_too_many_parts_and_too_much_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = body_of([("a", b"x", None)] * 50)
    assert len(ours(data, [])[0]) == 50
    monkeypatch.setattr(multipart, "MAX_PARTS", 49)
    with pytest.raises(BodyCut, match="parts"):
        ours(data, [])
    monkeypatch.setattr(multipart, "MAX_PARTS", 1000)
    monkeypatch.setattr(multipart, "MAX_LINES", 500)
    with pytest.raises(BodyCut, match="large"):
        ours(data, [])
