"""What the administrator sees of the queue. No argument of any job is shown."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Now

from jobs.leases import LEASE, ready
from jobs.models import DeadJob, WorkerBeat


@dataclass(frozen=True)
class Health:
    """How the queue is doing.

    Args:
        workers: workers that gave a sign of life lately.
        waiting: jobs that could run now.
        oldest: since when the oldest of these waits.
        dead: failed jobs nobody has decided about.
    """

    workers: int
    waiting: int
    oldest: datetime | None
    dead: int


def health() -> Health:
    """How the queue is doing now."""
    alive = sum(moment - seen <= LEASE for seen, moment in WorkerBeat.objects.values_list("beat_at", Now()))
    waiting = ready().order_by().aggregate(count=Count("id"), oldest=Min("enqueued_at"))
    return Health(alive, waiting["count"], waiting["oldest"], dead_jobs().count())


def dead_jobs() -> QuerySet[DeadJob]:
    """Failed jobs that wait for a decision, the newest first."""
    return DeadJob.objects.filter(resolution="").order_by("-died_at", "id")


def decided_jobs() -> QuerySet[DeadJob]:
    """Failed jobs somebody has decided about, the newest decision first."""
    return DeadJob.objects.exclude(resolution="").order_by("-resolved_at", "id")
