"""Headers of every answer."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.config.sample_urls")]
EVERY = ["/fail/ok/", "/fail/refused/", "/fail/django404/", "/fail/crash/", "/nowhere/", "/static/probe.css"]


class Browser(Client):
    """Closes each answer, as the server does: files do not stay open."""

    def get(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().get(*args, **kwargs)
        answer.close()
        return answer


@pytest.fixture
def client() -> Client:
    (Path(django_settings.STATIC_ROOT) / "probe.css").write_text("p { color: inherit }")
    return Browser(raise_request_exception=False)


def policy(answer: object) -> dict[str, str]:
    parts = answer["Content-Security-Policy"].split("; ")  # type: ignore[index]
    return {name: values for name, _, values in (part.partition(" ") for part in parts)}


@pytest.mark.asvs("3.4.3")
@pytest.mark.parametrize("address", EVERY)
def test_strict_content_policy_everywhere(client: Client, address: str) -> None:
    assert policy(client.get(address)) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }


def test_editing_alone_may_use_inline_code(client: Client) -> None:
    found = policy(client.get("/cms/fail/ok/"))
    assert "'unsafe-inline'" in found["script-src"]
    assert found["default-src"] == "'none'"
    assert "'unsafe-inline'" not in policy(client.get("/fail/ok/?next=/cms/"))["script-src"]


@pytest.mark.asvs("3.4.4", "3.4.5", "3.4.8")
@pytest.mark.parametrize("address", EVERY)
def test_other_headers_everywhere(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "X-Powered-By" not in answer


@pytest.mark.asvs("3.4.2")
def test_no_other_site_may_read_an_answer(client: Client) -> None:
    for address in EVERY:
        assert "Access-Control-Allow-Origin" not in client.get(address, headers={"origin": "https://evil.example"})


@pytest.mark.asvs("3.4.1")
@pytest.mark.parametrize("address", EVERY)
def test_browsers_are_told_to_come_by_tls_only(client: Client, settings: Settings, address: str) -> None:
    settings.SECURE_HSTS_SECONDS = 63072000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_HSTS_PRELOAD = True
    answer = Browser(raise_request_exception=False).get(address, secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"


@pytest.mark.asvs("14.3.2")
def test_what_belongs_to_a_session_is_kept_by_no_cache(client: Client) -> None:
    assert "no-store" in client.get("/fail/session/")["Cache-Control"]
    assert "no-store" in client.get("/fail/ok/")["Cache-Control"]
    assert "no-store" in client.get("/fail/crash/")["Cache-Control"]
    assert "no-store" not in client.get("/static/probe.css")["Cache-Control"]


def test_a_visitor_gets_no_cookie(client: Client) -> None:
    assert not client.get("/fail/ok/").cookies
