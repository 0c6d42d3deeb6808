"""Tables whose rows are written once: after all migrations the database itself refuses changes, and keeps refusing."""

import pytest
from django.apps import apps
from django.core import checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit.frozen import FrozenTable

pytestmark = pytest.mark.django_db
TABLES = ("experts_questionnaire", "consent_consenttext", "consent_consentrecord")


def _warnings() -> set[str]:
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    return {message.msg.split(" ")[0] for message in found if "is not protected" in message.msg}


@pytest.mark.parametrize("name", TABLES)
def test_the_triggers_are_there_after_all_migrations(name: str) -> None:
    assert FrozenTable(name, "").missing(connection) == set()


@pytest.mark.parametrize("name", ["experts_questionnaire", "consent_consenttext"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET version = 9", "DELETE FROM {}"])
def test_a_published_row_is_neither_changed_nor_deleted(name: str, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(name))


def test_a_lost_trigger_is_said_and_comes_back_with_the_next_migration() -> None:
    table = FrozenTable("consent_consenttext", "a published consent text never changes")
    with connection.cursor() as cursor:
        for trigger in table.expected(connection.vendor):
            on = " ON consent_consenttext" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {trigger}{on}")
    assert _warnings() == {"consent_consenttext"}
    call_command("migrate", "consent", verbosity=0, interactive=False)
    assert table.missing(connection) == set()
    assert _warnings() == set()


def test_every_frozen_table_is_a_table_of_ours() -> None:
    assert set(TABLES) <= {model._meta.db_table for model in apps.get_models()}
