"""What the vault refuses, in words safe to show. None of these messages holds content, a name or a key."""

from django.core.exceptions import ImproperlyConfigured
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from errors import DomainError, Text


class KeyDestroyed(DomainError):
    """The content key is gone, so the content is gone for ever (410)."""

    status = 410

    def __init__(self) -> None:
        super().__init__(
            _("This content has been destroyed and can no longer be opened."),
            _("The date and the reason of the destruction are kept in the history."),
        )


class SealBroken(DomainError):
    """A ciphertext was altered, cut, or moved to another row, field or file (500): nothing of it is shown."""

    status = 500

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            _("This content is damaged and cannot be opened."),
            _("Nothing of it is shown. Please tell the service, which can look for an intact copy."),
        )
        # For the log of the operator: names of tables and fields only.
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.args[0]} [{self.detail}]" if self.detail else str(self.args[0])


class NotSealed(TypeError):
    """Clear text was about to be written where only ciphertext may be: a mistake in our code, never shown."""


class MasterKeyMissing(ImproperlyConfigured):
    """No master key at hand opens what the database holds."""


class FileRefused(DomainError):
    """An uploaded file is not accepted (422): the message says why, the next step what to do.

    Args:
        code: short name of the reason, for the journal and the tests.
        detail: for the operator's log: the name of the parser's error, never content.
    """

    status = 422

    def __init__(
        self, code: str, message: Text, next_step: Text = "", *, detail: str = "", status: int | None = None
    ) -> None:
        super().__init__(message, next_step, status=status)
        self.code = code
        self.detail = detail
        # The fields that were read before the file, so that the page can show them again.
        self.form: QueryDict | None = None


class ObjectMissing(DomainError):
    """The row is there, its bytes are not (500)."""

    status = 500

    def __init__(self) -> None:
        super().__init__(
            _("This file cannot be found in the storage."),
            _("Please tell the service; the other files are not concerned."),
        )


class StoreUnavailable(DomainError):
    """The store of files does not answer, or refuses us (503)."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _("The storage of files does not answer for the moment."),
            _("Nothing is lost. Please try again in a few minutes."),
        )
