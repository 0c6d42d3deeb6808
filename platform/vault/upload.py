"""Receive files from a form: encrypted as they are read, after the right and the CSRF token were decided.

A view that receives files:

    @receives_files
    def add_document(request, case_id):
        case = …                      # the caller's right is decided here, before anything is read
        received = receive(request, key_for=lambda fields: case.content_key)
        for file in received.files: …

and the form has `{% csrf_token %}` before its first file field, which needs no JavaScript. Django's middleware would
read the whole body to find the token; so the view is exempt from it, and `receive` reads the fields before the first
file line by line, has Django's own middleware judge the token among them, and only then asks for the rest.
"""

import copy
import errno
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponseBase, HttpResponseForbidden, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.request import UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from errors import NotAllowed
from vault import conf, sniff
from vault.exceptions import FileRefused
from vault.files import FileWriter, delete_file
from vault.models import ContentKey, StoredFile
from vault.refusals import refusal, too_large, too_many

# Where Django's own refusals are logged.
logger = logging.getLogger("django.security.csrf")

TITLE_LENGTH = 200
# Django's parser wants the head of a part within 1024 bytes.
LONG_NAME = 300
# Fields, their names and the lines between them; a body can be larger than its files by this much.
FIELDS_BYTES = 2 * 1024 * 1024
_LINE = 64 * 1024
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class ReceivedFile:
    """One file of the form.

    Args:
        field: name of the form field.
        title: what the sender's machine called it, for people only; keep it sealed, never use it as a path.
        stored: the encrypted file, unscanned and not yet examined (`vault.intake.examine`).
    """

    field: str
    title: str
    stored: StoredFile


@dataclass
class Received:
    """What a form sent.

    Args:
        fields: the other fields.
        files: the files kept.
    """

    fields: QueryDict
    files: list[ReceivedFile] = field(default_factory=list)

    def discard(self) -> None:
        """Delete what was received, when the form is not accepted after all."""
        for file in self.files:
            delete_file(file.stored)
        self.files.clear()


class _View(Protocol):
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def receives_files(view: _View) -> _View:
    """Mark a view that calls `receive` on POST: Django's own CSRF check stays out of its way.

    A POST it answers without calling `receive` was not checked: such a view does nothing else on POST.
    """
    return csrf_exempt(view)


def receive(
    request: HttpRequest,
    *,
    key_for: Callable[[QueryDict], ContentKey],
    max_bytes: int | None = None,
    max_files: int | None = None,
) -> Received:
    """Read a multipart form, encrypting its files into the vault.

    Not inside a transaction: an upload lasts as long as the sender's line is slow.

    Args:
        request: a POST of a view under `receives_files`, its body unread; the caller's right is already decided.
        key_for: the content key for the files, given the fields that stand before the first file.
        max_bytes: limit of each file, `VAULT_MAX_FILE_BYTES` unless given.
        max_files: limit of files, `VAULT_MAX_FILES` unless given.

    Returns:
        The fields, and the files as `StoredFile` rows nothing points to yet.

    Raises:
        errors.NotAllowed: no valid CSRF token before the first file; or by `key_for`: no byte of a file was read.
        vault.exceptions.FileRefused: too large or too many (413), a kind not accepted, or the line was cut; nothing of
            the form's files is left, and `form` on the error holds the fields that stood before the first file.
    """
    if request.method != "POST" or not str(request.content_type).startswith("multipart/form-data"):
        raise refusal("no_file", status=400)
    if hasattr(request, "_post") or request._read_started:  # type: ignore[attr-defined]
        raise RuntimeError("The body was read before receive(): the view lacks @receives_files, or used request.POST.")
    max_bytes = conf.max_file_bytes() if max_bytes is None else max_bytes
    max_files = conf.max_files() if max_files is None else max_files
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    body = _Body(request, _boundary(request), length)
    fields = body.read_fields()
    _check_csrf(request, fields)
    handler = _EncryptingHandler(key_for(fields) if body.at_file else None, max_bytes, max_files)
    try:
        if length > max_bytes * max_files + FIELDS_BYTES:
            raise too_large(max_bytes)
        post = _parse(request, body, handler)
    except FileRefused as refused:
        handler.discard()
        refused.form = fields
        raise
    except BaseException:
        handler.discard()
        raise
    # Whoever reads request.POST afterwards finds the fields; the files are in the vault.
    request._post, request._files = post, MultiValueDict()  # type: ignore[attr-defined]
    return Received(post, handler.received)


