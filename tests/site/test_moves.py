"""A move of a case, posted straight to its page in a state where it does not apply, changes nothing.

Here in half of these states, other ones for each page; the part `matrix` of `make proof` tries all.
"""

from dataclasses import replace
from typing import Any

import pytest

from cases.models import Case
from tests.cases.machine.rules import TABLE
from tests.site.asking import ask, browser_of, undone
from tests.site.matrix import ROWS
from tests.site.rows import DONE, Row
from tests.site.stage import Stage
from tests.site.walking import ADDRESSES, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]

#: One situation for each state, of the kinds of cases a space deals with.
SECOND = (
    "draft awaiting submitted information admitted proposed in_review question signed delivered follow_up closed "
    "on_hold declined withdrawn expired stopped"
)
TELE = "tele_draft tele_awaiting tele_submitted tele_information tele_review tele_question tele_told tele_expired"
PHONE = "phone_draft phone_awaiting"
SITUATIONS = {"desk": SECOND, "patient": SECOND, "expert": SECOND, "requester": TELE, "phone": PHONE}
#: The pages that make a move, and its name; `desk:move` carries the name in its address.
PAGES = {
    "desk:propose": "propose",
    "desk:override": "override",
    "patient:prepare_complete": "request_consent",
    "patient:prepare_revise": "revise",
    "patient:prepare_consents": "give_consent",
    "patient:prepare_refuse": "refuse_consent",
    "patient:answer": "answer_question",
    "patient:information": "provide_information",
    "patient:withdraw": "withdraw",
    "patient:object_to_expert": "object_to_expert",
    "patient:close": "close",
    "patient:resume": "resume",
    "patient:follow_up": "ask_follow_up",
    "expert:accept": "accept",
    "expert:decline": "decline_assignment",
    "expert:hand_back": "hand_back",
    "expert:ask": "ask_question",
    "expert:go_on": "continue_without_answer",
    "expert:sign": "sign",
    "expert:retract": "retract",
    "expert:follow_up_sign": "answer_follow_up",
    "requester:ask": "request_consent",
    "requester:revise": "revise",
    "requester:answer": "answer_question",
    "requester:information": "provide_information",
    "requester:withdraw": "withdraw",
    "requester:close": "close",
    "requester:resume": "resume",
    "requester:follow_up": "ask_follow_up",
    "phone:prepare_complete": "request_consent",
    "phone:prepare_revise": "revise",
    "phone:confirm": "give_consent",
}


def _move_of(row: Row) -> str:
    if row.name == "desk:move":
        return str(row.args["name"]) if row.args["name"] in TABLE else ""
    return PAGES.get(row.name, "")


def _rows(space: str) -> list[tuple[Row, str]]:
    """The pages of a space that make a move, with somebody who may make it."""
    found = [(row, row.let_in("POST")) for row in ROWS if row.name.startswith(f"{space}:") and _move_of(row)]
    return [(row, who) for row, who in found if who and DONE in row.post.values()]


def test_every_move_that_people_make_has_its_page_here() -> None:
    by_people = {
        name for name, row in TABLE.items() if any(str(who) != "clock" for all_ in row.who.values() for who in all_)
    }
    assert by_people == {_move_of(row) for space in SITUATIONS for row, _who in _rows(space)}


def _as_it_is(stage: Stage, situation: str) -> dict[str, Any]:
    return dict(Case.objects.filter(pk=stage.cases[situation]).values().get())


def wrong_in(stage: Stage, space: str, *, one_in: int = 1) -> list[str]:
    """What a move did where it does not apply.

    Args:
        one_in: each page is tried in one of so many situations, the next page in the next ones.
    """
    wrong = []
    before = {situation: _as_it_is(stage, situation) for situation in SITUATIONS[space].split()}
    for number, (row, who) in enumerate(_rows(space)):
        for situation in list(before)[number % one_in :: one_in]:
            if before[situation]["state"] in TABLE[_move_of(row)].sources:
                continue
            with undone():
                there = replace(row, at=situation)
                url = url_of(there, ADDRESSES[row.name].parameters, stage)
                client = browser_of(stage, who)
                for name, data in row.before:
                    first = Row(name, situation, data=data)
                    client.post(url_of(first, ADDRESSES[name].parameters, stage), first.posted(stage, who))
                answer = ask(client, "POST", url, there.posted(stage, who))
                changed = sorted(table for table in answer.written if table.startswith(("cases_", "consent_")))
                if changed or answer.moves or int(answer.status if isinstance(answer.status, int) else 0) >= 500:
                    wrong.append(f"{row.label} in {situation}: {answer.status} writes {changed}")
                elif _as_it_is(stage, situation) != before[situation]:
                    wrong.append(f"{row.label} in {situation}: {answer.status} changes the case")
    return wrong


@pytest.mark.asvs("2.3.1")
@pytest.mark.asvs("8.3.1")
@pytest.mark.parametrize("space", SITUATIONS)
def test_a_move_in_a_state_where_it_does_not_apply_changes_nothing(stage: Stage, space: str) -> None:
    wrong = wrong_in(stage, space, one_in=2)
    assert not wrong, "\n".join(wrong)
