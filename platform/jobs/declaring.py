"""Declaring a job and putting it in the queue."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django_tasks.base import Task, TaskResult

#: A short code: no blank, no accent, no capital, so that neither text nor a name of a person can travel as one.
_CODE = re.compile(r"[a-z0-9][a-z0-9_.:/+-]{0,79}")


class GiveUp(Exception):
    """Raised by a job that cannot succeed by being tried again: it is dead at once."""


class TryLater(Exception):
    """Raised by a job whose time has not come; it goes back to the queue and this does not count as a try.

    Args:
        after: how long to wait.
    """

    def __init__(self, after: timedelta) -> None:
        super().__init__()
        self.after = after


@dataclass(frozen=True, kw_only=True)
class Job(Task[..., None]):
    """A task of django-tasks that knows how often it is tried and whose arguments hold no content.

    Args:
        max_attempts: how often it is tried before it is dead.
        first_delay: the wait before the second try; each further one is twice as long, up to an hour.
        on_dead: called with the job's arguments, in the transaction that declares it dead.
    """

    max_attempts: int = 5
    first_delay: timedelta = timedelta(seconds=5)
    on_dead: Callable[..., None] | None = None

    def enqueue(self, *args: Any, **kwargs: Any) -> TaskResult[None]:
        """Put it in the queue, in the caller's transaction.

        Raises:
            ValueError: an argument is neither an id, a whole number nor a short code, or has a name.
        """
        if kwargs:
            raise ValueError("arguments of jobs have no names")
        return super().enqueue(*[_clean(argument) for argument in args])


def job(
    queue: str = "default",
    max_attempts: int = 5,
    *,
    priority: int = 0,
    first_delay: timedelta = timedelta(seconds=5),
    on_dead: Callable[..., None] | None = None,
) -> Callable[[Callable[..., None]], Job]:
    """Make a job of a function of a module.

    A job may run more than once: its worker may die after its effect and before this is noted. So it first locks the
    row it works on and looks whether the work is done, and calls `confirm_lease()` before an effect outside.

    Args:
        queue: `mail` is also served by a lane of its own, so that nothing slow delays it.
        max_attempts: how often it is tried before it is dead and shown to the administrator.
        priority: from -100 to 100, the highest first.
        first_delay: the wait before the second try, doubled with each further one, up to an hour.
        on_dead: called with the arguments of a job that has died, in the same transaction.
    """

    def wrap(func: Callable[..., None]) -> Job:
        return Job(
            func=func,
            queue_name=queue,
            priority=priority,
            max_attempts=max_attempts,
            first_delay=first_delay,
            on_dead=on_dead,
        )

    return wrap


def enqueue(task: Job, *args: str | int | UUID, run_after: datetime | None = None) -> UUID:
    """Put a job in the queue, in the caller's transaction: it exists if and only if that commits.

    Args:
        args: ids, whole numbers and short codes, never text.
        run_after: not before this instant.

    Returns:
        The id of the job.

    Raises:
        ValueError: an argument could hold content.
    """
    due = task.using(run_after=run_after) if run_after is not None else task
    return UUID(due.enqueue(*args).id)


def _clean(argument: Any) -> str | int:
    if isinstance(argument, UUID):
        return str(argument)
    if isinstance(argument, bool) or not isinstance(argument, str | int):
        raise ValueError("a job takes ids, whole numbers and short codes")
    if isinstance(argument, str) and not _CODE.fullmatch(argument):
        raise ValueError("a job takes ids, whole numbers and short codes, never text")
    return argument
