"""Deaths before each statement and outside effect of what the service does by itself: nothing half done stays."""

from pathlib import Path
from typing import Any

import pytest

from tests.cases.acts import Group, works
from tests.cases.sweeping import sweep_all
from tests.harness.figures import Record


@pytest.mark.timeout(590)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("group", works(), ids=lambda group: group.acts[0].name)
def test_every_death(figure: Record, settings: Any, tmp_path: Path, group: Group) -> None:
    """Each alone in its database: the clock looks at every case there is."""
    account = sweep_all([group], settings, tmp_path)
    figure(
        f"{group.acts[0].name}: writes, commits and outside effects before which a process died",
        f"{account.deaths}, {account.traces} of them with something left to finish",
        "one effect each",
    )
    assert not account.wrong, "\n".join(account.wrong)
