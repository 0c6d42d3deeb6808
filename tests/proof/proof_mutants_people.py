"""Every seeded fault in who may make which move is noticed by the checks there are."""

from tests.cases.machine.conftest import by_phone, company, drafts, filled, papers  # noqa: F401 (fixtures)
from tests.cases.machine.proving import every_fault

GROUPS = ["people"]
test_every_fault_is_noticed = every_fault
