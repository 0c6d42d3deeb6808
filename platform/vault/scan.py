"""The malware check: one call, one scanner by setting, and no verdict without a scanner.

`clamd` streams the clear bytes to a ClamAV daemon over its socket. `demo` knows the EICAR test file and nothing else,
plain or inside an archive of one level; pages that show a verdict of it must say so (`is_demo`).
"""

import functools
import socket
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from clock import now
from vault import conf, sniff
from vault.files import open_file
from vault.models import StoredFile

# The EICAR test string, turned round: scanners on the machines of developers look for it as it is.
EICAR = rb"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\4[PA@%P!O5X"[::-1]
EICAR_NAME = "Eicar-Test-Signature"
_PIECE = 256 * 1024
_MOST_ENTRIES = 5000
_MOST_UNPACKED = 4 * 1024 * 1024 * 1024


class ScannerDown(Exception):
    """The scanner cannot be reached: there is no verdict."""


class ScannerRefused(Exception):
    """The scanner was reached and could not check this file."""


@dataclass(frozen=True)
class ScanResult:
    """What came of a check.

    Args:
        state: `pending` when no scanner answered: try again later; `failed` when it could not check this file.
        scanner: who said so.
        signature: name of the malware, when infected.
    """

    state: str
    scanner: str
    signature: str = ""

    @property
    def has_verdict(self) -> bool:
        """Whether it was clean or infected."""
        return self.state in (StoredFile.Scan.CLEAN, StoredFile.Scan.INFECTED)


class Scanner(Protocol):
    """A malware scanner."""

    name: str

    def find(self, file: BinaryIO, media_type: str) -> str:
        """The name of the malware in a file, or nothing.

        Raises:
            ScannerDown: not to be reached.
            ScannerRefused: it could not check this file.
        """


def is_demo() -> bool:
    """Whether the scanner knows the test file only, which the page must say."""
    return conf.scanner() == "demo"


def get_scanner() -> Scanner:
    """The scanner of the settings.

    Raises:
        ValueError: no scanner of that name.
    """
    if conf.scanner() == "clamd":
        return Clamd(*conf.clamd())
    if conf.scanner() == "demo":
        return DemoScanner()
    raise ValueError(f"VAULT_SCANNER {conf.scanner()!r} is neither clamd nor demo")


def scan(stored: StoredFile) -> ScanResult:
    """Check a file and record the verdict; without one the row stays as it is, visible to its author only.

    Args:
        stored: the file; a second check replaces the first verdict.
    """
    scanner = get_scanner()
    try:
        with open_file(stored) as file:
            signature = scanner.find(file, stored.media_type)
    except ScannerDown:
        return ScanResult(StoredFile.Scan.PENDING, scanner.name)
    except ScannerRefused:
        result = ScanResult(StoredFile.Scan.FAILED, scanner.name)
    else:
        result = ScanResult(
            StoredFile.Scan.INFECTED if signature else StoredFile.Scan.CLEAN, scanner.name, signature[:120]
        )
    stored.scan_state, stored.scanner, stored.signature = result.state, result.scanner, result.signature
    stored.scanned_at = now()
    stored.save(update_fields=["scan_state", "scanner", "signature", "scanned_at"])
    return result


def check_scanner() -> None:
    """Prove at start that the scanner answers.

    Raises:
        ScannerDown: it does not.
    """
    scanner = get_scanner()
    if isinstance(scanner, Clamd):
        scanner.ping()


class Clamd:
    """ClamAV's daemon. Its StreamMaxLength, MaxFileSize and MaxScanSize must exceed `VAULT_MAX_FILE_BYTES`.

    The command INSTREAM is spoken here and not by a library: when clamd has had enough it answers and closes, and its
    answer must still be read to tell a file too large from a daemon that died.

    Args:
        address: `tcp://host:port` or `unix:///path`.
        timeout: seconds for each step.
    """

    name = "clamd"

    def __init__(self, address: str, timeout: float) -> None:
        self._address = urlsplit(address)
        self._timeout = timeout

    def ping(self) -> None:
        """Ask whether it is there."""
        with self._connect() as line:
            try:
                line.sendall(b"zPING\0")
                answer = line.recv(64)
            except OSError as error:
                raise ScannerDown(str(error)) from error
        if answer.rstrip(b"\0") != b"PONG":
            raise ScannerDown("clamd does not answer PING")

    def find(self, file: BinaryIO, media_type: str) -> str:
        """Stream the file; clamd looks into PDF, archives and the like by itself."""
        with self._connect() as line:
            try:
                line.sendall(b"zINSTREAM\0")
                while piece := file.read(_PIECE):
                    line.sendall(struct.pack(">I", len(piece)) + piece)
                line.sendall(bytes(4))
            except (BrokenPipeError, ConnectionResetError):
                # It stopped listening: the reason may be waiting to be read.
                pass
            except OSError as error:
                raise ScannerDown(str(error)) from error
            answer = self._answer(line)
        if answer == "stream: OK":
            return ""
        if answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        if answer.endswith("ERROR"):
            raise ScannerRefused(answer)
        raise ScannerDown("clamd ended without an answer")

    def _connect(self) -> socket.socket:
        try:
            if self._address.scheme != "unix":
                host, port = self._address.hostname or "", self._address.port or 3310
                return socket.create_connection((host, port), timeout=self._timeout)
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                line.settimeout(self._timeout)
                line.connect(self._address.path)
            except OSError:
                line.close()
                raise
            return line
        except OSError as error:
            raise ScannerDown(str(error)) from error

    def _answer(self, line: socket.socket) -> str:
        data = b""
        try:
            while len(data) < 4096 and not data.endswith(b"\0"):
                piece = line.recv(4096)
                if not piece:
                    break
                data += piece
        except OSError as error:
            raise ScannerDown(str(error)) from error
        return data.rstrip(b"\0\n").decode("utf-8", "replace").strip()


class DemoScanner:
    """Finds the EICAR test file, so that the demo can show what happens to malware. It protects nobody."""

    name = "demo"

    def find(self, file: BinaryIO, media_type: str) -> str:
        """Search the bytes of the file, and of the entries of an archive."""
        if _has_eicar(iter(lambda: file.read(_PIECE), b"")):
            return EICAR_NAME
        if media_type == sniff.ZIP and _archive_has_eicar(file):
            return EICAR_NAME
        return ""


def _has_eicar(pieces: Iterator[bytes]) -> bool:
    before = b""
    for piece in pieces:
        window = before + piece
        if EICAR in window:
            return True
        before = window[-len(EICAR) :]
    return False


def _archive_has_eicar(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            found = archive.infolist()
            if len(found) > _MOST_ENTRIES or sum(entry.file_size for entry in found) > _MOST_UNPACKED:
                raise ScannerRefused("archive too large")
            for entry in found:
                with archive.open(entry) as opened:
                    if _has_eicar(iter(functools.partial(opened.read, _PIECE), b"")):
                        return True
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ScannerRefused(type(error).__name__) from error
    return False
