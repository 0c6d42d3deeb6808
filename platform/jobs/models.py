"""What the queue of django-tasks lacks: who is alive, who holds which job, what died, which runs were started."""

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clock import now


class WorkerBeat(models.Model):
    """A worker that says every few seconds that it is alive, by the clock of the database: hosts may differ."""

    worker = models.CharField(primary_key=True, max_length=64)
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.worker


class JobLease(models.Model):
    """One job in the hands of one worker. Who ends the job deletes this row; who finds it gone has lost the job."""

    task_id = models.UUIDField(primary_key=True)
    worker = models.CharField(max_length=64, db_index=True)
    attempt = models.PositiveIntegerField()
    taken_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.task_id} #{self.attempt}"


class DeadJob(models.Model):
    """A job that failed for good, until somebody decides about it. Holds no argument and no message of an error."""

    class Resolution(models.TextChoices):
        """What somebody decided."""

        RETRIED = "retried", _("tried again")
        DROPPED = "dropped", _("dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task_id = models.UUIDField()
    job = models.CharField(max_length=200)
    queue = models.CharField(max_length=32)
    attempts = models.PositiveIntegerField()
    error = models.CharField(max_length=200)
    place = models.CharField(max_length=200, blank=True)
    died_at = models.DateTimeField(default=now)
    resolution = models.CharField(max_length=8, choices=Resolution.choices, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task_id"], condition=models.Q(resolution=""), name="dead_job_waits_once"),
            models.CheckConstraint(
                name="dead_job_resolution_is_signed",
                condition=models.Q(resolution="", resolved_at__isnull=True)
                | ~models.Q(resolution="") & models.Q(resolved_at__isnull=False, resolved_by__isnull=False),
                violation_error_message=_("A decision about a failed job names its time and its author."),
            ),
        ]
        indexes = [models.Index(fields=["resolution", "-died_at"], name="dead_job_waiting")]

    def __str__(self) -> str:
        return f"{self.job} {self.error}"


class ScheduledRun(models.Model):
    """One run of one schedule: the unique row lets two clocks start it once."""

    name = models.CharField(max_length=80)
    due = models.DateTimeField()
    started_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "due"], name="scheduled_run_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.due:%Y-%m-%d %H:%M}"
