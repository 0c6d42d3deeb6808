"""Every action has words, in both languages, and every event becomes a sentence."""

import ast
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest
from django.utils import translation

from audit import Actor, SystemActor, actions, describe, describe_all, record, register_action, register_resolver
from audit.actions import known_actions

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("platform", "experts", "consent", "cases", "legal", "cms")
WRITERS = {"record", "record_read", "record_event"}
CAMILLE, CASE = uuid.uuid4(), uuid.uuid4()


def written_actions() -> Iterator[tuple[str, str]]:
    """Every literal name handed to a function that writes to the journal, with its place."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0]
                if called in WRITERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_action_the_code_writes_is_registered():
    known = {action.name for action in known_actions()}
    written = dict(written_actions())
    assert len(written) > 10
    missing = sorted(f"{name} ({place})" for name, place in written.items() if name not in known)
    assert not missing, "\n".join(missing)


def test_a_sentence_names_only_what_an_event_has():
    for action in known_actions():
        for language in ("fr", "en"):
            with translation.override(language):
                text = str(action.patient_sentence or action.label)
            assert text.strip(), action.name
            for _literal, name, specification, conversion in Formatter().parse(text):
                assert name is None or (name.isidentifier() and not specification and not conversion), action.name


@pytest.fixture(autouse=True)
def words(monkeypatch):
    """An action and names, taken away again."""
    for table in ("_actions", "_resolvers"):
        monkeypatch.setattr(actions, table, dict(getattr(actions, table)))
    register_action("sample.read", "Sample read", "{actor} ({role}) read {document} of your file")
    register_action("sample.plain", "sample done")
    register_resolver("user", lambda ids: {CAMILLE: "Camille Renaud"})


def event(action: str, *, actor: Actor | None = None, documents: int = 1, outcome: str = "done"):
    return record(
        action,
        actor=actor or Actor(kind="user", id=CAMILLE, role="patient"),
        case_id=CASE,
        subjects={"document": [uuid.uuid4() for _ in range(documents)]},
        outcome=outcome,
        at=datetime(2026, 11, 12, tzinfo=UTC),
    )


@pytest.mark.django_db
class TestSentences:
    """`describe`"""

    def test_names_are_resolved_when_shown(self):
        register_resolver("document", lambda ids: dict.fromkeys(ids, "MRI"))
        assert describe(event("sample.read"), "en") == "Camille Renaud (patient) read MRI of your file"

    def test_what_is_gone_is_counted_and_who_is_gone_is_named_by_role(self):
        stranger = Actor(kind="user", id=uuid.uuid4(), role="expert")
        said = describe(event("sample.read", actor=stranger, documents=2), "en")
        assert said == "Expert physician (expert physician) read 2 of your file"

    def test_many_are_named_and_the_rest_counted(self):
        register_resolver("document", lambda ids: dict.fromkeys(ids, "MRI"))
        assert "MRI, MRI, MRI and 4 more" in describe(event("sample.read", documents=7), "en")

    def test_the_service_acts_by_itself(self):
        line = describe_all([event("sample.read", actor=SystemActor("retention"))], "en")[0]
        assert line.sentence.startswith("The service, automatically")
        assert line.actor == ""

    def test_a_refusal_says_so(self):
        assert describe(event("sample.plain", outcome="refused"), "en") == "Sample done: refused"

    def test_an_action_nobody_registered_shows_its_name(self):
        assert describe(event("sample.unknown"), "en") == "Sample.unknown"

    def test_a_name_with_braces_stays_a_name(self):
        register_resolver("user", lambda ids: {CAMILLE: "{document} {0} <b>"})
        assert describe(event("sample.read"), "en").startswith("{document} {0} <b> (patient)")

    def test_a_page_is_resolved_at_once(self):
        asked = []

        def resolve(ids):
            asked.append(set(ids))
            return {}

        register_resolver("document", resolve)
        describe_all([event("sample.read") for _ in range(30)], "fr")
        assert len(asked) == 1
        assert len(asked[0]) == 30
