"""Turn a database address (`DATABASE_URL`) into Django's settings for SQLite or PostgreSQL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# WAL lets readers go on while one connection writes. IMMEDIATE takes the write lock when a transaction begins, so that
# two of them wait for each other (up to `timeout`) instead of failing in the middle.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


def database(url: str, *, base: Path) -> dict[str, Any]:
    """Django's settings for one database address.

    Args:
        url: `sqlite:///relative/file`, `sqlite:////absolute/file` or `postgres://user:password@host:port/name?option=value`;
            the host may be the folder of a Unix socket, percent-encoded.
        base: the folder relative SQLite files start from.

    Raises:
        ValueError: the address is neither SQLite nor PostgreSQL, or names no database.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise ValueError("DATABASE_URL names no database")
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": base / name, "OPTIONS": dict(SQLITE_OPTIONS)}
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL must begin with sqlite:// or postgres://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
