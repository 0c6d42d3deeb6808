"""Every seeded fault in who may make which move is noticed by the checks there are: share 2 of 2."""

from tests.cases.machine.conftest import by_phone, company, drafts, filled, papers  # noqa: F401 (fixtures)
from tests.cases.machine.proving import every_fault

GROUPS = ["people"]
SHARE = (2, 2)
test_every_fault_is_noticed = every_fault
