"""What a person sees when something is refused or breaks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from errors import DomainError, TooMany


class DomainErrorMiddleware(MiddlewareMixin):
    """Turns a refusal of the domain into its page."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of a `DomainError`; any other exception goes on."""
        if not isinstance(exception, DomainError):
            return None
        response = render(
            request,
            ["ui/errors/%d.html" % exception.status, "ui/errors/409.html"],
            {"message": exception.message, "next_step": exception.next_step},
            status=exception.status,
        )
        if isinstance(exception, TooMany):
            response.headers["Retry-After"] = str(exception.retry_after)
        return response
