"""What a visitor brings from public pages through sign-up or login: one opaque, signed text.

It travels in a hidden field of every form on that way, never in an address, and is put into the session only once the
person is logged in. Who made it reads it with `carried_by`; accounts neither open nor judge it.
"""

import re

from django.http import HttpRequest

FIELD = "carried"
# A form that brings the text to the first page of that way, without anything typed in it yet.
BEGIN = "begin"
_SESSION_KEY = "carried"
_LONGEST = 4000
_SIGNED = re.compile(r"[A-Za-z0-9_:.\-]+")


def carried_in(request: HttpRequest) -> str:
    """The text this form brings; nothing when it cannot be a signed text."""
    text = request.POST.get(FIELD, "") if request.method == "POST" else ""
    return text if len(text) <= _LONGEST and _SIGNED.fullmatch(text) else ""


def begins(request: HttpRequest) -> bool:
    """Whether this POST only brings the text: its page is shown as if it had been opened."""
    return request.method == "POST" and BEGIN in request.POST


def hand_over(request: HttpRequest, text: str) -> None:
    """Keep the text for the person who has just logged in.

    Args:
        text: from `carried_in`; nothing leaves what was there before.
    """
    if text:
        request.session[_SESSION_KEY] = text


def carried_by(request: HttpRequest) -> str:
    """The text the person logged in has brought, if any."""
    return str(request.session.get(_SESSION_KEY, ""))


def drop(request: HttpRequest) -> None:
    """Forget it: it has served."""
    request.session.pop(_SESSION_KEY, None)
