"""Production: an instance set up as docs/deploy.md says serves with every header, and refuses a demo or wrong keys."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.bench.serving import gunicorn
from tests.config.production import example
from tests.harness.figures import Record

ROOT = Path(__file__).resolve().parents[2]
HOST = "avis.example"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an instance whose release step has run."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS production WITH (FORCE)")
        connection.execute("CREATE DATABASE production")
    environment = example(tmp_path_factory.mktemp("production")) | {
        "DATABASE_URL": server.rsplit("/", 1)[0] + "/production",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PATH": os.environ["PATH"],
        "TRUSTED_PROXIES": "127.0.0.1",
        "WEB_WORKERS": "1",
    }
    subprocess.run([str(ROOT / "bin" / "release")], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[int]:
    """The web process of `Procfile`; gives its port."""
    port = free_port()
    with gunicorn(port, environment=environment):
        yield port


def get(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Host": HOST} | headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def refusal(environment: dict[str, str], *command: str) -> str:
    """What a process says that does not start."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment | {"PORT": str(free_port())},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 78, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_pages_are_served_with_every_header_and_only_by_tls(instance: dict[str, str], figure: Record) -> None:
    with serving(instance) as port:
        plain = get(port, "/")
        assert plain.status == 301
        assert plain.headers["Location"] == f"https://{HOST}/"
        for path, status in (("/", 200), ("/en/", 200), ("/connexion/", 200), ("/nowhere/", 404)):
            answer = get(port, path, **{"X-Forwarded-Proto": "https"})
            assert answer.status == status, path
            assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
            assert "upgrade-insecure-requests" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                assert cookie.startswith("__Host-")
                assert "; Secure" in cookie
                assert "Domain=" not in cookie
        assert get(port, "/", **{"X-Forwarded-Proto": "https", "Host": "evil.example"}).status == 400
        assert get(port, "/demo/mailbox/", **{"X-Forwarded-Proto": "https"}).status == 404
        started = time.monotonic()
        for _ in range(50):
            assert get(port, "/connexion/", **{"X-Forwarded-Proto": "https"}).status == 200
        figure("login page, one client, new connection each", f"{(time.monotonic() - started) * 20:.0f} ms")


def test_a_demo_database_is_refused(instance: dict[str, str]) -> None:
    with psycopg.connect(instance["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("INSERT INTO config_instance (id, demo, marked_at) VALUES (1, true, now())")
    try:
        for command in (("-m", "gunicorn"), ("manage.py", "worker"), ("manage.py", "clock")):
            assert "is a demo" in refusal(instance, *command)
    finally:
        with psycopg.connect(instance["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("DELETE FROM config_instance")


def test_wrong_master_keys_are_refused(instance: dict[str, str], tmp_path: Path) -> None:
    other = example(tmp_path)["MASTER_KEYS_FILE"]
    assert "vault.E012" in refusal(instance | {"MASTER_KEYS_FILE": other}, "-m", "gunicorn")


def test_an_empty_database_is_refused(instance: dict[str, str]) -> None:
    with psycopg.connect(instance["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS nothing_yet")
        connection.execute("CREATE DATABASE nothing_yet")
    empty = instance["DATABASE_URL"].rsplit("/", 1)[0] + "/nothing_yet"
    assert "manage.py migrate" in refusal(instance | {"DATABASE_URL": empty}, "-m", "gunicorn")
