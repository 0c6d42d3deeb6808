"""One case from the draft to the follow-up, by the services."""

import pytest

from cases.models.states import State
from tests.cases.world import make_world

pytestmark = pytest.mark.django_db


def test_a_second_opinion_goes_from_draft_to_delivered() -> None:
    walk = make_world().walk()
    walk.open()
    walk.fill()
    assert walk.ask_consent().state == State.AWAITING_CONSENT
    assert walk.consent().state == State.SUBMITTED
    walk.check()
    assert walk.admit().state == State.ADMITTED
    assert walk.propose().state == State.PROPOSED
    assert walk.accept().state == State.IN_REVIEW
    walk.write()
    assert walk.sign().state == State.SIGNED
    assert walk.deliver().state == State.DELIVERED
