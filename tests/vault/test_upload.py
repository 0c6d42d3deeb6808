"""Receiving files: the right and the token first, encrypted as read, nothing left of what is refused."""

import io
import os
import resource
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware, _get_new_csrf_string, _mask_cipher_secret
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from errors import DomainError, NotAllowed
from tests.vault import samples
from vault.exceptions import FileRefused
from vault.files import read_file
from vault.keys import create_key
from vault.models import ContentKey, StoredFile
from vault.multipart import MAX_LINES
from vault.upload import Received, receive, receives_files

pytestmark = pytest.mark.django_db
BOUNDARY = "----a-boundary"
SECRET = _get_new_csrf_string()
MIB = 1024 * 1024


class CountingStream(io.RawIOBase):
    """A connection that knows how much was asked of it, and can break."""

    def __init__(self, chunks: Iterator[bytes], breaks: bool = False) -> None:
        super().__init__()
        self._chunks = chunks
        self._held = b""
        self._breaks = breaks
        self.taken = 0

    def _fill(self) -> bool:
        piece = next(self._chunks, None)
        if piece is None:
            if self._breaks:
                raise ConnectionResetError("gone")
            return False
        self._held += piece
        return True

    def read(self, size: int = -1) -> bytes:
        while (size < 0 or len(self._held) < size) and self._fill():
            continue
        return self._give(len(self._held) if size < 0 else size)

    def readline(self, size: int | None = -1) -> bytes:
        most = MIB if size is None or size < 0 else size
        while b"\n" not in self._held and len(self._held) < most and self._fill():
            continue
        end = self._held.find(b"\n") + 1 or len(self._held)
        return self._give(end if size is None or size < 0 else min(size, end))

    def _give(self, size: int) -> bytes:
        data, self._held = self._held[:size], self._held[size:]
        self.taken += len(data)
        return data


def field(name: str, value: str) -> bytes:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def file_head(filename: str = "report.pdf", name: str = "file") -> bytes:
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()


def file_part(data: bytes, filename: str = "report.pdf", name: str = "file") -> bytes:
    return file_head(filename, name) + data + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def token() -> bytes:
    return field("csrfmiddlewaretoken", _mask_cipher_secret(SECRET))


def request_of(
    chunks: list[bytes] | Iterator[bytes], *, length: int | None = None, breaks: bool = False, **environ: str
) -> tuple[WSGIRequest, CountingStream]:
    """A request as a server hands it over, with a CSRF cookie."""
    if length is None:
        chunks = list(chunks)
        length = sum(len(chunk) for chunk in chunks)
    stream = CountingStream(iter(chunks), breaks)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/add/",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
            "CONTENT_LENGTH": str(length),
            "HTTP_COOKIE": f"csrftoken={SECRET}",
            "wsgi.input": stream,
            **environ,
        }
    )
    CsrfViewMiddleware(lambda request: HttpResponse()).process_request(request)
    return request, stream


def files_left(own_vault: Path) -> int:
    return len([found for found in own_vault.rglob("*") if found.is_file()])


def refused(
    request: HttpRequest, key: ContentKey, own_vault: Path, error: type[DomainError] = FileRefused, **limits: int
) -> DomainError:
    """`receive` refuses and leaves nothing."""
    with pytest.raises(error) as raised:
        receive(request, key_for=lambda fields: key, **limits)
    assert files_left(own_vault) == 0
    assert not StoredFile.objects.exists()
    return raised.value


# --- what is kept
def test_fields_and_files_are_received_and_the_file_is_sealed(key: ContentKey, own_vault: Path) -> None:
    data = samples.pdf()
    request, _stream = request_of([token(), field("kind", "letter"), file_part(data), field("note", "déjà"), END])
    received = receive(request, key_for=lambda fields: key)
    assert (received.fields["kind"], received.fields["note"]) == ("letter", "déjà")
    assert request.POST["note"] == "déjà"
    (file,) = received.files
    assert (file.field, file.title) == ("file", "report.pdf")
    assert (file.stored.media_type, file.stored.scan_state) == ("application/pdf", "pending")
    assert b"".join(read_file(file.stored)) == data
    assert data[:100] not in b"".join(p.read_bytes() for p in own_vault.rglob("*") if p.is_file())


