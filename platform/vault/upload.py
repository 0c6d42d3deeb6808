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
import ctypes
import errno
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO, Protocol, cast

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponseBase, HttpResponseForbidden, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from errors import NotAllowed
from vault import conf, sniff
from vault.exceptions import FileRefused, StoreUnavailable
from vault.files import FileWriter, delete_file
from vault.models import ContentKey, StoredFile
from vault.multipart import MAX_LINES, BodyCut, MultipartBody, Part
from vault.refusals import refusal, too_large, too_many

# Where Django's own refusals are logged.
logger = logging.getLogger("django.security.csrf")

TITLE_LENGTH = 200


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
    if request.method != "POST" or request.content_type != "multipart/form-data":
        raise refusal("no_file", status=400)
    if hasattr(request, "_post") or request._read_started:  # type: ignore[attr-defined]
        raise RuntimeError("The body was read before receive(): the view lacks @receives_files, or used request.POST.")
    _keep_freed_memory()
    handler = _EncryptingHandler(
        request,
        key_for,
        conf.max_file_bytes() if max_bytes is None else max_bytes,
        conf.max_files() if max_files is None else max_files,
    )
    request.upload_handlers = [handler]
    try:
        fields = request.POST
    except MultiPartParserError as error:
        raise refusal("cut", detail="content type", status=400) from error
    if not handler.is_judged:
        # A body of no length: Django does not ask the handler.
        raise refusal("cut", detail="no body", status=400)
    return Received(fields, handler.received)


class _EncryptingHandler(FileUploadHandler):
    """Takes over the parsing of the body: fields, the check of the token, the right, then each file into the vault.

    Args:
        request: the request.
        key_for: as for `receive`.
        max_bytes: limit of each file.
        max_files: limit of files.
    """

    def __init__(
        self, request: HttpRequest, key_for: Callable[[QueryDict], ContentKey], max_bytes: int, max_files: int
    ) -> None:
        super().__init__(request)
        self._request = request
        self._key_for = key_for
        self._max_bytes = max_bytes
        self._max_files = max_files
        self.is_judged = False
        self.received: list[ReceivedFile] = []

    def handle_raw_input(  # type: ignore[override]
        self,
        input_data: Any,
        META: Any,  # noqa: N803
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict[str, Any]]:
        """Read the whole body; called by Django's parser, which then leaves it alone."""
        encoding = encoding or settings.DEFAULT_CHARSET
        body = MultipartBody(cast("BinaryIO", input_data), boundary, content_length, encoding)
        fields = QueryDict(mutable=True, encoding=encoding)
        before: QueryDict | None = None
        key = None
        try:
            part = body.next_part()
            while part is not None and part.file_name is None:
                fields.appendlist(part.name, body.value())
                part = body.next_part()
            before = fields.copy()
            _check_csrf(self._request, before)
            self.is_judged = True
            while part is not None:
                if part.file_name is None:
                    fields.appendlist(part.name, body.value())
                else:
                    key = key or self._allow(before, content_length)
                    self._take(part, body, key)
                part = body.next_part()
        except BodyCut as error:
            self.discard()
            raise _with_form(refusal("cut", detail=str(error), status=400), before) from error
        except FileRefused as refused:
            self.discard()
            raise _with_form(refused, before) from refused
        except StoreUnavailable as error:
            self.discard()
            raise _with_form(refusal("away", status=error.status), before) from error
        except OSError as error:
            self.discard()
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _with_form(refusal("full", status=507), before) from error
            raise
        except BaseException:
            self.discard()
            raise
        fields._mutable = False
        return fields, MultiValueDict()

    def _allow(self, before: QueryDict, content_length: int) -> ContentKey:
        """The right to this upload, asked before its first byte."""
        key = self._key_for(before)
        if content_length > self._max_bytes * self._max_files + MAX_LINES:
            raise too_large(self._max_bytes)
        return key

    def _take(self, part: Part, body: MultipartBody, key: ContentKey) -> None:
        """One file: judged by its first bytes, then encrypted as it comes. An input left empty sends nothing."""
        pieces = body.content()
        head = b""
        for piece in pieces:
            head += piece
            if len(head) >= sniff.HEAD_BYTES:
                break
        if not part.file_name and not head:
            return
        if len(self.received) >= self._max_files:
            raise too_many(self._max_files)
        media_type = sniff.media_type(head[: sniff.HEAD_BYTES])
        size = 0
        with FileWriter(key) as writer:
            for piece in chain((memoryview(head),), pieces):
                size += len(piece)
                if size > self._max_bytes:
                    raise too_large(self._max_bytes)
                writer.write(piece)
            stored = writer.finish(media_type=media_type)
        self.received.append(ReceivedFile(part.name, _title(part.file_name or ""), stored))

    def discard(self) -> None:
        """Remove the files received so far."""
        for file in self.received:
            delete_file(file.stored)
        self.received.clear()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never called: `handle_raw_input` does it all."""
        raise NotImplementedError

    def file_complete(self, file_size: int) -> None:
        """Never called: `handle_raw_input` does it all."""
        raise NotImplementedError


def _with_form(refused: FileRefused, fields: QueryDict | None) -> FileRefused:
    refused.form = fields
    return refused


def _title(file_name: str) -> str:
    """What people see: the last part of a path, what can be printed of it."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(mark for mark in last if mark.isprintable()).strip()[:TITLE_LENGTH]


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


_memory_lock = threading.Lock()
_memory_kept = False
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def _keep_freed_memory() -> None:
    """Have glibc keep the pieces of a body it frees, once a process, instead of asking the kernel for each again.

    By default each piece of a mebibyte is a mapping of its own, made and cleared page by page: half of the time of an
    upload. The process keeps at most a few mebibytes more. Other C libraries need nothing.
    """
    global _memory_kept
    with _memory_lock:
        if not _memory_kept:
            _memory_kept = True
            mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
            if mallopt is not None:
                mallopt(_M_MMAP_THRESHOLD, 8 * 1024 * 1024)
                mallopt(_M_TRIM_THRESHOLD, 16 * 1024 * 1024)
