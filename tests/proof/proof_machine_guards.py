"""Every guard of every move not met, one at a time, against the rules written apart."""

import pytest

from tests.cases.machine.breaking import trials
from tests.cases.machine.checking import check_trials
from tests.cases.machine.conftest import company, drafts, filled, papers  # noqa: F401 (fixtures)
from tests.cases.machine.rules import KINDS
from tests.cases.machine.stage import Stage
from tests.harness.figures import Record


@pytest.mark.timeout(600)
@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_every_guard(drafts: dict[str, Stage], papers: None, figure: Record, kind: str) -> None:  # noqa: F811
    every = list(trials(kind))
    wrong = list(check_trials(drafts[kind], every))
    figure(f"guards of a {kind.replace('_', ' ')} not met, one at a time", len(every), "each refused")
    assert not wrong, "\n".join(wrong[:40])
