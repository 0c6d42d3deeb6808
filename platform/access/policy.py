"""The table of rights and the registry of facts.

Upper packages register their rows and a provider that tells the facts of a target; nothing else grants a right. What
no row allows is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Model, Q

from audit import Actor


@dataclass(frozen=True)
class Rule:
    """One row: who, by his relation to the target, may do `action`, and in which states.

    Args:
        action: dotted name, such as «case.read» or «case.admit».
        relations: any one of them is enough.
        states: states of the case in which the row holds; None for all.
        ended: «no» (never on an ended case), «motive» (only with a motive), or «yes».
        third_party_loses: professionals and helpers lose it while the case is on hold, withdrawn or blocked.
    """

    action: str
    relations: frozenset[str]
    states: frozenset[str] | None = None
    ended: str = "no"
    third_party_loses: bool = True


@dataclass(frozen=True)
class Facts:
    """What the decision needs to know of one target, for one actor.

    Args:
        relations: what the actor is to the target, such as «patient» or «expert».
        state: state of the case.
        ended: the case is at one of its ends.
        closed_to_third_parties: code of the reason why third parties may not read now, or "".
        refusals: reasons by action that hold whatever the table says, such as a masked document.
    """

    relations: frozenset[str]
    state: str = ""
    ended: bool = False
    closed_to_third_parties: str = ""
    refusals: dict[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """Tells the facts of one kind of target."""

    def facts(self, actor: Actor, target: Any) -> Facts:
        """The facts of `target` for `actor`."""
        ...

    def visible(self, actor: Actor) -> Q:
        """The filter of the rows that `actor` may find in a list."""
        ...


_rules: dict[str, list[Rule]] = {}
_providers: dict[str, tuple[type[Model], Provider]] = {}

#: Relations of people who are neither the patient's side nor the service.
THIRD_PARTIES = frozenset({"requester_professional", "treating_doctor", "expert", "author", "helper"})


def register_rules(new: Iterable[Rule]) -> None:
    """Add rows to the table; the same row twice is one."""
    for rule in new:
        known = _rules.setdefault(rule.action, [])
        if rule not in known:
            known.append(rule)


def register_provider(kind: str, model: type[Model], provider: Provider) -> None:
    """Tell who knows the facts of a kind of target («case», «document»)."""
    _providers[kind] = (model, provider)


def rules(action: str | None = None) -> list[Rule]:
    """The rows of one action, or the whole table ordered by action."""
    if action is not None:
        return list(_rules.get(action, []))
    return [rule for name in sorted(_rules) for rule in _rules[name]]


def provider_for(target: Any) -> Provider:
    """The provider of a target, or of a kind given by name.

    Raises:
        LookupError: nobody registered it; the caller refuses.
    """
    for kind, (model, provider) in _providers.items():
        if target == kind if isinstance(target, str) else isinstance(target, model):
            return provider
    raise LookupError(f"no access provider for {target!r}")
