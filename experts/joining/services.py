"""What a candidate does to his candidacy: each act authorises, locks, checks, changes and journals at once."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from access import require
from accounts.models import Professional, User
from audit import Actor, record
from clock import now
from errors import Conflict, Invalid, Missing, Text
from experts.joining.notices import tell_candidate, tell_desk, tell_members
from experts.models import Candidacy, ExpertProfile, Pathology
from experts.models.profiles import LANGUAGES
from experts.notices import holders
from ui.dates import paris_day
from vault.keys import create_key, destroy_key

State = Candidacy.State
#: What must be filled in before it is sent.
_NEEDED = ("languages", "institution", "capacity_per_month", *Candidacy.TEXTS)


def locked(candidacy_id: UUID, actor: Actor, action: str) -> Candidacy:
    """The candidacy, its row locked, for an actor who may do this.

    Raises:
        Missing: there is none, for this actor.
        NotAllowed: he has no right to this.
    """
    rows = Candidacy.objects.select_for_update(of=("self",)).select_related("applicant", "content_key")
    candidacy = rows.filter(pk=candidacy_id).first()
    if candidacy is None:
        raise Missing(_("There is no such candidacy."))
    require(actor, action, candidacy)
    return candidacy


def journal(action: str, actor: Actor, candidacy: Candidacy, **detail: str | int | bool | list[str]) -> None:
    """One event about a candidacy and its candidate."""
    subjects = {"candidacy": [candidacy.pk], "user": [candidacy.applicant_id]}
    record(action, actor=actor, subjects=subjects, detail=detail)


def why_not(user: User) -> str:
    """Why this person cannot be a candidate: "registration", "physician", "expert", or "" when he can."""
    professional: Professional | None = getattr(user, "professional", None)
    if ExpertProfile.objects.filter(user_id=user.pk).exists():
        return "expert"
    if professional is None or professional.registration_answer == professional.Answer.REFUSED:
        return "registration"
    return "" if professional.profession == Professional.Profession.PHYSICIAN else "physician"


_WHY_NOT: dict[str, Text] = {
    "expert": _("You are an expert of this service already."),
    "registration": _("State your professional registration first."),
    "physician": _("Only physicians can become experts."),
}


def save_draft(
    user: User,
    *,
    actor: Actor,
    pathologies: Iterable[Pathology],
    languages: Iterable[str],
    institution: str,
    department: str,
    capacity_per_month: int | None,
    **texts: str,
) -> Candidacy:
    """Keep what a candidate has written so far, complete or not; the first time it begins his candidacy.

    Args:
        texts: qualifications, acts, interests and motivation; sealed.

    Raises:
        Conflict: he cannot be a candidate, or his candidacy is sent already.
    """
    require(actor, "candidacy.begin", "candidacy")
    with transaction.atomic():
        # One person, one candidacy: two pages saved at once do not make two.
        user = User.objects.select_for_update().get(pk=user.pk)
        reason = why_not(user)
        if reason:
            raise Conflict(_WHY_NOT[reason])
        living = Candidacy.objects.filter(applicant=user, state__in=[State.DRAFT, State.SENT])
        candidacy = living.select_related("content_key").first()
        if candidacy is not None and candidacy.state == State.SENT:
            raise Conflict(_("Your candidacy is sent: it can no longer be changed."))
        begun = candidacy is None
        if candidacy is None:
            candidacy = Candidacy(applicant=user, content_key=create_key("user"))
        values: dict[str, Any] = {
            "languages": [code for code, _label in LANGUAGES if code in set(languages)],
            "institution": institution,
            "department": department,
            "capacity_per_month": capacity_per_month,
            **{name: texts.get(name) or None for name in Candidacy.TEXTS},
        }
        changed = sorted(name for name, value in values.items() if getattr(candidacy, name) != value)
        for name in changed:
            setattr(candidacy, name, values[name])
        candidacy.save()
        candidacy.pathologies.set(pathologies)
        journal("candidacy.begun" if begun else "candidacy.saved", actor, candidacy, fields=changed)
        return candidacy


def gaps(candidacy: Candidacy) -> dict[str, Text]:
    """What is still to be filled in before it can be sent, by field."""
    found: dict[str, Text] = {}
    if not candidacy.pathologies.exists():
        found["pathologies"] = _("Choose at least one pathology.")
    for name in _NEEDED:
        if getattr(candidacy, name) in (None, "", []):
            found[name] = _("Fill in this field.")
    return found


def send_candidacy(candidacy_id: UUID, *, actor: Actor) -> Candidacy:
    """Put it before the committee, once. Repeated by the candidate it is quiet.

    Raises:
        Invalid: something is still to be filled in; `fields` says what.
        Conflict: it was withdrawn or decided, or he cannot be a candidate any more.
    """
    with transaction.atomic():
        candidacy = locked(candidacy_id, actor, "candidacy.write")
        if candidacy.state == State.SENT:
            return candidacy
        if candidacy.state != State.DRAFT:
            raise Conflict(_("This candidacy is closed."))
        reason = why_not(candidacy.applicant)
        if reason:
            raise Conflict(_WHY_NOT[reason])
        missing = gaps(candidacy)
        if missing:
            raise Invalid(_("Something is still to be filled in."), fields=missing)
        put_to_vote(candidacy)
        journal("candidacy.sent", actor, candidacy)
        tell_candidate("candidacy.sent", candidacy, day=paris_day(candidacy.decide_by or now()))
        return candidacy


def put_to_vote(candidacy: Candidacy) -> None:
    """Open a round of the committee and tell its members; the caller has locked and journals."""
    candidacy.state, candidacy.decided_at = State.SENT, None
    candidacy.sent_at = candidacy.sent_at or now()
    candidacy.decide_by = now() + timedelta(days=settings.COMMITTEE["days"])
    candidacy.save()
    tell_members("candidacy.to_vote", candidacy, holders("committee"))


def withdraw_candidacy(candidacy_id: UUID, *, actor: Actor) -> Candidacy:
    """Take it back before it is decided: what was written about it is destroyed. Repeated it is quiet.

    Raises:
        Conflict: the committee has decided.
    """
    with transaction.atomic():
        candidacy = locked(candidacy_id, actor, "candidacy.write")
        if candidacy.state == State.WITHDRAWN:
            return candidacy
        if candidacy.state not in (State.DRAFT, State.SENT):
            raise Conflict(_("The committee has decided: it can no longer be withdrawn."))
        candidacy.state = State.WITHDRAWN
        candidacy.save(update_fields=["state"])
        destroy_key(candidacy.content_key)
        journal("candidacy.withdrawn", actor, candidacy)
        return candidacy


def answer_refusal(candidacy_id: UUID, answer: str, *, actor: Actor) -> Candidacy:
    """Keep what a refused candidate answers, once; the coordinators read it and may have the committee vote again.

    Raises:
        Conflict: he was not refused, or has answered.
        Invalid: nothing was written.
    """
    if not answer.strip():
        raise Invalid(_("Write your answer."), fields={"answer": _("Write your answer.")})
    with transaction.atomic():
        candidacy = locked(candidacy_id, actor, "candidacy.write")
        if candidacy.state != State.REFUSED or not candidacy.is_told:
            raise Conflict(_("There is no refusal to answer."))
        if candidacy.answered_at is not None:
            raise Conflict(_("You have answered already."))
        candidacy.answer, candidacy.answered_at = answer.strip(), now()
        candidacy.save(update_fields=["answer", "answered_at"])
        journal("candidacy.answered", actor, candidacy)
        tell_desk("candidacy.desk_answered", candidacy)
        return candidacy
