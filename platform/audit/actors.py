"""Who acts: a person in a role, or the service itself."""

import re
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ui import navigation

#: Roles in words. Upper packages may add theirs.
ROLE_LABELS: dict[str, str | Promise] = {**navigation.ROLE_LABELS, "guest": _("visitor who is not logged in")}
_SYSTEM_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True)
class Actor:
    """Who asks for something, in which role, from where.

    Args:
        kind: a person with an account, the service itself, or somebody without a session.
        id: the person; None for the service and for guests.
        role: a code of `ROLE_LABELS`, or `system:<name>`.
        verified: whether a second factor was given in this session.
        session: anything that names the session; the journal keeps its digest only.
        network: the network the request came from (/24 or /64), never the whole address.
        on_behalf_of: the patient a representative, a helper or the care coordinator acts for.
    """

    kind: Literal["user", "system", "guest"]
    id: UUID | None
    role: str
    verified: bool = False
    session: str = ""
    network: str = ""
    on_behalf_of: UUID | None = None

    @property
    def person(self) -> UUID:
        """The id of the person who acts.

        Raises:
            ValueError: the service itself acts, or nobody is known.
        """
        if self.id is None:
            raise ValueError("nobody is behind this actor")
        return self.id


def SystemActor(name: str) -> Actor:  # noqa: N802 (reads as the kind of actor it makes)
    """The service acting by itself, for instance a job.

    Args:
        name: what part of it, in lower case: `SystemActor("retention")`.

    Raises:
        ValueError: the name is no short code.
    """
    if not _SYSTEM_NAME.fullmatch(name):
        raise ValueError("a system actor has a short name in lower case")
    return Actor(kind="system", id=None, role=f"system:{name}")


def role_label(role: str) -> str:
    """The role in the reader's language."""
    if role.startswith("system:"):
        return str(_("the service, automatically"))
    return str(ROLE_LABELS.get(role, role))
