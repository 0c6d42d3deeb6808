"""The code printed at the foot of an opinion, with which anyone who holds the paper verifies it (S3-08).

Twenty-four random characters of Crockford's alphabet (120 bits: nobody guesses one, limits or not) and one that catches
a slip of the pen, in five groups of five. Only its SHA-256 is stored: no table of codes can leak.
"""

import hashlib
import secrets
import unicodedata

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {mark: value for value, mark in enumerate(_ALPHABET)}
_LENGTH = 25
_GROUP = 5
#: What people read wrongly on paper. The alphabet has no letter I, L, O, U.
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A fresh code as printed: «7H2K9-QXM4T-…»."""
    body = "".join(secrets.choice(_ALPHABET) for _place in range(_LENGTH - 1))
    return _grouped(body + _check_mark(body))


def normalise_code(entered: str) -> str:
    """A code as typed by a person, brought to its printed form; "" when it cannot be one.

    Args:
        entered: any case, any spaces and dashes, O for 0, I or L for 1; a slip of the pen gives "".
    """
    marks = unicodedata.normalize("NFKC", entered[:200]).upper().translate(_MISREAD)
    code = "".join(mark for mark in marks if mark in _VALUE)
    strangers = [mark for mark in marks if mark not in _VALUE and not mark.isspace() and mark not in "-–—‐‑−._·"]
    if strangers or len(code) != _LENGTH or _check_mark(code[:-1]) != code[-1]:
        return ""
    return _grouped(code)


def hash_code(code: str) -> str:
    """What is stored of a code: the SHA-256 of its printed form, in hexadecimal.

    Raises:
        ValueError: this is no code; call `normalise_code` first on what a person typed.
    """
    if not code or normalise_code(code) != code:
        raise ValueError("not a verification code")
    return hashlib.sha256(code.encode("ascii")).hexdigest()


def _grouped(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def _check_mark(body: str) -> str:
    # Luhn's rule in base 32: finds any one wrong character and nearly every swap of neighbours.
    total = 0
    for place, mark in enumerate(reversed(body)):
        value = _VALUE[mark] * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return _ALPHABET[-total % 32]
