"""What upper packages want to know of experts. Callbacks run inside the transaction of the change."""

from collections.abc import Callable

from audit import Actor
from experts.models import ExpertProfile

#: Called with the expert, who did it, and a code of why: a status, or "unregistered".
ExpertStopped = Callable[[ExpertProfile, Actor, str], None]

_expert_stopped: dict[str, ExpertStopped] = {}


def on_expert_stopped(name: str, callback: ExpertStopped) -> None:
    """Register what happens when an expert stops being active; registered in `AppConfig.ready()`.

    Args:
        name: names the callback; the same name again replaces it.
        callback: gets the locked profile with its new status, the actor, and why.
    """
    _expert_stopped[name] = callback


def forget(name: str) -> None:
    """Take a callback away."""
    _expert_stopped.pop(name, None)


def expert_stopped(expert: ExpertProfile, *, actor: Actor, reason: str) -> None:
    """Tell everyone registered; the caller holds the transaction."""
    for name in sorted(_expert_stopped):
        _expert_stopped[name](expert, actor, reason)
