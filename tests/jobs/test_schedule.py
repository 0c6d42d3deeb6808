"""The table of schedules: once for each due time, and once for all that were missed."""

import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connections
from django_tasks_db.models import DBTaskResult

import clock
from audit import Actor, record, verify
from audit.models import AuditChain, AuditEvent
from clock import now
from jobs import register_schedule, run_until_empty, schedule
from jobs.models import DeadJob, ScheduledRun
from jobs.schedule import Schedule, table, tick
from tests.jobs import samples
from vault.files import write_file
from vault.keys import create_key
from vault.models import Preview, StoredFile
from vault.stores import get_store

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHEN = datetime(2026, 11, 12, 17, 42, tzinfo=UTC)


@pytest.fixture
def only_hourly(monkeypatch) -> None:
    monkeypatch.setattr(schedule, "_table", {})
    register_schedule("sample.hourly", samples.do_nothing, HOUR)


def due(every: timedelta, at: datetime, offset: timedelta = timedelta(0)) -> datetime:
    return Schedule("x.y", samples.do_nothing, every, offset).due_at(at)


def test_a_run_starts_once_however_often_the_clock_looks(only_hourly):
    with clock.travel(WHEN):
        assert tick() == ["sample.hourly"]
        assert tick() == []
    with clock.travel(WHEN + timedelta(minutes=17)):
        assert tick() == []
    with clock.travel(WHEN + timedelta(minutes=18)):
        assert tick() == ["sample.hourly"]
        assert run_until_empty() == 2


def test_after_downtime_one_run_makes_up_for_all_that_were_missed(only_hourly):
    tick(WHEN)
    assert tick(WHEN + 100 * HOUR) == ["sample.hourly"]
    assert tick(WHEN + 100 * HOUR) == []
    assert DBTaskResult.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_clocks_start_one_run(only_hourly):
    gate, started = threading.Barrier(20), []

    def look() -> None:
        gate.wait()
        started.extend(tick(WHEN))
        connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert started == ["sample.hourly"]
    assert DBTaskResult.objects.count() == 1


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 7, 1, 5, 59, tzinfo=UTC), datetime(2026, 6, 30, 6, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 6, 0, tzinfo=UTC), datetime(2026, 7, 1, 6, 0, tzinfo=UTC)),
        (datetime(2026, 12, 1, 6, 59, tzinfo=UTC), datetime(2026, 11, 30, 7, 0, tzinfo=UTC)),
        (datetime(2026, 12, 1, 7, 0, tzinfo=UTC), datetime(2026, 12, 1, 7, 0, tzinfo=UTC)),
    ],
)
def test_eight_in_the_morning_in_paris_stays_eight_through_summer_time(at, expected):
    assert due(DAY, at, 8 * HOUR) == expected


def test_a_due_time_is_never_ahead_and_never_further_back_than_one_step():
    for hours in range(0, 24 * 400, 7):
        at = WHEN + hours * HOUR
        for every, offset in ((HOUR, timedelta(0)), (6 * HOUR, HOUR), (DAY, 2 * HOUR), (7 * DAY, 8 * HOUR)):
            behind = at - due(every, at, offset)
            # An hour more on the day the clocks go back.
            assert timedelta(0) <= behind <= every + HOUR


def test_the_table_holds_the_upkeep_of_the_platform():
    names = {"journal.anchor", "journal.verify", "journal.visits", "vault.reconcile", "jobs.prune"}
    assert names <= {line.name for line in table()}


def only(name: str) -> list[Schedule]:
    return [line for line in table() if line.name == name]


def run_at(name: str, monkeypatch: pytest.MonkeyPatch, moment: datetime) -> int:
    """Let the clock and a worker pass at this moment, with this one line on the table; how many jobs succeeded."""
    kept = {line.name: line for line in only(name)}
    with monkeypatch.context() as patch, clock.travel(moment):
        patch.setattr(schedule, "_table", kept)
        tick()
        return run_until_empty(raise_errors=False)


