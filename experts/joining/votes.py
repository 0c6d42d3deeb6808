"""The committee: who practises in what, conflicts, votes, and the decision, which nobody takes alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from access import require
from accounts.models import User
from accounts.services.roles import grant_role
from audit import Actor, SystemActor, record
from clock import now
from errors import Conflict, Invalid, Text
from experts.joining.notices import tell_candidate, tell_desk
from experts.joining.services import journal, locked, put_to_vote
from experts.models import Ballot, Candidacy, ExpertProfile, MemberPractice, Pathology
from experts.services import create_expert
from ui.dates import paris_day

State, Choice = Candidacy.State, Ballot.Choice
VOTES = (Choice.FOR, Choice.AGAINST, Choice.ABSTAIN)


@dataclass(frozen=True)
class Tally:
    """The votes of one round.

    Args:
        practising: votes of members who practise in a pathology of the candidacy; these make the quorum.
    """

    in_favour: int
    against: int
    abstained: int
    practising: int

    @property
    def cast(self) -> int:
        """Votes of all kinds."""
        return self.in_favour + self.against + self.abstained

    @property
    def quorum(self) -> int:
        """Votes of practising members that are needed."""
        return max(2, settings.COMMITTEE["quorum"])

    @property
    def is_quorate(self) -> bool:
        """Whether enough of them have voted."""
        return self.practising >= self.quorum

    @property
    def outcome(self) -> str:
        """The state that a majority of the votes for or against gives, abstentions apart; "" without a majority."""
        expressed = self.in_favour + self.against
        needed = expressed * settings.COMMITTEE["majority"]
        if self.in_favour * 100 > needed:
            return State.ACCEPTED.value
        return State.REFUSED.value if self.against * 100 > needed else ""


def tally_of(candidacy: Candidacy) -> Tally:
    """The votes of the present round."""
    found = candidacy.ballots.filter(round=candidacy.round).values_list("choice", "practises")
    choices = [choice for choice, _practises in found]
    return Tally(
        choices.count(Choice.FOR),
        choices.count(Choice.AGAINST),
        choices.count(Choice.ABSTAIN),
        sum(practises for choice, practises in found if choice in VOTES),
    )


def declare_practice(user: User, pathologies: Iterable[Pathology], *, actor: Actor) -> MemberPractice:
    """Record in which pathologies a member of the committee practises; votes already cast stay as they counted."""
    require(actor, "committee.declare_practice", "candidacy")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        practice, _created = MemberPractice.objects.get_or_create(member_id=user.pk)
        practice.declared_at = now()
        practice.save()
        practice.pathologies.set(pathologies)
        record("committee.practice_declared", actor=actor, subjects={"user": [user.pk]})
        return practice


def practises_in(member_id: UUID, candidacy: Candidacy) -> bool:
    """Whether a member practises in a pathology of the candidacy."""
    own = candidacy.pathologies.values("pk")
    return MemberPractice.objects.filter(member_id=member_id, pathologies__in=own).exists()


def declare_conflict(candidacy_id: UUID, *, actor: Actor) -> Candidacy:
    """Step aside from a candidacy for good: whoever does neither reads on nor votes; a vote already cast is erased.

    Raises:
        Conflict: it is decided.
    """
    with transaction.atomic():
        candidacy = locked(candidacy_id, actor, "candidacy.vote")
        _check_open(candidacy)
        Ballot.objects.update_or_create(
            candidacy=candidacy,
            round=candidacy.round,
            member_id=actor.person,
            defaults={
                "choice": Choice.CONFLICT,
                "reason": None,
                "practises": False,
                "cast_at": now(),
                "content_key": candidacy.content_key,
            },
        )
        journal("candidacy.conflict_declared", actor, candidacy)
        return candidacy


def _check_open(candidacy: Candidacy) -> None:
    if candidacy.state != State.SENT:
        raise Conflict(_("The vote on this candidacy is closed."))


def vote(candidacy_id: UUID, *, choice: str, reason: str, actor: Actor) -> Candidacy:
    """Vote, or change one's vote while it is open. At the quorum a majority decides.

    Raises:
        Invalid: no such choice, or no reason.
        Conflict: the vote is closed.
        NotAllowed: he has declared a conflict.
    """
    fields: dict[str, Text] = {}
    if choice not in VOTES:
        fields["choice"] = _("Choose from the list.")
    if not reason.strip():
        fields["reason"] = _("Say why, in a few words.")
    if fields:
        raise Invalid(_("Please check what is marked."), fields=fields)
    with transaction.atomic():
        candidacy = locked(candidacy_id, actor, "candidacy.vote")
        _check_open(candidacy)
        ballot = candidacy.ballots.filter(round=candidacy.round, member_id=actor.person).first()
        changed = ballot is not None
        ballot = ballot or Ballot(candidacy=candidacy, round=candidacy.round, member_id=actor.person)
        ballot.content_key, ballot.choice, ballot.reason = candidacy.content_key, choice, reason.strip()
        ballot.practises, ballot.cast_at = practises_in(actor.person, candidacy), now()
        ballot.save()
        journal("candidacy.voted", actor, candidacy, changed=changed)
        tally = tally_of(candidacy)
        if tally.is_quorate and tally.outcome:
            _decide(candidacy, tally.outcome, tally, actor, by="quorum")
        return candidacy


def may_close(candidacy: Candidacy, tally: Tally) -> bool:
    """Whether a coordinator may close the vote: at the quorum, or once its days are over with votes of several."""
    if candidacy.state != State.SENT or not tally.in_favour + tally.against:
        return False
    over = candidacy.decide_by is not None and candidacy.decide_by <= now()
    enough = tally.cast >= max(2, settings.COMMITTEE["least"]) and tally.practising >= 1
    return tally.is_quorate or (over and enough)


def close_vote(candidacy_id: UUID, *, actor: Actor) -> Candidacy:
    """Close the vote and record what it gives; without a majority in favour the candidacy is refused.

    Raises:
        Conflict: it is decided, or too few have voted: one person alone never decides.
    """
    with transaction.atomic():
        candidacy = locked(candidacy_id, actor, "candidacy.decide")
        _check_open(candidacy)
        tally = tally_of(candidacy)
        if not may_close(candidacy, tally):
            raise Conflict(
                _("The vote cannot be closed yet."),
                _("It takes the quorum, or, once its days are over, two votes, one of them by a member who practises."),
            )
        _decide(candidacy, tally.outcome or State.REFUSED.value, tally, actor, by="closing")
        return candidacy


def _decide(candidacy: Candidacy, outcome: str, tally: Tally, actor: Actor, *, by: str) -> None:
    candidacy.state, candidacy.decided_at = State(outcome), now()
    candidacy.save(update_fields=["state", "decided_at"])
    counts = {"in_favour": tally.in_favour, "against": tally.against, "abstained": tally.abstained}
    journal("candidacy.decided", actor, candidacy, outcome=outcome, by=by, practising=tally.practising, **counts)
    if outcome == State.ACCEPTED:
        _admit(candidacy)
        tell_candidate("candidacy.accepted", candidacy)
        tell_desk("candidacy.desk_accepted", candidacy)
    else:
        due = now() + timedelta(days=settings.REFUSAL_DAYS)
        tell_desk("candidacy.desk_refused", candidacy, day=paris_day(due))


def _admit(candidacy: Candidacy) -> None:
    """Give role and profile. No case can be proposed before every piece of his record is in order."""
    service = SystemActor("committee")
    grant_role(candidacy.applicant, "expert", actor=service)
    if ExpertProfile.objects.filter(user_id=candidacy.applicant_id).exists():
        return
    create_expert(
        candidacy.applicant,
        actor=service,
        pathologies=candidacy.pathologies.all(),
        languages=candidacy.languages,
        capacity_per_month=candidacy.capacity_per_month or 0,
        institution=candidacy.institution,
        department=candidacy.department,
        committee_accepted_on=paris_day(now()),
    )


def tell_refusal(candidacy_id: UUID, explanation: str, *, actor: Actor) -> Candidacy:
    """Tell a refused candidate, in words, why; he may answer.

    Raises:
        Conflict: he is not refused, or was told.
        Invalid: no words.
    """
    if not explanation.strip():
        message = _("Say why, in words the candidate can act on.")
        raise Invalid(message, fields={"explanation": message})
    with transaction.atomic():
        candidacy = locked(candidacy_id, actor, "candidacy.decide")
        if candidacy.state != State.REFUSED or candidacy.is_told:
            raise Conflict(_("There is no refusal to tell."))
        candidacy.explanation, candidacy.told_at = explanation.strip(), now()
        candidacy.save(update_fields=["explanation", "told_at"])
        journal("candidacy.refusal_told", actor, candidacy)
        tell_candidate("candidacy.refused", candidacy)
        return candidacy


def may_reopen(candidacy: Candidacy) -> bool:
    """Whether the candidate has answered this refusal, so that the committee can vote once more."""
    told, answered = candidacy.told_at, candidacy.answered_at
    return candidacy.state == State.REFUSED and told is not None and answered is not None and answered >= told


def reopen_vote(candidacy_id: UUID, *, actor: Actor) -> Candidacy:
    """Have the committee vote once more on a refused candidacy, with the candidate's answer before it.

    Raises:
        Conflict: he was not refused, has not answered, or has begun another candidacy or become an expert since.
    """
    with transaction.atomic():
        candidacy = locked(candidacy_id, actor, "candidacy.decide")
        if not may_reopen(candidacy):
            raise Conflict(_("Only a refusal the candidate has answered is put to the vote again."))
        living = Candidacy.objects.filter(applicant_id=candidacy.applicant_id, state__in=[State.DRAFT, State.SENT])
        if living.exists() or ExpertProfile.objects.filter(user_id=candidacy.applicant_id).exists():
            raise Conflict(_("The candidate has gone on otherwise since."))
        candidacy.round += 1
        candidacy.told_at = None
        put_to_vote(candidacy)
        journal("candidacy.reopened", actor, candidacy, round=candidacy.round)
        return candidacy
