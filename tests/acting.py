"""Somebody who acts in a role, for pages of packages below the accounts: a middleware in the place of theirs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client

from audit import Actor


@dataclass
class Person:
    """Who asks."""

    role: str
    id: UUID = field(default_factory=uuid4)
    verified: bool = True
    user: Any = None

    @property
    def actor(self) -> Actor:
        return Actor(
            kind="user", id=self.id, role=self.role, verified=self.verified, session="s", network="192.0.2.0/24"
        )


class ActingMiddleware:
    """Sets `request.actor` and `request.user` to the person the test chose (`acting_client`)."""

    person: Person | None = None

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self.person.actor if self.person else Actor(kind="guest", id=None, role="guest")
        request.user = self._user()
        return self.get_response(request)

    def _user(self) -> Any:
        if self.person is None:
            return AnonymousUser()
        return self.person.user or SimpleNamespace(
            pk=self.person.id,
            is_authenticated=True,
            is_verified=lambda: True,
            full_name="Person",
            title="",
            roles=set(),
        )


def acting_client(settings: Any, person: Person | None) -> Client:
    """A client whose requests come from this person; its CSRF checks are on."""
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "tests.acting.ActingMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "config.pages.DomainErrorMiddleware",
    ]
    ActingMiddleware.person = person
    return Client()
