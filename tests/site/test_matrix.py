"""Every address of ours, for everybody, as the tables say; nothing that is refused tells anything."""

import os
import re
import uuid
from collections.abc import Iterable, Iterator
from itertools import product

import pytest

from tests.site.asking import Answer, ask, browser_of, undone
from tests.site.matrix import ROWS, TABLES
from tests.site.people import CANARY
from tests.site.rows import (
    ANYBODY,
    CHECK_FIRST,
    DONE,
    EVERYBODY,
    HIDDEN,
    LOGIN,
    MEMBERS,
    METHOD,
    NO,
    ONE_OF_EACH,
    Row,
    Status,
    expected,
    kin,
)
from tests.site.stage import Stage
from tests.site.traces import faults
from tests.site.walking import ADDRESSES, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]

# Redirects within the site after login look like redirects after an act: who posts to the login's own page.
_SAME = {LOGIN: DONE, CHECK_FIRST: DONE}


def test_every_address_of_ours_has_a_row_and_every_row_an_address() -> None:
    rows = {row.name for row in ROWS}
    assert sorted(set(ADDRESSES) - rows) == []
    assert sorted(rows - set(ADDRESSES)) == []


def _agrees(got: Status, wanted: Status) -> bool:
    return got == wanted or (wanted == DONE and got in _SAME)


def _space(row: Row) -> str:
    """The space of its address, the narrowest there is."""
    route = ADDRESSES[row.name].route
    found = [prefix for prefix in MEMBERS if route.startswith(f"{prefix}/")]
    return max(found, key=len, default="")


def _one(stage: Stage, row: Row, who: str, method: str) -> Iterable[str]:
    """What is wrong with one cell."""
    address = ADDRESSES[row.name]
    wanted = expected(row, _space(row), who, method)
    url = url_of(row, address.parameters, stage)
    with undone():
        client = browser_of(stage, who)
        for name, data in row.before:
            before = Row(name, row.at, data=data)
            client.post(url_of(before, ADDRESSES[name].parameters, stage), before.posted(stage, who))
        answer = ask(client, method, url, row.posted(stage, who) if method == "POST" else None)
        if not _agrees(answer.status, wanted):
            yield f"{answer.status}, not {wanted}{_why(answer)}"
            return
        yield from faults(row, who, method, answer)
        if answer.status in (NO, HIDDEN, METHOD):
            yield from _tells(stage, row, who, method, url, answer)


def _why(answer: Answer) -> str:
    if answer.status == 500:
        return f" {getattr(answer.response, 'exc_info', ('', ''))[1]!r}"
    found = os.environ.get("SITE_WHY") and re.findall(rb"error-summary.*?</ul>|field-error.*?<", answer.body, re.DOTALL)
    return f" {found[:2]}" if found else ""


def _plain(body: bytes) -> bytes:
    """A page without what differs on every request."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", body)
    return re.sub(rb"[0-9a-f]{8}-[0-9a-f-]{27}", b"", body)


def _tells(stage: Stage, row: Row, who: str, method: str, url: str, answer: Answer) -> Iterable[str]:
    """What a refusal gives away."""
    body = answer.body
    if CANARY.encode() in body.lower():
        yield "the refusal holds content"
    if answer.status == HIDDEN and row.at and who not in kin(row.at):
        if stage.case(row.at).reference.encode() in body:
            yield "the refusal names the case"
        nowhere = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda _: str(uuid.uuid4()), url, count=1)
        unknown = ask(browser_of(stage, who), method, nowhere, row.posted(stage, who) if method == "POST" else None)
        if unknown.status != HIDDEN or _plain(unknown.body) != _plain(body):
            yield "a hidden case differs from an unknown one"


def summary(found: Iterable[tuple[str, str, str]]) -> str:
    """One line for each row and fault, with everybody it is about."""
    lines: dict[tuple[str, str], list[str]] = {}
    for row, who, fault in found:
        lines.setdefault((row, fault), []).append(who)
    return "\n".join(f"{row}: {fault}: {' '.join(names)}" for (row, fault), names in lines.items())


METHODS = ("GET", "POST")
_FIRST = {row.name: row for row in reversed(ROWS)}


def _cells(number: int, row: Row) -> Iterator[tuple[str, str]]:
    """Who tries which method: whoever has a role of its space both, half of the others the one or the other.

    In further situations of the same address only the former; outside the spaces one of each role tries both, and
    half of the others the one or the other. The next address is tried by the other half; visitors try each. The part
    `matrix` of `make proof` tries everything.
    """
    members, one_of_each = MEMBERS.get(_space(row)), [*ANYBODY.split(), *ONE_OF_EACH]
    both, outside = (one_of_each, EVERYBODY) if members is None else (members.split(), one_of_each)
    yield from product(both, METHODS)
    if members is None or row is _FIRST[row.name]:
        others = [who for who in outside if who not in both]
        some = [who for turn, who in enumerate(others) if who in ANYBODY.split() or (number + turn) % 2]
        yield from ((who, METHODS[(number // 2 + turn) % 2]) for turn, who in enumerate(some))


def wrong_in(stage: Stage, table: str, *, whole: bool = False) -> list[tuple[str, str, str]]:
    """Row, person and fault of each cell that is not as the table says.

    Args:
        whole: everybody and both methods in every situation.
    """
    return [
        (f"{method} {row.label}", who, fault)
        for number, row in enumerate(TABLES[table])
        for who, method in (product(EVERYBODY, METHODS) if whole else _cells(number, row))
        for fault in _one(stage, row, who, method)
    ]


@pytest.mark.behaviour("S2-13")
@pytest.mark.behaviour("S0-25")
@pytest.mark.behaviour("S2-14")
@pytest.mark.behaviour("S2-16")
@pytest.mark.behaviour("S3-20")
@pytest.mark.asvs("8.2.1")
@pytest.mark.asvs("8.2.2")
@pytest.mark.asvs("8.3.1")
@pytest.mark.asvs("16.3.2")
@pytest.mark.parametrize("table", TABLES)
def test_everybody_gets_what_the_table_says(stage: Stage, table: str) -> None:
    wrong = wrong_in(stage, table)
    assert not wrong, summary(wrong)
