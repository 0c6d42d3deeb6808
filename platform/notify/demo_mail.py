"""Mail of the demonstration: written to files instead of being sent, and read back for `/demo/mailbox/`."""

import email
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage as ParsedMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from clock import now

# Time, a random part, and the first recipient, so that the list needs to open no file but those it shows.
_NAME = re.compile(r"(?P<time>\d{8}T\d{12})_(?P<token>[0-9a-f]{12})_(?P<to>[\w.%+@~-]{1,150})\.eml")
_TOKEN = re.compile(r"[0-9a-f]{12}")
_TIME = "%Y%m%dT%H%M%S%f"


def folder() -> Path:
    """Where the mail lies: `EMAIL_FILE_PATH`, by default `var/mail`."""
    return Path(getattr(settings, "EMAIL_FILE_PATH", None) or settings.VAR_DIR / "mail")


class DemoMailBackend(BaseEmailBackend):
    """Django's mail backend of the demonstration: one file a message, whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages."""
        folder().mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            recipient = quote(message.to[0].lower() if message.to else "-", safe="@+")[:150]
            path = folder() / f"{now().strftime(_TIME)}_{uuid4().hex[:12]}_{recipient}.eml"
            partial = path.with_suffix(".part")
            partial.write_bytes(message.message().as_bytes())
            partial.replace(path)
        return len(email_messages)


@dataclass(frozen=True)
class Stored:
    """One message in the mailbox, known by the name of its file."""

    path: Path
    token: str
    at: datetime
    to: str

    def parsed(self) -> ParsedMessage:
        """The message itself."""
        return email.message_from_bytes(self.path.read_bytes(), policy=policy.default)

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.parsed()["Subject"] or "")

    @property
    def text(self) -> str:
        """Its plain text."""
        body: Any = self.parsed().get_body(preferencelist=("plain",))
        return str(body.get_content()) if body is not None else ""


def messages(to: str = "") -> list[Stored]:
    """The messages, newest first.

    Args:
        to: only those to this address.
    """
    if not folder().is_dir():
        return []
    found = [stored for path in sorted(folder().glob("*.eml"), reverse=True) if (stored := _stored(path))]
    return [stored for stored in found if not to or stored.to == to.lower()]


def message(token: str) -> Stored | None:
    """One message by the random part of its name."""
    if not _TOKEN.fullmatch(token):
        return None
    return next((stored for path in folder().glob(f"*_{token}_*.eml") if (stored := _stored(path))), None)


def _stored(path: Path) -> Stored | None:
    name = _NAME.fullmatch(path.name)
    if name is None:
        return None
    at = datetime.strptime(name["time"], _TIME).replace(tzinfo=UTC)
    return Stored(path, name["token"], at, unquote(name["to"]))
