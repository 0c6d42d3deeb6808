"""The undertaking of secrecy: its text by version, who has accepted it (S0-22, S1-59)."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts.models.roles import Undertaking
from accounts.models.users import User
from audit import Actor, record

# A new text is a new file pair and a new version here; everybody is then asked again.
VERSION = "2026-11"
_FOLDER = Path(__file__).parent / "undertaking_texts"
# Remembered in the session, so that not every page asks the database.
_SESSION_KEY = "undertaking"


@cache
def text(language: str, version: str = VERSION) -> str:
    """The text in a language, as plain text.

    Args:
        language: "fr" or "en"; French for any other.
        version: which text.
    """
    name = f"{version}.{'en' if language.startswith('en') else 'fr'}.txt"
    return (_FOLDER / name).read_text(encoding="utf-8").strip()


def text_sha256(language: str, version: str = VERSION) -> str:
    """The hash that proves which words were shown."""
    return hashlib.sha256(text(language, version).encode()).hexdigest()


def accepted(request: HttpRequest) -> bool:
    """Whether the person logged in has accepted the current text."""
    if request.session.get(_SESSION_KEY) == VERSION:
        return True
    user: Any = request.user
    if not Undertaking.objects.filter(user=user, version=VERSION).exists():
        return False
    request.session[_SESSION_KEY] = VERSION
    return True


def accept(user: User, language: str, *, actor: Actor) -> Undertaking:
    """Record that this person has read and accepted the current text; accepting twice is quiet.

    Args:
        user: who accepts, for himself.
        language: of the text that was shown.
        actor: the same person.
    """
    language = "en" if language.startswith("en") else "fr"
    with transaction.atomic():
        row, created = Undertaking.objects.get_or_create(
            user=user, version=VERSION, defaults={"language": language, "text_sha256": text_sha256(language)}
        )
        if created:
            record(
                "account.undertaking_accepted",
                actor=actor,
                subjects={"user": [user.pk]},
                detail={"version": VERSION, "language": language, "text_sha256": row.text_sha256},
            )
    return row
