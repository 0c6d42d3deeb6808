"""The one table of what runs again and again, and the tick that starts it.

A schedule has due times. The newest one that has passed is started if no row says it was: after downtime one run makes
up for all that were missed, and two clocks make one run, because name and due time are unique.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from clock import now
from jobs.declaring import Job, enqueue
from jobs.models import ScheduledRun

PARIS = ZoneInfo("Europe/Paris")
_DAY = timedelta(days=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Schedule:
    """Something that runs again and again.

    Args:
        name: unique, lower case: `journal.anchor`.
        job: what runs; it takes no argument.
        every: the time between two runs.
        offset: whole days are counted from midnight in Paris; this is added.
    """

    name: str
    job: Job
    every: timedelta
    offset: timedelta = timedelta(0)

    def due_at(self, moment: datetime) -> datetime:
        """The newest due time that has passed at `moment`, in UTC."""
        if self.every % _DAY:
            since = (moment - _EPOCH - self.offset) // self.every
            return _EPOCH + self.offset + since * self.every
        step = self.every // _DAY
        ordinal = moment.astimezone(PARIS).toordinal()
        ordinal -= ordinal % step
        due = self._on(ordinal)
        return due if due <= moment else self._on(ordinal - step)

    def _on(self, ordinal: int) -> datetime:
        midnight = datetime.combine(date.fromordinal(ordinal), datetime.min.time())
        # The time on the clock of the wall, so that eight in the morning stays eight through summer time.
        return (midnight + self.offset).replace(tzinfo=PARIS).astimezone(UTC)


_table: dict[str, Schedule] = {}


def register_schedule(name: str, job: Job, every: timedelta, *, offset: timedelta = timedelta(0)) -> None:
    """Add a line to the table; called in `AppConfig.ready()`.

    Args:
        name: unique, lower case, dotted.
        job: what runs, without arguments.
        every: at least a minute.
        offset: shifts the due times; for whole days, the time of day in Paris.

    Raises:
        ValueError: another job holds the name, or it would run more than once a minute.
    """
    if every < timedelta(minutes=1):
        raise ValueError("a schedule runs at most once a minute")
    if name in _table and _table[name].job.module_path != job.module_path:
        raise ValueError(f"the schedule {name!r} is registered twice")
    _table[name] = Schedule(name, job, every, offset)


def table() -> list[Schedule]:
    """Every schedule, by name."""
    return [_table[name] for name in sorted(_table)]


def tick(moment: datetime | None = None) -> list[str]:
    """Start what is due and was not started.

    Args:
        moment: the instant to look at, if not now.

    Returns:
        The names of what was started here.
    """
    at = moment or now()
    due = {schedule: schedule.due_at(at) for schedule in table()}
    known = set(ScheduledRun.objects.filter(due__in=set(due.values())).values_list("name", "due"))
    started = []
    for schedule, when in due.items():
        if (schedule.name, when) in known:
            continue
        with transaction.atomic():
            _run, created = ScheduledRun.objects.get_or_create(name=schedule.name, due=when)
            if created:
                enqueue(schedule.job)
                started.append(schedule.name)
    return started
