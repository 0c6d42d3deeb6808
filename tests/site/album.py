"""The pages of the site, asked for once a run and kept on disk for every test that looks at pages."""

import fcntl
import os
import pickle
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from tests.site.matrix import TABLES
from tests.site.pages import LANGUAGES, Page, elsewhere, pages_of_rows
from tests.site.stage import Stage
from tests.site.words import marked, unmark

#: Besides those of the matrix: public pages and errors.
ELSEWHERE = "elsewhere"
CHAPTERS = [*TABLES, ELSEWHERE]
_ROOT = Path(settings.BASE_DIR) / "var" / "album"


def _folder() -> Path:
    """One for each run, shared by its parallel processes; with KEEP_STAGE=1 it stays for the next run."""
    run = "kept" if "KEEP_STAGE" in os.environ else os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = _ROOT / run
    if not folder.exists():
        for old in _ROOT.glob("*"):
            if old.name != "kept" and time.time() - old.stat().st_mtime > 3600:
                shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _taken(stage: Stage, name: str, *, first_only: bool) -> list[Page]:
    if name == ELSEWHERE:
        return list(elsewhere(stage))
    return [
        page for language in LANGUAGES for page in pages_of_rows(stage, TABLES[name], language, first_only=first_only)
    ]


def _kept(name: str, take: Callable[[], list[Page]]) -> list[Page]:
    file = _folder() / f"{name}.pickle"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            fresh = file.with_suffix(".new")
            fresh.write_bytes(pickle.dumps(take()))
            fresh.replace(file)
        pages: list[Page] = pickle.loads(file.read_bytes())
    return pages


def marked_chapter(stage: Stage, name: str) -> list[Page]:
    """The pages of one table of the matrix in both languages, as the first reader sees them who gets a page.

    Every translated text is in the private alphabet of `words`.
    """

    def take() -> list[Page]:
        with marked():
            return _taken(stage, name, first_only=True)

    return _kept(name, take)


def chapter(stage: Stage, name: str) -> list[Page]:
    """The same as people read them: asked for once, looked at by several tests."""
    return [replace(page, html=unmark(page.html)) for page in marked_chapter(stage, name)]


def whole_chapter(stage: Stage, name: str) -> list[Page]:
    """The pages of one table for every reader, as they were answered."""
    return _taken(stage, name, first_only=False)
