"""How people are called, and names folded: one form both databases can search, as their collations differ."""

import re
import unicodedata

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})


def fold_name(text: str) -> str:
    """A name without case, accents, ligatures, hyphens or apostrophes: «Noël-Bœuf» and «noel boeuf» are the same."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    ascii_only = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_LETTERS.sub(" ", ascii_only).strip()


def called(used_first_name: str, birth_first_names: str, used_name: str, birth_name: str) -> str:
    """The name a letter to a patient would use: the one in use, else the first of those given at birth."""
    first = used_first_name or birth_first_names.split(" ")[0].split(",")[0]
    return f"{first} {used_name or birth_name}".strip()


def titled(title: str | None, full_name: str | None, email: str | None) -> str:
    """Title and name of somebody with an account; the address when no name is known, "" where there is nobody."""
    return " ".join(part for part in (title, full_name) if part) or email or ""


def search_key(*names: str) -> str:
    """The folded words of all names, once each, in the order given and framed by spaces.

    A search for the beginning of a word is then `contains " word"`.
    """
    words = dict.fromkeys(word for name in names for word in fold_name(name).split())
    return f" {' '.join(words)} "[:400]
