"""What several pages of accounts say in the same words."""

from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import codes
from accounts.codes import MAX_SENT, Sent
from accounts.models.security import CodeChallenge
from errors import DomainError
from ui.dates import say_time

Answer = TypeVar("Answer", bound=HttpResponseBase)


def not_stored(answer: Answer) -> Answer:
    """Keep a page out of every cache, the browser's own included."""
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def mask_address(address: str) -> str:
    """An address as shown to somebody who is not yet recognised: «j…@example.org»."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"


def code_words(sent: Sent | None, challenge: CodeChallenge | None) -> str:
    """What happened to the code: sent, sent again, or why not (and until when it works)."""
    if challenge is None:
        return _("Your code no longer works. Ask for another one.")
    until = say_time(challenge.expires_at)
    if sent is None:
        return _("The code we sent works until %(time)s.") % {"time": until}
    if not sent.mailed and challenge.sent >= MAX_SENT:
        return _("We have sent this code %(count)s times. It works until %(time)s; then begin again.") % {
            "count": challenge.sent,
            "time": until,
        }
    last = say_time(challenge.last_sent_at or challenge.created_at)
    if not sent.mailed:
        return _("The code left at %(sent)s, less than a minute ago. It works until %(time)s.") % {
            "sent": last,
            "time": until,
        }
    if sent.again:
        return _("We have sent the same code again at %(sent)s. It works until %(time)s.") % {
            "sent": last,
            "time": until,
        }
    return _("The code left at %(sent)s. It works until %(time)s.") % {"sent": last, "time": until}


def code_of(request: HttpRequest, purpose: str, sent: Sent | None = None) -> dict[str, Any]:
    """What a page that waits for a code says of it, as it stands once the last try was counted.

    Args:
        sent: what happened when the code was asked for in this request.

    Returns:
        `code_words`, and `code_over`: no code works any more, so that the page offers another one, not the same.
    """
    challenge = sent.challenge if sent is not None else codes.current(request, purpose)
    return {"code_words": code_words(sent, challenge), "code_over": challenge is None}


def show_refusal(form: Any, refusal: DomainError) -> None:
    """Put what a service refused beside the fields it is about, so that nothing typed is lost."""
    fields = getattr(refusal, "fields", {})
    known = {name: text for name, text in fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, str(text))
    if not known:
        form.add_error(None, f"{refusal.message} {refusal.next_step}".strip())


def language_of(request: HttpRequest) -> str:
    """The language the page is read in: "fr" or "en"."""
    return "en" if (get_language() or "fr").startswith("en") else "fr"
