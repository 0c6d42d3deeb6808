"""What belongs to one case is not found under the address of another, even for somebody who may open both."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from cases.demo.walk import acting
from cases.models import Alert, CallTask, Opinion, Snippet
from cases.services import alerts, desk
from cases.services import snippets as kept
from experts.services import add_absence
from tests.site.asking import ask, browser_of, undone
from tests.site.matrix import ROWS
from tests.site.rows import HIDDEN, METHOD, Row
from tests.site.stage import Stage
from tests.site.traces import ALWAYS
from tests.site.walking import ADDRESSES, url_of
from ui.forms import today

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]

_CHILDREN = {"document_id", "alert_id", "task_id", "opinion_id", "absence_id", "convention_id"}
_ABOUT_CHILDREN = [row for row in ROWS if _CHILDREN & set(ADDRESSES[row.name].parameters) and (row.get or row.post)]


def _other(row: Row) -> str:
    """Another case of the same people, in a state where the same may be done."""
    if row.at in ("draft", "awaiting"):
        return "warned"
    return {"tele": "tele_told", "phone": "phone_warned"}.get(row.at.partition("_")[0], "question")


def _child(stage: Stage, row: Row, name: str) -> Any:
    """The like of it in another case, or of another expert."""
    other = stage.cases.get(_other(row))
    owner = acting(stage.people.users["owner"], "patient")
    if name == "document_id":
        return stage.things[other]
    if name == "alert_id":
        alerts.raise_danger(other, actor=owner, note="Ailleurs.")
        return Alert.objects.get(case_id=other).pk
    if name == "task_id":
        desk.ask_for_call(other, CallTask.Why.HELP, actor=owner)
        return CallTask.objects.get(case_id=other, done_at__isnull=True).pk
    if name == "opinion_id":
        delivered = "tele_told" if row.at == "tele_delivered" else "closed" if row.at != "closed" else "opened"
        return Opinion.objects.filter(case_id=stage.cases[delivered]).values_list("pk").first()[0]  # type: ignore[index]
    expert = acting(stage.people.users["other_expert"], "expert")
    if name == "absence_id":
        return add_absence(stage.people.other_expert.pk, actor=expert, start=today(), end=today()).pk
    return stage.people.other_expert.conventions.get().pk


def _cells() -> Iterator[tuple[Row, str, str]]:
    for row in _ABOUT_CHILDREN:
        for method in ("GET", "POST"):
            if who := row.let_in(method):
                yield row, method, who


@pytest.mark.asvs("8.2.2")
def test_the_child_of_another_case_is_not_there(stage: Stage) -> None:
    wrong, tried = [], set()
    for row, method, who in _cells():
        names = ADDRESSES[row.name].parameters
        for name in _CHILDREN & set(names):
            with undone():
                url = url_of(row, names, stage, **{name: _child(stage, row, name)})
                answer = ask(browser_of(stage, who), method, url, row.posted(stage, who) if method == "POST" else None)
                tried.add(name)
                if answer.status != HIDDEN or answer.moves or answer.written - ALWAYS:
                    wrong.append(f"{method} {row.label} as {who}: {answer.status} {sorted(answer.written - ALWAYS)}")
    assert not wrong, "\n".join(wrong)
    assert tried == _CHILDREN


@pytest.mark.asvs("8.2.2")
def test_the_child_of_nothing_is_not_there(stage: Stage) -> None:
    wrong = []
    for row, method, who in _cells():
        names = ADDRESSES[row.name].parameters
        for name in _CHILDREN & set(names):
            with undone():
                url = url_of(row, names, stage, **{name: uuid.uuid4()})
                answer = ask(browser_of(stage, who), method, url, row.posted(stage, who) if method == "POST" else None)
                if answer.status not in (HIDDEN, METHOD):
                    wrong.append(f"{method} {row.label} as {who}: {answer.status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.asvs("8.2.2")
def test_the_letter_of_another_case_confirms_nothing(stage: Stage) -> None:
    row = next(row for row in ROWS if row.name == "phone:confirm")
    with undone():
        posted = {**row.posted(stage, "nurse"), "letter": str(stage.things[stage.cases["phone_draft"]])}
        url = url_of(row, ADDRESSES[row.name].parameters, stage)
        answer = ask(browser_of(stage, "nurse"), "POST", url, posted)
        assert (answer.status, answer.moves) == (422, 0)


def test_another_experts_phrase_stays(stage: Stage) -> None:
    # Removing what is not there, or not one's own, is quiet.
    row = next(row for row in ROWS if row.name == "expert:remove_snippet")
    with undone():
        theirs = kept.add("Phrase", "Texte.", actor=acting(stage.people.users["other_expert"], "expert")).pk
        ask(browser_of(stage, "expert"), "POST", url_of(row, ("snippet_id",), stage, snippet_id=theirs))
        assert Snippet.objects.filter(pk=theirs).exists()
