"""What a person sees when something is refused or breaks: a page of the site, with what to do next."""

import logging
import secrets
from http import HTTPStatus

import sentry_sdk
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from errors import DomainError, TooMany

logger = logging.getLogger(__name__)

# Answers the server library or Django makes without a page of their own.
BARE = (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
# Letters and digits nobody mixes up when he reads them on the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LAST_RESORT = (
    "<!doctype html><html lang='fr'><meta charset='utf-8'><title>Erreur / Error</title>"
    "<h1>Une erreur s’est produite / Something went wrong</h1>"
    "<p>Réessayez dans quelques minutes. / Please try again in a few minutes.</p>"
    "<p>Urgence / Emergency: 15, 112, 114.</p><p>%s</p></html>"
)


def error_page(
    request: HttpRequest,
    status: int,
    *,
    template: str = "",
    message: object = "",
    next_step: object = "",
    reference: str = "",
) -> HttpResponse:
    """The page of an HTTP status.

    Args:
        request: the request that is answered.
        status: 400, 403, 404, 405, 409, 413, 422, 429 or 500; others are shown as 409 or 500.
        template: another page than the one of that status.
        message: what happened; the page has words of its own when there are none.
        next_step: what the reader can do about it.
        reference: what he may say on the phone, so that the crash is found in the log.
    """
    other = "ui/errors/500.html" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "ui/errors/409.html"
    names = [template or f"ui/errors/{status}.html", other]
    context = {"status": status, "message": message, "next_step": next_step, "reference": reference}
    return HttpResponse(render_to_string(names, context, request), status=status)


def reference_of(request: HttpRequest) -> str:
    """The reference of the crash this request met; made when first asked for."""
    reference: str = getattr(request, "reference", "")
    if not reference:
        reference = "".join(secrets.choice(ALPHABET) for _ in range(8))
        request.reference = reference  # type: ignore[attr-defined]
    return reference


class DomainErrorMiddleware(MiddlewareMixin):
    """Turns a refusal of the domain into its page, and gives any other crash the reference its page will show."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of a `DomainError`; None for everything else, which Django goes on with."""
        if isinstance(exception, DomainError):
            answer = error_page(request, exception.status, message=exception.message, next_step=exception.next_step)
            if isinstance(exception, TooMany):
                answer.headers["Retry-After"] = str(exception.retry_after)
            return answer
        if not isinstance(exception, Http404 | PermissionDenied):
            sentry_sdk.set_tag("reference", reference_of(request))
        return None


class ErrorPageMiddleware(MiddlewareMixin):
    """Gives a page to answers that have none: wrong method, body too large."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The same answer, with its headers, as a page; answers with content of their own pass."""
        if response.status_code not in BARE or not isinstance(response, HttpResponse) or response.content:
            return response
        page = error_page(request, response.status_code)
        for name, value in response.items():
            page.headers.setdefault(name, value)
        return page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood, or its body is larger than any form of ours."""
    return error_page(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the person is known and has no right to this."""
    return error_page(request, HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: hidden and unknown look the same."""
    return error_page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: with a reference; even when the page itself, or the database, is what broke."""
    reference = reference_of(request)
    try:
        return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR, reference=reference)
    except Exception:
        logger.exception("the error page failed too, reference %s", reference)
        return HttpResponse(LAST_RESORT % reference, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was not ours, or older than the session."""
    return error_page(request, HTTPStatus.FORBIDDEN, template="ui/errors/csrf.html")
