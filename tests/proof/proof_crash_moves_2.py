"""Deaths before each write, commit and outside effect of a third of the moves: nothing half done stays."""

from pathlib import Path
from typing import Any

import pytest

from tests.cases.acts import moves
from tests.cases.sweeping import prove
from tests.harness.figures import Record


@pytest.mark.timeout(590)
@pytest.mark.django_db(transaction=True)
def test_every_death(figure: Record, settings: Any, tmp_path: Path) -> None:
    prove(moves()[1::3], figure, settings, tmp_path)
