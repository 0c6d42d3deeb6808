"""Every move by everybody in half of the states of a tele-expertise, against the rules written apart."""

from tests.cases.machine.conftest import company, drafts, filled, papers  # noqa: F401 (fixtures)
from tests.cases.machine.proving import every_cell
from tests.cases.machine.rules import STATES

KIND = "tele_expertise"
IN = STATES[0::2]
test_every_cell = every_cell
