"""Who may read a candidacy and act on it: rows and facts of the one table of `access`."""

from typing import Any

from django.db.models import Q

from access import Rule, register_provider, register_rules
from access.policy import Facts
from accounts.events import ACCOUNT_ROLE
from audit import Actor
from experts.models import Ballot, Candidacy

APPLICANT = "applicant"
MEMBER = "committee_member"
DESK = "candidacies_desk"
#: A member, or a coordinator who is one, that declared a conflict: he neither reads on nor votes.
CONFLICTED = "conflicted"

RULES = (
    Rule("candidacy.begin", frozenset({"person"})),
    Rule("candidacy.write", frozenset({APPLICANT})),
    Rule("candidacy.list", frozenset({MEMBER, DESK})),
    Rule("candidacy.see", frozenset({APPLICANT, MEMBER, DESK, CONFLICTED})),
    Rule("candidacy.read", frozenset({APPLICANT, MEMBER, DESK})),
    Rule("candidacy.vote", frozenset({MEMBER})),
    Rule("candidacy.decide", frozenset({DESK})),
    Rule("committee.declare_practice", frozenset({MEMBER})),
)
#: Nobody but the candidate reads a draft, or what was withdrawn.
SHOWN = (Candidacy.State.SENT, Candidacy.State.ACCEPTED, Candidacy.State.REFUSED)
_RELATIONS = {"committee": MEMBER, "coordinator": DESK}


class CandidacyProvider:
    """The facts of one candidacy, or of the list of them (`target` "candidacy")."""

    def facts(self, actor: Actor, target: Any) -> Facts:
        """What the actor is to this candidacy."""
        return Facts(relations=frozenset(self._relations(actor, target)))

    def _relations(self, actor: Actor, target: Any) -> set[str]:
        relation = _RELATIONS.get(actor.role, "")
        if not isinstance(target, Candidacy):
            return {relation or "person"}
        if target.applicant_id == actor.id:
            # Nobody acts as committee or as desk on what is his own.
            return {APPLICANT} if actor.role == ACCOUNT_ROLE else set()
        if not relation or target.state not in SHOWN:
            return set()
        conflicts = Ballot.objects.filter(candidacy=target, member_id=actor.id, choice=Ballot.Choice.CONFLICT)
        return {CONFLICTED} if conflicts.exists() else {relation}

    def visible(self, actor: Actor) -> Q:
        """The candidacies the actor may find in a list."""
        if actor.role in _RELATIONS:
            return Q(state__in=SHOWN) & ~Q(applicant_id=actor.id)
        return Q(applicant_id=actor.id)


def register() -> None:
    """Add the rows and the provider."""
    register_rules(RULES)
    register_provider("candidacy", Candidacy, CandidacyProvider())
