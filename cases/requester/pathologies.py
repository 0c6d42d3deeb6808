"""The disease a professional types: recognised where it is clear, asked again where it is not, or kept as typed."""

from collections.abc import Sequence

from experts.models import Pathology
from experts.search import PathologyMatch
from experts.selectors import search_pathologies

#: A disease found this well is taken without asking, when no other comes near.
SURE = 0.85
NEAR = 0.1


def recognised(matches: Sequence[PathologyMatch]) -> Pathology | None:
    """The one disease that is clearly meant.

    Args:
        matches: best first.
    """
    if not matches or matches[0].score < SURE:
        return None
    if len(matches) > 1 and matches[1].score > matches[0].score - NEAR:
        return None
    return matches[0].pathology


def matches_for(typed: str, language: str) -> list[PathologyMatch]:
    """The diseases that answer what was typed; none for nothing."""
    return search_pathologies(typed, language) if typed.strip() else []
