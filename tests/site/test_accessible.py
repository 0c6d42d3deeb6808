"""Every page in Debian's Chromium: axe finds nothing, nothing is wider than a phone, and the policy of the site holds.

Here a fixed sample: every address for the first reader it has, and one in nine of its further situations, in French on
a phone by day or in English on a desk by night. The parts pages_… of `make proof` look at every reader, on both.
"""

import pytest
from playwright.sync_api import BrowserContext

from tests.harness.browser import Watch
from tests.site.album import CHAPTERS, chapter
from tests.site.judging import report
from tests.site.pages import Page
from tests.site.screens import DESK_AT_NIGHT, PHONE, Show, one_of_each
from tests.site.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.matrix, pytest.mark.browser, pytest.mark.sweep]


def _sample(pages: list[Page]) -> list[Page]:
    seen: dict[tuple[str, ...], int] = {}
    kept = []
    for page in pages:
        # How it was asked for, the name of the address, and how it was answered; the situation follows.
        key = (*page.label.split()[:2], str(page.status))
        if seen.setdefault(key, 0) % 9 == 0:
            kept.append(page)
        seen[key] += 1
    return kept


@pytest.mark.asvs("3.6.1")
@pytest.mark.parametrize("name", CHAPTERS)
def test_axe_finds_nothing_on_any_page(stage: Stage, browser_context: BrowserContext, name: str) -> None:
    pages, show = chapter(stage, name), Show(browser_context)
    looks = [(page, PHONE) for page in _sample(one_of_each(pages, "fr"))[::2]]
    looks += [(page, DESK_AT_NIGHT) for page in _sample(one_of_each(pages, "en"))[1::2]]
    faults = [(fault, page) for page, screen in looks for fault in show.faults(page, screen)]
    assert not faults, report(faults)


def test_axe_and_the_policy_see_a_fault(browser_context: BrowserContext, watch: Watch) -> None:
    html = '<!doctype html><html lang="fr"><title>x</title><main><h1>x</h1><input><p style="width: 900px">x</p></main>'
    policy = {"Content-Type": "text/html", "Content-Security-Policy": "default-src 'self'; style-src 'self'"}
    page = Page("a page", "owner", "fr", "/wrong/", 200, html, policy)
    found = [fault.partition(":")[0] for fault in Show(browser_context).faults(page, PHONE)]
    assert found == ["label"]
    # The style was refused, and said so.
    assert any("style" in fault for fault in watch.faults)
    watch.faults.clear()
