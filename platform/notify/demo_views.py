"""The demonstration's mailbox: made-up people read their codes here, before they are logged in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from errors import Missing
from notify import demo_mail

PAGE = 20


def _demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open to everybody, in demo settings alone.

    Raises:
        Missing: this is no demonstration.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Missing(_("There is nothing here."))
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    # What `accounts.access.public` sets; that package lies above this one.
    guarded.public = True  # type: ignore[attr-defined]
    return guarded


@_demo_only
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mail, newest first, or with `?to=` that of one person."""
    to = request.GET.get("to", "").strip()
    everything = demo_mail.messages()
    shown = [stored for stored in everything if not to or stored.to == to.lower()]
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    people = sorted({stored.to for stored in everything})
    return render(
        request,
        "notify/mailbox.html",
        {"mails": page.object_list, "page_obj": page, "people": people, "to": to if to.lower() in people else ""},
    )


@_demo_only
@require_GET
def one(request: HttpRequest, token: str) -> HttpResponse:
    """One message, as plain text."""
    stored = demo_mail.message(token)
    if stored is None:
        raise Missing(_("There is no such message."))
    return render(request, "notify/mail_page.html", {"mail": stored, "sender": stored.parsed()["From"]})
