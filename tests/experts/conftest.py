"""What the tests of experts share."""

from collections.abc import Iterator

import pytest

from audit import Actor
from clock import travel as clock_travel
from experts.models import ExpertProfile, Pathology
from tests.experts import people


@pytest.fixture(autouse=True)
def wednesday() -> Iterator[None]:
    """It is Wednesday 18 November 2026, 11 o'clock in Paris."""
    with clock_travel(people.WEDNESDAY):
        yield


@pytest.fixture
def endometriosis(db: None) -> Pathology:
    return Pathology.objects.get(code="endometriosis")


@pytest.fixture
def expert(db: None) -> ExpertProfile:
    return people.make_expert()


@pytest.fixture
def coordinator(db: None) -> Actor:
    return people.actor_for(people.make_user("coordinator"), "coordinator")
