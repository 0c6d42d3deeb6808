"""The one clock of the product: every rule asks `now()`, so that demo data and tests can set the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime:
    """The current instant, timezone-aware, in UTC; the instant set by `travel` inside its block."""
    return _travelled.get() or datetime.now(UTC)


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Make `now()` answer `to` inside the block.

    Args:
        to: a timezone-aware instant.

    Raises:
        ValueError: `to` has no time zone.
    """
    if to.tzinfo is None:
        raise ValueError("travel() needs a timezone-aware instant")
    token = _travelled.set(to.astimezone(UTC))
    try:
        yield
    finally:
        _travelled.reset(token)
