"""The web server as in production, on the database of this run."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PORT = 8719


def database_url() -> str:
    """The address of the database of this run."""
    own = connection.settings_dict
    return f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


@contextmanager
def gunicorn(port: int, *arguments: str, environment: dict[str, str]) -> Iterator[int]:
    """Start it, wait until it answers, and stop it at the end; gives the number of its process."""
    here = {"PORT": str(port), "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
    command = [sys.executable, "-m", "gunicorn", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment | here, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, "the server ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def serve(**environment: str) -> Iterator[tuple[str, int]]:
    """The server with the settings of the tests, without TLS.

    Args:
        environment: variables beside those it needs.

    Returns:
        its address, and the number of its process.
    """
    needed = {"DJANGO_SETTINGS_MODULE": "tests.bench.web_settings", "DATABASE_URL": database_url()}
    with gunicorn(PORT, environment=os.environ | needed | environment) as process:
        yield f"http://127.0.0.1:{PORT}", process
