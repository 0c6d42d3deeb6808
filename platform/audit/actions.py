"""What upper packages tell the journal: words for actions, names for ids, ways to find a person."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

Text = str | Promise
ACTION_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


@dataclass(frozen=True)
class Action:
    """An action the journal knows.

    Args:
        name: dotted, subject first: `case.proposed`.
        label: for professionals and the data protection officer: "Case proposed to an expert".
        patient_sentence: for the patient's own history, with `{actor}`, `{role}` and any kind of subject in braces:
            "{actor} proposed your file to an expert". Empty: the label is used.
        file_read: reading one file; repeated within half an hour of one session it stays one event.
    """

    name: str
    label: Text
    patient_sentence: Text = ""
    file_read: bool = False


@dataclass(frozen=True)
class Found:
    """Somebody or something a search by name found.

    Args:
        kind: `actor` for what a person did, else a kind of subject (`patient`, `case` …) for what was done to it.
    """

    kind: str
    id: UUID
    label: Text


Resolver = Callable[[Collection[UUID]], Mapping[UUID, Text]]
Search = Callable[[str], Collection[Found]]

_actions: dict[str, Action] = {}
_resolvers: dict[str, Resolver] = {}
_searches: list[Search] = []


def register_action(name: str, label: Text, patient_sentence: Text = "", *, file_read: bool = False) -> None:
    """Give an action its words; called in `AppConfig.ready()`.

    Raises:
        ValueError: the name is not dotted lower case, or another label holds it.
    """
    if not ACTION_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no dotted action name")
    action = Action(name, label, patient_sentence, file_read)
    known = _actions.get(name)
    if known is not None and str(known.label) != str(label):
        raise ValueError(f"the action {name!r} is registered twice")
    _actions[name] = action


def register_resolver(kind: str, func: Resolver) -> None:
    """Name the things of one kind when they are shown.

    Args:
        kind: `user` for people who act, or a kind of subject.
        func: all ids of a page at once to their names; ids it does not know are left out.
    """
    _resolvers[kind] = func


def register_search(func: Search) -> None:
    """Let the data protection officer find people by name; `func` gets what was typed."""
    if func not in _searches:
        _searches.append(func)


def action(name: str) -> Action:
    """The action of that name; one nobody registered shows its own name."""
    return _actions.get(name) or Action(name, name)


def known_actions() -> list[Action]:
    """Every registered action, by name."""
    return [_actions[name] for name in sorted(_actions)]


def names_of(kind: str, ids: Collection[UUID]) -> Mapping[UUID, Text]:
    """Names of things of one kind, as far as they can be resolved."""
    resolver = _resolvers.get(kind)
    return resolver(set(ids)) if resolver and ids else {}


def find(text: str) -> list[Found]:
    """Everybody a search by name finds."""
    return [found for search in _searches for found in search(text)]
