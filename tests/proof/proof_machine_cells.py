"""Every move by everybody in every state, and every guard of every move not met, against the rules written apart."""

import pytest

from tests.cases.machine.breaking import trials
from tests.cases.machine.checking import cells, check_cells, check_trials
from tests.cases.machine.conftest import by_phone, company, drafts, filled, papers  # noqa: F401 (fixtures)
from tests.cases.machine.rules import KINDS, STATES
from tests.cases.machine.stage import Stage
from tests.harness.figures import Record

pytestmark = pytest.mark.django_db


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_every_cell(drafts: dict[str, Stage], papers: None, figure: Record, kind: str) -> None:  # noqa: F811
    stage, wrong, tried = drafts[kind], [], 0
    for state in STATES:
        with stage.undone():
            stage.reach(state)
            stage.furnish()
            stage.wait(hours=1)
            every = list(cells(stage))
            tried += len(every)
            wrong += check_cells(stage, every)
    figure(f"cells of a {kind.replace('_', ' ')}: move × state × person", tried, "none otherwise than the rules")
    assert not wrong, "\n".join(wrong[:40])


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_every_guard(drafts: dict[str, Stage], papers: None, figure: Record, kind: str) -> None:  # noqa: F811
    every = list(trials(kind))
    wrong = list(check_trials(drafts[kind], every))
    figure(f"guards of a {kind.replace('_', ' ')} not met, one at a time", len(every), "each refused")
    assert not wrong, "\n".join(wrong[:40])
