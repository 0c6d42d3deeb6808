"""Addresses of databases."""

from pathlib import Path

import pytest

from config.database import database


def test_sqlite_file_relative_and_absolute() -> None:
    base = Path("/srv/sr")
    assert database("sqlite:///var/db.sqlite3", base=base)["NAME"] == base / "var/db.sqlite3"
    assert database("sqlite:////data/db.sqlite3", base=base)["NAME"] == Path("/data/db.sqlite3")
    options = database("sqlite:///x", base=base)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]


def test_postgres_through_a_socket() -> None:
    found = database("postgres://sr@%2Fvar%2Frun%2Fpostgresql/sr", base=Path("/"))
    assert found["HOST"] == "/var/run/postgresql"
    assert found["PORT"] == ""


@pytest.mark.parametrize("url", ["mysql://h/db", "postgres://h", "sqlite://"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        database(url, base=Path("/"))
