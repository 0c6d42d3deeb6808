"""The jobs of the platform itself: upkeep of the queue, and what journal and vault need, which lie below."""

from datetime import timedelta

from django.conf import settings
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from audit.anchors import anchor
from audit.checking import verify_and_remember
from audit.retention import remove_visits
from clock import now
from jobs.declaring import GiveUp, enqueue, job
from jobs.models import DeadJob, ScheduledRun
from jobs.schedule import register_schedule
from vault.reconcile import reconcile

KEEP_DONE = timedelta(days=1)
KEEP_FAILED = timedelta(days=90)
KEEP_RUNS = timedelta(days=90)


@job(max_attempts=12)
def anchor_journal() -> None:
    """Write the heads of the journal outside the database."""
    anchor()


@job(queue="upkeep", max_attempts=3)
def verify_journal() -> None:
    """Verify the whole journal and remember the outcome."""
    verify_and_remember()


@job(queue="upkeep", max_attempts=3)
def forget_visits() -> None:
    """Remove from the journal what nobody known did, at the end of its time."""
    remove_visits(months=settings.JOURNAL_VISITS_MONTHS)


@job(queue="upkeep", max_attempts=3)
def reconcile_files() -> None:
    """Remove what died uploads left.

    Raises:
        GiveUp: an object that a row names is gone; the administrator sees the job as failed, with the file's id.
    """
    missing = reconcile().missing
    if missing:
        raise GiveUp("missing objects: " + " ".join(str(file_id) for file_id in missing[:20]))


@job(queue="upkeep")
def prune_queue() -> None:
    """Forget jobs that are done, and runs that are long past."""
    moment = now()
    DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=moment - KEEP_DONE).delete()
    waiting = DeadJob.objects.filter(resolution="").values("task_id")
    DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__lt=moment - KEEP_FAILED).exclude(
        id__in=waiting
    ).delete()
    ScheduledRun.objects.filter(due__lt=moment - KEEP_RUNS).delete()


def request_verification() -> None:
    """Have the journal verified by a worker."""
    enqueue(verify_journal)


def register() -> None:
    """Called once at start."""
    day = timedelta(days=1)
    register_schedule("journal.anchor", anchor_journal, day, offset=timedelta(hours=2))
    register_schedule("journal.verify", verify_journal, day, offset=timedelta(hours=3))
    register_schedule("journal.visits", forget_visits, day, offset=timedelta(hours=4))
    register_schedule("vault.reconcile", reconcile_files, day, offset=timedelta(hours=5))
    register_schedule("jobs.prune", prune_queue, timedelta(hours=6))
