"""Two people at the same moment, each pair of moves that meet: they do one lawful order, and nothing breaks."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.cases.machine.racing import PAIRS, people, race
from tests.cases.machine.stage import quick_papers
from tests.harness.figures import Record

ROUNDS = 2


@pytest.fixture(autouse=True)
def papers() -> Iterator[None]:
    """No printer, no cryptography."""
    with quick_papers():
        yield


@pytest.mark.timeout(590)
@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_are_one_after_the_other(figure: Record) -> None:
    outcomes, wrong = Counter[str](), {}
    for number in range(ROUNDS):
        company = people()
        for pair in PAIRS:
            made, found = race(company, pair)
            outcomes[f"{pair}: {made}"] += 1
            if found:
                wrong[f"{pair}, round {number}"] = found
    figure("pairs of moves made by two people at the same moment", len(PAIRS))
    figure("races", ROUNDS * len(PAIRS), "each one lawful order")
    figure("ways in which they ended", len(outcomes))
    assert not wrong, wrong