def test_several_files_and_an_empty_field(key: ContentKey) -> None:
    parts = [token(), file_part(samples.pdf()), file_part(b"", filename=""), file_part(samples.png(), "b.png", "more")]
    request, _stream = request_of([*parts, END])
    received = receive(request, key_for=lambda fields: key)
    assert [(file.field, file.stored.media_type) for file in received.files] == [
        ("file", "application/pdf"),
        ("more", "image/png"),
    ]


def test_a_form_without_a_file_is_received(key: ContentKey) -> None:
    request, _stream = request_of([token(), field("kind", "letter"), END])
    received = receive(request, key_for=lambda fields: key)
    assert (received.files, received.fields["kind"]) == ([], "letter")


def test_the_key_is_chosen_by_what_stands_before_the_file(key: ContentKey) -> None:
    seen = []
    request, _stream = request_of([token(), field("case", "7"), file_part(samples.pdf()), field("late", "x"), END])

    def key_for(fields: Any) -> ContentKey:
        seen.append(fields.dict())
        return key

    receive(request, key_for=key_for)
    assert [set(fields) for fields in seen] == [{"csrfmiddlewaretoken", "case"}]


def test_bytes_that_look_like_the_boundary_stay_in_the_file(key: ContentKey) -> None:
    data = samples.pdf() + f"\r\n--{BOUNDARY[:-1]}X\r\n--{BOUNDARY[:-2]}\r\n".encode()
    request, _stream = request_of([token(), file_part(data), END])
    (file,) = receive(request, key_for=lambda fields: key).files
    assert b"".join(read_file(file.stored)) == data


