"""The web server as in production, on the database of this run."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PORT = 8719


@contextmanager
def serve(**environment: str) -> Iterator[tuple[str, int]]:
    """Start gunicorn, wait until it answers, and stop it at the end.

    Args:
        environment: variables beside those it needs.

    Returns:
        its address, and the number of its process.
    """
    own = connection.settings_dict
    url = f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    needed = {
        "DJANGO_SETTINGS_MODULE": "tests.bench.web_settings",
        "DATABASE_URL": url,
        "PORT": str(PORT),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }
    process = subprocess.Popen([sys.executable, "-m", "gunicorn"], cwd=ROOT, env=os.environ | needed | environment)
    try:
        for _try in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/connexion/", timeout=2).read()
                break
            except OSError:
                time.sleep(0.5)
        yield f"http://127.0.0.1:{PORT}", process.pid
    finally:
        process.terminate()
        process.wait(30)
