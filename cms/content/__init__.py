"""The files the public pages are first made from, read and turned into blocks."""

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from ui.typography import french_spaces

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("fr", "en")
#: Pages that stand under another; the others stand under the first page.
UNDER = {"pathologies/": "pathologies", "news/": "news"}

_INLINE = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|\[(?P<words>[^\]]+)\]\((?P<target>[^)\s]+)\)")
_STEP = re.compile(r"\d+\. (?P<title>[^|]+)\|(?P<text>.+)")
_NAMESPACE = uuid.UUID("5f9d6c3e-33a1-4c53-8a6e-6a9a8a1f3c20")

#: Turns the target of a link, as `page:prices`, into the attributes of the tag.
Link = Callable[[str], str]


@dataclass(frozen=True)
class Text:
    """A file.

    Args:
        code: its name without folder of the language and ending.
        sha256: of the file, in hexadecimal.
        head: title, slug, reviewed, description, lead.
        body: the lines after the head.
    """

    code: str
    language: str
    sha256: str
    head: dict[str, str]
    body: tuple[str, ...]

    @property
    def parent(self) -> str:
        """Code of the page it stands under; "" for the first page."""
        return next((above for prefix, above in UNDER.items() if self.code.startswith(prefix)), "")

    @property
    def reviewed(self) -> date:
        """The day of the last review."""
        return date.fromisoformat(self.head["reviewed"])

    def blocks(self, link: Link) -> list[dict[str, Any]]:
        """The body as the blocks of a page are stored."""
        parts = list(_parts(self.body, lambda words: _marked(words, link)))
        return [_block(kind, value, f"{self.code} {number}") for number, (kind, value) in enumerate(parts)]

    def themes(self, link: Link) -> list[dict[str, Any]]:
        """The questions of the body by theme, as they are stored."""
        found: list[dict[str, Any]] = []
        for line in self.body:
            kind, _, words = line.partition(" ")
            if kind == "#":
                code, title = _columns(words)
                found.append(_block("theme", {"title": title, "entries": []}, f"{self.code} {code}"))
            elif kind == "?":
                code, title, *askers = _columns(words)
                value = {"question": title, "answer": "", "askers": _columns(askers[0], ",") if askers else []}
                entry = _block("item", value, f"{self.code} entry {code}")
                found[-1]["value"]["entries"].append(entry)
            elif line:
                found[-1]["value"]["entries"][-1]["value"]["answer"] += f"<p>{_marked(line, link)}</p>"
        return found


def _columns(words: str, between: str = "|") -> list[str]:
    return [part.strip() for part in words.split(between)]


def _block(kind: str, value: Any, name: str) -> dict[str, Any]:
    # The same id in both languages, and after each seeding.
    return {"type": kind, "value": value, "id": str(uuid.uuid5(_NAMESPACE, name))}


def _items(values: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{"type": "item", "value": value, "id": str(uuid.uuid5(_NAMESPACE, json.dumps(value)))} for value in values]


def _parts(lines: tuple[str, ...], marked: Callable[[str], str]) -> Iterator[tuple[str, Any]]:
    """Kind and value of each block."""
    html: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        taken = 1
        block: tuple[str, Any] | None = None
        if line.startswith("## "):
            block = ("heading", line[3:])
        elif line.startswith("> "):
            block = ("note", line[2:])
        elif line.startswith("[["):
            block = ("live", line.strip("[]"))
        elif _STEP.fullmatch(line):
            found = [match for later in lines[place:] if (match := _STEP.fullmatch(later))]
            taken = next((n for n, later in enumerate(lines[place:]) if not _STEP.fullmatch(later)), len(lines) - place)
            values = [{"title": m["title"].strip(), "text": m["text"].strip()} for m in found[:taken]]
            block = ("steps", _items(values))
        elif line.startswith("|="):
            caption, first, second = (part.strip() for part in line[2:].split("|"))
            rows = []
            while place + taken < len(lines) and lines[place + taken].startswith("| "):
                label, value = (part.strip() for part in lines[place + taken][2:].split("|"))
                rows.append({"label": label, "value": value})
                taken += 1
            block = ("table", {"caption": caption, "first": first, "second": second, "rows": _items(rows)})
        elif line.startswith("- "):
            taken = next((n for n, later in enumerate(lines[place:]) if not later.startswith("- ")), len(lines) - place)
            items = "".join(f"<li>{marked(item[2:])}</li>" for item in lines[place : place + taken])
            html.append(f"<ul>{items}</ul>")
        elif line:
            html.append(f"<p>{marked(line)}</p>")
        if block is not None:
            if html:
                yield "text", "".join(html)
                html = []
            yield block
        place += taken
    if html:
        yield "text", "".join(html)


def _marked(words: str, link: Link) -> str:
    """Words with bold and links as HTML."""

    def replace(found: re.Match[str]) -> str:
        if found["bold"]:
            return f"<b>{escape(found['bold'])}</b>"
        return f"<a {link(found['target'])}>{escape(found['words'])}</a>"

    parts, last = [], 0
    for found in _INLINE.finditer(words):
        parts += [escape(words[last : found.start()], quote=False), replace(found)]
        last = found.end()
    return "".join([*parts, escape(words[last:], quote=False)])


@cache
def load(code: str, language: str) -> Text:
    """The file of a page in a language.

    Raises:
        OSError: there is none.
        ValueError: its head lacks something.
    """
    data = (FOLDER / language / f"{code}.txt").read_bytes()
    words = data.decode()
    top, _, rest = (french_spaces(words) if language == "fr" else words).partition("\n\n")
    head = {name: value.strip() for name, _, value in (line.partition(":") for line in top.splitlines())}
    head = {name.strip("\u00a0 "): value for name, value in head.items()}
    if missing := {"title", "slug", "reviewed"} - set(head):
        raise ValueError(f"{language}/{code}.txt lacks {', '.join(sorted(missing))}")
    lines = tuple(line.strip() for line in rest.splitlines())
    return Text(code, language, hashlib.sha256(data).hexdigest(), head, lines)


@cache
def codes() -> tuple[str, ...]:
    """Every page, those that stand under another after it."""
    folder = FOLDER / LANGUAGES[0]
    found = [str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.txt")]
    return tuple(sorted(found, key=lambda code: (code.count("/"), code)))


def path_of(code: str, language: str) -> str:
    """The address of a page that was made from a file; it never changes.

    Args:
        language: «fr» has no prefix, «en» lies under /en/.
    """
    text = load(code, language)
    above = load(text.parent, language).head["slug"] + "/" if text.parent else ""
    return ("/en/" if language == "en" else "/") + above + text.head["slug"] + "/"
