"""Every seeded fault in who may make which move is noticed by the checks there are: share 1 of 2."""

import pytest

from tests.cases.machine.conftest import by_phone, company, drafts, filled, papers  # noqa: F401 (fixtures)
from tests.cases.machine.mutants import all_noticed, share
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
    all_noticed(share(["people"], part=1, of=2), {**drafts, "by_phone": by_phone}, figure)
