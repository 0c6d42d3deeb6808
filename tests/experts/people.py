"""Made-up experts and coordinators, ready for a case unless a test takes something away."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client

from accounts import undertakings
from accounts.models import EmailCode, Professional, RoleGrant, User, UserSession
from accounts.sessions import SESSION_KEY
from audit import Actor
from clock import now
from experts.models import Convention, ExpertProfile, Insurance, InterestDeclaration, Pathology, Registration

#: A Wednesday, 11 o'clock in Paris.
WEDNESDAY = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
_number = itertools.count(1)


def make_user(role: str, **fields: Any) -> User:
    """A person who holds one role."""
    number = next(_number)
    user = User.objects.create_user(
        f"{role}{number}@example.org", full_name=fields.pop("full_name", f"Claude Exemple{number}"), **fields
    )
    RoleGrant.objects.create(user=user, role=role)
    user.forget_roles()
    return user


def make_professional(user: User, **fields: Any) -> Professional:
    """His professional record, checked and complete."""
    digits = f"1000000{next(_number):03d}"
    total = sum(
        (int(d) * 2 - 9 if int(d) > 4 else int(d) * 2) if place % 2 == 0 else int(d)
        for place, d in enumerate(reversed(digits))
    )
    values = {
        "profession": "physician",
        "rpps": f"{digits}{-total % 10}",
        "specialty": "Chirurgie gynécologique",
        "organisation": "CHU d’Exemple",
        "address": "1 rue de l’Exemple, 75000 Paris",
        "phone": "+33100000000",
        "convention": "secteur 1",
        "registration_answer": "confirmed",
        "registration_means": "human",
        "registration_checked_at": now(),
        "identity_checked_at": now(),
        "identity_means": "passport",
    }
    return Professional.objects.create(user=user, **{**values, **fields})


def make_expert(*, pathologies: tuple[str, ...] = ("endometriosis",), **fields: Any) -> ExpertProfile:
    """An expert to whom a case of endometriosis can be proposed on any day of the coming year."""
    user = make_user("expert", full_name=fields.pop("full_name", f"Anne Salvat{next(_number)}"), title="Pr")
    make_professional(user)
    values = {"languages": ["fr"], "institution": "CHU d’Exemple", "department": "Gynécologie", "capacity_per_month": 4}
    expert = ExpertProfile.objects.create(user=user, **{**values, **fields})
    expert.pathologies.set(Pathology.objects.filter(code__in=pathologies))
    moment = now()
    day: date = moment.date()
    Registration.objects.create(expert=expert, checked_at=moment, means="directory", recorded_at=moment)
    Insurance.objects.create(
        expert=expert, insurer="Mutuelle Exemple", valid_from=day - timedelta(30), valid_until=day + timedelta(330)
    )
    Convention.objects.create(
        expert=expert,
        version="2026-1",
        signed_by_expert_at=moment - timedelta(60),
        signed_by_service_at=moment - timedelta(59),
        sent_to_order_at=moment - timedelta(50),
    )
    InterestDeclaration.objects.create(expert=expert, declared_on=day, expires_on=day + timedelta(330))
    return expert


def actor_for(user: User, role: str) -> Actor:
    """The person acting in a role in a verified session."""
    return Actor(kind="user", id=user.pk, role=role, verified=True, session="s", network="192.0.2.0/24")


def logged_in(user: User, *, language: str = "fr") -> Client:
    """A browser in which this person has given password and code, and promised secrecy."""
    undertakings.accept(user, language, actor=actor_for(user, "account"))
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    device = EmailCode.objects.get(user=user)
    row = UserSession.objects.create(user=user, device=device)
    session = client.session
    session[SESSION_KEY] = str(row.id)
    session["otp_device_id"] = device.persistent_id
    session.save()
    return client
