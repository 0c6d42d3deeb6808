"""A method that an address does not know is refused (405), whoever asks, and leaves nothing."""

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


@pytest.mark.asvs("4.1.4")
def test_other_methods_do_nothing(stage: Stage) -> None:
    wrong = []
    for name, row in _EVERY_ADDRESS.items():
        url = url_of(row, ADDRESSES[name].parameters, stage)
        for method in METHODS:
            with undone():
                answer = ask(browser_of(stage, _who(row)), method, url)
            if answer.status != METHOD or answer.written - SESSION:
                wrong.append(f"{method} {row.label} as {_who(row)}: {answer.status} {sorted(answer.written)}")
    assert not wrong, "\n".join(wrong)
