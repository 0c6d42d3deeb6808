"""Events in words: for the patient's own history and for the data protection officer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _

from audit.actions import Text, action, names_of
from audit.actors import role_label
from audit.models import AuditEvent

#: What a sentence names at most of one kind before it counts the rest.
NAMED = 3


@dataclass(frozen=True)
class Line:
    """One event in words.

    Args:
        event: the event itself.
        sentence: the whole of it in one sentence.
        label: what was done, in the words of a professional.
        actor: who did it, by name when it can be resolved.
        role: in which role.
    """

    event: AuditEvent
    sentence: str
    label: str
    actor: str
    role: str


def describe(event: AuditEvent, language: str) -> str:
    """One event as a sentence in `fr` or `en`."""
    return describe_all([event], language)[0].sentence


def describe_all(events: Iterable[AuditEvent], language: str, *, named: Collection[str] | None = None) -> list[Line]:
    """Events in words, names resolved for all of them at once.

    Args:
        events: a page of events.
        language: `fr` or `en`.
        named: kinds of subjects to name, None is all; people who act are always named.

    Raises:
        KeyError: no such language.
    """
    get_language_info(language)
    listed = list(events)
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for event in listed:
        if event.actor_id:
            wanted["user"].add(event.actor_id)
        for kind, ids in event.subjects.items():
            if named is not None and kind not in named:
                continue
            wanted[kind].update(UUID(id_) for id_ in ids[:NAMED])
    with override(language):
        names = {kind: names_of(kind, ids) for kind, ids in wanted.items()}
        return [_line(event, names) for event in listed]


def _line(event: AuditEvent, names: Mapping[str, Mapping[UUID, Text]]) -> Line:
    known = action(event.action)
    role = role_label(event.actor_role)
    actor = str(names.get("user", {}).get(event.actor_id, "") if event.actor_id else "")
    words = _Words(event, names, actor or role, role)
    sentence = Formatter().vformat(str(known.patient_sentence or known.label), (), words)
    if event.outcome == "refused":
        sentence = _("%(what)s: refused") % {"what": sentence}
    return Line(event, capfirst(sentence), str(known.label), actor, role)


class _Words(dict[str, str]):
    """What a sentence may name: the actor, the role, and the subjects of each kind."""

    def __init__(self, event: AuditEvent, names: Mapping[str, Mapping[UUID, Text]], actor: str, role: str) -> None:
        super().__init__(actor=actor, role=role)
        self._event = event
        self._names = names

    def __missing__(self, kind: str) -> str:
        ids = self._event.subjects.get(kind, [])
        named = [str(self._names.get(kind, {}).get(UUID(id_), "")) for id_ in ids[:NAMED]]
        shown = [name for name in named if name]
        if not shown:
            return "—" if not ids else str(len(ids))
        rest = len(ids) - len(shown)
        listed = ", ".join(shown)
        return _("%(names)s and %(rest)d more") % {"names": listed, "rest": rest} if rest else listed
