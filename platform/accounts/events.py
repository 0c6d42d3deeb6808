"""What accounts write to the journal: who asked, about whom, and the words of each action."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping
from typing import Literal
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.keys import server_keys
from accounts.models.patients import Patient
from accounts.models.users import User, fold_email
from accounts.names import fold_name
from accounts.network import client_network
from audit import Actor, record, register_action, register_resolver, register_search
from audit.actions import Found
from audit.actors import ROLE_LABELS

# The role of someone who looks after his own account, outside every space.
ACCOUNT_ROLE = "account"
# Longest list a search of the journal shows of one kind.
FOUND_AT_MOST = 20

ACTIONS = {
    "account.created": _("Account created"),
    "account.sign_up_asked": _("Account asked for"),
    "account.password_refused": _("Wrong password"),
    "account.login_closed": _("Login closed for 15 minutes after wrong passwords"),
    "account.code_sent": _("Code sent"),
    "account.code_refused": _("Wrong code"),
    "account.logged_in": _("Logged in"),
    "account.psc_refused": _("Login by Pro Santé Connect refused"),
    "account.logged_out": _("Logged out"),
    "account.session_ended": _("Session ended"),
    "account.password_set": _("Password set"),
    "account.email_changed": _("E-mail address changed"),
    "account.profile_changed": _("Name or language changed"),
    "account.closed": _("Account closed"),
    "account.reopened": _("Account opened again"),
    "account.suspended": _("Account suspended"),
    "account.resumed": _("Suspension of the account ended"),
    "account.role_granted": _("Role given"),
    "account.role_ended": _("Role ended"),
    "account.undertaking_accepted": _("Undertaking of secrecy accepted"),
    "account.registration_stated": _("Professional registration stated"),
    "account.registration_confirmed": _("Professional registration confirmed"),
    "account.registration_refused": _("Professional registration not confirmed"),
    "account.writing_kept": _("Text of an expired session kept"),
    "account.writing_taken_up": _("Text of an expired session shown to its author"),
    "account.space_refused": _("Space of another role refused"),
    "patient.created": _("Patient identity created"),
    "patient.identity_changed": _("Patient identity changed"),
    "patient.identity_read": _("Patient identity read"),
    "patient.identity_validated": _("Patient identity checked"),
    "patient.joined": _("Two identities of one patient joined"),
    "patient.access_given": _("Access to a patient's file given to a person"),
    "patient.access_ended": _("Access to a patient's file ended"),
    "invitation.issued": _("Invitation sent"),
    "invitation.reissued": _("New code sent for an invitation"),
    "invitation.printed": _("Invitation printed as a letter"),
    "invitation.withdrawn": _("Invitation withdrawn before an answer"),
    "invitation.opened": _("Invitation opened with its code"),
    "invitation.code_refused": _("Wrong code or date of birth for an invitation"),
    "invitation.accepted": _("Invitation accepted"),
    "invitation.refused": _("Invitation refused"),
}
# What the patient's own history says instead of the label (S1-30).
SENTENCES = {
    "patient.created": _("Your identity was recorded here."),
    "patient.identity_changed": _("Your identity or contact details were changed."),
    "patient.identity_read": _("Your identity and contact details were read."),
    "patient.identity_validated": _("Your identity was checked."),
    "patient.joined": _("A request made for you joined your file."),
    "patient.access_given": _("A person was given access to your file."),
    "patient.access_ended": _("A person's access to your file was ended."),
    "invitation.issued": _("An invitation was sent to you."),
    "invitation.reissued": _("A new invitation code was asked for and sent to you"),
    "invitation.accepted": _("An invitation was accepted."),
    "invitation.refused": _("An invitation was refused"),
}


def register() -> None:
    """Give the journal the words of these actions, and names for the ids it holds."""
    ROLE_LABELS.setdefault(ACCOUNT_ROLE, _("holder of the account"))
    for name, label in ACTIONS.items():
        register_action(name, label, SENTENCES.get(name, ""))
    register_resolver("user", _name_users)
    register_resolver("patient", _name_patients)
    register_search(_find_people)


def _name_users(ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {user.id: user.get_full_name() for user in User.objects.filter(id__in=ids)}


def _name_patients(ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {patient.id: patient.full_name for patient in Patient.objects.filter(id__in=ids)}


def _find_people(text: str) -> list[Found]:
    """Accounts and patients by name, and accounts by their exact address, for whoever searches the journal."""
    from accounts.selectors import search_patients

    words = fold_name(text).split()
    if not words:
        return []
    named = Q()
    for word in words:
        named &= Q(search_key__contains=f" {word}")
    users = User.objects.filter(Q(email=fold_email(text)) | named)[:FOUND_AT_MOST]
    found = [Found("actor", user.id, user.get_full_name()) for user in users]
    return found + [Found("patient", p.id, p.full_name) for p in search_patients(text)[:FOUND_AT_MOST]]


def guest(request: HttpRequest) -> Actor:
    """A visitor nobody has recognised."""
    return Actor(kind="guest", id=None, role="guest", network=client_network(request))


def actor_of(request: HttpRequest, user: User | None = None) -> Actor:
    """Who acts in this request: its actor, else the given user as holder of his account, not verified, else a guest."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None and actor.kind == "user":
        return actor
    if user is not None:
        return Actor(kind="user", id=user.pk, role=ACCOUNT_ROLE, network=client_network(request))
    return guest(request)


def pseudonym(address: str) -> UUID:
    """A stable id for an address that has no account, so that the journal does the same work for it."""
    return UUID(bytes=hmac.new(server_keys("pseudonyms")[0], address.encode(), hashlib.sha256).digest()[:16], version=4)


def user_subject(user: User | None, address: str = "") -> dict[str, list[UUID]]:
    """The subject of an event about an account, or about an address that has none."""
    return {"user": [user.pk if user is not None else pseudonym(address)]}


def record_event(
    action: str,
    request: HttpRequest,
    *,
    user: User | None = None,
    subjects: Mapping[str, Iterable[UUID]] | None = None,
    detail: Mapping[str, str | int | bool | list[str]] | None = None,
    outcome: Literal["done", "refused"] = "done",
) -> None:
    """Write an event of this request to the journal.

    Args:
        action: one of `ACTIONS`.
        request: where it happened.
        user: who acts when the request has no session yet.
        subjects: ids by kind; the acting account when none are given.
        detail: ids, codes and field names.
        outcome: whether it was done or refused.
    """
    actor = actor_of(request, user)
    if subjects is None and actor.id is not None:
        subjects = {"user": [actor.id]}
    record(action, actor=actor, subjects=subjects or {}, detail=detail or {}, outcome=outcome)
