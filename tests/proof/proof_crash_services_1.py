"""Deaths before each write, commit and effect of a third of what people do but moves: nothing half done stays."""

from pathlib import Path
from typing import Any

import pytest

from tests.cases.acts import services
from tests.cases.sweeping import prove
from tests.harness.figures import Record


@pytest.mark.timeout(590)
@pytest.mark.django_db(transaction=True)
def test_every_death(figure: Record, settings: Any, tmp_path: Path) -> None:
    prove(services()[0::3], figure, settings, tmp_path)
