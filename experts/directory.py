"""Checking experts' registration in the national directory by machine, where one is configured (C-AUT-5).

Where none is, a person looks there and records what he found, as before.
"""

from datetime import datetime, timedelta

from accounts.names import fold_name
from accounts.registration import Directory, DirectoryAnswer
from audit import Actor
from clock import now
from experts.models import ExpertProfile, Registration
from experts.services import record_registration

Outcome = Registration.Outcome


def check_registration(expert: ExpertProfile, ask: Directory, *, actor: Actor) -> Registration | None:
    """Ask for one expert and record the answer with its date; outside any transaction: it goes over the network.

    A number the directory does not know, or knows as closed, is «not registered»: he is suspended at once. An open one
    under another name or profession is for a person to look at; so is a second number unknown within a day, since the
    question is then more likely at fault than the doctors, and all of them would be suspended in one night.

    Returns:
        The check; None when he has stated no number.

    Raises:
        DirectoryUnavailable: no answer.
    """
    professional = getattr(expert.user, "professional", None)
    if professional is None:
        return None
    asked_at, found = now(), ask(professional.rpps)
    answer: dict[str, object] = {"known": found is not None}
    outcome = Outcome.NOT_REGISTERED
    if found is None and _another_unknown(expert, asked_at):
        outcome = Outcome.UNCLEAR
    elif found is not None:
        same = {"profession": found.profession == professional.profession, "name": _is_of(found, expert)}
        answer |= {"active": found.active, **same}
        if found.active:
            outcome = Outcome.REGISTERED if all(same.values()) else Outcome.UNCLEAR
    return record_registration(
        expert.pk,
        actor=actor,
        checked_at=asked_at,
        means=Registration.Means.DIRECTORY,
        outcome=outcome,
        answer=answer,
    )


def _another_unknown(expert: ExpertProfile, asked_at: datetime) -> bool:
    """Whether the directory did not know the number of another expert either within a day."""
    checks = Registration.objects.filter(means=Registration.Means.DIRECTORY, answer__known=False)
    return checks.filter(checked_at__gt=asked_at - timedelta(days=1)).exclude(expert=expert).exists()


def _is_of(found: DirectoryAnswer, expert: ExpertProfile) -> bool:
    """Whether every word of the family name in the directory stands in his name here."""
    words = set(fold_name(found.family_name).split())
    return bool(words) and words <= set(fold_name(expert.user.full_name).split())