def test_discard_removes_what_was_received(
    key: ContentKey, own_vault: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    request, _stream = request_of([token(), file_part(samples.pdf()), END])
    received = receive(request, key_for=lambda fields: key)
    with django_capture_on_commit_callbacks(execute=True):
        received.discard()
    assert files_left(own_vault) == 0


NAMES = ["../../etc/passwd", "/etc/shadow", "C:\\Windows\\CON", "a" * 5000 + ".pdf", "‮fdp.exe", "a\x00b.pdf", "..;x"]


@pytest.mark.asvs("5.3.2")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_title_and_never_a_path(key: ContentKey, own_vault: Path, tmp_path: Path, name: str) -> None:
    request, _stream = request_of([token(), file_part(samples.pdf(), name), END])
    (file,) = receive(request, key_for=lambda fields: key).files
    assert len(file.title) <= 200
    assert not set(file.title) & set("/\\\0‮")
    (found,) = (p for p in own_vault.rglob("*") if p.is_file())
    assert found == own_vault / "objects" / file.stored.object_name
    assert found.name == file.stored.pk.hex


def test_a_name_in_an_old_alphabet_is_read(key: ContentKey) -> None:
    request, _stream = request_of([token(), file_part(samples.pdf()).replace(b"report", b"r\xe9sum\xe9"), END])
    (file,) = receive(request, key_for=lambda fields: key).files
    assert file.title == "résumé.pdf"


# --- the token
@pytest.mark.parametrize(
    "first",
    [
        [],
        [field("csrfmiddlewaretoken", "")],
        [field("csrfmiddlewaretoken", secrets.token_hex(32))],
        [field("csrfmiddlewaretoken", _mask_cipher_secret(_get_new_csrf_string()))],
        [field("other", _mask_cipher_secret(SECRET))],
    ],
    ids=["none", "empty", "malformed", "of another browser", "under another name"],
)
@pytest.mark.asvs("3.5.1")
def test_without_a_valid_token_no_byte_of_the_file_is_read(
    key: ContentKey, own_vault: Path, first: list[bytes]
) -> None:
    """Counted on the connection: exactly the bytes up to the first byte of the file."""
    before = [*first, file_head()]
    request, stream = request_of([*before, os.urandom(3 * MIB), b"\r\n", token(), END])
    error = refused(request, key, own_vault, NotAllowed)
    assert error.status == 403
    assert stream.taken == sum(len(part) for part in before)


def test_a_token_after_the_file_comes_too_late(key: ContentKey, own_vault: Path) -> None:
    request, stream = request_of([file_part(samples.pdf()), token(), END])
    refused(request, key, own_vault, NotAllowed)
    assert stream.taken == len(file_head())


def test_the_key_is_not_asked_for_before_the_token(key: ContentKey) -> None:
    request, _stream = request_of([file_part(samples.pdf()), END])
    key_for = mock.Mock()
    with pytest.raises(NotAllowed):
        receive(request, key_for=key_for)
    key_for.assert_not_called()


def test_a_token_in_the_header_is_enough(key: ContentKey) -> None:
    request, _stream = request_of([file_part(samples.pdf()), END], HTTP_X_CSRFTOKEN=_mask_cipher_secret(SECRET))
    assert len(receive(request, key_for=lambda fields: key).files) == 1


def test_another_origin_is_refused_with_the_right_token(key: ContentKey, own_vault: Path) -> None:
    request, _stream = request_of([token(), file_part(samples.pdf()), END], HTTP_ORIGIN="https://evil.example")
    refused(request, key, own_vault, NotAllowed)


def test_a_right_refused_by_the_caller_reads_no_file(key: ContentKey, own_vault: Path) -> None:
    before = [token(), file_head()]
    request, stream = request_of([*before, os.urandom(3 * MIB), b"\r\n", END])

    def nobody(fields: Any) -> ContentKey:
        raise NotAllowed("no")

    with pytest.raises(NotAllowed):
        receive(request, key_for=nobody)
    assert stream.taken == sum(len(part) for part in before)
    assert files_left(own_vault) == 0


def test_a_body_read_before_is_a_mistake_of_ours(key: ContentKey) -> None:
    request, _stream = request_of([token(), file_part(samples.pdf()), END])
    assert request.POST["csrfmiddlewaretoken"]
    with pytest.raises(RuntimeError, match="receives_files"):
        receive(request, key_for=lambda fields: key)


# --- limits
def endless(first: bytes) -> Iterator[bytes]:
    yield token() + file_head() + first
    while True:
        yield os.urandom(64 * 1024)


@pytest.mark.asvs("5.2.1")
def test_a_file_too_large_is_stopped_at_the_limit(key: ContentKey, own_vault: Path) -> None:
    request, stream = request_of(endless(samples.pdf()), length=6 * MIB)
    error = refused(request, key, own_vault, max_bytes=4 * MIB, max_files=1)
    assert error.status == 413
    assert "4" in str(error.message)
    # No more than the block that went beyond.
    assert stream.taken < 5.5 * MIB


def test_a_body_that_can_only_be_too_large_is_refused_unread(key: ContentKey, own_vault: Path) -> None:
    request, stream = request_of(endless(samples.pdf()), length=MIB + MAX_LINES + 1)
    assert refused(request, key, own_vault, max_bytes=MIB, max_files=1).status == 413
    assert stream.taken < 1000


def test_a_file_of_exactly_the_limit_is_kept(key: ContentKey) -> None:
    data = samples.pdf()
    request, _stream = request_of([token(), file_part(data), END])
    assert receive(request, key_for=lambda fields: key, max_bytes=len(data)).files[0].stored.size == len(data)
    request, _stream = request_of([token(), file_part(data), END])
    with pytest.raises(FileRefused):
        receive(request, key_for=lambda fields: key, max_bytes=len(data) - 1)


def test_one_file_too_many_leaves_none(
    key: ContentKey, own_vault: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    request, _stream = request_of([token(), *[file_part(samples.pdf())] * 3, END])
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(FileRefused) as error:
        receive(request, key_for=lambda fields: key, max_files=2)
    assert (error.value.code, error.value.status) == ("too_many", 413)
    assert files_left(own_vault) == 0


def test_endless_fields_are_refused(key: ContentKey, own_vault: Path) -> None:
    def lines() -> Iterator[bytes]:
        yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="x"\r\n\r\n'.encode()
        while True:
            yield b"x" * 70_000

    request, stream = request_of(lines(), length=100 * MIB)
    refused(request, key, own_vault)
    assert stream.taken < MAX_LINES + MIB


def test_the_error_carries_the_fields_typed_before_the_file(key: ContentKey, own_vault: Path) -> None:
    request, _stream = request_of([token(), field("date", "12/11/2026"), file_part(b"GIF89a" + bytes(500)), END])
    error = refused(request, key, own_vault)
    assert isinstance(error, FileRefused)
    assert error.code == "picture"
    assert error.form is not None
    assert error.form["date"] == "12/11/2026"


# --- broken lines
@pytest.mark.parametrize("breaks", [True, False], ids=["reset", "silent end"])
@pytest.mark.parametrize("after", [10, 100_000, 700_000])
def test_a_cut_upload_leaves_nothing(key: ContentKey, own_vault: Path, after: int, breaks: bool) -> None:
    """A parser alone would take the silent end for the end of the file."""
    whole = samples.pdf() + os.urandom(MIB)
    full = token() + file_part(whole) + END
    cut = (token() + file_head() + whole)[: len(token() + file_head()) + after]
    request, _stream = request_of(iter([cut]), length=len(full), breaks=breaks)
    error = refused(request, key, own_vault)
    assert isinstance(error, FileRefused)
    assert (error.code, error.status) == ("cut", 400)


def test_a_cut_in_the_second_file_leaves_neither(
    key: ContentKey, own_vault: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    begin = token() + file_part(samples.pdf()) + file_head() + samples.pdf()
    request, _stream = request_of(iter([begin]), length=len(begin) + MIB)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(FileRefused):
        receive(request, key_for=lambda fields: key)
    assert files_left(own_vault) == 0
    assert not StoredFile.objects.exists()


def test_a_full_disk_is_said_and_leaves_nothing(key: ContentKey, own_vault: Path) -> None:
    request, _stream = request_of([token(), file_part(samples.pdf()), END])
    with mock.patch("os.fsync", side_effect=OSError(28, "No space left on device")):
        error = refused(request, key, own_vault)
    assert error.status == 507


@pytest.mark.parametrize(
    "body",
    [b"", b"no multipart at all", END, b"--" + BOUNDARY.encode(), token()[:30], token() + file_head()[:40]],
)
def test_a_body_that_is_no_form_is_refused_clearly(key: ContentKey, own_vault: Path, body: bytes) -> None:
    request, _stream = request_of([body])
    with pytest.raises((NotAllowed, FileRefused)):
        receive(request, key_for=lambda fields: key)
    assert files_left(own_vault) == 0


def test_another_content_type_is_refused(key: ContentKey, own_vault: Path) -> None:
    for kind in ("application/json", "multipart/form-data", "text/plain"):
        request, _stream = request_of([token(), END], CONTENT_TYPE=kind)
        assert refused(request, key, own_vault).status == 400


@pytest.mark.asvs("5.2.1")
def test_memory_stays_flat_over_a_large_file(key: ContentKey) -> None:
    size = 96 * MIB
    piece = os.urandom(MIB)
    head = token() + file_head() + samples.pdf()
    tail = b"\r\n" + END
    warm, _stream = request_of([head, *[piece] * 8, tail])
    receive(warm, key_for=lambda fields: key)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    chunks = (part for part in [head, *[piece] * (size // MIB), tail])
    request, _stream = request_of(chunks, length=len(head) + size + len(tail))
    (file,) = receive(request, key_for=lambda fields: key).files
    assert file.stored.size == size + len(samples.pdf())
    # In KiB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


# --- through an address
@receives_files
def add(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    from django.middleware.csrf import get_token

    if request.method == "GET":
        return HttpResponse(get_token(request))
    try:
        received: Received = receive(request, key_for=lambda fields: create_key("case"))
    except DomainError as error:
        return HttpResponse(str(error), status=error.status)
    return HttpResponse(str(received.files[0].stored.pk), status=201)


urlpatterns = [path("add/", add)]


@override_settings(
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
)
def test_a_browser_without_scripts_sends_a_file() -> None:
    client = Client(enforce_csrf_checks=True)
    hidden = client.get("/add/").content.decode()
    sent = client.post("/add/", {"csrfmiddlewaretoken": hidden, "file": io.BytesIO(samples.pdf())})
    assert sent.status_code == 201
    stored = StoredFile.objects.get(pk=sent.content.decode())
    assert b"".join(read_file(stored)) == samples.pdf()
    assert client.post("/add/", {"file": io.BytesIO(samples.pdf())}).status_code == 403
    assert StoredFile.objects.count() == 1
