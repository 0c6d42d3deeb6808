"""The people of one case, for each test."""

import pytest

from tests.cases.world import World, make_world


@pytest.fixture
def world(db: None) -> World:
    """The people of one case."""
    return make_world()
