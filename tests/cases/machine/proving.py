"""The long proof over the table: a part of `make proof` names its KIND and the states it is IN, and imports it."""

import pytest

from tests.cases.machine.checking import cells, check_cells
from tests.cases.machine.stage import Stage
from tests.harness.figures import Record


@pytest.mark.timeout(600)
@pytest.mark.django_db
def every_cell(drafts: dict[str, Stage], papers: None, figure: Record, request: pytest.FixtureRequest) -> None:
    """Every move by everybody in every state, against the rules written apart."""
    kind = request.module.KIND
    stage, wrong, tried = drafts[kind], [], 0
    for state in request.module.IN:
        with stage.undone():
            stage.reach(state)
            stage.furnish()
            stage.wait(hours=1)
            every = list(cells(stage))
            tried += len(every)
            wrong += check_cells(stage, every)
    figure("cells: move × state × person", tried, "none otherwise than the rules")
    assert not wrong, "\n".join(wrong[:40])
