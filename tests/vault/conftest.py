"""A vault of its own for each test: its master key and its folder lie under tmp_path."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.vault.rows import Note, OtherNote
from vault import masters
from vault.keys import create_key
from vault.models import ContentKey, MasterKeyCanary


@pytest.fixture(autouse=True)
def own_vault(settings: Any, tmp_path: Path) -> Path:
    """Master keys and files of this test only; the folder of the local store."""
    settings.MASTER_KEYS_FILE = str(tmp_path / "keys" / "master")
    settings.VAULT_ROOT = str(tmp_path / "files")
    settings.VAULT_STORE = "local"
    settings.VAULT_SCANNER = "demo"
    masters.make_master_key(Path(settings.MASTER_KEYS_FILE))
    return Path(settings.VAULT_ROOT)


@pytest.fixture
def no_canary(db: None) -> None:
    """The canary of the test database was made under the key of the whole run."""
    MasterKeyCanary.objects.all().delete()


@pytest.fixture
def key(db: None) -> ContentKey:
    """The content key of a case."""
    return create_key("case")


@pytest.fixture
def notes(db: None) -> None:
    """Tables for rows with sealed fields, rolled back with the test."""
    for model in (Note, OtherNote):
        columns = ", ".join(f"{f.column} {f.db_type(connection)}" for f in model._meta.concrete_fields)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {model._meta.db_table} ({columns})")
