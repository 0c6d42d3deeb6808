"""Reads about people."""

from dataclasses import replace
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet, Value

from accounts.models.patients import Patient, Representation
from accounts.models.professionals import Professional
from accounts.models.roles import STAFF_ROLES, RoleGrant
from accounts.models.security import UserSession
from accounts.models.users import User
from accounts.names import fold_name
from accounts.roles import role_for
from audit import Actor
from clock import now


def living_representations(user: User) -> QuerySet[Representation]:
    """The representations of this user that hold now."""
    instant = now()
    return Representation.objects.filter(user=user, ended_at__isnull=True).filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=instant)
    )


def roles_of(user: User) -> frozenset[str]:
    """Codes of the roles this user holds now; none when the account is not active."""
    if not user.is_active:
        return frozenset()
    granted = RoleGrant.objects.filter(user=user, ended_at__isnull=True).order_by().values_list("role", Value("grant"))
    reached = living_representations(user).order_by().values_list("kind", Value("kind"))
    # One query: every page of every session asks this.
    found = granted.union(reached)
    return frozenset(code if source == "grant" else role_for(code).value for code, source in found)


def patients_of(user: User) -> QuerySet[Patient]:
    """The patients this user reaches now, himself first."""
    return Patient.objects.filter(representations__in=living_representations(user)).order_by(
        "representations__declared_at", "id"
    )


def representation_for(user: User, patient: Patient) -> Representation | None:
    """How this user reaches this patient now; None when he does not."""
    return living_representations(user).filter(patient=patient).first()


def actor_for_patient(actor: Actor, user: User, patient: Patient) -> Actor | None:
    """The actor in the role this user has towards this patient; None when he does not reach him.

    A representative or helper then acts on behalf of the patient, and the journal says so.
    """
    representation = representation_for(user, patient)
    if representation is None:
        return None
    own = representation.kind == Representation.Kind.SELF
    return replace(actor, role=role_for(representation.kind).value, on_behalf_of=None if own else patient.id)


def search_patients(text: str, *, birth_date: date | None = None) -> QuerySet[Patient]:
    """Patients whose names begin with every word typed, however accented; with a birth date, of that day only.

    The order of the national rule for finding an earlier identity: birth date first, then the first letters of the
    name (C-INS-3). Rows joined to another one are left out.

    Args:
        text: words of the name, at least one letter; an empty text with a date finds all of that day.
        birth_date: day of birth.
    """
    words = fold_name(text).split()
    if not words and birth_date is None:
        return Patient.objects.none()
    found = Patient.objects.filter(joined_to__isnull=True)
    if birth_date is not None:
        found = found.filter(birth_date=birth_date)
    for word in words:
        found = found.filter(search_key__contains=f" {word}")
    return found.order_by("search_key", "id")


def similar_patients(patient: Patient) -> QuerySet[Patient]:
    """Other identities that may be the same person: same birth date and same first three letters of the birth name.

    Shown to the coordinator only (C-INS-3).
    """
    start = fold_name(patient.birth_name)[:3]
    if patient.birth_date is None or not start:
        return Patient.objects.none()
    return search_patients(start, birth_date=patient.birth_date).exclude(id=patient.id)


def open_sessions(user: User) -> QuerySet[UserSession]:
    """The sessions of this user that are neither ended nor past a limit, the most recent first."""
    instant = now()
    return UserSession.objects.filter(
        user=user,
        ended_at__isnull=True,
        active_at__gt=instant - timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        proved_at__gt=instant - timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS),
    )


def pending_registrations() -> QuerySet[Professional]:
    """Professionals whose registration waits for a person's look into the directory, the oldest first."""
    return (
        Professional.objects.filter(registration_answer=Professional.Answer.PENDING, user__is_active=True)
        .select_related("user")
        .order_by("created_at", "id")
    )


def staff() -> QuerySet[User]:
    """Everybody who holds a role of the service now, by name; nobody who is only a patient."""
    held = RoleGrant.objects.filter(ended_at__isnull=True, role__in=[role.value for role in STAFF_ROLES])
    return User.objects.filter(pk__in=held.values("user_id")).select_related("professional").order_by("full_name", "id")
