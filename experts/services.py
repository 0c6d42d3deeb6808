"""Changes to what is recorded about experts: each authorises, locks, checks, changes and journals at once."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from access import require
from accounts.models import User
from audit import Actor, record
from clock import now
from errors import Conflict, Invalid, Missing
from experts.models import (
    Absence,
    Convention,
    ExpertProfile,
    Insurance,
    InterestDeclaration,
    Pathology,
    Registration,
    StatusChange,
)
from experts.models.profiles import LANGUAGES, UNREGISTERED
from experts.signals import expert_stopped
from ui.dates import paris_day
from ui.forms import today
from vault.keys import create_key

#: Shortest motive of a change of status, in characters.
SHORTEST_MOTIVE = 20
LONGEST_ABSENCE_DAYS = 366


def locked_expert(expert_id: UUID, actor: Actor, action: str) -> ExpertProfile:
    """The expert's row, locked, for an actor who may do this."""
    expert = ExpertProfile.objects.select_for_update(of=("self",)).select_related("user").filter(pk=expert_id).first()
    if expert is None:
        raise Missing(_("There is no such expert."))
    require(actor, action, expert)
    return expert


def journal(action: str, actor: Actor, expert: ExpertProfile, **detail: str | int | bool | list[str]) -> None:
    """One event about an expert's record."""
    record(action, actor=actor, subjects={"expert": [expert.pk], "user": [expert.user_id]}, detail=detail)


