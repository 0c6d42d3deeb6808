"""System checks of the vault: a named master key file in production, and master keys that open the database."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connections
from django.db.utils import OperationalError, ProgrammingError

from vault import conf
from vault.exceptions import MasterKeyMissing


def register_checks() -> None:
    """Called once when the apps are ready."""
    checks.register(check_master_keys, checks.Tags.security, deploy=True)
    checks.register(check_database_opens, checks.Tags.database)


def check_master_keys(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """With `check --deploy`: an operator named the master keys, and a real scanner."""
    found: list[checks.CheckMessage] = []
    if getattr(settings, "DEMO", False):
        return found
    if not conf.master_keys_file()[1]:
        found.append(checks.Error("MASTER_KEYS_FILE is not set.", hint="See docs/deploy.md.", id="vault.E010"))
    if conf.scanner() != "clamd":
        found.append(checks.Error("No malware scanner: VAULT_SCANNER must be clamd.", id="vault.E011"))
    return found


def check_database_opens(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """With `check --database default`, and before `migrate`: the canary opens."""
    from vault import keys
    from vault.models import ContentKey, MasterKeyCanary

    if "default" not in (databases or ()):
        return []
    try:
        if MasterKeyCanary._meta.db_table not in connections["default"].introspection.table_names():
            return []
        if not MasterKeyCanary.objects.exists() and not ContentKey.objects.exists():
            # Made by the migrate that is about to run; once there is content, its absence is an error.
            return []
        keys.check_canary()
    except (OperationalError, ProgrammingError):
        # Nothing to open before the first migration.
        return []
    except MasterKeyMissing as error:
        return [checks.Error(str(error), id="vault.E012")]
    return []
