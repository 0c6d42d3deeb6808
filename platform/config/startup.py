"""What a process proves before it serves or works: the database is the right one, and its keys open."""

import logging
import sys

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import Error as DatabaseError

logger = logging.getLogger(__name__)

# Commands that serve or work; others (migrate, make_…) must be able to run before all is in place.
SERVING = ("worker", "clock")


def prove() -> None:
    """Go on, or refuse to start; does nothing in demo and tests. A check of level WARNING is a line of the log.

    Raises:
        ImproperlyConfigured: the database cannot be reached, is not migrated or is a demo, or a check of level ERROR
            failed (the master keys do not open the canary, no scanner, no signing authority); the message lists all.
    """
    if not settings.PROVE_BEFORE_START:
        return
    problems = [*_database_problems()]
    if not problems:
        found = checks.run_checks(databases=["default"], include_deployment_checks=True)
        problems = [f"{one.msg} ({one.id})" for one in found if one.level >= checks.ERROR]
        for one in found:
            if one.level == checks.WARNING:
                logger.warning("%s (%s) %s", one.msg, one.id, one.hint or "")
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise ImproperlyConfigured(f"Second Regard does not start:\n{listed}")


def _database_problems() -> list[str]:
    from django.db.migrations.executor import MigrationExecutor

    from config.models import Instance

    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            return [f"The database lacks {len(missing)} migrations: run `python manage.py migrate`."]
        if Instance.is_demo():
            return ["This database is a demo: anybody may know the passwords in it. Use an empty one."]
    except DatabaseError as error:
        return [f"The database of DATABASE_URL cannot be used ({type(error).__name__})."]
    return []


def explain(error: ImproperlyConfigured) -> int:
    """Print a refusal without a traceback; the exit code."""
    sys.stderr.write(f"{error}\n")
    return 78  # EX_CONFIG: supervisors know not to try again at once
