"""People at browsers of their own, logged in with the mailed code, while the worker's own code runs the jobs.

Mail is read as it was sent. PostgreSQL only, as the browser is.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.roles import needs_undertaking
from accounts.undertakings import accept
from audit import Actor
from jobs.worker import Worker
from tests.cases.world import PASSWORD, World, make_world
from tests.harness.browser import Watch

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
#: What is awaited comes within this, in milliseconds, on a busy machine too.
PATIENCE = 20_000


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def worker(world: World, live_server: LiveServer) -> Iterator[None]:
    """The worker, as `manage.py worker` runs it, in a thread of this process."""
    del world, live_server
    at_work = Worker(clock=False)
    thread = threading.Thread(target=at_work.run, name="worker")
    thread.start()
    yield
    at_work.stop()
    thread.join(30)
    assert not thread.is_alive()


@dataclass
class Someone:
    """A person at her own browser.

    Args:
        origin: address of the site.
        email: where her codes go.
    """

    page: Page
    origin: str
    email: str
    _read: int = field(default=0)

    def go(self, name: str, *args: object) -> None:
        """Open a page by its name."""
        answer = self.page.goto(self.origin + reverse(name, args=args))
        assert answer is not None
        assert answer.status == 200, self.page.url

    def press(self, words: str) -> None:
        """Press the button, or follow the link, that says this."""
        one = self.page.locator("main :is(button, a.button)").filter(has_text=words).first
        one.click()
        self.page.wait_for_load_state()

    def send(self, name: str) -> None:
        """Press the main button of the form that has this field."""
        self.page.locator(f"main form:has([name={name}]) button:not(.link-button)").first.click()
        self.page.wait_for_load_state()

    def type(self, **texts: str) -> None:
        """Fill in fields by their names."""
        for name, text in texts.items():
            self.page.locator(f"main [name={name}]").fill(text)

    def tick(self, **values: str) -> None:
        """Choose options, or tick boxes (`on`)."""
        for name, value in values.items():
            box = f"main input[name={name}]" + ("" if value == "on" else f"[value='{value}']")
            self.page.locator(box).check()

    def code(self, pattern: str = r"\b(\d{3})\s?(\d{3})\b") -> str:
        """The code in the next mail to this person, once the worker has sent it."""
        end = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < end:
            mine = [message for message in mail.outbox if message.to == [self.email]]
            for number in range(self._read, len(mine)):
                found = re.search(pattern, str(mine[number].body))
                if found:
                    self._read = number + 1
                    return "".join(found.groups())
            time.sleep(0.1)
        raise AssertionError(f"no code was mailed to {self.email}: {[m.subject for m in mail.outbox]}")

    def log_in(self) -> None:
        """Password, then the mailed code."""
        self.go("accounts:login")
        self.page.fill("[name='auth-username']", self.email)
        self.page.fill("[name='auth-password']", PASSWORD)
        self.page.keyboard.press("Enter")
        field = self.page.locator("input[autocomplete=one-time-code]")
        field.wait_for()
        field.fill(self.code())
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/connexion/" not in url)

    def sees(self, *words: str) -> None:
        """The page says this."""
        for word in words:
            expect(self.page.locator("main")).to_contain_text(word, timeout=PATIENCE)

    def downloads(self, link: str) -> bytes:
        """What a link leads to, with this person's session."""
        address = self.page.locator(f"main a[href*='{link}']").first.get_attribute("href")
        answer = self.page.request.get(f"{self.origin}{address}")
        assert answer.status == 200
        return answer.body()


class Room:
    """Opens a browser of its own for each person."""

    def __init__(self, browser: Browser, watch: Watch, live_server: LiveServer) -> None:
        self.browser, self.watch, self.origin = browser, watch, live_server.url
        self.contexts: list[BrowserContext] = []

    def enter(self, email: str, *, size: dict[str, int] = DESK, scripts: bool = True) -> Someone:
        """A person who has not logged in."""
        context = self.browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport=size,  # type: ignore[arg-type]
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE)
        context.on("page", self.watch.follow)
        self.contexts.append(context)
        return Someone(context.new_page(), self.origin, email)

    def staff(self, user: User, *, scripts: bool = True) -> Someone:
        """Somebody who has an account, logged in."""
        if needs_undertaking(user):
            accept(user, "fr", actor=Actor(kind="user", id=user.pk, role="account"))
        someone = self.enter(user.email, scripts=scripts)
        someone.log_in()
        return someone


@pytest.fixture
def room(browser: Browser, watch: Watch, live_server: LiveServer, worker: None) -> Iterator[Room]:
    room = Room(browser, watch, live_server)
    yield room
    for context in room.contexts:
        context.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for what a job does."""
    end = time.monotonic() + PATIENCE / 1000
    while not true():
        assert time.monotonic() < end, "the worker did not do it in time"
        time.sleep(0.1)
