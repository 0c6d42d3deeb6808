"""What machines read: which pages there are, which are none of theirs, and where a weakness is reported."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_GET
from wagtail.models import Page

from accounts.access import public
from accounts.roles import SPACES
from clock import now
from cms.content import LANGUAGES, path_of
from cms.models import ExpertIndexPage
from cms.profiles.reading import on_line

#: Public pages that Wagtail does not serve.
OTHERS = ("start:begin", "verify:start", "accounts:terms", "accounts:privacy", "notify:recognise")
#: Nothing to find there: forms of accounts, and questions searched by words.
CLOSED = ("connexion", "inscription", "mot-de-passe", "invitation", "compte", "documents", "_util")
#: Days for which what stands in `security.txt` is said to hold; RFC 9116 asks for less than a year.
_SECURITY_DAYS = 180


@public
@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Which addresses search engines leave alone: the spaces, and the whole of a demo, whose people are made up."""
    if settings.DEMO:
        closed = ["/"]
    else:
        parts = sorted({*SPACES, *CLOSED})
        closed = [f"{prefix}/{part}/" for prefix in ("", "/en") for part in parts]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {_full(reverse('sitemap'))}"]
    return _text("\n".join(lines))


@public
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116)."""
    until = (now() + timedelta(days=_SECURITY_DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:{settings.SERVICE_EMAIL or settings.SERVICE_DPO_EMAIL}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {_full(reverse('security_txt'))}",
        *(f"Policy: {_full(path_of('security', language))}" for language in LANGUAGES),
    ]
    return _text("\n".join(lines))


@public
@require_GET
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page, with its twin in the other language."""
    context = {"entries": [*_pages(), *_experts(), *_others()]}
    return HttpResponse(render_to_string("cms/sitemap.xml", context), content_type="application/xml; charset=utf-8")


def _text(words: str) -> HttpResponse:
    return HttpResponse(words + "\n", content_type="text/plain; charset=utf-8")


def _full(path: str) -> str:
    return settings.SITE_ORIGIN + path


def _pages() -> Iterator[dict[str, Any]]:
    pages = Page.objects.live().filter(depth__gt=1).select_related("locale").order_by("path").specific()
    twins: dict[Any, dict[str, str]] = {}
    found: list[tuple[Any, date | None]] = []
    for page in pages:
        twins.setdefault(page.translation_key, {})[page.locale.language_code] = _full(page.url)
        changed = getattr(page, "reviewed_on", None)
        found.append((page, changed))
    for page, changed in found:
        ways = twins[page.translation_key]
        yield {"url": ways[page.locale.language_code], "changed": changed, "twins": ways}


def _experts() -> Iterator[dict[str, Any]]:
    lists = {language: ExpertIndexPage.address(language) for language in LANGUAGES}
    for profile in on_line():
        slug = profile.text.slug if profile.text else ""
        ways = {language: _full(f"{address}{slug}/") for language, address in lists.items() if address}
        for url in ways.values():
            yield {"url": url, "changed": None, "twins": ways}


def _others() -> Iterator[dict[str, Any]]:
    for name in OTHERS:
        ways = {}
        for language in LANGUAGES:
            with override(language):
                ways[language] = _full(reverse(name))
        for url in ways.values():
            yield {"url": url, "changed": None, "twins": ways}
