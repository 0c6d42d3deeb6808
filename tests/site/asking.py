"""Asking an address as somebody, and seeing what came of it: status, journal, what was written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
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


def browser_of(stage: Stage, who: str) -> Client:
    """A browser with the session of this person, if he has one."""
    client = Client(raise_request_exception=False)
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
    """

    status: Status
    response: Any
    events: list[tuple[str, str]] = field(default_factory=list)
    moves: int = 0
    written: set[str] = field(default_factory=set)

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

    def saved(sender: type, instance: Any, created: bool, **_more: Any) -> None:
        if created and isinstance(instance, AuditEvent) and instance.case_id is not None:
            events.append((instance.action, str(instance.outcome)))
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
    return Answer(_status(response), response, events, len(moves), written)


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
