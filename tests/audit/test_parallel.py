"""Many at once on one chain, and processes that die while they write."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connections, transaction

from audit import Actor, record, record_read, register_action, remove_chain, verify
from audit.actions import _actions
from audit.anchors import anchor, files
from audit.models import AuditChain, AuditEvent, AuditSubject
from jobs.models import ScheduledRun
from tests.crash import crash_sweep

pytestmark = [pytest.mark.django_db(transaction=True)]

ACTOR = Actor(kind="user", id=uuid.uuid4(), role="expert", session="s", network="192.0.2.0/24")
SYSTEM = Actor(kind="system", id=None, role="system:retention")


@pytest.fixture(autouse=True)
def _anchors(settings, tmp_path):
    settings.AUDIT_ANCHOR_DIR = tmp_path


def at_once(count: int, work: Callable[[int], object]) -> None:
    """Run it in so many threads that start together."""
    gate, errors = threading.Barrier(count), []

    def run(n: int) -> None:
        gate.wait()
        try:
            work(n)
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


def test_twenty_at_once_open_one_chain_and_each_finds_its_place():
    case = uuid.uuid4()
    at_once(20, lambda n: record("case.read", actor=ACTOR, case_id=case, detail={"n": n}))
    assert list(AuditEvent.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 21))
    assert verify().ok


def test_twenty_requests_for_one_file_at_once_are_one_event():
    before = dict(_actions)
    register_action("sample.file_read", "File read", file_read=True)
    case, document = uuid.uuid4(), uuid.uuid4()
    at_once(
        20,
        lambda n: record_read(
            "sample.file_read", actor=ACTOR, case_id=case, subjects={"document": [document]}, request_key=f"r{n}"
        ),
    )
    _actions.clear()
    _actions.update(before)
    assert AuditEvent.objects.count() == 1


@pytest.mark.sweep
def test_a_change_and_its_event_are_both_there_or_neither():
    def step(case: uuid.UUID) -> None:
        with transaction.atomic():
            ScheduledRun.objects.create(name=str(case), due=datetime(2026, 11, 12, tzinfo=UTC))
            record("case.changed", actor=ACTOR, case_id=case, subjects={"patient": [uuid.uuid4()]})

    def invariants(case: uuid.UUID) -> None:
        events = AuditEvent.objects.filter(case_id=case)
        assert ScheduledRun.objects.filter(name=str(case)).count() == events.count() <= 1
        assert AuditChain.objects.filter(key=f"case:{case}").count() == events.count()
        assert verify().ok

    crash_sweep(step, setup=uuid.uuid4, invariants=invariants)


@pytest.mark.sweep
def test_a_removal_killed_anywhere_removes_all_or_nothing():
    def setup() -> uuid.UUID:
        case = uuid.uuid4()
        for _n in range(3):
            record("case.changed", actor=ACTOR, case_id=case, subjects={"patient": [uuid.uuid4()]})
        return case

    def invariants(case: uuid.UUID) -> None:
        head = AuditChain.objects.get(key=f"case:{case}")
        events = AuditEvent.objects.filter(case_id=case).count()
        assert (events, head.removed_at is None) in ((3, True), (0, False))
        assert head.length == 3
        assert AuditSubject.objects.filter(subject_id=case).count() == events
        assert verify().ok

    crash_sweep(lambda case: remove_chain(f"case:{case}", actor=SYSTEM, reason="r"), setup=setup, invariants=invariants)


@pytest.mark.sweep
def test_an_anchor_killed_anywhere_is_whole_after_the_next_try(settings, tmp_path):
    settings.EMAIL_BACKEND = "notify.demo_mail.DemoMailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.AUDIT_ANCHOR_EMAIL = "anchors@example.org"
    folders = iter(range(1000))

    def setup() -> None:
        settings.AUDIT_ANCHOR_DIR = tmp_path / str(next(folders))
        record("case.changed", actor=ACTOR, case_id=uuid.uuid4())

    def invariants(_nothing: None) -> None:
        assert len(files()) == 1
        assert files()[0].with_suffix(".mailed").exists()
        assert verify().ok

    crash_sweep(lambda _: anchor(), setup=setup, recover=lambda _: anchor(), invariants=invariants)
