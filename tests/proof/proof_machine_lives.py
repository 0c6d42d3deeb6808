"""Whole lives of cases on every way round the table, and at random, compared with the rules after each move."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.cases.machine import routes
from tests.cases.machine.conftest import company, drafts, filled, papers  # noqa: F401 (fixtures)
from tests.cases.machine.living import living_case
from tests.cases.machine.rules import KINDS
from tests.cases.machine.stage import Stage
from tests.harness.figures import Record

pytestmark = pytest.mark.django_db
EXAMPLES, STEPS = 60, 15


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_every_way(drafts: dict[str, Stage], papers: None, figure: Record, kind: str) -> None:  # noqa: F811
    stage = drafts[kind]
    for name in routes.ROUTES:
        with stage.undone():
            routes.follow(stage, name)
    figure(f"lives of a {kind.replace('_', ' ')} on told ways", len(routes.ROUTES), "none otherwise than the rules")


@pytest.mark.timeout(600)
def test_at_random(drafts: dict[str, Stage], papers: None, figure: Record) -> None:  # noqa: F811
    run_state_machine_as_test(
        living_case(drafts),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    figure("lives at random", f"{EXAMPLES} of up to {STEPS} steps", "none otherwise than the rules")
