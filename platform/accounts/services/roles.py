"""Giving and ending roles."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models.roles import DERIVED_ROLES, Role, RoleGrant
from accounts.models.users import User
from audit import Actor, record
from clock import now
from errors import Invalid, NotAllowed

EDITORS = "Moderators"
Effect = Callable[[User], None]


@dataclass(frozen=True)
class RoleEffect:
    """What else happens when a role is given or ends, e.g. the group of editors in the public site.

    Args:
        granted: called in the transaction of the grant.
        ended: called in the transaction of its end.
    """

    granted: Effect
    ended: Effect


_effects: dict[str, list[RoleEffect]] = {}


def register_role_effect(role: str, granted: Effect, ended: Effect) -> None:
    """Let an upper package act when a role is given or ends; called in `AppConfig.ready()`.

    Args:
        role: code of the role.
        granted: what to do when it is given.
        ended: what to undo when it ends.
    """
    effect = RoleEffect(granted, ended)
    if effect not in _effects.setdefault(role, []):
        _effects[role].append(effect)


def _check_giver(user: User, actor: Actor) -> None:
    """Only the administrator, the service itself, or a person for his own patient or requester space."""
    if actor.kind == "system" or actor.role == Role.ADMINISTRATOR:
        if actor.id == user.pk:
            raise NotAllowed(_("Nobody gives or takes roles for himself: ask another administrator."))
        return
    raise NotAllowed(_("Only the administrator gives or ends roles."))


def grant_role(user: User, role: str, *, actor: Actor) -> RoleGrant:
    """Give a role; giving it again is quiet.

    Args:
        user: who receives it.
        role: a code of `Role` that can be granted.
        actor: the administrator, or the service (`SystemActor`).

    Raises:
        Invalid: no such role, or one that follows from reaching a patient.
        NotAllowed: the actor may not give roles, or gives one to himself.
    """
    if role not in Role.values or role in DERIVED_ROLES:
        raise Invalid(_("This role cannot be given."))
    _check_giver(user, actor)
    return _grant(user, Role(role), actor)


def open_own_space(user: User, role: str, *, actor: Actor) -> RoleGrant:
    """Give oneself the space anybody may have: of a patient, or of a requesting professional (who is then checked).

    Raises:
        NotAllowed: any other role, or for somebody else.
    """
    if role not in {Role.PATIENT, Role.REQUESTER} or (actor.kind == "user" and actor.id != user.pk):
        raise NotAllowed(_("Only the administrator gives or ends roles."))
    return _grant(user, Role(role), actor)


def _grant(user: User, role: Role, actor: Actor) -> RoleGrant:
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        grant = RoleGrant.objects.filter(user=locked, role=role, ended_at__isnull=True).first()
        if grant is None:
            giver = actor.id if actor.kind == "user" else None
            grant = RoleGrant.objects.create(user=locked, role=role, granted_by_id=giver)
            record("account.role_granted", actor=actor, subjects={"user": [user.pk]}, detail={"role": role.value})
            for effect in _effects.get(role, []):
                effect.granted(locked)
    user.forget_roles()
    return grant


def end_role(user: User, role: str, *, actor: Actor) -> None:
    """End a role; ending one that is not held is quiet.

    Args:
        user: who loses it.
        role: its code.
        actor: the administrator, or the service.

    Raises:
        NotAllowed: the actor may not end roles, or ends one of his own.
    """
    _check_giver(user, actor)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        changed = RoleGrant.objects.filter(user=locked, role=role, ended_at__isnull=True).update(
            ended_at=now(), ended_by_id=actor.id if actor.kind == "user" else None
        )
        if changed:
            record("account.role_ended", actor=actor, subjects={"user": [user.pk]}, detail={"role": str(role)})
            for effect in _effects.get(role, []):
                effect.ended(locked)
    user.forget_roles()


def _open_administration(user: User) -> None:
    user.is_staff = user.is_superuser = True
    user.save(update_fields=["is_staff", "is_superuser"])


def _close_administration(user: User) -> None:
    user.is_staff = user.is_superuser = False
    user.save(update_fields=["is_staff", "is_superuser"])


def _open_public_site(user: User) -> None:
    # Wagtail's own group of those who write and publish pages; made by its migrations.
    group = Group.objects.filter(name=EDITORS).first()
    if group is not None:
        user.groups.add(group)


def _close_public_site(user: User) -> None:
    user.groups.remove(*Group.objects.filter(name=EDITORS))


def register_own_effects() -> None:
    """Editors write the public pages; the administrator opens Django's administration. No health data there."""
    register_role_effect(Role.EDITOR, _open_public_site, _close_public_site)
    register_role_effect(Role.ADMINISTRATOR, _open_administration, _close_administration)
