"""What makes a published questionnaire unchangeable inside the database, on SQLite and on PostgreSQL.

Put back after every migration, because SQLite drops the triggers of a table it rebuilds.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "experts_questionnaire"
_SAYS = "a published questionnaire never changes"
RULES = (("experts_questionnaire_update", "UPDATE"), ("experts_questionnaire_delete", "DELETE"))
TRUNCATE = "experts_questionnaire_truncate"


def expected(vendor: str) -> set[str]:
    """Names of the triggers a database of this kind must have."""
    return {name for name, _operation in RULES} | ({TRUNCATE} if vendor == "postgresql" else set())


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes the triggers away."""
    on_table = f" ON {TABLE}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{on_table}" for name in sorted(expected(vendor))]


def create_statements(vendor: str) -> list[str]:
    """SQL that makes the triggers.

    Raises:
        NotImplementedError: the database is neither SQLite nor PostgreSQL.
    """
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {operation} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
            for name, operation in RULES
        ]
    if vendor != "postgresql":
        raise NotImplementedError(f"questionnaires cannot be protected on {vendor}")
    return [
        # An integrity error, as on SQLite.
        "CREATE OR REPLACE FUNCTION experts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'restrict_violation'; END $$",
        *(
            f"CREATE TRIGGER {name} BEFORE {operation} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION experts_refuse()"
            for name, operation in RULES
        ),
        f"CREATE TRIGGER {TRUNCATE} BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION experts_refuse()",
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers (back) into a database."""
    with connection.cursor() as cursor:
        for statement in drop_statements(connection.vendor) + create_statements(connection.vendor):
            cursor.execute(statement)


def installed(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of the triggers of the table that are there and switched on."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgenabled <> 'D' AND relname = %s"
        " AND relnamespace = current_schema()::regnamespace"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [TABLE])
        return {row[0] for row in cursor.fetchall()}


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of the triggers that ought to be there and are not."""
    return expected(connection.vendor) - installed(connection)


def table_exists(connection: BaseDatabaseWrapper) -> bool:
    """Whether the table of questionnaires is there yet."""
    return TABLE in connection.introspection.table_names()


def after_migrate(sender: AppConfig, using: str = "default", **_options: Any) -> None:
    """Called by Django after each `migrate`."""
    if table_exists(connections[using]):
        install(connections[using])


def check_triggers(
    *, app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Say so when a database lacks triggers; a warning, because `migrate`, which puts them back, runs this first."""
    return [
        checks.Warning(f"published questionnaires in {alias!r} are not protected: run migrate", id="experts.W001")
        for alias in databases or []
        if table_exists(connections[alias]) and missing(connections[alias])
    ]
