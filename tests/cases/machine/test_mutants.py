"""A fixed sample of the seeded faults: each is noticed. `make proof` seeds them all."""

import random

import pytest

from tests.cases.machine.mutants import Mutant, every_mutant, killed_by
from tests.cases.machine.stage import Stage

_GUARDS = [mutant for mutant in every_mutant() if "guard" in mutant.name and not mutant.name.startswith("propose")]
_SAMPLE = random.Random(20261121).sample(_GUARDS, 6)


@pytest.mark.sweep
@pytest.mark.django_db
@pytest.mark.parametrize("mutant", _SAMPLE, ids=lambda mutant: mutant.name)
def test_a_seeded_fault_is_noticed(drafts: dict[str, Stage], by_phone: Stage, papers: None, mutant: Mutant) -> None:
    assert killed_by(mutant, {**drafts, "by_phone": by_phone}), f"survives: {mutant.name}"
