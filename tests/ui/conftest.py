"""What tests of the interface share: templates from text, people, a small site, and a fixed evening in November."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from clock import travel
from ui import navigation

# 14 November 2026, 21:30 in Paris.
EVENING = datetime(2026, 11, 14, 20, 30, tzinfo=UTC)


@pytest.fixture
def evening() -> Iterator[datetime]:
    with travel(EVENING):
        yield EVENING


@pytest.fixture
def small_site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = "tests.ui.addresses"
    # The menus of the whole site lead to addresses this one does not have.
    monkeypatch.setattr(navigation, "_menus", {})


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def draw() -> Callable[..., BeautifulSoup]:
    """`draw('{% icon "file" %}', **context)`: what a template gives."""

    def drawn(template: str, /, **context: Any) -> BeautifulSoup:
        return BeautifulSoup(Template("{% load ui %}" + template).render(Context(context)), "lxml")

    return drawn


class Person(SimpleNamespace):
    """Somebody logged in, without a database."""

    is_authenticated = True

    def is_verified(self) -> bool:
        return bool(self.verified)


@pytest.fixture
def ask() -> Callable[..., HttpRequest]:
    """`ask("/patient/", role="patient")`: a request by somebody of that role, or by a visitor."""

    def asked(path: str = "/", *, role: str = "", verified: bool = True) -> HttpRequest:
        request = RequestFactory().get(path)
        request.user = Person(title="Dr", full_name="Zoé <b>Martin</b>", verified=verified) if role else AnonymousUser()
        request.actor = SimpleNamespace(role=role)  # type: ignore[attr-defined]
        return request

    return asked
