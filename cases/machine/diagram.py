"""Draws the state machine from the code: what `docs/state-machine.md` holds, kept equal by a test."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import override

from cases.machine.table import TABLE, Move, transitions_of
from cases.models.states import ENDS, State

#: Where the drawing is kept.
PAGE = Path(settings.BASE_DIR) / "docs" / "state-machine.md"
#: Moves that leave from nearly everywhere are told in words: their arrows would hide all the others.
_EVERYWHERE = ("hold", "stop", "withdraw", "release", "override")
_BEGIN, _END = "<!-- drawn from the code: begin -->", "<!-- drawn from the code: end -->"


def draw() -> str:
    """The diagram and the table, as Markdown."""
    with override("en"):
        return "\n".join([_BEGIN, "", *_diagram(), "", *_table(), "", _END])


def page(text: str) -> str:
    """The page with its drawn part drawn anew; the notes around it stay.

    Args:
        text: the page as it is.

    Raises:
        ValueError: the page has lost the marks of its drawn part.
    """
    before, begin, rest = text.partition(_BEGIN)
    _old, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has no part to draw in")
    return before + draw() + after


def _diagram() -> Iterator[str]:
    yield from ("```mermaid", "stateDiagram-v2", "    [*] --> draft")
    for move in TABLE.values():
        if move.name in _EVERYWHERE:
            continue
        for source, targets in sorted(transitions_of(move.name).items()):
            yield from (f"    {source} --> {target}: {move.name}" for target in sorted(targets))
    yield from (f"    {end} --> [*]" for end in ENDS)
    yield "```"


def _table() -> Iterator[str]:
    yield "| move | from → to | who | only if |"
    yield "|---|---|---|---|"
    for move in TABLE.values():
        yield f"| `{move.name}` | {_ways(move)} | {', '.join(move.who)} | {_conditions(move)} |"


def _ways(move: Move) -> str:
    """Sources together that lead to the same states."""
    by_target: dict[tuple[str, ...], list[str]] = {}
    for source, targets in transitions_of(move.name).items():
        by_target.setdefault(tuple(_ordered(targets)), []).append(source)
    ways = [f"{', '.join(_ordered(sources))} → {', '.join(targets)}" for targets, sources in by_target.items()]
    return " · ".join(sorted(ways))


def _ordered(states: object) -> list[str]:
    known = [str(state) for state in State]
    return sorted((str(state) for state in states), key=known.index)  # type: ignore[attr-defined]


def _conditions(move: Move) -> str:
    """What each guard asks for, from the sentence that says what it is for."""
    words = [" ".join((guard.__doc__ or guard.__name__).split()).rstrip(".") for guard in move.guards]
    return " · ".join(word.replace("|", "/") for word in words)
