"""Handing mail over to the relay, one job a mail.

A mail is marked before it is handed over and again after the relay's yes. Only a process that dies between that yes and
our commit makes a double, and the double has the same Message-ID.
"""

from collections.abc import Mapping
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import translation

from clock import now
from jobs import GiveUp, TryLater, confirm_lease, job
from notify import texts
from notify.models import OutgoingMail
from notify.windows import daytime

State = OutgoingMail.State
_OVER = (State.SENT, State.DROPPED)


def bury(mail_id: str) -> None:
    """The job that should hand it over has died."""
    OutgoingMail.objects.filter(id=mail_id).exclude(state__in=_OVER).update(state=State.DEAD)


# Twenty tries with waits up to an hour: a relay may be away for more than half a day.
@job(queue="mail", max_attempts=20, priority=20, on_dead=bury)
def deliver(mail_id: str) -> None:
    """Hand one mail over."""
    mail = _begin(UUID(mail_id))
    if mail is None:
        return
    secrets = texts.secrets_of(mail)
    if secrets is None:
        _end(mail, State.DROPPED)
        return
    message = compose(mail, secrets)
    confirm_lease()
    try:
        message.send()
    except (SMTPException, OSError) as error:
        _end(mail, State.FAILED, type(error).__name__)
        if isinstance(error, SMTPRecipientsRefused) and all(code >= 500 for code, _ in error.recipients.values()):
            # The relay says that this address will never take mail.
            raise GiveUp from None
        raise
    _end(mail, State.SENT)


def compose(mail: OutgoingMail, secrets: Mapping[str, str] | None = None) -> EmailMultiAlternatives:
    """The message as it leaves: plain text and the same as simple HTML, with one link, to the page for logging in.

    Raises:
        django.core.mail.BadHeaderError: a header would hold a line break.
    """
    subject, body = texts.render(mail.template, mail.context, mail.language, secrets or {})
    with translation.override(mail.language):
        base = settings.SITE_ORIGIN.rstrip("/")
        frame = {
            "paragraphs": [" ".join(part.split("\n")) for part in body.split("\n\n")],
            "body": body,
            "site": settings.SERVICE_NAME,
            "host": base.partition("://")[2],
            "login": base + resolve_url(settings.LOGIN_URL),
            "subject": subject,
            "language": mail.language,
        }
        message = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("notify/mail.txt", frame),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[mail.email or getattr(mail.user, "email", "")],
            headers={
                "Message-ID": mail.message_id,
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
                "Content-Language": mail.language,
            },
        )
        message.attach_alternative(render_to_string("notify/mail.html", frame), "text/html")
    return message


def _begin(mail_id: UUID) -> OutgoingMail | None:
    """Mark the mail as being handed over, if it is still to be.

    Raises:
        TryLater: it leaves only by day, and it is night.
    """
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update(of=("self",)).select_related("user").filter(id=mail_id).first()
        if mail is None or mail.state in _OVER:
            return None
        wait = max((daytime() if mail.daytime_only else now()), mail.not_before or now()) - now()
        if wait > timedelta(seconds=1):
            raise TryLater(wait)
        mail.state = State.SENDING
        mail.attempts += 1
        mail.save(update_fields=["state", "attempts"])
    return mail


def _end(mail: OutgoingMail, state: OutgoingMail.State, error: str = "") -> None:
    OutgoingMail.objects.filter(id=mail.id).exclude(state__in=_OVER).update(
        state=state, error=error, sent_at=now() if state == State.SENT else None
    )
