"""One move being made: the case under its lock, who makes it, what was entered, and when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit import Actor
from cases.models import Case
from errors import Invalid


@dataclass
class Step:
    """What guards and effects work on.

    Args:
        case: the locked row, changed in memory by the effect and saved once.
        relation: what gives the actor the right, such as «patient» or «coordinator».
        source: the state before the move.
        inputs: what the caller passed, checked by guards.
        at: the instant of the move.
        detail: codes for the journal, never content.
        told: notices to send with the move: audience, template, and the expert meant at that instant.
    """

    case: Case
    actor: Actor
    relation: str
    source: str
    inputs: dict[str, Any]
    at: datetime
    detail: dict[str, str | int | bool | list[str]] = field(default_factory=dict)
    told: list[tuple[str, str, UUID | None]] = field(default_factory=list)

    def text(self, name: str, *, least: int = 1) -> str:
        """A text entered, stripped.

        Args:
            least: how many characters it must have.

        Raises:
            Invalid: it is missing or too short.
        """
        value = str(self.inputs.get(name) or "").strip()
        if len(value) < least:
            if least > 1:
                words = str(_("Write at least %(least)s characters.") % {"least": least})
            else:
                words = str(_("Fill in this field."))
            raise Invalid(_("Something is missing."), fields={name: words})
        return value

    def tell(self, audience: str, template: str) -> None:
        """Have a notice sent with the move: «patient», «requester», «expert», «desk»."""
        expert = self.case.assigned_expert
        self.told.append((audience, template, expert.user_id if audience == "expert" and expert else None))

    @property
    def by_system(self) -> bool:
        """Whether the service itself, not a person, makes the move."""
        return self.actor.kind == "system"


Guard = Callable[[Step], None]
Effect = Callable[[Step], None]