def _parse(request: HttpRequest, body: "_Body", handler: "_EncryptingHandler") -> QueryDict:
    """Read the rest of the body; a line that breaks, or a body that is none, is an upload cut short."""
    try:
        post, _files = MultiPartParser(request.META, body, [handler], request.encoding).parse()  # type: ignore[arg-type]
    except (OSError, MultiPartParserError, BadRequest, SuspiciousOperation) as error:
        if isinstance(error, OSError) and not isinstance(error, (UnreadablePostError, ConnectionError, TimeoutError)):
            # No fault of the sender.
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise refusal("full", status=507) from error
            raise
        long_name = isinstance(error, MultiPartParserError) and len(body.file_name) > LONG_NAME
        raise refusal("name" if long_name else "cut", detail=type(error).__name__, status=400) from error
    if not body.is_complete():
        raise refusal("cut", status=400)
    if body.file_name and not handler.received:
        # A name in no known alphabet: the parser leaves out the whole part without a word.
        raise refusal("name", status=400)
    return post


def _boundary(request: HttpRequest) -> bytes:
    boundary = (request.content_params or {}).get("boundary", "")
    if not boundary or not boundary.isascii() or len(boundary) > 200:
        raise refusal("cut", status=400)
    return boundary.encode()


def _check_csrf(request: HttpRequest, fields: QueryDict) -> None:
    """Let Django's middleware judge a copy of the request whose POST is what stands before the first file."""
    judged = copy.copy(request)
    judged._post, judged._files = fields, MultiValueDict()  # type: ignore[attr-defined]
    judged.csrf_processing_done = False  # type: ignore[attr-defined]
    middleware = _Judge(_never_called)
    middleware.process_request(judged)
    if middleware.process_view(judged, _never_called, (), {}) is not None:
        raise NotAllowed(
            _("This page was open for too long, or was sent from another site: nothing was received."),
            _("Go back, reload the page, and send the file again."),
        )


