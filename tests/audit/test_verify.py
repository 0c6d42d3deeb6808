"""The journal finds what somebody with access to the database did to it."""

import json
import subprocess
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

import clock
from audit import Actor, SystemActor, history, record, remove_chain, triggers, verify
from audit.anchors import anchor, file_hash, files
from audit.models import AuditChain, AuditEvent, AuditSubject
from jobs import run_until_empty
from jobs.schedule import tick

pytestmark = pytest.mark.django_db

MARK = "UPDATE audit_auditchain SET removed_at = '2026-11-12 17:43:00+00', removed_by = 'system:2026-11'"
WHEN = datetime(2026, 11, 12, 17, 42, tzinfo=UTC)


@pytest.fixture(autouse=True)
def anchor_folder(settings, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR_DIR = tmp_path / "anchors"
    return settings.AUDIT_ANCHOR_DIR


@pytest.fixture
def chain() -> str:
    case = uuid.uuid4()
    for n in range(6):
        add(case, n)
    return f"case:{case}"


def add(case: uuid.UUID, n: int = 0) -> AuditEvent:
    actor = Actor(kind="user", id=uuid.uuid4(), role="expert", session="s", network="192.0.2.0/24")
    return record(
        "case.read", actor=actor, case_id=case, subjects={"patient": [uuid.uuid4()]}, detail={"n": n}, at=WHEN
    )


@pytest.fixture
def tamper() -> Callable[..., None]:
    """`tamper(sql)`: what the owner of the database can do, the triggers taken away and put back."""

    def run(*statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in triggers.drop_statements(connection.vendor):
                cursor.execute(statement)
            for statement in statements:
                cursor.execute(statement)
        triggers.install(connection)

    return run


def audit_verify(*arguments: str) -> tuple[int, str]:
    """Exit status and what it says."""
    out, status = StringIO(), 0
    try:
        call_command("audit_verify", *arguments, stdout=out, stderr=out)
    except SystemExit as end:
        status = int(str(end.code))
    return status, out.getvalue()


def test_a_whole_journal_is_whole(chain):
    status, said = audit_verify()
    assert status == 0
    assert "6 events" in said
    assert audit_verify("--chain", chain)[0] == 0


@pytest.mark.asvs("16.4.2")
@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE audit_auditevent SET action = 'case.left' WHERE chain = '{chain}' AND seq = 5", "#5: was changed"),
        (
            "UPDATE audit_auditevent SET at = '2026-11-12 17:43:00+00' WHERE chain = '{chain}' AND seq = 2",
            "#2: was changed",
        ),
        ("UPDATE audit_auditevent SET network = '' WHERE chain = '{chain}' AND seq = 1", "#1: was changed"),
        ("DELETE FROM audit_auditevent WHERE chain = '{chain}' AND seq = 3", "#4: follows #2"),
        ("DELETE FROM audit_auditevent WHERE chain = '{chain}' AND seq = 1", "#2: follows #0"),
        (
            "DELETE FROM audit_auditevent WHERE chain = '{chain}' AND seq > 4",
            "#4: is the last event, but the head counts 6",
        ),
        ("DELETE FROM audit_auditevent WHERE chain = '{chain}'", "the head counts 6"),
        ("UPDATE audit_auditchain SET length = 5 WHERE key = '{chain}'", "#6: does not fit the head"),
        ("DELETE FROM audit_auditchain WHERE key = '{chain}'", "has events but no head"),
        ("DELETE FROM audit_auditsubject WHERE kind = 'patient'", "#1: its index of subjects was changed"),
        (
            MARK + " WHERE key = '{chain}'",
            "is marked as removed and still has events",
        ),
    ],
)
def test_a_change_is_found_with_its_chain_and_number(chain, tamper, change, place):
    add(uuid.uuid4())
    tamper(change.format(chain=chain))
    status, said = audit_verify()
    assert status == 1
    assert chain in said
    assert place in said


def test_a_chain_written_anew_is_found_by_the_anchor(chain, tamper):
    with clock.travel(WHEN):
        anchor()
    case = uuid.UUID(chain.removeprefix("case:"))
    # The owner of the database removes everything, then lets the same events be written again, one of them changed.
    tamper(
        f"DELETE FROM audit_auditevent WHERE chain = '{chain}'",
        f"DELETE FROM audit_auditsubject WHERE subject_id = '{case.hex if connection.vendor == 'sqlite' else case}'",
        "DELETE FROM audit_auditsubject WHERE kind = 'patient'",
        f"DELETE FROM audit_auditchain WHERE key = '{chain}'",
    )
    for n in range(6):
        add(case, n + 1)
    status, said = audit_verify()
    assert status == 1
    assert f"{chain} #6: differs from the head anchored outside" in said


def test_an_end_cut_off_with_its_head_is_found_by_the_anchor(chain, tamper):
    anchor()
    fourth = AuditEvent.objects.get(chain=chain, seq=4)
    tamper(
        "DELETE FROM audit_auditsubject WHERE event_id IN"
        f" (SELECT id FROM audit_auditevent WHERE chain = '{chain}' AND seq > 4)",
        f"DELETE FROM audit_auditevent WHERE chain = '{chain}' AND seq > 4",
        f"UPDATE audit_auditchain SET length = 4, head = '{fourth.hash}' WHERE key = '{chain}'",
    )
    status, said = audit_verify()
    assert status == 1
    assert f"{chain} #4: is the last event, but #6 is anchored outside" in said


