"""The long proofs over the addresses of some tables: a part of `make proof` names its tables and imports one of these.

A part sets NAMES (chapters or tables) and, for hostile input, EVERY (only one request of so many).
"""

from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import BrowserContext

from tests.harness.figures import Record
from tests.site import trials
from tests.site.album import whole_chapter
from tests.site.conftest import _stage, stage
from tests.site.judging import frame_faults, markup_faults, report
from tests.site.matrix import TABLES
from tests.site.screens import DESK, DESK_AT_NIGHT, PHONE, PHONE_AT_NIGHT, Screen, Show
from tests.site.stage import Stage

__all__ = ["_stage", "every_page", "hostile_input", "stage"]


@pytest.mark.django_db
@pytest.mark.timeout(600)
def hostile_input(stage: Stage, figure: Record, request: pytest.FixtureRequest) -> None:
    """Every wrong body, query and part of an address."""
    names, every = request.module.NAMES, request.module.EVERY
    tried = [
        trial
        for name in names
        for number, row in enumerate(TABLES[name])
        for ask in (trials.posts, trials.gets)
        for trial in ask(stage, row, every=every, first=number)
    ]
    figure(f"hostile requests on {connection.vendor}", len(tried), "no crash, no markup, nothing typed lost")
    wrong = trials.summary(tried)
    assert not wrong, wrong


@pytest.mark.django_db
@pytest.mark.timeout(600)
def every_page(
    stage: Stage,
    browser_context: BrowserContext,
    tmp_path: Path,
    figure: Record,
    request: pytest.FixtureRequest,
) -> None:
    """Every page of every reader in both languages, by its markup and in the browser, on a phone and on a desk."""
    pages = [page for name in request.module.NAMES for page in whole_chapter(stage, name)]
    faults = frame_faults(pages) + markup_faults(pages, tmp_path)
    show = Show(browser_context)
    looks = [(page, screen) for page in pages for screen in _screens(page.language)]
    faults += [(fault, page) for page, screen in looks for fault in show.faults(page, screen)]
    figure("pages", len(pages), "valid HTML, one h1, nothing foreign")
    figure("pages × screens judged by axe", len(looks), "no violation")
    assert not faults, report(faults)


def _screens(language: str) -> tuple[Screen, ...]:
    """By day and by night, each language the other way round."""
    return (PHONE, DESK_AT_NIGHT) if language == "fr" else (PHONE_AT_NIGHT, DESK)