class _Judge(CsrfViewMiddleware):
    """Django's check, its refusal without the page: the caller shows its own."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseBase:
        logger.warning("Forbidden (%s): %s", reason, request.path)
        return HttpResponseForbidden()


def _never_called(request: HttpRequest) -> HttpResponseBase:
    raise AssertionError("only the check of the middleware is used")


class _Body:
    """The body of the request, first read line by line up to the first file, then replayed to the parser.

    Args:
        request: the request.
        boundary: of the multipart body.
        length: Content-Length.
    """

    def __init__(self, request: HttpRequest, boundary: bytes, length: int) -> None:
        self._stream: BinaryIO = request  # type: ignore[assignment]
        self._delimiter = b"--" + boundary
        self._encoding = request.encoding or settings.DEFAULT_CHARSET
        self._length = length
        self._replay = bytearray()
        self._taken = 0
        self._tail = b""
        # Whether the fields ended at a file, and the name it came with.
        self.at_file = False
        self.file_name = ""

    def read_fields(self) -> QueryDict:
        """Read the fields that stand before the first file, and not one byte of that file.

        Raises:
            vault.exceptions.FileRefused: the body ends, or goes on without a file, beyond what fields may weigh.
        """
        fields = QueryDict(mutable=True, encoding=self._encoding)
        line = self._line()
        while line and not line.startswith(self._delimiter):
            line = self._line()
        while line and not line.startswith(self._delimiter + b"--"):
            name = self._headers()
            if self.at_file:
                break
            value, line = self._value()
            if name:
                fields.appendlist(name, value.decode(self._encoding, "replace"))
        fields._mutable = False
        return fields

    def _line(self) -> bytes:
        line = self._stream.readline(_LINE)
        self._replay += line
        if len(self._replay) > FIELDS_BYTES:
            raise refusal("cut", status=413)
        return line

    def _headers(self) -> str:
        """The name of a part; the next byte is the first of its content."""
        name = ""
        while (line := self._line()).strip():
            kind, _colon, value = line.decode("utf-8", "replace").partition(":")
            if kind.strip().lower() == "content-disposition":
                _main, options = parse_header_parameters(value.strip())
                name, self.file_name = options.get("name", "").strip(), options.get("filename", "")
                self.at_file = self.at_file or "filename" in options
        return name

    def _value(self) -> tuple[bytes, bytes]:
        """The content of a field, and the delimiter line after it."""
        value = bytearray()
        while (line := self._line()) and not line.startswith(self._delimiter):
            value += line
        return bytes(value).removesuffix(b"\n").removesuffix(b"\r"), line

    # --- what the parser sees
    def read(self, size: int = -1) -> bytes:
        """First what was read before, then the rest."""
        if self._replay:
            data = bytes(self._replay[:size] if size >= 0 else self._replay)
            del self._replay[: len(data)]
        else:
            data = self._stream.read(size if size >= 0 else _CHUNK)
        self._taken += len(data)
        self._tail = (self._tail + data)[-256:]
        return data

    def is_complete(self) -> bool:
        """Whether the whole announced body came, up to its last delimiter: the parser takes a cut one for an end."""
        return self._taken == self._length and self._tail.rstrip(b"\r\n\t ").endswith(self._delimiter + b"--")


class _EncryptingHandler(FileUploadHandler):
    """Writes each file into the vault as it comes; judges its kind by its first bytes."""

    chunk_size = _CHUNK

    def __init__(self, key: ContentKey | None, max_bytes: int, max_files: int) -> None:
        super().__init__()
        self._key = key
        self._max_bytes = max_bytes
        self._max_files = max_files
        self._writer: FileWriter | None = None
        self._head = b""
        self._media_type = ""
        self._size = 0
        self.received: list[ReceivedFile] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; nothing is written before its kind is known."""
        super().new_file(*args, **kwargs)
        if len(self.received) >= self._max_files:
            raise too_many(self._max_files)
        self._writer, self._head, self._media_type, self._size = None, b"", "", 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Encrypt a piece."""
        self._size += len(raw_data)
        if self._size > self._max_bytes:
            raise too_large(self._max_bytes)
        if self._writer is not None:
            self._writer.write(raw_data)
            return
        self._head += raw_data
        if len(self._head) >= sniff.HEAD_BYTES:
            self._begin()

    def _begin(self) -> FileWriter:
        self._media_type = sniff.media_type(self._head[: sniff.HEAD_BYTES])
        if self._key is None:
            # The parser found a file where we found none: nobody was asked for the right.
            raise refusal("cut", status=400)
        self._writer = FileWriter(self._key)
        self._writer.write(self._head)
        self._head = b""
        return self._writer

    def file_complete(self, file_size: int) -> None:
        """Make a file durable. A field left empty sends a file of no name, which Django leaves out by itself."""
        writer = self._writer or self._begin()
        stored = writer.finish(media_type=self._media_type)
        self._writer = None
        self.received.append(ReceivedFile(str(self.field_name), str(self.file_name)[:TITLE_LENGTH], stored))

    def upload_interrupted(self) -> None:
        """The last file had no end."""
        raise refusal("cut", status=400)

    def discard(self) -> None:
        """Remove the file under way and those before it."""
        if self._writer is not None:
            self._writer.abort()
            self._writer = None
        for file in self.received:
            delete_file(file.stored)
        self.received.clear()
