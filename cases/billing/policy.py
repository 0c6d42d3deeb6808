"""Who may do what to a payer. No row here, and no relation of a case, is open to the people of a payer."""

from typing import Any

from django.db.models import Q

from access import Rule, register_provider, register_rules
from access.policy import Facts
from audit import Actor
from cases.models import Payer
from cases.services.payers import TARGET

RULES = [Rule(action, frozenset({"coordinator"})) for action in ("payer.record", "voucher.make", "voucher.void")]


class PayerFacts:
    """What an actor is to a payer."""

    def facts(self, actor: Actor, target: Any) -> Facts:
        """The coordinating doctor, on the desk."""
        return Facts(relations=frozenset({"coordinator"} if actor.role == "coordinator" else ()))

    def visible(self, actor: Actor) -> Q:
        """The payers in the actor's lists."""
        return Q() if actor.role == "coordinator" else Q(pk__in=[])


def register() -> None:
    """Add the rows and the facts."""
    register_rules(RULES)
    register_provider(TARGET, Payer, PayerFacts())
