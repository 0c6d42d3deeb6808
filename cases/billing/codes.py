"""Codes of vouchers: easy to read aloud, hard to guess, kept nowhere but as a keyed hash."""

import hashlib
import hmac
import secrets

from accounts.keys import server_keys

#: Without 0 and O, 1 and I, which are taken for one another.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#: Characters, the last of which checks the others: 55 bits are left to chance.
LENGTH = 12
_GROUP = 4


def draw_code() -> str:
    """A new code, with its check character."""
    body = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH - 1))
    return body + _check(body)


def spaced(code: str) -> str:
    """A code as it is printed: «K7QF-2MZD-9TRX»."""
    return "-".join(code[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def read_code(typed: str) -> str:
    """What was typed as a code, whatever its case, spaces and dashes; "" for what cannot be one."""
    code = "".join(character for character in typed.upper() if character.isalnum())
    right = len(code) == LENGTH and not set(code) - set(ALPHABET) and _check(code[:-1]) == code[-1]
    return code if right else ""


def hash_code(code: str) -> str:
    """The hash under which a new code is kept."""
    return _hash(code, server_keys("vouchers")[0])


def hashes_of(code: str) -> list[str]:
    """The hashes under which a code may be kept, since the server's secret may have been changed."""
    return [_hash(code, key) for key in server_keys("vouchers")]


def _hash(code: str, key: bytes) -> str:
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest()


def _check(body: str) -> str:
    """The check character (Luhn, modulo the alphabet): one wrong character or two exchanged neighbours are noticed."""
    size, total = len(ALPHABET), 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (1 + (place + 1) % 2)
        total += value // size + value % size
    return ALPHABET[-total % size]
