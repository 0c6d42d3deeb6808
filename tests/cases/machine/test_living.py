"""Random lives of cases, drawn the same way each time; `make proof` draws many more."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.cases.machine.living import living_case
from tests.cases.machine.stage import Stage


@pytest.mark.sweep
@pytest.mark.django_db
def test_cases_live_by_the_rules(drafts: dict[str, Stage], papers: None) -> None:
    run_state_machine_as_test(
        living_case(drafts),
        settings=settings(
            max_examples=6,
            stateful_step_count=10,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
