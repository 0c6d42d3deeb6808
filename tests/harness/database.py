"""Databases of the tests: how each goes back to what the migrations left.

Django empties every table after a test that commits. Here that would fail (the journal refuses it) and would take away
rows that migrations made (Wagtail's root, the languages). So a copy is kept, and put back.
"""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, connections


def sqlite_copy() -> Path:
    return Path(str(connection.settings_dict["NAME"])).with_suffix(".clean")


def _postgres_copy() -> str:
    return f"{connection.settings_dict['NAME']}_clean"


def _on_postgres_server(*statements: str) -> None:
    """Run statements that no database being copied may be open for."""
    connections.close_all()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        for statement in statements:
            cursor.execute(statement)


def keep_clean_copy() -> None:
    """Remember the database as the migrations left it."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        target = sqlite3.connect(sqlite_copy())
        connection.connection.backup(target)
        target.close()
        return
    name, copy = connection.settings_dict["NAME"], _postgres_copy()
    _on_postgres_server(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)', f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')


def put_clean_copy_back() -> None:
    """Make the database what `keep_clean_copy` saw."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        source = sqlite3.connect(sqlite_copy())
        source.backup(connection.connection)
        source.close()
        return
    name, copy = connection.settings_dict["NAME"], _postgres_copy()
    _on_postgres_server(
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
        f'CREATE DATABASE "{name}" TEMPLATE "{copy}" STRATEGY FILE_COPY',
    )


def restoring_teardown(_self: Any) -> None:
    """Stands in for `TransactionTestCase._fixture_teardown`."""
    put_clean_copy_back()


def forget_copies(remove: Callable[[Path], None] = lambda path: shutil.os.remove(path)) -> None:  # type: ignore[attr-defined]
    """Delete the copy at the end of the run."""
    if connection.vendor == "sqlite":
        if sqlite_copy().exists():
            remove(sqlite_copy())
        return
    _on_postgres_server(f'DROP DATABASE IF EXISTS "{_postgres_copy()}" WITH (FORCE)')
