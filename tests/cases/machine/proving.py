"""The long proofs of the machine that take several parts of `make proof`: a part imports one and says its share.

`every_cell` wants the KIND of case and the states it is IN; `every_fault` the GROUPS of seeded faults.
"""

import pytest

from tests.cases.machine.checking import cells, check_cells
from tests.cases.machine.mutants import GROUPS, killed_together, noticed_by_itself
from tests.cases.machine.rules import SECOND
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


@pytest.mark.timeout(590)
@pytest.mark.django_db
def every_fault(
    drafts: dict[str, Stage], by_phone: Stage, papers: None, figure: Record, request: pytest.FixtureRequest
) -> None:
    """Every seeded fault is noticed by the checks there are."""
    seeded = [mutant for name in request.module.GROUPS for mutant in GROUPS[name]()]
    found = killed_together(seeded, {**drafts, "by_phone": by_phone})
    assert len(found) == len(seeded)
    without_effect = [mutant for mutant in seeded if not found[mutant.name]]
    living = [mutant.name for mutant in without_effect if not noticed_by_itself(mutant, drafts[SECOND])]
    figure("faults seeded", len(seeded))
    figure("noticed", len(seeded) - len(without_effect))
    if without_effect:
        held = len(without_effect) - len(living)
        figure("without effect, for another rule refuses there too; noticed with that rule off", held)
    figure("not noticed", len(living), "none")
    assert not living, "\n".join(living)