def _signer(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None


def create_expert(
    user: User,
    *,
    actor: Actor,
    pathologies: Iterable[Pathology] = (),
    languages: Iterable[str] = ("fr",),
    capacity_per_month: int = 8,
    institution: str = "",
    department: str = "",
    committee_accepted_on: date | None = None,
) -> ExpertProfile:
    """Give a user who holds the role of expert his profile. Nothing about him is checked by this.

    Raises:
        Conflict: he has a profile, or does not hold the role.
        Invalid: a language or the capacity is not possible.
    """
    require(actor, "expert.add", "expert")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if not user.has_role("expert"):
            raise Conflict(_("This person does not hold the role of expert."), _("Give the role first."))
        if ExpertProfile.objects.filter(user=user).exists():
            raise Conflict(_("This person already has an expert profile."))
        expert = ExpertProfile(user=user, committee_accepted_on=committee_accepted_on)
        _set_practice(expert, languages, capacity_per_month, institution, department)
        expert.save(force_insert=True)
        expert.pathologies.set(pathologies)
        journal("expert.created", actor, expert)
        return expert


def change_practice(
    expert_id: UUID,
    *,
    actor: Actor,
    pathologies: Iterable[Pathology],
    languages: Iterable[str],
    capacity_per_month: int,
    institution: str,
    department: str,
) -> ExpertProfile:
    """Record what an expert covers, where he practises, and how many cases a month he takes."""
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.record")
        before = _practice(expert)
        _set_practice(expert, languages, capacity_per_month, institution, department)
        expert.save()
        expert.pathologies.set(pathologies)
        changed = sorted(name for name, value in _practice(expert).items() if value != before[name])
        if changed:
            journal("expert.profile_changed", actor, expert, fields=changed)
        return expert


def _practice(expert: ExpertProfile) -> dict[str, object]:
    return {
        "languages": list(expert.languages),
        "capacity_per_month": expert.capacity_per_month,
        "institution": expert.institution,
        "department": expert.department,
        "pathologies": set(expert.pathologies.values_list("code", flat=True)),
    }


def _set_practice(
    expert: ExpertProfile, languages: Iterable[str], capacity: int, institution: str, department: str
) -> None:
    known = [code for code, _label in LANGUAGES]
    chosen = [code for code in known if code in set(languages)]
    if not chosen or set(languages) - set(known):
        raise Invalid(_("Choose at least one language."), fields={"languages": _("Choose at least one language.")})
    if not 0 <= capacity <= 100:
        message = _("Enter a number between 0 and 100.")
        raise Invalid(message, fields={"capacity_per_month": message})
    expert.languages, expert.capacity_per_month = chosen, capacity
    expert.institution, expert.department = institution.strip(), department.strip()


def set_capacity(expert_id: UUID, capacity: int, *, actor: Actor) -> ExpertProfile:
    """Change how many cases a month an expert takes at most; 0 keeps every case away. Cases under way stay.

    Raises:
        Invalid: the number is not possible.
    """
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.set_capacity")
        if expert.capacity_per_month != capacity:
            _set_practice(expert, expert.languages, capacity, expert.institution, expert.department)
            expert.save(update_fields=["capacity_per_month"])
            journal("expert.profile_changed", actor, expert, fields=["capacity_per_month"])
        return expert


def record_registration(
    expert_id: UUID,
    *,
    actor: Actor,
    checked_at: datetime,
    means: str,
    outcome: str = Registration.Outcome.REGISTERED,
    answer: dict[str, object] | None = None,
) -> Registration:
    """Record one check of the registration (C-AUT-5). A check that finds none suspends him at once.

    Args:
        answer: what the directory said, when it was asked by machine.

    Raises:
        Invalid: the date lies in the future, or a code is unknown.
    """
    if means not in Registration.Means.values or outcome not in Registration.Outcome.values:
        raise Invalid(_("Choose from the list."))
    if checked_at > now():
        message = _("A registration cannot be checked in the future.")
        raise Invalid(message, fields={"checked_on": message})
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.record")
        check = Registration.objects.create(
            expert=expert,
            checked_at=checked_at,
            means=means,
            outcome=outcome,
            checked_by_id=_signer(actor),
            answer=answer,
        )
        journal("expert.registration_recorded", actor, expert, outcome=str(outcome), means=str(means))
        refused = outcome == Registration.Outcome.NOT_REGISTERED
        if refused and expert.registrations.first() == check and _works(expert):
            _change_status(expert, ExpertProfile.Status.SUSPENDED, actor, UNREGISTERED, UNREGISTERED)
        return check


def record_insurance(expert_id: UUID, *, actor: Actor, insurer: str, valid_from: date, valid_until: date) -> Insurance:
    """Record a dated certificate of insurance (C-DEO-17).

    Raises:
        Invalid: it ends before it begins, or names no insurer.
    """
    if not insurer.strip():
        raise Invalid(_("Name the insurer."), fields={"insurer": _("Name the insurer.")})
    if valid_until < valid_from:
        message = _("The insurance must end after it begins.")
        raise Invalid(message, fields={"valid_until": message})
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.record")
        insurance = Insurance.objects.create(
            expert=expert, insurer=insurer.strip(), valid_from=valid_from, valid_until=valid_until
        )
        journal(
            "expert.insurance_recorded",
            actor,
            expert,
            valid_from=valid_from.isoformat(),
            valid_until=valid_until.isoformat(),
        )
        return insurance


def record_convention(
    expert_id: UUID,
    *,
    actor: Actor,
    version: str,
    signed_by_expert_at: datetime | None,
    signed_by_service_at: datetime | None,
    sent_to_order_at: datetime | None = None,
    ends_on: date | None = None,
) -> Convention:
    """Record a convention and when each side signed it on paper (C-DEO-8).

    Raises:
        Invalid: a date lies in the future or does not follow from the others, or no version is named.
    """
    _check_convention(version, signed_by_expert_at, signed_by_service_at, sent_to_order_at, ends_on)
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.record")
        convention = Convention.objects.create(
            expert=expert,
            version=version.strip(),
            signed_by_expert_at=signed_by_expert_at,
            signed_by_service_at=signed_by_service_at,
            sent_to_order_at=sent_to_order_at,
            ends_on=ends_on,
        )
        journal("expert.convention_recorded", actor, expert, concluded=convention.concluded_at is not None)
        return convention


def _check_convention(
    version: str,
    by_expert: datetime | None,
    by_service: datetime | None,
    sent: datetime | None,
    ends_on: date | None,
) -> None:
    fields: dict[str, object] = {}
    if not version.strip():
        fields["version"] = _("Name the version of the text.")
    for name, instant in (
        ("signed_by_expert_on", by_expert),
        ("signed_by_service_on", by_service),
        ("sent_to_order_on", sent),
    ):
        if instant is not None and instant > now():
            fields[name] = _("This date has not come yet.")
    if sent is not None and (by_expert is None or by_service is None or sent < max(by_expert, by_service)):
        fields["sent_to_order_on"] = _("Both sides sign the convention before it goes to the Order.")
    signed = [paris_day(instant) for instant in (by_expert, by_service) if instant is not None]
    if ends_on is not None and signed and ends_on <= max(signed):
        fields["ends_on"] = _("The convention must end after it is signed.")
    if fields:
        raise Invalid(_("Correct the dates of the convention."), fields=fields)  # type: ignore[arg-type]


def record_convention_sent(convention_id: UUID, *, actor: Actor, sent_at: datetime) -> Convention:
    """Record that a concluded convention went to the departmental council of the Order (C-DEO-8).

    Raises:
        Conflict: it is not concluded, or was sent before.
        Invalid: the date lies in the future or before the signatures.
    """
    with transaction.atomic():
        convention = Convention.objects.filter(pk=convention_id).first()
        if convention is None:
            raise Missing(_("There is no such convention."))
        expert = locked_expert(convention.expert_id, actor, "expert.record")
        convention.refresh_from_db()
        if convention.concluded_at is None:
            raise Conflict(_("Both sides sign the convention before it goes to the Order."))
        if convention.sent_to_order_at is not None:
            raise Conflict(_("This convention was already sent to the Order."))
        if sent_at > now() or paris_day(sent_at) < paris_day(convention.concluded_at):
            message = _("Enter a date between the last signature and today.")
            raise Invalid(message, fields={"sent_to_order_on": message})
        convention.sent_to_order_at = max(sent_at, convention.concluded_at)
        convention.save(update_fields=["sent_to_order_at"])
        journal("expert.convention_sent", actor, expert)
        return convention


def record_interests(expert_id: UUID, *, actor: Actor, declared_on: date, expires_on: date) -> InterestDeclaration:
    """Record a declaration of links with industry (C-DEO-18).

    Raises:
        Invalid: it expires before it is made.
    """
    if expires_on < declared_on:
        message = _("A declaration of interests must expire after it is made.")
        raise Invalid(message, fields={"expires_on": message})
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.record")
        declaration = InterestDeclaration.objects.create(expert=expert, declared_on=declared_on, expires_on=expires_on)
        journal("expert.interests_recorded", actor, expert, expires_on=expires_on.isoformat())
        return declaration


def record_committee(expert_id: UUID, *, actor: Actor, accepted_on: date) -> ExpertProfile:
    """Record a decision the scientific committee took on paper; one taken here is recorded by itself.

    Raises:
        Invalid: the day has not come yet.
    """
    if accepted_on > today():
        message = _("This date has not come yet.")
        raise Invalid(message, fields={"accepted_on": message})
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.record")
        expert.committee_accepted_on = accepted_on
        expert.save(update_fields=["committee_accepted_on"])
        journal("expert.committee_recorded", actor, expert, accepted_on=accepted_on.isoformat())
        return expert


def add_absence(expert_id: UUID, *, actor: Actor, start: date, end: date) -> Absence:
    """Plan an absence, its first and last day included. No reason is asked.

    Raises:
        Invalid: the days are in the wrong order, over, too many, or overlap another absence.
    """
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.plan_absence")
        _check_absence(expert, start, end)
        absence = Absence.objects.create(expert=expert, start=start, end=end)
        journal("expert.absence_added", actor, expert, start=start.isoformat(), end=end.isoformat())
        return absence


def _check_absence(expert: ExpertProfile, start: date, end: date) -> None:
    if end < start:
        message = _("The last day of an absence cannot come before the first.")
        raise Invalid(message, fields={"end": message})
    if end < paris_day(now()):
        message = _("This absence is already over.")
        raise Invalid(message, fields={"end": message})
    if (end - start).days >= LONGEST_ABSENCE_DAYS:
        message = _("An absence lasts a year at most. For longer, write to the coordinating team.")
        raise Invalid(message, fields={"end": message})
    if expert.absences.filter(start__lte=end, end__gte=start).exists():
        message = _("These days overlap an absence that is already planned.")
        raise Invalid(message, _("Remove the other one first, or choose other days."), fields={"start": message})


def remove_absence(absence_id: UUID, *, actor: Actor) -> None:
    """Remove a planned absence. Removed twice by the same person, it says nothing.

    Raises:
        Missing: it is not there, or not this expert's.
    """
    with transaction.atomic():
        absence = Absence.objects.filter(pk=absence_id).first()
        if absence is None:
            raise Missing(_("This absence is no longer planned."))
        expert = locked_expert(absence.expert_id, actor, "expert.plan_absence")
        start, end = absence.start.isoformat(), absence.end.isoformat()
        absence.delete()
        journal("expert.absence_removed", actor, expert, start=start, end=end)


def change_status(expert_id: UUID, *, actor: Actor, status: str, motive: str) -> ExpertProfile:
    """Suspend an expert, end his work, declare him absent until further notice, or take him up again.

    When he stops being active (suspended, ended), whatever registered with `experts.signals` is told inside the
    transaction: his open cases change hands with it, or nothing changes at all.

    Args:
        motive: why, in at least `SHORTEST_MOTIVE` characters; sealed.

    Raises:
        Invalid: unknown status, or a motive that is too short.
        Conflict: he has this status already, or his work has ended for good.
    """
    if status not in ExpertProfile.Status.values:
        raise Invalid(_("Choose from the list."), fields={"status": _("Choose from the list.")})
    if len(motive.strip()) < SHORTEST_MOTIVE:
        message = _("Say why, in at least 20 characters.")
        raise Invalid(message, fields={"motive": message})
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.change_status")
        if expert.status == status:
            raise Conflict(_("The expert already has this status."))
        if expert.status == ExpertProfile.Status.ENDED:
            raise Conflict(
                _("The work of this expert has ended."), _("To take it up again, begin with a new convention.")
            )
        _change_status(expert, ExpertProfile.Status(status), actor, motive.strip(), status)
        return expert


def _works(expert: ExpertProfile) -> bool:
    return expert.status in (ExpertProfile.Status.ACTIVE, ExpertProfile.Status.ABSENT)


def _change_status(expert: ExpertProfile, status: ExpertProfile.Status, actor: Actor, motive: str, reason: str) -> None:
    worked = _works(expert)
    earlier = expert.status_changes.select_related("content_key").first()
    key = earlier.content_key if earlier is not None else create_key("user")
    change = StatusChange(
        expert=expert, before=expert.status, after=status, changed_by_id=_signer(actor), content_key=key
    )
    change.motive = motive
    change.save(force_insert=True)
    before, expert.status = expert.status, status
    expert.save(update_fields=["status"])
    journal("expert.status_changed", actor, expert, before=str(before), after=str(status), reason=str(reason))
    if worked and not _works(expert):
        expert_stopped(expert, actor=actor, reason=str(reason))
