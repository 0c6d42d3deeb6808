"""Who may release a public text in spite of a rule: rows and facts of the one table of `access`."""

from typing import Any

from django.db.models import Q
from wagtail.models import Page

from access import Rule, register_provider, register_rules
from access.policy import Facts
from audit import Actor

COORDINATOR = "page_coordinator"

RULES = (Rule("page.release", frozenset({COORDINATOR})),)
#: Roles of the desk that meet these pages and have no right there.
_COLLEAGUES = frozenset({"care_coordinator", "assistant"})


class PageProvider:
    """The facts of one page, or of the list of drafts (`target` "page")."""

    def facts(self, actor: Actor, target: Any) -> Facts:
        """What the actor is to public texts."""
        found = {COORDINATOR} if actor.role == "coordinator" else set()
        return Facts(relations=frozenset(found or ({"colleague"} if actor.role in _COLLEAGUES else set())))

    def visible(self, actor: Actor) -> Q:
        """The pages whose drafts the actor may find in a list."""
        return Q() if actor.role == "coordinator" else Q(pk__in=[])


def register() -> None:
    """Add the row and the provider."""
    register_rules(RULES)
    register_provider("page", Page, PageProvider())
