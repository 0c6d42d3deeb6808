"""Every seeded fault in the guards of the state machine is noticed by the checks there are."""

import pytest

from tests.cases.machine.conftest import by_phone, company, drafts, filled, papers  # noqa: F401 (fixtures)
from tests.cases.machine.mutants import killed_together, share
from tests.cases.machine.stage import Stage
from tests.harness.figures import Record


@pytest.mark.timeout(590)
@pytest.mark.django_db
def test_every_fault_is_noticed(
    drafts: dict[str, Stage],  # noqa: F811
    by_phone: Stage,  # noqa: F811
    papers: None,  # noqa: F811
    figure: Record,
) -> None:
    seeded = share(["guards"])
    found = killed_together(seeded, {**drafts, "by_phone": by_phone})
    living = [name for name, complaint in found.items() if not complaint]
    figure("faults seeded", len(seeded))
    figure("noticed", len(found) - len(living), "all")
    assert len(found) == len(seeded)
    assert not living, "\n".join(living)
