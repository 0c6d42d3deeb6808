"""Who may do what to a payer. No row here, and no relation of a case, opens a request to the people of a payer."""

from typing import Any

from django.db.models import Q

from access import Rule, register_provider, register_rules
from access.policy import Facts
from audit import Actor
from cases.models import Payer, PayerManager
from cases.services.payers import TARGET

RULES = [
    Rule("payer.record", frozenset({"coordinator"})),
    *[
        Rule(action, frozenset({"coordinator", "payer_manager"}))
        for action in ("payer.see", "voucher.make", "voucher.void")
    ],
]


class PayerFacts:
    """What an actor is to a payer."""

    def facts(self, actor: Actor, target: Any) -> Facts:
        """The coordinating doctor of the service, or somebody of this very payer."""
        if actor.role == "coordinator":
            return Facts(relations=frozenset({"coordinator"}))
        own = isinstance(target, Payer) and actor.role == "payer" and _of(actor).filter(payer=target).exists()
        return Facts(relations=frozenset({"payer_manager"} if own else ()))

    def visible(self, actor: Actor) -> Q:
        """The payers in the actor's lists."""
        if actor.role == "coordinator":
            return Q()
        return Q(pk__in=_of(actor).values("payer_id")) if actor.role == "payer" else Q(pk__in=[])


def _of(actor: Actor) -> Any:
    return PayerManager.objects.filter(user_id=actor.person, ended_at__isnull=True)


def register() -> None:
    """Add the rows and the facts."""
    register_rules(RULES)
    register_provider(TARGET, Payer, PayerFacts())
