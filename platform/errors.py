"""The tree of errors a person may be shown: each says what happened and what to do, and never holds health data."""

from collections.abc import Mapping

from django.utils.functional import Promise

Text = str | Promise


class DomainError(Exception):
    """A refusal with a message safe to show.

    Args:
        message: what happened, translated when shown.
        next_step: what the reader can do about it.
        status: HTTP status of the answer.
    """

    status = 409
    #: Whether this refusal stands in the journal already.
    journaled = False

    def __init__(self, message: Text, next_step: Text = "", *, status: int | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.next_step = next_step
        if status is not None:
            self.status = status


class NotAllowed(DomainError):
    """The person is known and has no right to this (403)."""

    status = 403


class Missing(DomainError):
    """There is nothing here for this person (404): hidden and unknown look the same."""

    status = 404


class Conflict(DomainError):
    """The case has moved on, or a rule of its present state forbids this (409)."""

    status = 409


class Invalid(DomainError):
    """What was entered cannot be accepted (422).

    Args:
        fields: message by field name; nothing that was entered is lost.
    """

    status = 422

    def __init__(self, message: Text, next_step: Text = "", *, fields: Mapping[str, Text] | None = None) -> None:
        super().__init__(message, next_step)
        self.fields = dict(fields or {})


class TooMany(DomainError):
    """Too many tries (429).

    Args:
        retry_after: seconds until the next try can succeed.
    """

    status = 429

    def __init__(self, message: Text, next_step: Text = "", *, retry_after: int) -> None:
        super().__init__(message, next_step)
        self.retry_after = retry_after