def test_a_whole_chain_that_vanished_is_found_by_the_anchor(chain, tamper):
    anchor()
    tamper("DELETE FROM audit_auditevent", "DELETE FROM audit_auditsubject", "DELETE FROM audit_auditchain")
    status, said = audit_verify()
    assert status == 1
    assert f"{chain}: anchored outside, but gone from the journal" in said


def test_a_missing_trigger_is_found(chain):
    with connection.cursor() as cursor:
        on_table = " ON audit_auditevent" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER audit_event_update{on_table}")
    status, said = audit_verify()
    assert status == 1
    assert "audit_event_update" in said


def test_each_day_s_file_holds_what_changed_and_stands_for_those_before(chain, anchor_folder):
    other = add(uuid.uuid4()).chain
    with clock.travel(WHEN):
        first = anchor()
    add(uuid.UUID(chain.removeprefix("case:")))
    with clock.travel(WHEN + timedelta(days=1)):
        second = anchor()
    body = json.loads(second.read_text())
    assert set(json.loads(first.read_text())["chains"]) == {chain, other}
    assert body["chains"] == {chain: [7, AuditChain.objects.get(key=chain).head]}
    assert body["previous"] == file_hash(first)
    assert verify().ok
    first.chmod(0o600)
    first.write_text(first.read_text().replace('"day"', '"Day"'))
    assert any("does not follow" in str(problem) for problem in verify().problems)
    first.write_text("[")
    assert any("cannot be read" in str(problem) for problem in verify().problems)
    assert files() == [first, second]


@pytest.mark.asvs("16.4.3")
def test_the_clock_anchors_the_journal_every_night_and_mails_the_fingerprint(chain, anchor_folder, settings):
    settings.AUDIT_ANCHOR_EMAIL = "anchors@example.org"
    for hours in (0, 1, 12, 24):
        with clock.travel(WHEN + timedelta(hours=hours)):
            tick()
            run_until_empty()
    paths = sorted(anchor_folder.glob("*.json"))
    assert [path.stem for path in paths] == ["2026-11-12", "2026-11-13"]
    assert [message.to for message in mail.outbox] == [["anchors@example.org"]] * 2
    assert file_hash(paths[0]) in mail.outbox[0].body
    assert chain not in mail.outbox[0].body


def test_an_anchor_whose_mail_failed_is_mailed_by_the_next_try(chain, settings, monkeypatch):
    settings.AUDIT_ANCHOR_EMAIL = "anchors@example.org"

    def refuse(self: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(ConnectionRefusedError):
            anchor()
    written = files()[0].read_bytes()
    anchor()
    anchor()
    assert len(mail.outbox) == 1
    assert files()[0].read_bytes() == written


class TestRemoval:
    """Only retention removes, only a whole chain, and the removal is itself recorded."""

    def test_a_removed_chain_leaves_its_head_and_its_length(self, chain):
        anchor()
        before = AuditChain.objects.get(key=chain)
        case = uuid.UUID(chain.removeprefix("case:"))
        assert remove_chain(chain, actor=SystemActor("retention"), reason="c-ret-1") == 6
        after = AuditChain.objects.get(key=chain)
        assert (after.length, after.head) == (before.length, before.head)
        assert after.removed_at is not None
        assert not AuditEvent.objects.filter(chain=chain).exists()
        assert not history("case", case).exists()
        assert not AuditSubject.objects.filter(subject_id=case).exists()
        event = AuditEvent.objects.get(action="journal.chain_removed")
        assert event.detail == {"chain": chain, "length": 6, "head": before.head, "reason": "c-ret-1"}
        assert verify().ok

    def test_removing_twice_removes_once(self, chain):
        remove_chain(chain, actor=SystemActor("retention"), reason="r")
        assert remove_chain(chain, actor=SystemActor("retention"), reason="r") == 0
        assert AuditEvent.objects.filter(action="journal.chain_removed").count() == 1

    def test_nothing_joins_a_removed_chain_and_nothing_brings_it_back(self, chain):
        remove_chain(chain, actor=SystemActor("retention"), reason="r")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            add(uuid.UUID(chain.removeprefix("case:")))
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            AuditChain.objects.filter(key=chain).update(removed_at=None, removed_by="")

    def test_a_removal_nobody_recorded_is_found(self, chain, tamper):
        tamper(
            f"{MARK} WHERE key = '{chain}'",
            "DELETE FROM audit_auditsubject",
            f"DELETE FROM audit_auditevent WHERE chain = '{chain}'",
        )
        assert any("without a record" in str(problem) for problem in verify().problems)

    def test_the_chain_with_the_records_may_be_removed_later(self, chain):
        with clock.travel(WHEN):
            remove_chain(chain, actor=SystemActor("retention"), reason="r")
        with clock.travel(WHEN + timedelta(days=4000)):
            remove_chain("system:2026-11", actor=SystemActor("retention"), reason="r")
            with pytest.raises(ValueError, match="its own removal"):
                remove_chain("system:2037-10", actor=SystemActor("retention"), reason="r")
        assert verify().ok


def test_a_third_party_verifies_an_exported_chain_with_public_tools(chain):
    out = StringIO()
    call_command("audit_export", chain, stdout=out)
    before = "0" * 64
    for line in out.getvalue().splitlines():
        stated, text = line.split("  ", 1)
        computed = subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True).stdout.split()[0]
        assert stated == computed.decode()
        assert json.loads(text)["previous"] == before
        before = stated
    assert before == AuditChain.objects.get(key=chain).head
    with pytest.raises(CommandError):
        call_command("audit_export", "case:none")
