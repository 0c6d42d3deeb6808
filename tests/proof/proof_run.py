"""`make run`: a clean clone starts, serves, starts again in seconds, and leaves no process behind."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.harness.figures import Record

ROOT = Path(__file__).resolve().parents[2]
FIRST_SECONDS = 300
LATER_SECONDS = 10


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed tree in a folder of its own, without anything installed or built."""
    target = tmp_path_factory.mktemp("clone") / "tree"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(target)], check=True)
    return target


class Running:
    """One `make run`.

    Args:
        tree: where to run it.
        port: the port to serve on.
    """

    def __init__(self, tree: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/"
        self.log = tree.parent / "log"
        kept = ("PATH", "HOME", "PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "LANG")
        environment = {name: os.environ[name] for name in kept if name in os.environ} | {"PORT": str(port)}
        self.started = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["make", "run"],
                cwd=tree,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def announced_after(self, limit: float) -> float:
        """Seconds until the address was printed and answered.

        Raises:
            AssertionError: it ended, or took longer than `limit`.
        """
        while True:
            seconds = time.monotonic() - self.started
            text = self.log.read_text(errors="replace")
            assert self.process.poll() is None, text
            assert seconds < limit, text
            if "Ctrl-C stops everything" in text:
                return seconds
            time.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        """Every process it started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def interrupt(self) -> None:
        """Press Ctrl-C in its terminal."""
        os.killpg(self.process.pid, signal.SIGINT)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def running(clone: Path, port: int) -> Iterator[Running]:
    """`make run`, ended whatever happens."""
    one = Running(clone, port)
    yield one
    if one.process.poll() is None:
        one.interrupt()
        try:
            one.process.wait(30)
        except subprocess.TimeoutExpired:
            for process in [*one.family(), one.process]:
                process.kill()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def all_gone(processes: list[psutil.Process], limit: float) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=limit)
    return not alive


def test_first_start_serves_and_ctrl_c_stops_all_of_it(running: Running, figure: Record) -> None:
    seconds = running.announced_after(FIRST_SECONDS)
    figure("make run, first start (packages from the registries)", f"{seconds:.0f} s", "under 300 s")
    text = running.log.read_text()
    assert running.address in text
    for name in ("patient", "expert", "coordinator", "admin"):
        assert f"{name}@demo.test" in text
    for page in ("", "en/", "connexion/", "demo/mailbox/", "verifier/"):
        assert answers(running.address + page), page
    family = running.family()
    assert len(family) >= 3
    running.interrupt()
    assert all_gone(family, 20)
    assert not answers(running.address)


def test_later_starts_take_seconds(running: Running, figure: Record) -> None:
    seconds = running.announced_after(LATER_SECONDS * 3)
    figure("make run, later start", f"{seconds:.1f} s", "under 10 s")
    assert seconds < LATER_SECONDS


def test_nothing_survives_a_killed_parent(running: Running) -> None:
    running.announced_after(60)
    family = running.family()
    [parent] = [process for process in family if "bin/run.py" in process.cmdline()]
    parent.kill()
    assert all_gone(family, 30)


def test_the_port_in_use_is_said_at_once(clone: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        second = Running(clone, port)
        assert second.process.wait(30) != 0
    assert f"Something listens on port {port} already" in second.log.read_text()


def test_an_interrupted_first_start_begins_again(clone: Path, port: int, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(clone, tree, symlinks=True, ignore=shutil.ignore_patterns("var"))
    first = Running(tree, port)
    while "loading demo data" not in first.log.read_text(errors="replace"):
        assert first.process.poll() is None, first.log.read_text()
        time.sleep(0.1)
    time.sleep(2)
    family = first.family()
    first.interrupt()
    assert all_gone(family, 20)
    first.process.wait(20)
    second = Running(tree, port)
    try:
        second.announced_after(FIRST_SECONDS)
        assert "beginning again" in second.log.read_text()
    finally:
        second.interrupt()
        second.process.wait(30)
