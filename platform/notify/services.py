"""Sending a message, and the notices of one person."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language

from clock import now
from jobs import enqueue
from notify import texts
from notify.models import Notice, OutgoingMail
from notify.windows import DAYTIME, daytime


class Person(Protocol):
    """Somebody with an account: what this package needs of `accounts.User`, which lies above it."""

    @property
    def pk(self) -> Any: ...

    @property
    def language(self) -> str: ...


def send(
    template: str,
    *,
    user: Person | None = None,
    email: str = "",
    case_id: UUID | None = None,
    key: str,
    context: Mapping[str, texts.Value] | None = None,
    not_before: datetime | Literal["daytime"] | None = None,
    language: str = "",
) -> OutgoingMail:
    """Send an e-mail, and a notice inside the site to somebody with an account; in the caller's transaction.

    Sent again with the same key nothing happens.

    Args:
        template: the code of a registered message.
        user: a person with an account; the mail goes to the address he has when it leaves.
        email: an address, for somebody without an account, or to reach another address of the person.
        case_id: the case it is about.
        key: what makes this message one, e.g. `case.admitted:<id>`; two messages never share one.
        context: the variables of the message: `reference`, `due` …
        not_before: not before this instant; `notify.DAYTIME`: only between 8 and 18 h in Paris.
        language: of somebody without an account; by default the one in use.

    Raises:
        KeyError: no such message.
        ValueError: nobody to send to, no address, or a variable the message may not name.
    """
    found = texts.template(template)
    clean = texts.clean_context(found, context or {})
    if user is None and not email:
        raise ValueError("a message goes to somebody")
    if not key or len(key) > 200:
        raise ValueError("a message has a key of at most 200 characters")
    if email:
        _check_address(email)
    due = daytime() if not_before == DAYTIME else not_before
    spoken = language or (user.language if user else "") or (get_language() or settings.LANGUAGE_CODE)[:2]
    with transaction.atomic():
        mail, created = OutgoingMail.objects.get_or_create(
            key=key,
            defaults={
                "user_id": user.pk if user else None,
                "email": email,
                "language": spoken,
                "template": template,
                "context": clean,
                "case_id": case_id,
                "daytime_only": not_before == DAYTIME,
                "not_before": due,
            },
        )
        if created:
            if user is not None and found.in_app:
                Notice.objects.create(key=key, user_id=user.pk, template=template, context=clean, case_id=case_id)
            from notify.delivery import deliver

            enqueue(deliver, mail.id, run_after=due)
    return mail


@dataclass(frozen=True)
class NoticeLine:
    """A notice in words."""

    notice: Notice
    title: str
    text: str


def drop_waiting(case_id: UUID) -> int:
    """Take back the mail about a case that has not left yet: a stopped case says nothing more.

    Returns:
        How many messages were taken back.
    """
    waiting = OutgoingMail.objects.filter(
        case_id=case_id, state__in=[OutgoingMail.State.QUEUED, OutgoingMail.State.FAILED]
    )
    return waiting.update(state=OutgoingMail.State.DROPPED)


def notices_for(user: Person) -> QuerySet[Notice]:
    """The notices of one person, newest first."""
    return Notice.objects.filter(user_id=user.pk).order_by("-created_at", "id")


def notice_lines(notices: Iterable[Notice], language: str) -> list[NoticeLine]:
    """Notices in words, in the reader's language; one whose message no longer exists is left out."""
    known = {found.code for found in texts.templates()}
    return [
        NoticeLine(notice, *texts.render(notice.template, notice.context, language, {}))
        for notice in notices
        if notice.template in known
    ]


def unread_count(user: Person) -> int:
    """How many notices the person has not marked as read."""
    return notices_for(user).filter(read_at__isnull=True).count()


def mark_read(user: Person, ids: Collection[UUID] | None = None) -> int:
    """Mark notices of this person as read.

    Args:
        ids: which; None is all. Those of others are left alone.

    Returns:
        How many changed.
    """
    unread = Notice.objects.filter(user_id=user.pk, read_at__isnull=True)
    return (unread if ids is None else unread.filter(id__in=ids)).update(read_at=now())


def _check_address(email: Any) -> None:
    try:
        validate_email(email)
    except ValidationError:
        # The address itself stays out of the error, which may be logged.
        raise ValueError("this is no e-mail address") from None
