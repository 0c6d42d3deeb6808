"""A draft and the patient's own browser."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from cases.demo.walk import Walk
from cases.models import Case
from tests.cases.clients import verified_client
from tests.cases.world import World, make_world


@dataclass
class Desk:
    """The people, a draft, and its addresses."""

    world: World
    walk: Walk
    client: Client

    @property
    def case(self) -> Case:
        """The draft as it is stored now."""
        return Case.objects.get(pk=self.walk.case.pk)

    def url(self, rest: str = "") -> str:
        """A page of the draft, in English."""
        return f"/en/patient/{self.walk.case.pk}/preparer/{rest}"


@pytest.fixture
def draft(db: None) -> Desk:
    """A patient logged in, with a draft about a lumbar disc herniation."""
    world = make_world()
    walk = world.walk()
    walk.open()
    return Desk(world, walk, verified_client(world.patient_user, "patient"))


@pytest.fixture
def whole(draft: Desk) -> Callable[[], Desk]:
    """The same draft, filled in to the end."""

    def fill() -> Desk:
        draft.walk.fill()
        return draft

    return fill
