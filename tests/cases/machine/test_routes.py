"""Whole lives of cases, compared with the rules after each move."""

import random

import pytest

from tests.cases.machine import routes
from tests.cases.machine.rules import KINDS
from tests.cases.machine.stage import Stage

#: The generated ones are alike: a few of them here, all of them in `make proof`.
_ALIKE = ("held in", "stopped in", "withdrawn")
_TOLD = [name for name in routes.ROUTES if not name.startswith(_ALIKE)]
_FEW = random.Random(20261121).sample([name for name in routes.ROUTES if name.startswith(_ALIKE)], 2)


@pytest.mark.sweep
@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_lives_of_cases(drafts: dict[str, Stage], papers: None, kind: str) -> None:
    stage = drafts[kind]
    # The kinds differ in people, not in the way: every second told route is followed in one of them here.
    told = _TOLD[KINDS.index(kind) :: 2 * len(KINDS)]
    for name in (*told, *_FEW[KINDS.index(kind) :: len(KINDS)]):
        with stage.undone():
            routes.follow(stage, name)
