"""Words that went through the catalogue of the page's language, told apart from all others.

While `marked()` lasts, each letter of a translated text is replaced by one of a private alphabet; tags, placeholders
and what is put in them stay. An ordinary letter left on a page is then a word no translator saw: data, or a fault.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.translation import get_language, trans_real

from ui.templatetags.ui import drawn

#: An alphabet for each language, in planes of Unicode for private use: its first letter stands for U+0000, and so on.
_BASES, _TOP = {"fr": 0xF0000, "en": 0x100000}, 0x2000
_RUNS = {base: re.compile(f"[{chr(base)}-{chr(base + _TOP - 1)}]+") for base in _BASES.values()}
_APART = re.compile(r"<[^>]*>|&#?\w+;|%\(\w+\)[a-z]|%[sd%]|\{\w*\}")
_NAMES = ("gettext", "pgettext", "ngettext", "npgettext")


def _private(text: str, language: str) -> str:
    return "".join(chr(_BASES[language] + ord(c)) if c.isalpha() and ord(c) < _TOP else c for c in text)


@cache
def mark(text: str, language: str) -> str:
    """The text in the private alphabet of its language, but its tags, entities and placeholders."""
    last, parts = 0, []
    for found in _APART.finditer(text):
        parts += [_private(text[last : found.start()], language), found.group()]
        last = found.end()
    return "".join([*parts, _private(text[last:], language)])


def unmark(text: str) -> str:
    """What a person would read."""
    for base, run in _RUNS.items():
        text = run.sub(lambda found, base=base: "".join(chr(ord(c) - base) for c in found.group()), text)
    return text


def unmarked(text: str, language: str) -> str:
    """What of a text is in no catalogue, or in that of another language, spaces made one."""
    return " ".join(unmark(_RUNS[_BASES[language]].sub(" ", text)).split())


def _language() -> str:
    return "fr" if (get_language() or "fr").startswith("fr") else "en"


def _is_known(name: str, arguments: tuple[Any, ...]) -> bool:
    """Whether the language has this text; English is the language of the code and has all."""
    if _language() != "fr":
        return True
    catalogue = trans_real.translation("fr")._catalog
    context = f"{arguments[0]}\x04" if name.startswith(("pg", "np")) else ""
    words = [word for word in arguments if isinstance(word, str)][1 if context else 0 :]
    if name in ("gettext", "pgettext"):
        return catalogue.get(context + words[0].replace("\r\n", "\n")) is not None
    try:
        catalogue.plural(context + words[0], arguments[-1])
    except KeyError:
        return False
    return True


def _marking(name: str, real: Callable[..., str]) -> Callable[..., str]:
    def translated(*arguments: Any) -> str:
        found = real(*arguments)
        return mark(found, _language()) if found and _is_known(name, arguments) else found

    return translated


@contextmanager
def marked() -> Iterator[None]:
    """From here on every translated text is in the private alphabet."""
    before = {name: getattr(translation._trans, name) for name in _NAMES}
    for name, real in before.items():
        setattr(translation._trans, name, _marking(name, real))
    drawn.cache_clear()
    try:
        yield
    finally:
        drawn.cache_clear()
        for name, real in before.items():
            setattr(translation._trans, name, real)
