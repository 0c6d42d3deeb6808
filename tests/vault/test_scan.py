"""The malware check: EICAR is found in every kind, and without a scanner nothing is ever clean."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.vault import hostile, samples
from vault import checks, sniff
from vault.exceptions import SealBroken
from vault.files import write_file
from vault.models import ContentKey, StoredFile
from vault.scan import EICAR, EICAR_NAME, ScannerDown, check_scanner, is_demo, scan

pytestmark = pytest.mark.django_db
LIMIT = 1 << 20


class FakeClamd(threading.Thread):
    """Speaks PING and INSTREAM as clamd does, with a StreamMaxLength of one mebibyte; finds EICAR only."""

    def __init__(self, behaviour: str = "") -> None:
        super().__init__(daemon=True)
        self.behaviour = behaviour
        self.seen = b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]

    def stop(self) -> None:
        # Closing alone would not wake who waits in accept.
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.join(timeout=5)

    def run(self) -> None:
        while True:
            try:
                line, _address = self.server.accept()
            except OSError:
                return
            with line:
                self.serve(line)

    def serve(self, line: socket.socket) -> None:
        reader = line.makefile("rb")
        command = b""
        while not command.endswith(b"\0"):
            command += reader.read(1)
        if command == b"zPING\0":
            line.sendall(b"PONG\0" if self.behaviour != "odd" else b"WHAT\0")
            return
        data = b""
        while length := struct.unpack(">I", reader.read(4))[0]:
            data += reader.read(length)
            if self.behaviour == "dies":
                return
            if len(data) > LIMIT:
                line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.seen = data
        if self.behaviour == "error":
            line.sendall(b"stream: Can't allocate memory ERROR\0")
        elif self.behaviour != "silent":
            line.sendall(b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in data else b"stream: OK\0")


@contextmanager
def clamd(settings: Any, behaviour: str = "") -> Iterator[FakeClamd]:
    server = FakeClamd(behaviour)
    server.start()
    settings.VAULT_SCANNER, settings.VAULT_CLAMD_TIMEOUT = "clamd", 5
    settings.VAULT_CLAMD_ADDRESS = f"tcp://127.0.0.1:{server.port}"
    try:
        yield server
    finally:
        server.stop()


def put(key: ContentKey, data: bytes) -> StoredFile:
    return write_file(key, [data], media_type=sniff.media_type(data[: sniff.HEAD_BYTES]))


@pytest.mark.asvs("5.4.3")
@pytest.mark.parametrize("kind", ["pdf", "jpeg", "dicom", "zip"])
def test_the_demo_scanner_finds_eicar_in_every_kind(key: ContentKey, kind: str) -> None:
    stored = put(key, hostile.eicar_files()[kind])
    result = scan(stored)
    stored.refresh_from_db()
    assert (result.state, result.signature, result.scanner) == ("infected", EICAR_NAME, "demo")
    assert (stored.scan_state, stored.signature, stored.is_clean) == ("infected", EICAR_NAME, False)
    assert stored.scanned_at is not None


@pytest.mark.parametrize("make", [samples.pdf, samples.jpeg, samples.dicom, samples.zip_of_dicom])
def test_ordinary_files_are_clean(key: ContentKey, make: Any) -> None:
    stored = put(key, make())
    assert scan(stored).has_verdict
    assert StoredFile.objects.get(pk=stored.pk).is_clean


def test_eicar_is_found_across_pieces(key: ContentKey) -> None:
    for offset in (256 * 1024 - 30, 256 * 1024, 256 * 1024 - 68):
        data = samples.pdf()
        stored = put(key, data + bytes(offset - len(data)) + EICAR)
        assert scan(stored).state == "infected"


def test_the_test_string_lies_nowhere_in_the_repository() -> None:
    root = Path(__file__).resolve().parents[2]
    for folder in ("platform/vault", "tests/vault", "docs", "locale"):
        for path in (root / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                assert EICAR not in path.read_bytes(), path


def test_an_archive_the_demo_scanner_cannot_read_has_no_verdict(key: ContentKey) -> None:
    stored = put(key, samples.zip_of_dicom()[:-40])
    assert scan(stored).state == "failed"
    assert not StoredFile.objects.get(pk=stored.pk).is_clean


def test_the_demo_says_so(settings: Any) -> None:
    assert is_demo()
    settings.VAULT_SCANNER = "clamd"
    assert not is_demo()
    settings.VAULT_SCANNER = "none"
    with pytest.raises(ValueError, match="none"):
        check_scanner()


# --- clamd
def test_clamd_gets_every_byte_and_its_verdict_is_kept(key: ContentKey, settings: Any) -> None:
    data = samples.pdf() + bytes(600_000)
    with clamd(settings) as server:
        check_scanner()
        assert scan(put(key, data)).state == "clean"
        assert server.seen == data
        infected = put(key, hostile.eicar_files()["pdf"])
        assert scan(infected).signature == "Win.Test.EICAR_HDB-1"
    assert StoredFile.objects.get(pk=infected.pk).scanner == "clamd"


@pytest.mark.asvs("5.4.3")
@pytest.mark.parametrize("behaviour", ["absent", "dies", "silent"])
def test_without_an_answer_a_file_stays_unchecked(key: ContentKey, settings: Any, behaviour: str) -> None:
    stored = put(key, samples.pdf())
    with clamd(settings, behaviour) as server:
        if behaviour == "absent":
            server.stop()
        result = scan(stored)
    stored.refresh_from_db()
    assert (result.state, result.has_verdict) == ("pending", False)
    assert (stored.scan_state, stored.is_clean, stored.scanned_at) == ("pending", False, None)


@pytest.mark.parametrize(("behaviour", "size"), [("error", 100), ("", 40 << 20)], ids=["error", "too large"])
def test_a_file_clamd_cannot_check_is_never_clean(key: ContentKey, settings: Any, behaviour: str, size: int) -> None:
    """Beyond StreamMaxLength clamd answers and closes while we still send: its answer is read all the same."""
    stored = put(key, samples.pdf() + bytes(size))
    with clamd(settings, behaviour):
        assert scan(stored).state == "failed"
    assert not StoredFile.objects.get(pk=stored.pk).is_clean


def test_clamd_over_a_socket_file_that_is_not_there(key: ContentKey, settings: Any, tmp_path: Path) -> None:
    settings.VAULT_SCANNER, settings.VAULT_CLAMD_ADDRESS = "clamd", f"unix://{tmp_path}/none"
    assert scan(put(key, samples.pdf())).state == "pending"
    with pytest.raises(ScannerDown):
        check_scanner()


def test_an_odd_answer_to_ping_is_no_scanner(settings: Any) -> None:
    with clamd(settings, "odd"), pytest.raises(ScannerDown):
        check_scanner()


def test_a_tampered_file_is_no_verdict(key: ContentKey, own_vault: Path) -> None:
    stored = put(key, samples.pdf())
    path = own_vault / "objects" / stored.object_name
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(SealBroken):
        scan(stored)
    assert StoredFile.objects.get(pk=stored.pk).scan_state == "pending"


def test_production_wants_a_real_scanner(settings: Any) -> None:
    settings.DEMO = False
    assert "vault.E011" in {message.id for message in checks.check_master_keys(None)}
