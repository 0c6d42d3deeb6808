"""The administrator's pages on background tasks."""

import uuid

import pytest
from django.urls import reverse
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from audit.models import AuditEvent
from jobs import enqueue, run_until_empty
from jobs.leases import beat
from jobs.models import DeadJob
from tests.acting import Person, acting_client
from tests.jobs import samples

pytestmark = pytest.mark.django_db


def address(name: str, dead_id: uuid.UUID) -> str:
    with override("en"):
        return reverse(f"jobs:{name}", args=[dead_id])


@pytest.fixture
def administrator(settings):
    return acting_client(settings, Person("administrator"))


@pytest.fixture
def dead() -> DeadJob:
    enqueue(samples.give_up, "secret-argument")
    run_until_empty(raise_errors=False)
    return DeadJob.objects.get()


def test_a_failed_task_is_shown_without_what_it_was_about(administrator, dead):
    page = administrator.get("/en/technique/taches/").content.decode()
    assert "tests.jobs.samples.give_up" in page
    assert "jobs.declaring.GiveUp" in page
    assert "secret-argument" not in page
    event = AuditEvent.objects.get(action="job.list_read")
    assert event.subjects == {"job": [str(dead.task_id)]}


def test_trying_again_asks_first_then_runs_it_again(administrator, dead):
    url = address("retry", dead.id)
    assert "Try the task again?" in administrator.get(url).content.decode()
    assert run_until_empty() == 0
    assert administrator.post(url).status_code == 302
    assert administrator.post(url).status_code == 302
    assert run_until_empty(raise_errors=False) == 1
    dead.refresh_from_db()
    assert dead.resolution == "retried"
    assert DeadJob.objects.filter(resolution="", task_id=dead.task_id).count() == 1
    assert AuditEvent.objects.filter(action="job.retried").count() == 1


def test_dropping_asks_first_then_ends_it(administrator, dead):
    url = address("drop", dead.id)
    assert "Drop the task?" in administrator.get(url).content.decode()
    assert DeadJob.objects.get().resolution == ""
    administrator.post(url)
    dead.refresh_from_db()
    assert dead.resolution == "dropped"
    assert dead.resolved_by is not None
    assert run_until_empty() == 0
    assert "No task has failed" in administrator.get("/en/technique/taches/").content.decode()
    assert "tests.jobs.samples.give_up" in administrator.get("/en/technique/taches/?decided=1").content.decode()


def test_two_decisions_about_one_task_are_a_conflict(administrator, dead):
    administrator.post(address("drop", dead.id))
    answer = administrator.post(address("retry", dead.id))
    assert answer.status_code == 409
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_task_that_is_not_there_is_not_found(administrator, dead):
    for name in ("retry", "drop"):
        url = address(name, uuid.uuid4())
        assert administrator.get(url).status_code == 404
        assert administrator.post(url).status_code == 404


def test_a_task_pruned_meanwhile_cannot_be_tried_again(administrator, dead):
    DBTaskResult.objects.all().delete()
    assert administrator.post(address("retry", dead.id)).status_code == 409
    dead.refresh_from_db()
    assert dead.resolution == ""


def test_the_page_says_when_no_worker_is_alive(administrator):
    enqueue(samples.leave_mark, "x")
    page = administrator.get("/en/technique/taches/").content.decode()
    assert "No worker is alive" in page
    assert "1 task waits to be done." in page
    beat("w1")
    assert "1 worker is alive." in administrator.get("/en/technique/taches/").content.decode()


@pytest.mark.parametrize("role", ["patient", "expert", "coordinator", "dpo", "assistant"])
def test_the_pages_are_closed_to_every_other_role(settings, role, dead):
    client = acting_client(settings, Person(role))
    assert client.get("/technique/taches/").status_code == 403
    for name in ("retry", "drop"):
        url = address(name, dead.id)
        assert client.get(url).status_code == 403
        assert client.post(url).status_code == 403
    dead.refresh_from_db()
    assert dead.resolution == ""


def test_the_list_is_paged(administrator):
    DeadJob.objects.bulk_create(
        [DeadJob(task_id=uuid.uuid4(), job="x.y", queue="default", attempts=1, error="E") for _ in range(60)]
    )
    assert len(administrator.get("/technique/taches/?page=3").context["rows"]) == 10
    assert administrator.get("/technique/taches/?page=zzz").status_code == 200
