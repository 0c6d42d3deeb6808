"""Runs sweeps over groups of acts; `make test` a fixed sample, `make proof` every point of every act."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.cases.acts import Group
from tests.cases.crashing import Account, sweep_group
from tests.cases.machine.racing import people
from tests.cases.machine.stage import quick_papers
from tests.harness.figures import Record


def sweep_all(groups: Iterable[Group], settings: Any, folder: Path, *, every: int = 1) -> Account:
    """Sweep groups with a store and anchors of their own.

    Args:
        every: only each so many points.
    """
    settings.VAULT_ROOT, settings.AUDIT_ANCHOR_DIR = str(folder / "files"), folder / "anchors"
    account = Account()
    with quick_papers():
        company = people()
        for group in groups:
            sweep_group(account, company, group.kind, group.state, group.acts, alone=group.alone, every=every)
    return account


def prove(groups: Iterable[Group], figure: Record, settings: Any, folder: Path) -> None:
    """Every point of every act, with the figures.

    Raises:
        AssertionError: with everything that does not hold.
    """
    account = sweep_all(groups, settings, folder)
    figure("acts killed", account.acts)
    figure(
        "writes, commits and outside effects before which a process died",
        account.deaths,
        "each left one effect or none",
    )
    figure("deaths after which the service had something to finish", account.traces)
    assert not account.wrong, "\n".join(account.wrong)
