"""Making, changing, closing and opening accounts."""

from collections.abc import Callable, Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import mails, sessions, terms
from accounts.events import ACCOUNT_ROLE
from accounts.models.roles import Role
from accounts.models.security import KeptPost, UserSession
from accounts.models.users import User, fold_email
from accounts.services.roles import grant_role, open_own_space
from audit import Actor, SystemActor, record
from clock import now
from errors import Conflict, NotAllowed
from vault.keys import destroy_key

ClosingStep = Callable[[User], None]
_closing_steps: list[ClosingStep] = []


def register_closing_step(step: ClosingStep) -> None:
    """Let an upper package act, or object with a `Conflict`, when somebody closes his account.

    Args:
        step: called with the user in the closing transaction.
    """
    if step not in _closing_steps:
        _closing_steps.append(step)


def own_actor(user: User, *, verified: bool = True) -> Actor:
    """The person acting on his own account."""
    return Actor(kind="user", id=user.pk, role=ACCOUNT_ROLE, verified=verified)


def create_user(
    email: str,
    *,
    actor: Actor,
    password: str | None = None,
    password_hash: str = "",
    full_name: str = "",
    title: str = "",
    language: str = "fr",
    terms_version: str = "",
) -> User:
    """A user with his second step, no role yet.

    Args:
        email: his address, in any case; confirmed by whoever calls this.
        actor: who makes the account.
        password: in clear, or none: he then sets one himself by a mailed code.
        password_hash: made earlier by `make_password`, instead of a password.
        full_name: as shown to others.
        title: e.g. "Dr".
        language: "fr" or "en".
        terms_version: the terms he has accepted, if any.

    Raises:
        Conflict: the address already has an account.
    """
    user = User(email=email, full_name=full_name, title=title, language=language, email_confirmed_at=now())
    if terms_version:
        user.terms_version, user.terms_accepted_at = terms_version, now()
    if password_hash:
        user.password = password_hash
    else:
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            record("account.created", actor=actor, subjects={"user": [user.pk]}, detail={"language": user.language})
    except IntegrityError as error:
        raise Conflict(_("This address already has an account."), _("Log in, or ask for a new password.")) from error
    return user


def confirm_sign_up(
    email: str, *, password_hash: str, full_name: str, language: str, role: str = Role.PATIENT, terms_version: str = ""
) -> User:
    """Make the account of somebody whose address has just been confirmed by a code.

    Args:
        email: the confirmed address.
        password_hash: made when he signed up; the password itself was never kept.
        full_name: his name.
        language: "fr" or "en".
        role: the space he opens: "patient" or "requester".
        terms_version: the terms he accepted.

    Raises:
        Conflict: the address got an account meanwhile.
    """
    with transaction.atomic():
        user = create_user(
            email,
            actor=SystemActor("sign_up"),
            password_hash=password_hash,
            full_name=full_name,
            language=language,
            terms_version=terms_version or terms.VERSION,
        )
        open_own_space(user, role, actor=own_actor(user))
    return user


def create_staff(
    email: str,
    roles: Iterable[str],
    *,
    full_name: str,
    title: str = "",
    language: str = "fr",
    password: str | None = None,
    tell: bool = True,
    actor: Actor | None = None,
) -> User:
    """An account for somebody who works here. Without a password he sets one himself, by a code sent to his address.

    Args:
        email: his address.
        roles: codes of the roles he gets.
        full_name: his name.
        title: e.g. "Dr".
        language: "fr" or "en".
        password: for made-up people of the demonstration only.
        tell: mail him how to set his password.
        actor: the administrator; the service itself unless given.

    Raises:
        Conflict: the address already has an account.
        Invalid: no such role.
    """
    actor = actor or SystemActor("set_up")
    with transaction.atomic():
        user = create_user(email, actor=actor, password=password, full_name=full_name, title=title, language=language)
        for role in roles:
            grant_role(user, role, actor=actor)
        if tell:
            mails.welcome_staff(user)
    return user


def set_password(user: User, password: str, *, actor: Actor, keep: UserSession | None = None) -> None:
    """Set a new password and end all other sessions (ASVS 7.4.3); the owner is told by mail.

    Args:
        user: whose.
        password: already judged by `passwords.check_strength`.
        actor: who sets it.
        keep: the session it was done in.
    """
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        record("account.password_set", actor=actor, subjects={"user": [user.pk]})
        sessions.end_all(user, UserSession.End.PASSWORD, actor=actor, keep=keep.id if keep else None)
        mails.tell_password_set(user)


