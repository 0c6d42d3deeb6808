"""Background work: jobs that survive a killed worker, and one table of schedules.

What other parts use is offered here. It is loaded on first use, because Django imports this package before its models
may be loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs.declaring import GiveUp as GiveUp
    from jobs.declaring import TryLater as TryLater
    from jobs.declaring import enqueue as enqueue
    from jobs.declaring import job as job
    from jobs.leases import confirm_lease as confirm_lease
    from jobs.leases import current_attempt as current_attempt
    from jobs.schedule import register_schedule as register_schedule
    from jobs.worker import run_until_empty as run_until_empty

# No module of this package may carry one of these names: it would hide the function.
_HOMES = {
    "GiveUp": "declaring",
    "TryLater": "declaring",
    "confirm_lease": "leases",
    "current_attempt": "leases",
    "enqueue": "declaring",
    "job": "declaring",
    "register_schedule": "schedule",
    "run_until_empty": "worker",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'jobs' has no attribute {name!r}")
    return getattr(import_module(f"jobs.{_HOMES[name]}"), name)
