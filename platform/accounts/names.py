"""Folding of names: one form both databases can search, made in Python because their collations differ."""

import re
import unicodedata

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})


def fold_name(text: str) -> str:
    """A name without case, accents, ligatures, hyphens or apostrophes: «Noël-Bœuf» and «noel boeuf» are the same."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    ascii_only = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_LETTERS.sub(" ", ascii_only).strip()


def search_key(*names: str) -> str:
    """The folded words of all names, once each, in the order given and framed by spaces.

    A search for the beginning of a word is then `contains " word"`.
    """
    words = dict.fromkeys(word for name in names for word in fold_name(name).split())
    return f" {' '.join(words)} "[:400]
