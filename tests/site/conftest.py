"""The stage, once a process; each file of tests that needs it stands on its database."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.site.playhouse import stage_database, standing_on
from tests.site.room import room, worker, world
from tests.site.stage import Stage

__all__ = ["room", "worker", "world"]


@pytest.fixture(scope="session")
def _stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[str, Stage]]:
    with django_db_blocker.unblock(), stage_database() as found:
        yield found


@pytest.fixture(scope="module")
def stage(_stage: tuple[str, Stage], django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """People and cases, in the database this file of tests stands on."""
    name, found = _stage
    with django_db_blocker.unblock():
        place = standing_on(name)
        place.__enter__()
    yield found
    with django_db_blocker.unblock():
        place.__exit__(None, None, None)
