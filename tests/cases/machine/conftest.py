"""A company of people made once for a module; tests marked `django_db` undo what they did, as everywhere."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

import clock
from tests.cases.machine.company import Company, gather
from tests.cases.machine.rules import SECOND, TELE
from tests.cases.machine.stage import START, Stage, quick_papers


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Company]:
    """Everybody around one case, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.travel(START):
            yield gather()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def filled(company: Company) -> dict[str, Stage]:
    """One filled draft of each kind, made once."""
    return {kind: Stage(company, kind) for kind in (SECOND, TELE)}


@pytest.fixture
def drafts(filled: dict[str, Stage], db: None) -> Iterator[dict[str, Stage]]:
    """The filled drafts; where the test takes them is undone, in the model too."""
    with ExitStack() as stack:
        for stage in filled.values():
            stack.enter_context(stage.undone())
        yield filled


@pytest.fixture
def papers() -> Iterator[None]:
    """No printer, no cryptography."""
    with quick_papers():
        yield


@pytest.fixture(scope="module")
def by_phone(company: Company) -> Stage:
    """A filled draft that the care coordinator wrote down for the patient."""
    return Stage(company, SECOND, by_phone=True)
