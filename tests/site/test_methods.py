"""A method that an address does not know is refused (405), whoever asks, and leaves nothing.

Here each address is asked by two of them, the next one by the next two; the part `matrix` of `make proof` tries all.
"""

import pytest

from tests.site.asking import ask, browser_of, undone
from tests.site.matrix import ROWS
from tests.site.rows import METHOD, Row
from tests.site.stage import Stage
from tests.site.traces import SESSION
from tests.site.walking import ADDRESSES, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]
METHODS = ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND")
_EVERY_ADDRESS = {row.name: row for row in reversed(ROWS)}


def _who(row: Row) -> str:
    """Somebody for whom nothing else stands in the way."""
    named = "anonymous" if row.is_public else " ".join((*row.get, *row.post)).split()[0]
    return row.let_in("GET") or row.let_in("POST") or named


def wrong_methods(stage: Stage, of_three: int = 1) -> list[str]:
    """What another method did beside being refused.

    Args:
        of_three: how many thirds of the methods each address is asked by.
    """
    wrong = []
    for number, (name, row) in enumerate(_EVERY_ADDRESS.items()):
        url = url_of(row, ADDRESSES[name].parameters, stage)
        for method in (method for third in range(of_three) for method in METHODS[(number + third) % 3 :: 3]):
            with undone():
                answer = ask(browser_of(stage, _who(row)), method, url)
            if answer.status != METHOD or answer.written - SESSION:
                wrong.append(f"{method} {row.label} as {_who(row)}: {answer.status} {sorted(answer.written)}")
    return wrong


@pytest.mark.asvs("4.1.4")
def test_other_methods_do_nothing(stage: Stage) -> None:
    wrong = wrong_methods(stage)
    assert not wrong, "\n".join(wrong)
