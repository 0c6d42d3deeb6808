"""What nobody should send, in every field of every form: a clear refusal or a correct page, never a crash.

Here a fixed sample, another one for each address; the parts hostile_… of `make proof` send everything, those that end
in _sqlite on SQLite.
"""

import pytest

from tests.site import trials
from tests.site.matrix import TABLES
from tests.site.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.matrix, pytest.mark.sweep]
#: A field gets about so many wrong values in all: each field one of them, the next field the next one.
ONE_OF = 72


@pytest.mark.asvs("2.2.1")
@pytest.mark.asvs("2.2.2")
@pytest.mark.asvs("1.2.1")
@pytest.mark.asvs("1.3.7")
@pytest.mark.parametrize("name", TABLES)
def test_no_form_breaks_on_hostile_input(stage: Stage, name: str) -> None:
    rows = enumerate(TABLES[name])
    wrong = trials.summary(t for number, row in rows for t in trials.posts(stage, row, every=ONE_OF, first=number))
    assert not wrong, wrong


@pytest.mark.asvs("2.2.1")
@pytest.mark.asvs("15.3.7")
@pytest.mark.parametrize("name", TABLES)
def test_no_query_breaks_a_page(stage: Stage, name: str) -> None:
    rows = enumerate(TABLES[name])
    wrong = trials.summary(t for number, row in rows for t in trials.gets(stage, row, every=ONE_OF, first=number))
    assert not wrong, wrong
