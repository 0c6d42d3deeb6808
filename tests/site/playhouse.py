"""The stage in a database of its own: built once a process, and every file of tests that needs it stands on it.

Building takes half a minute.
"""

import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from accounts.models import UserSession
from clock import now
from tests.harness.database import sqlite_copy
from tests.site.stage import Stage, build_stage


def _server(*statements: str) -> None:
    """Run statements that no database being copied may be open for."""
    connections.close_all()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        for statement in statements:
            cursor.execute(statement)


def _exists(name: str) -> bool:
    if connection.vendor == "sqlite":
        return Path(name).exists()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _copy(source: str, target: str) -> None:
    _drop(target)
    if connection.vendor == "sqlite":
        shutil.copyfile(source, target)
    else:
        _server(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def _drop(name: str) -> None:
    if connection.vendor == "sqlite":
        connections.close_all()
        # Beside it lies what was not yet written into it.
        for end in ("", "-wal", "-shm"):
            Path(f"{name}{end}").unlink(missing_ok=True)
    else:
        _server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _clean() -> str:
    """The database as the migrations left it."""
    plain = connection.settings_dict["NAME"]
    return str(sqlite_copy()) if connection.vendor == "sqlite" else f"{plain}_clean"


@contextmanager
def standing_on(name: str) -> Iterator[None]:
    """Everything in this process, threads included, uses this database."""
    connections.close_all()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    yield
    connections.close_all()
    connection.settings_dict["NAME"] = before


@contextmanager
def stage_database() -> Iterator[tuple[str, Stage]]:
    """A database with the stage, and what stands in it.

    With KEEP_STAGE=1 it is kept for the next run, for whoever works on these tests.
    """
    plain = str(connection.settings_dict["NAME"])
    name, note = f"{plain}_stage", Path(settings.VAR_DIR) / "stage.pickle"
    keep = "KEEP_STAGE" in os.environ
    if not (keep and note.exists() and _exists(f"{name}_clean")):
        _copy(_clean(), name)
        with standing_on(name):
            note.write_bytes(pickle.dumps(build_stage()))
        # What a test that commits goes back to.
        _copy(name, f"{name}_clean")
    stage: Stage = pickle.loads(note.read_bytes())
    _copy(f"{name}_clean", name)
    with standing_on(name):
        UserSession.objects.filter(ended_at__isnull=True).update(started_at=now(), active_at=now())
    yield name, stage
    if not keep:
        note.unlink()
        for one in (name, f"{name}_clean"):
            _drop(one)
