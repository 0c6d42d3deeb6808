"""The limited child: what it cannot do, and that it never outlives its task."""

import os
import socket
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.vault import samples
from vault import sniff
from vault.children import Child
from vault.exceptions import FileRefused, SealBroken
from vault.files import write_file
from vault.models import ContentKey, StoredFile

pytestmark = [pytest.mark.django_db, pytest.mark.once]
# Other tests of the same process may leave one of their own, like the driver of the browser.
BEFORE: set[int] = set()


@pytest.fixture(autouse=True)
def _before() -> None:
    BEFORE.clear()
    BEFORE.update(child.pid for child in psutil.Process().children())


def running() -> list[psutil.Process]:
    """The processes this test started."""
    return [child for child in psutil.Process().children() if child.pid not in BEFORE]


PROBE = Path(__file__).with_name("probe.py")


@pytest.fixture
def stored(key: ContentKey) -> StoredFile:
    return write_file(key, [samples.pdf()], media_type=sniff.PDF)


def wish(stored: StoredFile, name: str, **options: Any) -> dict[str, Any]:
    """Run the probe; its last word."""
    limits = {name: options.pop(name) for name in ("memory", "seconds", "wall") if name in options}
    child = Child("probe", [stored], options={"wish": name, **options}, worker=PROBE, **limits)
    assert list(child.frames()) == []
    return child.answer


def test_every_measure_holds_on_this_machine(stored: StoredFile) -> None:
    """`network` needs a right some containers lack; the filter of calls stands for it there."""
    assert "calls" in wish(stored, "nothing")["held"]


@pytest.mark.asvs("15.2.5")
@pytest.mark.parametrize("name", ["read", "write", "program", "network", "kill"])
def test_the_child_reaches_nothing(stored: StoredFile, tmp_path: Path, settings: Any, name: str) -> None:
    target = tmp_path / "out" if name == "write" else Path(settings.MASTER_KEYS_FILE)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        answer = wish(stored, name, path=str(target), port=server.getsockname()[1])
    assert answer["stopped"] in ("PermissionError", "OSError")
    assert not (tmp_path / "out").exists()


def test_the_child_inherits_no_secret_and_no_connection(stored: StoredFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "x")
    descriptor = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    try:
        assert wish(stored, "descriptors")["stopped"] == "OSError"
    finally:
        os.close(descriptor)
    child = Child(
        "probe",
        [stored],
        options={"wish": "environment", "allowed": ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"]},
        worker=PROBE,
    )
    # It ends with the number of further variables instead of a last word.
    with pytest.raises(FileRefused):
        list(child.frames())
    assert child.exit_code == 0


@pytest.mark.parametrize(
    ("name", "code", "limits"),
    [
        ("memory", "too_heavy", {}),
        ("spin", "too_long", {"seconds": 1}),
        ("sleep", "too_long", {"wall": 1.5}),
        ("die", "unreadable", {}),
        ("abort", "unreadable", {}),
        ("flood", "unreadable", {}),
        ("babble", "unreadable", {}),
        ("other file", "unreadable", {}),
        ("beyond", "unreadable", {}),
    ],
)
def test_a_child_that_goes_wrong_is_a_refused_file(
    stored: StoredFile, name: str, code: str, limits: dict[str, Any]
) -> None:
    start = time.monotonic()
    with pytest.raises(FileRefused) as error:
        wish(stored, name, **limits)
    assert error.value.code == code
    assert time.monotonic() - start < 20
    assert running() == []


def test_a_reader_that_stops_ends_the_child(stored: StoredFile) -> None:
    frames = Child("pages", [stored], options={"width": 200, "most": 5}).frames()
    next(frames)
    assert len(running()) == 1
    frames.close()  # type: ignore[attr-defined]
    assert running() == []


def test_a_broken_object_is_the_vaults_error_and_ends_the_child(stored: StoredFile, own_vault: Path) -> None:
    path = own_vault / "objects" / stored.object_name
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(SealBroken):
        list(Child("examine", [stored]).frames())
    assert running() == []


def test_no_clear_byte_lies_on_a_disk_meanwhile(key: ContentKey, tmp_path: Path) -> None:
    stored = write_file(key, [samples.pdf(30, "Hapax")], media_type=sniff.PDF)
    for _frame in Child("pages", [stored], options={"width": 200, "most": 5}).frames():
        for found in tmp_path.rglob("*"):
            assert not found.is_file() or b"Hapax" not in found.read_bytes()
