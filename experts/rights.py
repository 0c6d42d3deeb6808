"""Who may read and change what is recorded about an expert: rows and facts of the one table of `access`."""

from typing import Any

from django.db.models import Q

from access import Rule, register_provider, register_rules
from access.policy import Facts
from audit import Actor
from experts.models import ExpertProfile

SELF = "expert_himself"
DESK = "experts_desk"
SERVICE = "service"

RULES = (
    Rule("expert.list", frozenset({DESK, SERVICE})),
    Rule("expert.read", frozenset({SELF, DESK, SERVICE})),
    Rule("expert.add", frozenset({DESK, SERVICE})),
    # What stands on file about him is written by the desk, never by himself.
    Rule("expert.record", frozenset({DESK, SERVICE})),
    Rule("expert.sign_convention", frozenset({SELF})),
    Rule("expert.change_status", frozenset({DESK, SERVICE})),
    Rule("expert.set_capacity", frozenset({SELF, DESK, SERVICE})),
    Rule("expert.set_questions", frozenset({SELF})),
    # Against the expert, in the open: with a motive he reads.
    Rule("expert.retire_question", frozenset({DESK})),
    Rule("expert.plan_absence", frozenset({SELF, DESK, SERVICE})),
)
#: Roles of the desk that meet these pages and have no right there: they are told so, and not that nothing is there.
_COLLEAGUES = frozenset({"care_coordinator", "assistant"})


class ExpertProvider:
    """The facts of one expert, or of the list of experts (`target` "expert")."""

    def facts(self, actor: Actor, target: Any) -> Facts:
        """What the actor is to this expert."""
        return Facts(relations=frozenset(self._relations(actor, target)))

    def _relations(self, actor: Actor, target: Any) -> set[str]:
        if actor.kind == "system":
            return {SERVICE}
        own = isinstance(target, ExpertProfile) and target.user_id == actor.id
        if actor.role == "expert":
            return {SELF} if own else set()
        if actor.role == "coordinator":
            # Nobody acts as staff on his own file.
            return {"colleague"} if own else {DESK}
        return {"colleague"} if actor.role in _COLLEAGUES else set()

    def visible(self, actor: Actor) -> Q:
        """The experts the actor may find in a list."""
        if actor.kind == "system" or actor.role == "coordinator":
            return Q()
        if actor.role == "expert" and actor.id is not None:
            return Q(user_id=actor.id)
        return Q(pk__in=[])


def register() -> None:
    """Add the rows and the provider."""
    register_rules(RULES)
    register_provider("expert", ExpertProfile, ExpertProvider())
