"""The fonts of printed papers: Atkinson Hyperlegible Next from npm, DejaVu Sans from Debian for the rest.

The package holds one variable font; a PDF wants plain ones, so two weights are cut from it once and kept under `var/`.
What none of these fonts can draw is known here, before printing, so that no page ever shows an empty box.
"""

import hashlib
import io
import os
import tempfile
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

_FILES = {"Regard": "atkinson-hyperlegible-next.woff2", "Regard Extended": "atkinson-hyperlegible-next-ext.woff2"}
_FALLBACK_FAMILY = "Regard Fallback"
_FALLBACK_FILES = {400: "DejaVuSans.ttf", 700: "DejaVuSans-Bold.ttf"}
WEIGHTS = (400, 700)

#: Drawn by nothing and meaning nothing on paper: left out. A soft hyphen is the machine's business, not the author's.
_DROPPED = frozenset("\u00ad\u200b\u2060\ufeff\ufe0e\ufe0f")
#: These change the order in which a line reads without showing: printed as their code, so that they deceive nobody.
_DECEIVING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Face:
    """One font file for one weight, and the characters it draws."""

    family: str
    weight: int
    data: bytes
    marks: frozenset[int]

    @property
    def address(self) -> str:
        """The only kind of address the printer can open."""
        return f"regard:font/{self.family.replace(' ', '-')}-{self.weight}"


@cache
def faces() -> tuple[Face, ...]:
    """All faces, in the order in which a character looks for its font. Kept for the life of the process.

    Raises:
        ImproperlyConfigured: a font package is not installed.
    """
    found: list[Face] = []
    for family, name in _FILES.items():
        source = _find(name, [Path(settings.BASE_DIR) / "static_build"], "npm ci && python bin/frontend.py")
        for weight in WEIGHTS:
            found.append(_face(family, weight, _instance(source, weight)))
    folders = [Path(folder) for folder in getattr(settings, "FALLBACK_FONT_DIRS", _SYSTEM_FOLDERS)]
    for weight, name in _FALLBACK_FILES.items():
        data = _find(name, folders, "apt-get install fonts-dejavu-core").read_bytes()
        found.append(_face(_FALLBACK_FAMILY, weight, data))
    return tuple(found)


_SYSTEM_FOLDERS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu-sans-fonts", "/usr/share/fonts/TTF")


def _find(name: str, folders: list[Path], remedy: str) -> Path:
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise ImproperlyConfigured(f"The font {name}, with which opinions are printed, is missing: {remedy}.")


def _face(family: str, weight: int, data: bytes) -> Face:
    with TTFont(io.BytesIO(data), lazy=True) as font:
        return Face(family, weight, data, frozenset(font.getBestCmap()))


def _instance(source: Path, weight: int) -> bytes:
    """One weight of a variable font, cut once and kept under `var/fonts/` by the hash of its source."""
    packed = source.read_bytes()
    name = f"{hashlib.sha256(packed).hexdigest()[:16]}-{weight}.ttf"
    kept = Path(settings.VAR_DIR) / "fonts" / name
    if kept.is_file():
        return kept.read_bytes()
    font = instancer.instantiateVariableFont(TTFont(io.BytesIO(packed)), {"wght": weight})
    font.flavor = None
    out = io.BytesIO()
    font.save(out)
    kept.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may do this at once: each writes its own file, the last rename wins, both are the same.
    with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as half:
        half.write(out.getvalue())
    os.replace(half.name, kept)
    return out.getvalue()


@cache
def _drawable() -> frozenset[int]:
    everywhere = [frozenset().union(*(face.marks for face in faces() if face.weight == weight)) for weight in WEIGHTS]
    return frozenset.intersection(*everywhere)


def printable(text: str) -> tuple[str, list[str]]:
    """The text as it can be printed, and the codes that stand for what no font has.

    Args:
        text: free of control characters (`content.refuse_unprintable`).

    Returns:
        The text in NFC, with invisible marks of no meaning left out and «[U+1F600]» for each character that cannot be
        drawn; and those codes, once each, in order.
    """
    out: list[str] = []
    codes: list[str] = []
    for mark in unicodedata.normalize("NFC", text):
        if mark in "\n\r\t" or (ord(mark) in _drawable() and not _hidden(mark)):
            out.append(mark)
        elif mark not in _DROPPED:
            code = f"U+{ord(mark):04X}"
            out.append(f"[{code}]")
            if code not in codes:
                codes.append(code)
    return "".join(out), codes


def _hidden(mark: str) -> bool:
    # Private characters mean nothing to the next reader (and PDF/A refuses them), whatever a font draws there.
    return mark in _DROPPED or mark in _DECEIVING or unicodedata.category(mark) in ("Co", "Cn")
