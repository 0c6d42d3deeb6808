"""The terms of use and the notice on personal data that an account accepts: their texts by version, fixed by hash."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.conf import settings

# A new text is new files, their hashes below, and a new version here; `User.terms_version` says which one was accepted.
VERSION = "2026-11"
_FOLDER = Path(__file__).parent / "terms_texts"
#: What was shown under a version stays what was shown: a changed file is refused.
SHA256 = {
    "2026-11.privacy.en.txt": "9eaa8daa3fe3ece42d88a15a99ad3d663ae3419344f5c048f6c665f0a901bd6a",
    "2026-11.privacy.fr.txt": "8b1534a0d4faf3bb75b9a14aebabf24d15ebf72d967cfd2db2ecd80fe1b558d0",
    "2026-11.terms.en.txt": "5eb79f06bb045a14f561811d4e32cad99cc93035862710ad05ba535f279852f3",
    "2026-11.terms.fr.txt": "4f67e38146b78c62e178d4d546fad0a0f289163cb346faab3a1bc6eaaa8c2815",
}


class Text(StrEnum):
    """The two texts."""

    TERMS = "terms"
    PRIVACY = "privacy"


@dataclass(frozen=True)
class Section:
    """A heading and the plain text under it."""

    title: str
    body: str


@cache
def _words(name: str) -> str:
    data = (_FOLDER / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256[name]:
        raise ValueError(f"the text {name} was changed after publication: give it a new version")
    return data.decode()


def sections(text: Text, language: str, version: str = VERSION) -> list[Section]:
    """A text as it is shown, with who is responsible and how to reach him filled in.

    Args:
        text: which one.
        language: "fr" or "en"; French for any other.
        version: which version.

    Raises:
        ValueError: the file is not the one that was published.
    """
    words = _words(f"{version}.{text}.{'en' if language.startswith('en') else 'fr'}.txt")
    values = {
        "service": settings.SERVICE_NAME,
        "controller": settings.SERVICE_CONTROLLER,
        "contact": settings.SERVICE_CONTACT,
        "phone": settings.SERVICE_PHONE,
        "email": settings.SERVICE_EMAIL,
        "dpo": settings.SERVICE_DPO_EMAIL,
    }
    for name, value in values.items():
        mark = "{" + name + "}"
        if not value:
            # What an instance has not is not announced: the line that would give it is left out.
            words = "".join(line for line in words.splitlines(keepends=True) if mark not in line)
        words = words.replace(mark, str(value))
    parts = [part.partition("\n") for part in words.removeprefix("## ").split("\n## ")]
    return [Section(title.strip(), body.strip()) for title, _line, body in parts]
