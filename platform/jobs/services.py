"""What the administrator decides about failed jobs."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from audit import Actor, record
from clock import now
from errors import Conflict, Missing
from jobs.models import DeadJob


def retry_dead_job(dead_id: UUID, *, actor: Actor) -> DeadJob:
    """Put a failed job back in the queue, with all its tries.

    Raises:
        Missing: there is no such failed job.
        Conflict: it was dropped meanwhile, or its row was pruned.
    """
    return _resolve(dead_id, DeadJob.Resolution.RETRIED, actor)


def drop_dead_job(dead_id: UUID, *, actor: Actor) -> DeadJob:
    """Give a failed job up; it stays on the list of decisions.

    Raises:
        Missing: there is no such failed job.
        Conflict: it was tried again meanwhile.
    """
    return _resolve(dead_id, DeadJob.Resolution.DROPPED, actor)


def _resolve(dead_id: UUID, resolution: DeadJob.Resolution, actor: Actor) -> DeadJob:
    with transaction.atomic():
        dead = DeadJob.objects.select_for_update().filter(id=dead_id).first()
        if dead is None:
            raise Missing(_("There is no such task."))
        if dead.resolution == resolution:
            # Clicked twice: quiet.
            return dead
        if dead.resolution:
            raise Conflict(
                _("Somebody has already decided about this task."), _("Go back to the list to see what was decided.")
            )
        if resolution == DeadJob.Resolution.RETRIED:
            _queue_again(dead)
        dead.resolution = resolution
        dead.resolved_at = now()
        dead.resolved_by = actor.id
        dead.save(update_fields=["resolution", "resolved_at", "resolved_by"])
        record(f"job.{resolution.value}", actor=actor, subjects={"job": [dead.task_id]}, detail={"job": dead.job})
    return dead


def _queue_again(dead: DeadJob) -> None:
    found = DBTaskResult.objects.filter(id=dead.task_id, status=TaskResultStatus.FAILED).update(
        status=TaskResultStatus.READY, run_after=now(), worker_ids=[], finished_at=None
    )
    if not found:
        raise Conflict(_("This task is no longer in the queue."), _("Drop it, and start again what it was for."))
