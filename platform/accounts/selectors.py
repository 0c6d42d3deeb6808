"""Reads about people."""

from django.db.models import Q, QuerySet

from accounts.models.patients import Patient, Representation
from accounts.models.roles import Role, RoleGrant
from accounts.models.users import User
from clock import now

_ROLE_OF_KIND = {
    Representation.Kind.SELF: Role.PATIENT,
    Representation.Kind.PARENT: Role.REPRESENTATIVE,
    Representation.Kind.GUARDIAN: Role.REPRESENTATIVE,
    Representation.Kind.HELPER: Role.HELPER,
}


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
    roles = set(RoleGrant.objects.filter(user=user, ended_at__isnull=True).values_list("role", flat=True))
    kinds = living_representations(user).values_list("kind", flat=True)
    roles.update(_ROLE_OF_KIND[Representation.Kind(kind)].value for kind in kinds)
    return frozenset(roles)


def patients_of(user: User) -> QuerySet[Patient]:
    """The patients this user reaches now, himself first."""
    return Patient.objects.filter(representations__in=living_representations(user)).order_by(
        "representations__declared_at", "id"
    )
