"""`decide`: may this actor do this to this target, now?

A stranger gets «not found» (404), a known person without the right 403, an anonymous visitor the login page (401
here). Whatever goes wrong while deciding is a refusal, never a permission.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.policy import THIRD_PARTIES, Facts, Rule, provider_for, rules
from audit import Actor
from errors import Missing, NotAllowed

REASONS: dict[str, str | Promise] = {
    "login": _("Log in to go on."),
    "unknown": _("This page does not exist, or is not yours to see."),
    "role": _("Your role does not allow this."),
    "state": _("This is not possible at this stage of the case."),
    "ended": _("This case has ended: nothing can be changed in it any more."),
    "motive": _("Say why you need to read this ended case."),
    "on_hold": _("This case is on hold: it cannot be read for the moment."),
    "withdrawn": _("The patient has withdrawn consent: this case can no longer be read."),
    "blocked": _("The patient has chosen not to share this case with you."),
    "masked": _("The patient has chosen not to show this document."),
    "grid": _("Your profession does not give access to this type of document."),
    "unchecked": _("This document is still being checked."),
    "hidden": _("This document was set aside because it may belong to another patient."),
    "removed": _("This document was withdrawn by its author."),
    "draft": _("Nobody of the service reads a request before it is sent with the patient’s agreement."),
    "doctor_first": _("Your doctor receives this report first and will talk about it with you."),
}


@dataclass(frozen=True)
class Decision:
    """Allowed or refused, with the reason and the HTTP status of a refusal.

    Args:
        reason: a key of `REASONS`, or "" when allowed.
        relation: the relation that gave the right.
    """

    allowed: bool
    reason: str = ""
    status: int = 200
    relation: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def message(self) -> str | Promise:
        """The reason in words safe to show."""
        return REASONS.get(self.reason, REASONS["role"])


def _refuse(reason: str, status: int = 403) -> Decision:
    return Decision(False, reason, status)


@dataclass(frozen=True)
class Rights:
    """What one actor may do to one target, from facts read once: for the length of one page, never kept longer.

    Args:
        facts: None when nothing is allowed, whatever the table says.
        refusal: why, then.
    """

    facts: Facts | None
    refusal: Decision | None = None

    def to(self, action: str, *, motive: str = "") -> Decision:
        """Whether `action` is allowed.

        Args:
            action: dotted name of the table.
            motive: the reading motive a coordinator gave, for an ended case.
        """
        if self.facts is None:
            return self.refusal or _refuse("unknown", 404)
        told = [_apply(rule, self.facts, motive) for rule in rules(action)]
        for decision in told:
            # Nobody is asked for a motive that would open nothing.
            if decision.allowed or decision.reason == "motive":
                reason = self.facts.refusals.get(action, "")
                if reason or decision.allowed:
                    return _refuse(reason) if reason else decision
        held = [decision for decision in told if decision.reason != "role"]
        return held[0] if held else _refuse("role")


def rights_of(actor: Actor | None, target: Any, *, known: Facts | None = None) -> Rights:
    """What `actor` may do to `target` now, for a page that asks many times.

    Args:
        actor: None for an anonymous visitor.
        target: an object whose provider is registered.
        known: the facts of this target for this actor, where they were read a moment ago.
    """
    if actor is None or (actor.kind == "user" and not (actor.verified and actor.id)):
        return Rights(None, _refuse("login", 401))
    try:
        facts = known if known is not None else provider_for(target).facts(actor, target)
    except LookupError:
        return Rights(None, _refuse("unknown", 404))
    return Rights(facts) if facts.relations else Rights(None, _refuse("unknown", 404))


def decide(actor: Actor | None, action: str, target: Any, *, motive: str = "") -> Decision:
    """Whether `actor` may do `action` to `target` now.

    Args:
        actor: None for an anonymous visitor.
        action: dotted name of the table.
        target: an object whose provider is registered.
        motive: the reading motive a coordinator gave, for an ended case.
    """
    return rights_of(actor, target).to(action, motive=motive)


def _apply(rule: Rule, facts: Facts, motive: str) -> Decision:
    """What one row says."""
    mine = rule.relations & facts.relations
    if not mine:
        return _refuse("role")
    if facts.ended and rule.ended == "no":
        return _refuse("ended")
    if facts.ended and rule.ended == "motive" and not motive:
        return _refuse("motive")
    if rule.states is not None and facts.state not in rule.states:
        return _refuse("state")
    if rule.third_party_loses and facts.closed_to_third_parties and mine <= THIRD_PARTIES:
        return _refuse(facts.closed_to_third_parties)
    return Decision(True, relation=sorted(mine)[0])


def require(actor: Actor | None, action: str, target: Any, *, motive: str = "") -> Decision:
    """`decide`, raising on a refusal.

    Raises:
        Missing: the actor has no relation with the target, or is nobody.
        NotAllowed: the actor is known and has no right to this.
    """
    decision = decide(actor, action, target, motive=motive)
    if decision.allowed:
        return decision
    if decision.status in (401, 404):
        raise Missing(REASONS["unknown"])
    raise NotAllowed(decision.message)


def visible_to(actor: Actor | None, kind: str) -> Q:
    """The filter of what `actor` may find in a list of `kind`; nothing for an anonymous or unverified visitor."""
    if actor is None or actor.kind == "guest" or (actor.kind == "user" and not (actor.verified and actor.id)):
        return Q(pk__in=[])
    return provider_for(kind).visible(actor)
