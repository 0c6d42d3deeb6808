"""A real browser: Debian's Chromium, driven by Playwright, on pages of the live server only."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.harness.quiet_loop import playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the run."""
    with playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        yield chromium
        chromium.close()


class Watch:
    """What went wrong in the pages of one test: scripts that failed, policy violations, requests to third parties."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def follow(self, page: Page) -> None:
        """Listen to a page."""
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", self._said)
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        # Chromium also logs each answer of 4xx; a test that asks for one would fail here for nothing.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.hostname not in ("localhost", "127.0.0.1"):
            self.faults.append(f"request to a third party: {request.url}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test at its end when a page of it misbehaved; take entries out of `faults` to accept them."""
    watch = Watch()
    yield watch
    assert not watch.faults, "\n".join(watch.faults)


@pytest.fixture
def browser_context(browser: Browser, watch: Watch) -> Iterator[BrowserContext]:
    """A fresh browser profile, in French, 1280 × 800."""
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    context.on("page", watch.follow)
    yield context
    context.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Page:
    """A page of a fresh browser profile."""
    return browser_context.new_page()
