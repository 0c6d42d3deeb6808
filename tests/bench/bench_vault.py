"""The upload path against `cp` and fsync: a real server, a real connection, 300 MiB; and the vault's own speed."""

import http.client
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import psutil
import pytest
from django.conf import settings
from django.db import connection

from tests.harness.figures import Record
from tests.vault import samples
from tests.vault.rows import Note
from vault.files import read_file, write_file
from vault.intake import examine
from vault.keys import create_key, rotate_master
from vault.models import ContentKey, StoredFile
from vault.previews import page_images
from vault.scan import scan

MIB = 1024 * 1024
SIZE = 300 * MIB
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder on the disk of the project: /tmp may be memory."""
    folder = Path(settings.VAR_DIR) / "bench" / secrets.token_hex(4)
    folder.mkdir(parents=True)
    yield folder
    subprocess.run(["/bin/rm", "-r", str(folder)], check=True)


@pytest.fixture
def large(work: Path) -> Path:
    """A file that looks like a PDF and does not compress."""
    path = work / "large.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        for _ in range(SIZE // MIB):
            file.write(os.urandom(MIB))
        os.fsync(file.fileno())
    return path


def copied(large: Path, to: Path) -> float:
    """Seconds of `cp` followed by fsync."""
    start = time.perf_counter()
    subprocess.run(["/bin/cp", "--reflink=never", str(large), str(to)], check=True)
    descriptor = os.open(to, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    taken = time.perf_counter() - start
    to.unlink()
    return taken


class Server:
    """gunicorn as in production (threads), one worker, on the database of this run."""

    def __init__(self, work: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.bench.upload_site",
            "DATABASE_URL": database_url(),
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
        }
        self.process = subprocess.Popen([sys.executable, "-m", "gunicorn"], cwd=ROOT, env=environment)

    def wait(self) -> None:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert self.process.poll() is None
                time.sleep(0.1)
        raise TimeoutError

    def memory(self) -> int:
        """Resident bytes of the worker, private to it."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return max(child.memory_info().rss for child in children)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def database_url() -> str:
    """The database pytest made, as a URL."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{quote(values['NAME'])}").geturl()


def send(port: int, path: Path) -> float:
    """Send a file as a browser does: a token, then a form with it; the seconds of the second request."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    line.request("GET", "/add/")
    answer = line.getresponse()
    token, cookie = answer.read().decode(), answer.headers["Set-Cookie"].split(";")[0]
    line.close()
    boundary = uuid.uuid4().hex
    begin = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    ).encode()
    end = f"\r\n--{boundary}--\r\n".encode()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    start = time.perf_counter()
    line.putrequest("POST", "/add/")
    line.putheader("Cookie", cookie)
    line.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
    line.putheader("Content-Length", str(len(begin) + path.stat().st_size + len(end)))
    line.endheaders(begin)
    with path.open("rb") as file:
        line.sock.sendfile(file)
    line.send(end)
    answer = line.getresponse()
    body = answer.read().decode()
    taken = time.perf_counter() - start
    line.close()
    assert answer.status == 200, body[:500]
    return taken


@pytest.mark.django_db(transaction=True)
def test_upload_of_300_mib(figure: Record, work: Path, large: Path) -> None:
    small = work / "small.pdf"
    small.write_bytes(b"%PDF-1.7\n" + os.urandom(3 * MIB))
    copies = [copied(large, work / "copy") for _ in range(5)]
    server = Server(work)
    try:
        server.wait()
        for _ in range(3):
            send(server.port, small)
        idle = server.memory()
        peak, stop = [idle], threading.Event()

        def watch() -> None:
            while not stop.wait(0.02):
                peak.append(server.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            uploads = [send(server.port, large) for _ in range(5)]
        finally:
            stop.set()
            watcher.join()
        growth = (max(peak) - idle) / MIB
    finally:
        server.stop()
    upload, copy = statistics.median(uploads), statistics.median(copies)
    figure("upload of 300 MiB", f"{300 / upload:.0f} MiB/s ({upload:.2f} s)", "half the speed of cp and fsync")
    figure("cp and fsync of 300 MiB", f"{300 / copy:.0f} MiB/s ({copy:.2f} s)")
    figure("upload of 300 MiB against cp and fsync", f"{copy / upload:.0%}", "at least 50 %")
    figure("growth of the web process over idle", f"{growth:.1f} MiB", "under 32 MiB")
    stored = StoredFile.objects.order_by("-created_at").first()
    assert stored is not None
    assert stored.size == large.stat().st_size
    assert upload < 2 * copy
    assert growth < 32


@pytest.mark.django_db
def test_the_vault_by_itself(figure: Record, large: Path) -> None:
    key = create_key("case")
    start = time.perf_counter()
    with large.open("rb") as file:
        stored = write_file(key, iter(lambda: file.read(MIB), b""), media_type="application/pdf")
    figure("file encrypted and synced", f"{300 / (time.perf_counter() - start):.0f} MiB/s")
    start = time.perf_counter()
    for _piece in read_file(stored):
        pass
    figure("file decrypted", f"{300 / (time.perf_counter() - start):.0f} MiB/s")
    times = []
    for number in range(200):
        begin = number * MIB
        start = time.perf_counter()
        b"".join(read_file(stored, begin, begin + 65536))
        times.append(time.perf_counter() - start)
    figure("64 KiB read from anywhere in a file", f"{statistics.median(times) * 1000:.2f} ms")


@pytest.mark.django_db
def test_keys_and_fields(figure: Record) -> None:
    for _ in range(2000):
        create_key("case")
    ContentKey.objects.update(master_id=ContentKey.objects.values("master_id")[:1])
    key = create_key("case")
    note = Note(content_key=key, text="x")
    field = Note._meta.get_field("text")
    start = time.perf_counter()
    sealed = [field.seal(note, "a sentence of an answer " * 10) for _ in range(5000)]  # type: ignore[union-attr]
    figure("value sealed", f"{(time.perf_counter() - start) / 5000 * 1e6:.0f} µs")
    for one in sealed:
        one.__init__(one.data)  # type: ignore[misc]
    start = time.perf_counter()
    for one in sealed:
        field.open(note, one)  # type: ignore[union-attr]
    figure("value opened", f"{(time.perf_counter() - start) / 5000 * 1e6:.0f} µs")
    loaded = list(ContentKey.objects.all()[:1000])
    start = time.perf_counter()
    for one_key in loaded:
        one_key.field_cipher()
    figure("content key unwrapped", f"{(time.perf_counter() - start) / len(loaded) * 1e6:.0f} µs")
    assert list(rotate_master()) == []


@pytest.mark.django_db
def test_children(figure: Record) -> None:
    key = create_key("case")
    for name, data in {
        "PDF of 20 pages": samples.pdf(20),
        "photograph of 12 megapixels": samples.jpeg(4000, 3000, orientation=6),
        "DICOM image of 2000 x 2000": samples.dicom(2000, 2000),
    }.items():
        from vault import sniff

        stored = write_file(key, [data], media_type=sniff.media_type(data[: sniff.HEAD_BYTES]))
        start = time.perf_counter()
        kept = examine(stored).stored
        figure(f"{name} examined", f"{time.perf_counter() - start:.2f} s")
        scan(kept)
        start = time.perf_counter()
        pages = page_images(kept)
        figure(f"{name} drawn", f"{time.perf_counter() - start:.2f} s")
        assert pages
