"""The professional side of a person: stated by him, checked in the directory or by a person, with date and answer."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import mails
from accounts.models.professionals import Professional
from accounts.models.roles import Role
from accounts.models.users import User
from accounts.names import fold_name
from accounts.registration import DirectoryUnavailable, directory
from audit import Actor, SystemActor, record
from clock import now
from errors import Conflict, Invalid, NotAllowed

_STATED = ("profession", "rpps", "specialty", "organisation", "address", "phone", "convention")
# A change of one of these must be checked anew.
_CHECKED = ("profession", "rpps")
Answer, Means = Professional.Answer, Professional.Means


def save_professional(user: User, *, actor: Actor, **values: str) -> Professional:
    """Write down what a professional states; a changed number or profession must be checked anew.

    Args:
        user: whose.
        actor: himself, or who enters it for him.
        values: by field name (`profession`, `rpps`, `specialty`, `organisation`, `address`, `phone`, `convention`).

    Raises:
        Invalid: a value cannot be accepted; `fields` says which.
    """
    if set(values) - set(_STATED):
        raise ValueError("unknown field of a professional")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        row = Professional.objects.filter(user=user).first() or Professional(user=user)
        adding = row._state.adding
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[name])
        if adding or set(changed) & set(_CHECKED):
            row.registration_answer, row.registration_means = Answer.PENDING, Means.NONE
            row.registration_checked_at = row.registration_checked_by = row.identity_checked_at = None
            row.registration_note = row.identity_means = ""
        try:
            row.full_clean(exclude=["user", "registration_checked_by"])
        except ValidationError as error:
            fields = {name: errors[0].messages[0] for name, errors in error.error_dict.items()}
            if "rpps" in error.error_dict and any(e.code == "unique" for e in error.error_dict["rpps"]):
                # Who holds the other account is nobody's business: a person sorts it out.
                fields["rpps"] = str(_("This number cannot be used here. Please call the service."))
            raise Invalid(_("Please check what is marked."), fields=fields) from error
        row.save()
        if changed or adding:
            record("account.registration_stated", actor=actor, subjects={"user": [user.pk]}, detail={"fields": changed})
    user._state.fields_cache["professional"] = row
    return row


def state_registration(user: User, *, actor: Actor, **values: Any) -> Professional:
    """`save_professional`, then ask the directory if one is configured."""
    row = save_professional(user, actor=actor, **values)
    if row.registration_answer == Answer.PENDING:
        check_in_directory(row)
    return row


def check_in_directory(professional: Professional) -> str:
    """Ask the configured directory; call it outside any transaction (it may go over the network).

    A clear yes is recorded as confirmed: number known, practising, same profession and family name. A clear no is
    left for a person to look at: a spelling may differ, and nobody is refused by a machine.

    Returns:
        The answer now on file: "pending" or "confirmed".
    """
    ask = directory()
    if ask is None or professional.registration_answer != Answer.PENDING:
        return professional.registration_answer
    try:
        answer = ask(professional.rpps)
    except DirectoryUnavailable:
        return professional.registration_answer
    words = fold_name(professional.user.full_name).split()
    same = (
        answer is not None
        and answer.active
        and answer.profession == professional.profession
        and set(fold_name(answer.family_name).split()) <= set(words)
        and bool(fold_name(answer.family_name))
    )
    if same:
        answer_registration(
            professional,
            confirmed=True,
            means=Means.DIRECTORY,
            identity_means="directory",
            actor=SystemActor("directory"),
        )
    return professional.registration_answer


def answer_registration(
    professional: Professional,
    *,
    confirmed: bool,
    actor: Actor,
    means: str = Means.HUMAN,
    identity_means: str = "",
    note: str = "",
) -> None:
    """Record the answer about a registration and the identity of its holder, with its date, means and author.

    Args:
        professional: whose.
        confirmed: whether the directory has this number for this person, practising.
        actor: a coordinator, an administrator or the service; never the person himself.
        means: a value of `Professional.Means`.
        identity_means: how it was made sure that he is that person: "call_back", "id_document", "directory" …
        note: what the person is told when it is not confirmed.

    Raises:
        NotAllowed: somebody without the right, or the person himself.
        Invalid: confirmed without saying how the identity was checked.
        Conflict: already answered otherwise.
    """
    allowed = actor.kind == "system" or actor.role in {Role.COORDINATOR, Role.ADMINISTRATOR}
    if not allowed or actor.id == professional.user_id:
        raise NotAllowed(_("You cannot confirm this registration."))
    if confirmed and not identity_means:
        message = _("Say how the identity was checked.")
        raise Invalid(message, fields={"identity_means": message})
    wanted = Answer.CONFIRMED if confirmed else Answer.REFUSED
    with transaction.atomic():
        row = Professional.objects.select_for_update(of=("self",)).get(pk=professional.pk)
        if row.registration_answer == wanted:
            return
        if row.registration_answer != Answer.PENDING:
            raise Conflict(_("This registration has already been answered."), _("Reload the page."))
        row.registration_answer, row.registration_means = wanted, Means(means)
        row.registration_checked_at = now()
        row.registration_checked_by_id = actor.id if actor.kind == "user" else None
        row.registration_note = note
        if confirmed:
            row.identity_checked_at, row.identity_means = now(), identity_means
        row.save()
        action = "account.registration_confirmed" if confirmed else "account.registration_refused"
        record(action, actor=actor, subjects={"user": [row.user_id]}, detail={"means": str(means)})
        mails.tell_registration(row)
    professional.refresh_from_db()
