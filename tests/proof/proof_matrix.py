"""Everybody at every address in every situation, every method, every library, every move where it does not apply."""

import pytest

from tests.harness.figures import Record
from tests.site import test_libraries, test_moves
from tests.site.conftest import _stage, stage  # noqa: F401 (fixtures)
from tests.site.matrix import ROWS, TABLES
from tests.site.rows import EVERYBODY
from tests.site.stage import Stage
from tests.site.test_matrix import METHODS, summary, wrong_in
from tests.site.test_methods import wrong_methods

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]


def test_the_whole_matrix(stage: Stage, figure: Record) -> None:  # noqa: F811
    wrong = [fault for table in TABLES for fault in wrong_in(stage, table, whole=True)]
    figure("cells of the matrix", len(ROWS) * len(EVERYBODY) * len(METHODS), "as the tables say")
    assert not wrong, summary(wrong)


def test_every_other_method(stage: Stage) -> None:  # noqa: F811
    wrong = wrong_methods(stage, of_three=3)
    assert not wrong, "\n".join(wrong)


def test_every_move_where_it_does_not_apply(stage: Stage) -> None:  # noqa: F811
    wrong = [fault for space in test_moves.SITUATIONS for fault in test_moves.wrong_in(stage, space)]
    assert not wrong, "\n".join(wrong)


def test_every_library(stage: Stage) -> None:  # noqa: F811
    wrong = [fault for prefix in test_libraries.PREFIXES for fault in test_libraries.wrong_in(stage, prefix)]
    assert not wrong, "\n".join(wrong)
