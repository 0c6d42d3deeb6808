"""Logging in as a person would, and reading the mailbox: `from tests.accounts.logins import log_in` in any test."""

import re
from typing import Any

from django.db.models import F
from django.test import Client

import clock
from accounts import services
from accounts.codes import code_to_mail
from accounts.models import CodeChallenge, Professional, User
from accounts.undertakings import accept
from audit import Actor, SystemActor
from notify.models import OutgoingMail

PASSWORD = "four plain words here"
# Valid numbers by their check digit; made up.
RPPS = ("10000000009", "10000000017", "10000000025", "10000000033", "10000000041", "10000000058")


def luhn(first_ten: str) -> str:
    """Ten digits and their check digit."""
    total = 0
    for place, digit in enumerate(reversed(first_ten)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return f"{first_ten}{-total % 10}"


def make_user(
    role: str = "patient", *, email: str = "", name: str = "Camille Durand", ready: bool = True, **more: Any
) -> User:
    """A person with a role who can log in with PASSWORD.

    Args:
        role: a role that can be granted, or "" for none.
        email: his address; one of its own unless given.
        name: his name.
        ready: whether undertaking and registration are done, where the role needs them.
        more: other fields of `services.create_user`.
    """
    actor = SystemActor("test")
    number = User.objects.count() + 1
    user = services.create_user(
        email or f"{role or 'nobody'}{number}@example.org", actor=actor, password=PASSWORD, full_name=name, **more
    )
    if role:
        services.grant_role(user, role, actor=actor)
    if ready and role in {"requester", "expert", "coordinator", "care_coordinator", "treating_doctor"}:
        make_professional(user)
    if ready and role not in {"", "patient", "requester", "treating_doctor"}:
        accept(user, "fr", actor=Actor(kind="user", id=user.pk, role="account"))
    return User.objects.get(pk=user.pk)


def make_professional(user: User, *, confirmed: bool = True) -> Professional:
    """His registration, checked."""
    actor = SystemActor("test")
    number = luhn(f"1{Professional.objects.count() + 1:09d}")
    row = services.save_professional(
        user, actor=actor, profession="physician", rpps=number, phone="0199000000", specialty="Chirurgie"
    )
    if confirmed:
        services.answer_registration(row, confirmed=True, identity_means="id_document", actor=actor)
    return row


def last_code(email: str) -> str:
    """The code of the latest mail to an address, computed as the mail would; empty when there is none."""
    # PostgreSQL would put those never mailed first.
    newest = F("last_sent_at").desc(nulls_last=True)
    challenge = CodeChallenge.objects.filter(email=email).order_by(newest, "-created_at").first()
    return code_to_mail(challenge.id) if challenge else ""


def mails_to(email: str) -> list[str]:
    """Codes of the messages queued for an address, the oldest first."""
    rows = OutgoingMail.objects.order_by("created_at")
    return [row.template for row in rows if (row.email or (row.user and row.user.email)) == email]


def give_password(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    """The first step of the login, as the form sends it."""
    client.get("/connexion/")
    return client.post(
        "/connexion/",
        {
            "login_view-current_step": "auth",
            "auth-username": email,
            "auth-password": password,
            "next": more.pop("next", ""),
        },
        **more,
    )


def give_code(client: Client, code: str, **more: Any) -> Any:
    """The second step of the login."""
    return client.post(
        "/connexion/",
        {"login_view-current_step": "token", "token-otp_token": code, "next": more.pop("next", "")},
        **more,
    )


def log_in(client: Client, user: User, *, next: str = "", **more: Any) -> Any:  # noqa: A002
    """Both steps through the pages; afterwards the client's session is verified.

    Returns:
        The answer to the second step, a redirect to where the person lands.
    """
    first = give_password(client, user.email, next=next, **more)
    assert re.search("token-otp_token", first.content.decode()), first.content.decode()[:2000]
    return give_code(client, last_code(user.email), next=next, **more)


def travelling(seconds: float) -> Any:
    """The clock, this many seconds ahead of now (a context manager)."""
    from datetime import timedelta

    return clock.travel(clock.now() + timedelta(seconds=seconds))
