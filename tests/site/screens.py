"""The pages of the site in a real browser, without a server: each answer of the album is served to it as it was."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import BrowserContext, Route
from playwright.sync_api import Page as Tab

from tests.site.pages import Page

SITE = "http://localhost"
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8ffff3f0005fe02fea735810000000049454e44ae426082"
)


@dataclass(frozen=True)
class Screen:
    """How a page is looked at.

    Args:
        width: of the window, in CSS pixels.
        scheme: light or dark.
    """

    width: int
    scheme: str


PHONE, DESK = Screen(390, "light"), Screen(1280, "light")
PHONE_AT_NIGHT, DESK_AT_NIGHT = Screen(390, "dark"), Screen(1280, "dark")


class Show:
    """A browser tab in which pages of the album are opened."""

    def __init__(self, context: BrowserContext) -> None:
        assert AXE.exists(), "run `make setup`: axe-core is missing"
        self.shown: Page | None = None
        context.route("**/*", self._serve)
        context.add_init_script(path=AXE)
        self.tab: Tab = context.new_page()

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE).split("?")[0].split("#")[0]
        if route.request.is_navigation_request() and self.shown is not None:
            # Its own headers: what the policy of the site forbids, this browser refuses.
            headers = {k: v for k, v in self.shown.headers.items() if k not in ("Content-Length", "Content-Encoding")}
            route.fulfill(status=200, headers=headers, body=self.shown.html)
        elif path.startswith(settings.STATIC_URL) and (found := finders.find(path.removeprefix(settings.STATIC_URL))):
            route.fulfill(path=str(found))
        elif route.request.resource_type == "image":
            route.fulfill(content_type="image/png", body=_PIXEL)
        else:
            route.fulfill(status=404, body="")

    def open(self, page: Page, screen: Screen) -> Tab:
        """This page on this screen."""
        self.shown = page
        self.tab.emulate_media(color_scheme=screen.scheme)  # type: ignore[arg-type]
        self.tab.set_viewport_size({"width": screen.width, "height": 844 if screen.width < 600 else 800})
        self.tab.goto(SITE + page.url)
        return self.tab

    def faults(self, page: Page, screen: Screen) -> Iterator[str]:
        """What axe finds on it (WCAG 2.2 AA and best practices), and whether it is wider than the window."""
        tab = self.open(page, screen)
        found: list[dict[str, Any]] = tab.evaluate(
            "axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"
            ".then(r => r.violations.map(v => ({id: v.id, nodes: v.nodes.map(n => n.html.slice(0, 160))})))"
        )
        for violation in found:
            yield f"{violation['id']}: {violation['nodes'][0]}"
        if tab.evaluate("document.documentElement.scrollWidth") > screen.width:
            yield f"wider than {screen.width} px"


def one_of_each(pages: Iterable[Page], language: str) -> list[Page]:
    """For each address, situation and way of asking one page: that of the first reader."""
    found: dict[str, Page] = {}
    for page in pages:
        if page.language == language:
            found.setdefault(page.label, page)
    return list(found.values())