def reset_password(user: User, password: str) -> None:
    """Set a new password by a mailed code; an account its owner had closed opens again. It logs nobody in.

    Args:
        user: who proved with a code that he reads his address.
        password: already judged.

    Raises:
        NotAllowed: the account was suspended by the service.
    """
    actor = own_actor(user, verified=False)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if not locked.is_active and locked.closed_at is None:
            raise NotAllowed(_("This account is suspended."), _("Please call the service."))
        if locked.closed_at is not None:
            locked.is_active, locked.closed_at = True, None
            locked.save(update_fields=["is_active", "closed_at"])
            record("account.reopened", actor=actor, subjects={"user": [user.pk]})
        set_password(locked, password, actor=actor)


def change_email(user: User, email: str, *, actor: Actor) -> str:
    """Change the address after a code sent to the new one was right; both addresses are told (ASVS 6.3.7).

    Args:
        user: whose.
        email: the new address.
        actor: the same person.

    Returns:
        The old address.

    Raises:
        Conflict: the new address has an account.
    """
    old = user.email
    try:
        with transaction.atomic():
            user.email = fold_email(email)
            user.email_confirmed_at = now()
            user.save(update_fields=["email", "email_confirmed_at"])
            record("account.email_changed", actor=actor, subjects={"user": [user.pk]})
            mails.tell_email_changed(user, old)
    except IntegrityError as error:
        user.email = old
        raise Conflict(_("This address already has an account."), _("Choose another address.")) from error
    return old


def change_profile(user: User, *, full_name: str, title: str, language: str, actor: Actor) -> list[str]:
    """Change name, title or language.

    Returns:
        Names of the fields that changed; nothing is recorded when none did.
    """
    wanted = {"full_name": full_name, "title": title, "language": language}
    changed = [name for name, value in wanted.items() if getattr(user, name) != value]
    if changed:
        with transaction.atomic():
            for name in changed:
                setattr(user, name, wanted[name])
            user.save(update_fields=changed)
            record("account.profile_changed", actor=actor, subjects={"user": [user.pk]}, detail={"fields": changed})
    return changed


def close_account(user: User, *, actor: Actor) -> None:
    """Close one's own account: no more login, files archived and not erased; it can be opened again (S1-20).

    Args:
        user: whose.
        actor: the same person.

    Raises:
        NotAllowed: somebody else's account.
        Conflict: an upper package objects, e.g. an expert with a case in review.
    """
    if actor.id != user.pk:
        raise NotAllowed(_("Only the owner closes an account."))
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        for step in _closing_steps:
            step(locked)
        locked.is_active, locked.closed_at = False, now()
        key = locked.content_key
        KeptPost.objects.filter(user=locked).delete()
        locked.content_key = None
        locked.save(update_fields=["is_active", "closed_at", "content_key"])
        if key is not None:
            destroy_key(key)
        record("account.closed", actor=actor, subjects={"user": [user.pk]})
        sessions.end_all(locked, UserSession.End.CLOSED, actor=actor)
        mails.tell_closed(locked)
    user.refresh_from_db()


def suspend_account(user: User, *, actor: Actor) -> None:
    """Suspend an account: all its sessions end at once (ASVS 7.4.2); again is quiet.

    Args:
        user: whose.
        actor: the administrator or the service.

    Raises:
        NotAllowed: the actor is neither, or means himself.
    """
    _check_administrator(user, actor)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.is_active:
            locked.is_active = False
            locked.save(update_fields=["is_active"])
            record("account.suspended", actor=actor, subjects={"user": [user.pk]})
        sessions.end_all(locked, UserSession.End.CLOSED, actor=actor)
    user.refresh_from_db()


def resume_account(user: User, *, actor: Actor) -> None:
    """End the suspension of an account; quiet when it is not suspended.

    Raises:
        NotAllowed: not the administrator or the service, or an account its owner has closed.
    """
    _check_administrator(user, actor)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.closed_at is not None:
            raise NotAllowed(_("Its owner closed this account: only he opens it again, by a new password."))
        if not locked.is_active:
            locked.is_active = True
            locked.save(update_fields=["is_active"])
            record("account.resumed", actor=actor, subjects={"user": [user.pk]})
    user.refresh_from_db()


def end_sessions_of(user: User, *, actor: Actor) -> int:
    """End all sessions of a user for him (ASVS 7.4.5).

    Returns:
        How many ended.
    """
    _check_administrator(user, actor)
    return sessions.end_all(user, UserSession.End.REVOKED, actor=actor)


def _check_administrator(user: User, actor: Actor) -> None:
    if actor.kind != "system" and actor.role != Role.ADMINISTRATOR:
        raise NotAllowed(_("Only the administrator does this."))
    if actor.id == user.pk:
        raise NotAllowed(_("Nobody does this to himself: ask another administrator."))
