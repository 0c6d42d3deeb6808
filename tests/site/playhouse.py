"""The stage in a database of its own: built once a run whatever the number of workers, copied for each.

Building takes half a minute, and three files of tests stand on it. Tests of PostgreSQL only.
"""

import fcntl
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.test import Client

from accounts.models import UserSession
from clock import now
from tests.site.stage import Stage, build_stage


def _server(*statements: str) -> None:
    """Run statements that no database being copied may be open for."""
    connections.close_all()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        for statement in statements:
            cursor.execute(statement)


def _exists(name: str) -> bool:
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _copy(source: str, target: str) -> None:
    _server(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)', f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


@contextmanager
def standing_on(name: str) -> Iterator[None]:
    """Everything in this process, threads included, uses this database."""
    connections.close_all()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    yield
    connections.close_all()
    connection.settings_dict["NAME"] = before


def _shared_name() -> str:
    """One name for all workers of a run."""
    return str(connection.settings_dict["NAME"]).partition("_gw")[0] + "_stage_master"


@contextmanager
def stage_database() -> Iterator[tuple[str, Stage]]:
    """A database with the stage, for this process alone, and what stands in it.

    With KEEP_STAGE=1 the one of an earlier run is taken again, for whoever works on these tests.
    """
    own = f"{connection.settings_dict['NAME']}_stage"
    master, folder = _shared_name(), Path(settings.VAR_DIR) / "stage"
    folder.mkdir(exist_ok=True)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    note = folder / ("kept" if os.environ.get("KEEP_STAGE") else f"run-{run}")
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists() or not _exists(master):
            _copy(f"{connection.settings_dict['NAME']}_clean", master)
            with standing_on(master):
                note.write_bytes(pickle.dumps(build_stage()))
        _copy(master, own)
    stage: Stage = pickle.loads(note.read_bytes())
    with standing_on(own):
        UserSession.objects.filter(ended_at__isnull=True).update(started_at=now(), active_at=now())
    _copy(own, f"{own}_clean")
    yield own, stage
    _server(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in (own, f"{own}_clean")))


def client_of(cookie: str) -> Client:
    """A browser that holds this session, or none."""
    client = Client(raise_request_exception=False)
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client
