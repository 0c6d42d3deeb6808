"""Patients' identities, and who reaches which patient."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models.patients import Patient, Representation
from accounts.models.users import User
from audit import Actor, record
from clock import now
from errors import Conflict, Invalid
from ui.dates import paris_day
from vault.keys import create_key

# What may be set from outside: identity, contact, and the sealed profile.
_PLAIN = (
    "birth_name",
    "birth_first_names",
    "birth_date",
    "sex",
    "birth_place_code",
    "used_name",
    "used_first_name",
    "phone",
    "email",
    "language",
)
# A change of one of these undoes an earlier check against an identity document.
_TRAITS = ("birth_name", "birth_first_names", "birth_date", "sex", "birth_place_code")


def _fill(patient: Patient, values: dict[str, Any]) -> list[str]:
    unknown = set(values) - set(_PLAIN) - set(Patient.PROFILE_FIELDS)
    if unknown:
        raise ValueError(f"a patient has no {', '.join(sorted(unknown))}")
    changed = []
    profile = dict(patient.profile or {})
    for name, value in values.items():
        if name in _PLAIN:
            if getattr(patient, name) != value:
                setattr(patient, name, value)
                changed.append(name)
        elif profile.get(name, "") != value:
            profile[name] = value
            changed.append(name)
    patient.profile = profile
    if patient.birth_date is not None and patient.birth_date > paris_day(now()):
        message = _("The date of birth is in the future.")
        raise Invalid(message, fields={"birth_date": message})
    try:
        patient.clean_fields(exclude=["content_key", "profile", "matricule", "joined_to", "search_key"])
    except ValidationError as error:
        fields = {name: errors[0].messages[0] for name, errors in error.error_dict.items()}
        raise Invalid(_("Some of the identity cannot be accepted."), fields=fields) from error
    return changed


def create_patient(*, actor: Actor, **values: Any) -> Patient:
    """A new identity with its content key. Nobody reaches it yet: see `represent`.

    Args:
        actor: who makes it.
        values: traits, contact and profile by field name; at least the birth name.

    Raises:
        Invalid: a value cannot be accepted; `fields` says which.
    """
    with transaction.atomic():
        patient = Patient(content_key=create_key("patient"), created_by_id=actor.id if actor.kind == "user" else None)
        _fill(patient, values)
        patient.save()
        record("patient.created", actor=actor, subjects={"patient": [patient.id]})
    return patient


def save_identity(patient: Patient, *, actor: Actor, **values: Any) -> list[str]:
    """Change traits, contact or profile; a changed trait takes the identity back to "as stated" (C-AUT-4).

    Returns:
        Names of the fields that changed.

    Raises:
        Invalid: a value cannot be accepted.
    """
    with transaction.atomic():
        locked = Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
        changed = _fill(locked, values)
        if changed:
            if set(changed) & set(_TRAITS):
                locked.identity_status = Patient.IdentityStatus.PROVISIONAL
                locked.identity_checked_at = None
                locked.identity_checked_by = None
                locked.identity_means = ""
            locked.save()
            record(
                "patient.identity_changed", actor=actor, subjects={"patient": [locked.id]}, detail={"fields": changed}
            )
    patient.refresh_from_db()
    return changed


def validate_identity(patient: Patient, *, means: str, actor: Actor) -> None:
    """Record that the identity was checked against a document, and which kind of one.

    Args:
        patient: whose.
        means: a short code: "id_card", "passport", "residence_permit", "video", "seen_by_professional" …
        actor: who looked.

    Raises:
        Invalid: a strict trait is missing, or no means is given.
    """
    with transaction.atomic():
        locked = Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
        if not locked.identity_complete:
            message = _("The identity is not complete yet.")
            raise Invalid(message, fields=dict.fromkeys(locked.missing_traits, message))
        if not means:
            message = _("Say by which document the identity was checked.")
            raise Invalid(message, fields={"means": message})
        locked.identity_status = Patient.IdentityStatus.VALIDATED
        locked.identity_checked_at = now()
        locked.identity_checked_by_id = actor.id if actor.kind == "user" else None
        locked.identity_means = means
        locked.save()
        record("patient.identity_validated", actor=actor, subjects={"patient": [locked.id]}, detail={"means": means})
    patient.refresh_from_db()


def represent(
    user: User,
    patient: Patient,
    kind: str,
    *,
    actor: Actor,
    scope: Iterable[str] = (),
    expires_at: datetime | None = None,
) -> Representation:
    """Let a user reach a patient. The same again is quiet.

    Args:
        user: who; always logged in as himself (C-MIN-6).
        patient: whom.
        kind: "self", "parent", "guardian" or "helper".
        actor: who gives the access.
        scope: for a helper, out of `Representation.SCOPES`; nothing else is open to him.
        expires_at: for a helper, when it ends by itself.

    Raises:
        Invalid: no such kind or scope, a helper without scope, or somebody too young to be a parent.
        Conflict: the patient already has an account of his own, or the user already reaches him otherwise.
    """
    wanted = sorted(set(scope))
    if kind not in Representation.Kind.values or set(wanted) - set(Representation.SCOPES):
        raise Invalid(_("This kind of access does not exist."))
    if kind == Representation.Kind.HELPER and not wanted:
        message = _("Choose at least one thing this person may do.")
        raise Invalid(message, fields={"scope": message})
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        existing = Representation.objects.filter(user=user, patient=patient, ended_at__isnull=True).first()
        if existing is not None and existing.expires_at is not None and existing.expires_at <= now():
            existing.ended_at = existing.expires_at
            existing.save(update_fields=["ended_at"])
            existing = None
        if existing is not None:
            if existing.kind == kind and existing.scope == wanted:
                return existing
            raise Conflict(_("This person already has access to this patient."))
        try:
            with transaction.atomic():
                row = Representation.objects.create(
                    user=user,
                    patient=patient,
                    kind=kind,
                    scope=wanted if kind == Representation.Kind.HELPER else [],
                    expires_at=expires_at,
                )
        except IntegrityError as error:
            raise Conflict(_("This patient already has an account.")) from error
        record(
            "patient.access_given",
            actor=actor,
            subjects={"patient": [patient.id], "user": [user.pk]},
            detail={"kind": kind, "scope": wanted},
        )
    user.forget_roles()
    return row


def end_representation(representation: Representation, *, actor: Actor) -> None:
    """End an access; again is quiet."""
    with transaction.atomic():
        changed = Representation.objects.filter(id=representation.id, ended_at__isnull=True).update(ended_at=now())
        if changed:
            record(
                "patient.access_ended",
                actor=actor,
                subjects={"patient": [representation.patient_id], "user": [representation.user_id]},
                detail={"kind": representation.kind},
            )
    representation.refresh_from_db()


def join_patient(patient: Patient, to: Patient, *, actor: Actor) -> None:
    """Join an identity made by a professional to the patient's own one, because the patient accepts it.

    Args:
        patient: the identity made for one request.
        to: the patient's own one.
        actor: the patient or his representative.

    Raises:
        Conflict: it is joined elsewhere already, or both are the same.
    """
    with transaction.atomic():
        locked = Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
        if locked.joined_to_id == to.pk:
            return
        if locked.joined_to_id is not None or to.joined_to_id is not None or locked.pk == to.pk:
            raise Conflict(_("These two identities cannot be joined."))
        locked.joined_to = to
        locked.save(update_fields=["joined_to"])
        record(
            "patient.joined",
            actor=actor,
            subjects={"patient": [locked.id, to.id]},
        )
    patient.refresh_from_db()


def is_minor(birth_date: date, on: date) -> bool:
    """Whether somebody born on that day is under eighteen on a day (29 February counts as 1 March)."""
    years = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    return years < 18
