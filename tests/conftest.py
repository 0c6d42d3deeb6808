"""The fence around every test. See tests/harness/ for its parts."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django import DjangoDbBlocker

import clock
from tests.harness import database, fence
from tests.harness.browser import browser, browser_context, page, watch  # noqa: F401
from tests.harness.figures import figure  # noqa: F401
from tests.harness.results import Results, known_rows

DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server", "django_db_reset_sequences"})


def pytest_configure(config: pytest.Config) -> None:
    """Keep the outcome of a run under the name the runner gives (RUN_NAME), else under `local`."""
    root = Path(settings.BASE_DIR)
    results = Results(root / "var" / "results", os.environ.get("RUN_NAME", "local"), known_rows(root / "docs"))
    config.pluginmanager.register(results, "results")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches no database with `once`: a second run on another database would say nothing new."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") is None and DATABASE_FIXTURES.isdisjoint(fixtures):
            item.add_marker("once")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Only this machine may be reached."""
    before = socket.socket
    socket.socket = fence.LocalSocket  # type: ignore[misc]
    yield
    socket.socket = before  # type: ignore[misc]


@pytest.fixture(scope="session", autouse=True)
def loud_templates() -> None:
    """A variable no view gives fails the test (in templates of ours)."""
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = fence.LoudVariable()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests that commit get back the database the migrations made, not an empty one."""
    with django_db_blocker.unblock():
        database.keep_clean_copy()
    before = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = database.restoring_teardown
    yield
    TransactionTestCase._fixture_teardown = before
    with django_db_blocker.unblock():
        database.forget_copies()


@pytest.fixture(scope="session", autouse=True)
def signing_authority() -> None:
    """An authority for signatures, as every set-up makes one."""
    call_command("make_authority", stdout=StringIO())


@pytest.fixture(autouse=True)
def _first_language() -> None:
    """Addresses begin in French: a page asked for in English before leaves its language to the thread."""
    translation.deactivate()


@pytest.fixture
def travel() -> Iterator[Callable[[datetime], None]]:
    """`travel(instant)`: from here to the end of the test `clock.now()` answers that instant (this thread only)."""
    with ExitStack() as stack:
        yield lambda to: stack.enter_context(clock.travel(to))
