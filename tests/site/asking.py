"""Asking an address as somebody, and seeing what came of it: status, journal, what was written."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.db.models.signals import post_save
from django.test import Client

from audit.models import AuditEvent
from cases.models import Transition
from tests.site.rows import CHECK_FIRST, LOGIN, Status
from tests.site.stage import Stage

_WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in here never happened; what asks to be the outermost transaction takes it for nothing."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        yield
        transaction.set_rollback(True)


class Browser(Client):
    """A browser that keeps its cookies and no copy of every template's context."""

    def request(self, **request: Any) -> Any:
        """Send, and keep the error of a 500."""
        found: list[Any] = []

        def note(sender: Any, **_more: Any) -> None:
            found.append(sys.exc_info())

        got_request_exception.connect(note)
        try:
            response: Any = self.handler(self._base_environ(**request))
        finally:
            got_request_exception.disconnect(note)
        response.exc_info = found[0] if found else None
        if response.cookies:
            self.cookies.update(response.cookies)
        return response


@cache
def _browser(who: str) -> Browser:
    return Browser()


def browser_of(stage: Stage, who: str) -> Browser:
    """The browser of this person as it is after his login; it is the same one again, so have done with it."""
    client = _browser(who)
    client.cookies.clear()
    if cookie := stage.people.cookies[who]:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client


@dataclass
class Answer:
    """What came of one request.

    Args:
        status: of the answer; a redirect to the login, or to the check of a registration, by name.
        events: journal events of the case it made, as (action, outcome).
        moves: changes of a state it made.
        written: tables it wrote to.
        refusals: how many refusals it left in the journal, of a case or not.
    """

    status: Status
    response: Any
    events: list[tuple[str, str]] = field(default_factory=list)
    moves: int = 0
    written: set[str] = field(default_factory=set)
    refusals: int = 0

    @property
    def body(self) -> bytes:
        """What a person would see."""
        if getattr(self.response, "streaming", False):
            return b"".join(self.response.streaming_content)
        return bytes(self.response.content)


def ask(client: Client, method: str, url: str, data: Any = None) -> Answer:
    """One request, and its traces."""
    written: set[str] = set()
    events: list[tuple[str, str]] = []
    moves: list[Transition] = []
    refused: list[AuditEvent] = []

    def saved(sender: type, instance: Any, created: bool, **_more: Any) -> None:
        if created and isinstance(instance, AuditEvent):
            if instance.case_id is not None:
                events.append((instance.action, str(instance.outcome)))
            if instance.outcome == "refused":
                refused.append(instance)
        elif created and isinstance(instance, Transition):
            moves.append(instance)

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = _WRITES.match(sql)
        if found:
            written.add(found.group(1))
        return execute(sql, params, many, context)

    post_save.connect(saved)
    try:
        with connection.execute_wrapper(note):
            send = _send if method in _SENDERS else _other
            response = send(client, method, url, data)
    finally:
        post_save.disconnect(saved)
    return Answer(_status(response), response, events, len(moves), written, len(refused))


_SENDERS = ("GET", "POST")


def _send(client: Client, method: str, url: str, data: Any) -> Any:
    return client.get(url) if method == "GET" else client.post(url, data or {})


def _other(client: Client, method: str, url: str, _data: Any) -> Any:
    return client.generic(method, url)


def _status(response: Any) -> Status:
    if response.status_code == 302:
        path = urlsplit(response["Location"]).path
        if path.endswith("/connexion/"):
            return LOGIN
        if path.endswith("/compte/inscription-professionnelle/"):
            return CHECK_FIRST
    return int(response.status_code)
