"""The one way an event is written down before it is hashed, so that anybody can check a chain with public tools.

The text is JSON as in RFC 8785 for the values used here (strings, integers, booleans, null, lists, objects): keys
sorted, no blanks, UTF-8. No value can run into its neighbour, which joining by a separator would allow.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

#: The hash that stands before the first event of a chain.
GENESIS = "0" * 64
#: Version of the layout of `fields_of`; a change of layout gets a new number and old events keep theirs.
FORMAT = 1


def canonical(value: Any) -> str:
    """The value as canonical JSON.

    Raises:
        TypeError, ValueError: the value holds something JSON does not have, or a float, whose text is not fixed.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def instant(at: datetime) -> str:
    """An instant in UTC with microseconds and offset (ISO 8601), the same text for the same instant."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no fixed text")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