@pytest.fixture
def own_files(settings, tmp_path) -> None:
    """A store of this test alone: what has no row in it is nobody else's."""
    settings.VAULT_ROOT = str(tmp_path / "files")
    settings.VAULT_STORE = "local"


def test_at_five_the_files_nothing_points_to_are_removed(own_files, monkeypatch, django_capture_on_commit_callbacks):
    key = create_key("case")
    forgotten = write_file(key, [b"form never accepted"], media_type="x/y")
    five = due(DAY, now() + 2 * DAY, 5 * HOUR)
    with django_capture_on_commit_callbacks(execute=True):
        run_at("vault.reconcile", monkeypatch, five)
    assert not StoredFile.objects.filter(pk=forgotten.pk).exists()


def test_a_missing_object_is_shown_to_the_administrator(own_files, monkeypatch):
    key = create_key("case")
    lost = write_file(key, [b"kept"], media_type="x/y")
    Preview.objects.create(source=lost)
    get_store(lost.store).delete(lost.object_name)
    run_at("vault.reconcile", monkeypatch, due(DAY, now() + 2 * DAY, 5 * HOUR))
    dead = DeadJob.objects.get()
    assert dead.job.endswith("reconcile_files")
    assert StoredFile.objects.filter(pk=lost.pk).exists()


def test_what_visitors_did_leaves_the_journal_a_year_after_its_month_and_nothing_else(monkeypatch, settings, tmp_path):
    settings.AUDIT_ANCHOR_DIR = tmp_path
    guest, user = Actor(kind="guest", id=None, role="guest"), Actor(kind="user", id=uuid4(), role="patient")
    case = uuid4()
    with clock.travel(WHEN):
        for actor in (guest, user):
            record("login.failed", actor=actor)
        record("login.failed", actor=guest, case_id=case)
    with clock.travel(WHEN + 20 * DAY):
        record("login.failed", actor=guest)
    before = AuditChain.objects.get(key="guest:2026-11")

    def left() -> set[str]:
        return set(AuditEvent.objects.filter(action="login.failed").values_list("chain", flat=True))

    run_at("journal.visits", monkeypatch, datetime(2027, 11, 30, 12, tzinfo=UTC))
    assert "guest:2026-11" in left()
    run_at("journal.visits", monkeypatch, datetime(2027, 12, 1, 12, tzinfo=UTC))
    assert left() == {"guest:2026-12", f"actor:{user.id}:2026-11", f"case:{case}"}
    after = AuditChain.objects.get(key="guest:2026-11")
    assert (after.length, after.head) == (before.length, before.head)
    told = AuditEvent.objects.filter(action="journal.chain_removed")
    assert [event.detail["chain"] for event in told] == ["guest:2026-11"]
    assert verify().ok
    # Run again the same day, nothing more happens.
    run_at("journal.visits", monkeypatch, datetime(2027, 12, 1, 13, tzinfo=UTC))
    assert told.count() == 1


def test_a_name_belongs_to_one_job(only_hourly):
    register_schedule("sample.hourly", samples.do_nothing, HOUR)
    with pytest.raises(ValueError, match="registered twice"):
        register_schedule("sample.hourly", samples.leave_mark, HOUR)
    with pytest.raises(ValueError, match="once a minute"):
        register_schedule("sample.fast", samples.do_nothing, timedelta(seconds=10))


def test_the_clock_command_ticks(only_hourly):
    said = StringIO()
    call_command("clock", "--once", stdout=said)
    assert said.getvalue() == "started sample.hourly\n"
    assert ScheduledRun.objects.count() == 1


def test_the_worker_command_ticks_too_and_ends_when_nothing_is_left(only_hourly, monkeypatch):
    monkeypatch.setattr("jobs.worker.Worker.stop_on_signals", lambda self: None)
    monkeypatch.setattr("jobs.worker.connections.close_all", lambda: None)
    monkeypatch.setattr("jobs.worker.close_old_connections", lambda: None)
    monkeypatch.setattr("jobs.worker.Worker._beat_on", lambda self: None)
    said = StringIO()
    call_command("worker", "--until-empty", stdout=said)
    assert "has ended after 1 jobs" in said.getvalue()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
