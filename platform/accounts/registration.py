"""Checking that a professional exists in the national directory (C-AUT-5): an adapter, or a person who looks there.

`settings.REGISTRATION_DIRECTORY` names a function `(rpps: str) -> DirectoryAnswer | None` by its dotted path; None
means that the directory does not know the number. Without one a person confirms, and the means says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class DirectoryAnswer:
    """What the directory says of a number.

    Args:
        family_name: of its holder.
        first_name: of its holder.
        profession: a value of `Professional.Profession`, or empty when it is another one.
        active: whether he may practise now.
    """

    family_name: str
    first_name: str
    profession: str
    active: bool


class DirectoryUnavailable(Exception):
    """The directory cannot be asked now: a person looks instead."""


Directory = Callable[[str], DirectoryAnswer | None]


def directory() -> Directory | None:
    """The configured directory, if any."""
    path = getattr(settings, "REGISTRATION_DIRECTORY", "")
    found: Directory | None = import_string(path) if path else None
    return found
