"""What every page must have, and what the HTML checker says of it."""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from django.conf import settings

from tests.site.pages import Page

ROOT = Path(settings.BASE_DIR)
CHECKER = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
Fault = tuple[str, Page]


def report(faults: Iterable[Fault]) -> str:
    """One line for each fault, with the first pages it is on."""
    found: dict[str, list[str]] = {}
    for fault, page in faults:
        found.setdefault(fault, []).append(str(page))
    return "\n".join(f"{fault} ({len(on)}): {'; '.join(on[:3])}" for fault, on in found.items())


def _frame(soup: BeautifulSoup, page: Page) -> Iterator[str]:
    html = soup.html
    assert html is not None
    if html.get("lang") != page.language:
        yield f"lang={html.get('lang')}"
    title = soup.title.get_text(strip=True) if soup.title else ""
    if not title or title.startswith("–"):
        yield "no title"
    if len(soup.find_all("h1")) != 1:
        yield f"{len(soup.find_all('h1'))} h1"
    if len(soup.find_all("main")) != 1:
        yield "not one main"
    if soup.h1 is not None and not soup.h1.get_text(strip=True):
        yield "an empty h1"
    # A way back: to what this page belongs to, or a menu; the brand in the header leads home from all of them.
    ways = [a for a in soup.select("header a[href], main a[href]") if a["href"] not in ("#main", page.url)]
    if not ways:
        yield "no way out"


def _foreign(soup: BeautifulSoup, page: Page) -> Iterator[str]:
    """What the policy of the site forbids."""
    if soup.find("style") or soup.select("[style]"):
        yield "a style inline"
    for script in soup.find_all("script"):
        if not script.get("src") and script.get("type") not in ("application/json", "application/ld+json"):
            yield "a script inline"
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            if name.startswith("on"):
                yield f"{name}= on <{tag.name}>"
            if name in ("src", "href", "action", "formaction", "data", "poster", "srcset") and isinstance(value, str):
                parts = urlsplit(value.strip())
                if parts.scheme in ("javascript", "data") or (_loads(tag) and parts.netloc):
                    yield f"<{tag.name} {name}={value[:60]}>"
    policy = page.headers.get("Content-Security-Policy", "")
    if "script-src 'self';" not in f"{policy};" or "unsafe" in policy:
        yield f"its policy: {policy}"


def _loads(tag: Tag) -> bool:
    """Whether a browser asks for what this names by itself, or sends a form there; not where a twin only stands."""
    return tag.name != "a" and "alternate" not in (tag.get("rel") or [])


def frame_faults(pages: Iterable[Page]) -> list[Fault]:
    """What is wrong with the frame of these pages, and what they would ask of others."""
    return [
        (fault, page)
        for page in pages
        for check in (_frame, _foreign)
        for fault in check(BeautifulSoup(page.html, "lxml"), page)
    ]


def checked(*arguments: str) -> list[dict[str, object]]:
    """What the Nu HTML checker says, in one run of it."""
    assert CHECKER.exists(), "run `make setup`: the HTML checker is missing"
    done = subprocess.run(
        ["java", "-Xmx512m", "-jar", str(CHECKER), "--format", "json", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    messages: list[dict[str, object]] = json.loads(done.stderr)["messages"]
    return messages


def markup_faults(pages: list[Page], folder: Path) -> list[Fault]:
    """Errors and warnings of the checker."""
    for number, page in enumerate(pages):
        (folder / f"{number}.html").write_text(page.html, encoding="utf-8")
    faults = []
    for told in checked("--skip-non-html", str(folder)):
        page = pages[int(Path(str(told.get("url", "0"))).stem)]
        # Ids and instants differ from page to page; the fault is the same.
        words = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "9", str(told["message"]))
        faults.append((f"{told['type']}: {words} «{str(told.get('extract', ''))[:120]!r}»", page))
    return faults
