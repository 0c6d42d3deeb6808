"""What a view needs to write its read to the journal: the actor in his role, and the key of the request."""

from uuid import uuid4

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.actors import Actor
from errors import NotAllowed


def request_key(request: HttpRequest) -> str:
    """What names this request, the same each time it is asked: the `request_key` of `record_read`."""
    key: str | None = getattr(request, "audit_request_key", None)
    if key is None:
        key = uuid4().hex
        request.audit_request_key = key  # type: ignore[attr-defined]
    return key


def acting_as(request: HttpRequest, role: str) -> Actor:
    """The person who asks, if he acts in this role.

    The middleware of `accounts` has already refused everybody else; this holds without it too.

    Raises:
        NotAllowed: anybody else.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.role != role or not actor.verified:
        raise NotAllowed(_("This page belongs to another role."))
    return actor
