"""The notices of the person logged in."""

from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from errors import NotAllowed
from notify.services import mark_read, notice_lines, notices_for, unread_count

PAGE = 20


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The notices of this person, newest first."""
    _known(request)
    page = Paginator(notices_for(request.user), PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    lines = notice_lines(page.object_list, (get_language() or "fr")[:2])
    return render(
        request,
        "notify/notices.html",
        {"lines": lines, "page_obj": page, "unread": unread_count(request.user)},  # type: ignore[arg-type]
    )


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice (`notice`), or all, as read. A notice of somebody else is left alone."""
    _known(request)
    wanted = request.POST.get("notice", "")
    try:
        ids = [UUID(wanted)] if wanted else None
    except ValueError:
        ids = []
    count = mark_read(request.user, ids)  # type: ignore[arg-type]
    if count:
        messages.success(
            request,
            ngettext("%(n)d notice is marked as read.", "%(n)d notices are marked as read.", count) % {"n": count},
        )
    return redirect("notify:notices")


@require_GET
def recognise(request: HttpRequest) -> HttpResponse:
    """How to tell our messages from those of somebody who pretends to be us (S1-23, S1-51)."""
    origin = settings.SITE_ORIGIN.rstrip("/")
    return render(
        request,
        "notify/recognise.html",
        {"sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[1], "host": origin.partition("://")[2]},
    )


# What `accounts.access.public` sets; that package lies above this one.
recognise.public = True  # type: ignore[attr-defined]


def _known(request: HttpRequest) -> None:
    """The middleware of `accounts` lets only verified sessions in; this holds without it too.

    Raises:
        NotAllowed: nobody is logged in.
    """
    if not request.user.is_authenticated:
        raise NotAllowed(_("Log in to read your notices."))
