"""Tables whose rows are written once: the database itself refuses changes, on SQLite and on PostgreSQL.

The triggers are put back after every migration, because SQLite drops those of a table it rebuilds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

_OPERATIONS = ("UPDATE", "DELETE")


@dataclass(frozen=True)
class FrozenTable:
    """One table and its triggers.

    Args:
        name: of the table in the database.
        says: the words of the refusal.
    """

    name: str
    says: str

    def expected(self, vendor: str) -> set[str]:
        """Names of the triggers a database of this kind must have."""
        names = {f"{self.name}_frozen_{operation.lower()}" for operation in _OPERATIONS}
        return names | {f"{self.name}_frozen_truncate"} if vendor == "postgresql" else names

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put the triggers (back) into a database.

        Raises:
            NotImplementedError: the database is neither SQLite nor PostgreSQL.
        """
        if connection.vendor not in ("sqlite", "postgresql"):
            raise NotImplementedError(f"{self.name} cannot be protected on {connection.vendor}")
        postgresql = connection.vendor == "postgresql"
        with connection.cursor() as cursor:
            for name in sorted(self.expected(connection.vendor)):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {self.name}" if postgresql else ""))
            if postgresql:
                # An integrity error, as on SQLite.
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {self.name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                    f" RAISE EXCEPTION '{self.says}' USING ERRCODE = 'restrict_violation'; END $$"
                )
            for operation in (*_OPERATIONS, "TRUNCATE") if postgresql else _OPERATIONS:
                each = "STATEMENT" if operation == "TRUNCATE" else "ROW"
                body = (
                    f"FOR EACH {each} EXECUTE FUNCTION {self.name}_refuse()"
                    if postgresql
                    else f"BEGIN SELECT RAISE(ABORT, '{self.says}'); END"
                )
                trigger = f"{self.name}_frozen_{operation.lower()}"
                cursor.execute(f"CREATE TRIGGER {trigger} BEFORE {operation} ON {self.name} {body}")

    def missing(self, connection: BaseDatabaseWrapper) -> set[str]:
        """Names of the triggers that ought to be there and switched on, and are not."""
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
            if connection.vendor == "sqlite"
            else "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND tgenabled <> 'D' AND relname = %s"
            " AND relnamespace = current_schema()::regnamespace"
        )
        with connection.cursor() as cursor:
            cursor.execute(query, [self.name])
            return self.expected(connection.vendor) - {row[0] for row in cursor.fetchall()}

    def exists(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether the table is there yet."""
        return self.name in connection.introspection.table_names()


def freeze(app: AppConfig, *tables: FrozenTable) -> None:
    """Protect tables of an app after each `migrate`, and warn where a database lacks the protection.

    Called in `AppConfig.ready()`.
    """

    def after_migrate(sender: AppConfig, using: str = "default", **_options: Any) -> None:
        for table in tables:
            if table.exists(connections[using]):
                table.install(connections[using])

    def check(app_configs: Any, databases: Sequence[str] | None = None, **_options: Any) -> list[checks.CheckMessage]:
        return [
            checks.Warning(f"{table.name} in {alias!r} is not protected: run migrate", id=f"{app.label}.W001")
            for alias in databases or []
            for table in tables
            if table.exists(connections[alias]) and table.missing(connections[alias])
        ]

    post_migrate.connect(after_migrate, sender=app, weak=False, dispatch_uid=f"{app.label}.frozen")
    checks.register(checks.Tags.database)(check)
