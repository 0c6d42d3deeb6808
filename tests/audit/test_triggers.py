"""The triggers are there after all migrations, on both databases, and come back after each."""

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit import triggers


@pytest.mark.django_db
@pytest.mark.asvs("16.4.2")
def test_after_all_migrations_every_trigger_is_there():
    assert triggers.expected(connection.vendor) <= triggers.installed(connection)
    assert len(triggers.expected(connection.vendor)) == {"sqlite": 7, "postgresql": 10}[connection.vendor]


@pytest.mark.django_db(transaction=True)
def test_migrating_puts_them_back():
    with connection.cursor() as cursor:
        for statement in triggers.drop_statements(connection.vendor):
            cursor.execute(statement)
    assert triggers.missing(connection) == triggers.expected(connection.vendor)
    assert "audit.W001" in [found.id for found in run_checks(tags=[Tags.database], databases=["default"])]
    call_command("migrate", verbosity=0)
    assert not triggers.missing(connection)


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no TRUNCATE; its DELETE is tested with the rows"
)
@pytest.mark.django_db
@pytest.mark.parametrize("table", [triggers.EVENT, triggers.SUBJECT, triggers.CHAIN])
def test_truncating_is_refused(table):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
