"""Public pages kept ready for a minute and sent small, for visitors who carry no cookie."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

#: More addresses than a site of this kind has; beyond it everything is forgotten and begun anew.
MOST = 500

Key = tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """An answer as it was sent.

    Args:
        until: seconds of the clock that never goes back.
    """

    content: bytes
    headers: dict[str, str]
    until: float


class PublicPageCache:
    """Answers again what it answered a moment ago; stands before everything else, so that it costs next to nothing.

    Only pages that say for how long (`kept_seconds` of the page class) are kept: what shows an expert is not, since he
    vanishes at once when he is suspended. Whoever carries any cookie is answered by the site itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._kept: dict[Key, Kept] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer kept for this address, or a fresh one."""
        asked = request.META
        if request.method != "GET" or asked.get("HTTP_COOKIE") or asked.get("QUERY_STRING") or not settings.PAGE_CACHE:
            return self._get_response(request)
        # A proxy says here whether the visitor came by TLS; an answer to one is not an answer to the other.
        proxied = asked.get(settings.SECURE_PROXY_SSL_HEADER[0], "") if settings.SECURE_PROXY_SSL_HEADER else ""
        small = "gzip" if "gzip" in asked.get("HTTP_ACCEPT_ENCODING", "") else ""
        key = (asked.get("wsgi.url_scheme", ""), proxied, asked.get("HTTP_HOST", ""), small, request.path)
        found = self._kept.get(key)
        if found is not None and found.until > time.monotonic():
            return HttpResponse(found.content, headers=found.headers)
        response = self._get_response(request)
        seconds = _seconds(response)
        if seconds:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key] = Kept(response.content, dict(response.items()), time.monotonic() + seconds)  # type: ignore[attr-defined]
        return response


class PublicPageCompression(GZipMiddleware):
    """Compresses pages that belong to nobody.

    Where somebody is logged in, a page may hold a secret beside words that another site made him send, and its length
    would tell one of the other (BREACH); such pages go as they are.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a page asked for without a cookie, and given without one."""
        nobodys = request.method == "GET" and not request.META.get("HTTP_COOKIE") and not response.cookies
        if not nobodys or response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


def _seconds(response: HttpResponseBase) -> int:
    """For how long this answer may be given to others; 0 when it is theirs alone."""
    if response.status_code != 200 or response.cookies or response.streaming:
        return 0
    context: dict[str, Any] = getattr(response, "context_data", None) or {}
    return int(getattr(context.get("page"), "kept_seconds", 0))
