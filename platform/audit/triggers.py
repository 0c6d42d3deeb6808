"""What makes the journal append-only inside the database, on SQLite and on PostgreSQL.

Put back after every migration, because SQLite drops the triggers of a table it rebuilds. The rules:
an event is inserted only at the end of its chain; nothing is updated; an event or its index row is deleted only when
its chain is marked as removed; the head of a chain grows by one, or is marked as removed once, and is never deleted.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

EVENT, SUBJECT, CHAIN = "audit_auditevent", "audit_auditsubject", "audit_auditchain"
_SAYS = "the journal is append-only"

# Every part of these statements is a constant of this module.
_AT_END = (
    f"EXISTS (SELECT 1 FROM {CHAIN} c WHERE c.key = NEW.chain AND c.removed_at IS NULL"  # noqa: S608
    " AND c.length + 1 = NEW.seq AND c.head = NEW.previous)"
)
_EVENT_REMOVED = f"EXISTS (SELECT 1 FROM {CHAIN} c WHERE c.key = OLD.chain AND c.removed_at IS NOT NULL)"  # noqa: S608
_SUBJECT_REMOVED = (
    f"EXISTS (SELECT 1 FROM {EVENT} e JOIN {CHAIN} c ON c.key = e.chain"  # noqa: S608
    " WHERE e.id = OLD.event_id AND c.removed_at IS NOT NULL)"
)
_HEAD_MOVES = (
    "(NEW.key = OLD.key AND OLD.removed_at IS NULL AND ("
    "(NEW.length = OLD.length + 1 AND NEW.removed_at IS NULL)"
    " OR (NEW.length = OLD.length AND NEW.head = OLD.head AND NEW.removed_at IS NOT NULL)))"
)
#: trigger name, table, operation, condition under which the operation is allowed ("" = never)
RULES = [
    ("audit_event_insert", EVENT, "INSERT", _AT_END),
    ("audit_event_update", EVENT, "UPDATE", ""),
    ("audit_event_delete", EVENT, "DELETE", _EVENT_REMOVED),
    ("audit_subject_update", SUBJECT, "UPDATE", ""),
    ("audit_subject_delete", SUBJECT, "DELETE", _SUBJECT_REMOVED),
    ("audit_chain_update", CHAIN, "UPDATE", _HEAD_MOVES),
    ("audit_chain_delete", CHAIN, "DELETE", ""),
]
TRUNCATES = [("audit_event_truncate", EVENT), ("audit_subject_truncate", SUBJECT), ("audit_chain_truncate", CHAIN)]


def expected(vendor: str) -> set[str]:
    """Names of the triggers a database of this kind must have."""
    names = {name for name, *_ in RULES}
    return names | {name for name, _ in TRUNCATES} if vendor == "postgresql" else names


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes the triggers away; the first half of putting them back."""
    on_table = vendor == "postgresql"
    pairs = [(name, table) for name, table, *_ in RULES] + (TRUNCATES if on_table else [])
    return [f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if on_table else "") for name, table in pairs]


def create_statements(vendor: str) -> list[str]:
    """SQL that makes the triggers.

    Raises:
        NotImplementedError: the database is neither SQLite nor PostgreSQL.
    """
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {operation} ON {table}"
            + (f" WHEN NOT {allowed}" if allowed else "")
            + f" BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
            for name, table, operation, allowed in RULES
        ]
    if vendor != "postgresql":
        raise NotImplementedError(f"the journal cannot be protected on {vendor}")
    statements = [
        # An integrity error, as on SQLite.
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'restrict_violation'; END $$"
    ]
    for name, table, operation, allowed in RULES:
        if not allowed:
            statements.append(
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
            )
            continue
        row = "OLD" if operation == "DELETE" else "NEW"
        statements += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NOT {allowed} THEN RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'restrict_violation'; END IF;"
            f" RETURN {row}; END $$",
            f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    statements += [
        f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        for name, table in TRUNCATES
    ]
    return statements


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers of the journal (back) into a database."""
    with connection.cursor() as cursor:
        for statement in drop_statements(connection.vendor) + create_statements(connection.vendor):
            cursor.execute(statement)


def installed(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of the journal's triggers that are there and switched on."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgenabled <> 'D' AND relname LIKE 'audit_%'"
        " AND relnamespace = current_schema()::regnamespace"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of the triggers that ought to be there and are not."""
    return expected(connection.vendor) - installed(connection)


def after_migrate(sender: AppConfig, using: str = "default", **_options: Any) -> None:
    """Called by Django after each `migrate`."""
    connection = connections[using]
    if _tables_exist(connection):
        install(connection)


def check_triggers(
    app_configs: Any, databases: Sequence[str] | None = None, **_options: Any
) -> list[checks.CheckMessage]:
    """Say so when a database lacks triggers; a warning, because `migrate`, which puts them back, runs this first."""
    return [
        checks.Warning(f"the journal in {alias!r} is not protected: run migrate", id="audit.W001")
        for alias in databases or []
        if _tables_exist(connections[alias]) and missing(connections[alias])
    ]


def _tables_exist(connection: BaseDatabaseWrapper) -> bool:
    return {EVENT, SUBJECT, CHAIN} <= set(connection.introspection.table_names())
