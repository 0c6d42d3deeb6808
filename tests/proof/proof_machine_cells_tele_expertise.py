"""Every move by everybody in every state of a tele-expertise, against the rules written apart."""

from tests.cases.machine.conftest import company, drafts, filled, papers  # noqa: F401 (fixtures)
from tests.cases.machine.proving import every_cell

KIND = "tele_expertise"
test_every_cell = every_cell
