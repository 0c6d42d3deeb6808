"""What a case still lacks before it can be admitted, all of it at once, and where each thing is done."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit import Actor
from cases.answers import pieces_wanted
from cases.checks import case_pieces_open
from cases.machine import refusals
from cases.models import Case

#: Conditions of the admission, and the part of the case page where each is met.
_PLACES = {"identity_checked": "identity", "checklist_complete": "checklist", "payment_settled": "price"}


@dataclass(frozen=True)
class Gap:
    """One thing missing.

    Args:
        text: in words.
        url: where it is done.
        refuses: whether the case cannot be admitted without it.
    """

    text: str
    url: str
    refuses: bool = True


def before_admission(case: Case, actor: Actor, *, pieces: Iterable[str]) -> list[Gap]:
    """What the conditions of the admission still refuse, then what the coordinator should have seen.

    Args:
        pieces: required documents neither present nor declared unobtainable, by label.
    """
    page = reverse("desk:case", args=[case.pk])
    # What only the patient can settle, such as her agreement, is asked of the requester.
    messages = reverse("desk:messages", args=[case.pk])
    found = [
        Gap(f"{error.message} {error.next_step}".strip(), f"{page}#{_PLACES[name]}" if name in _PLACES else messages)
        for name, error in refusals("admit", case, actor).items()
    ]
    listed = ", ".join(pieces)
    if listed:
        ask = reverse("desk:move", args=[case.pk, "request_information"])
        words = _("Required documents neither present nor declared unobtainable: %(pieces)s")
        found.append(Gap(words % {"pieces": listed}, ask, refuses=False))
    return found


def pieces_lacking(case: Case) -> list[str]:
    """The required documents neither present nor declared unobtainable, by label in the reader's language."""
    open_codes = case_pieces_open(case)
    if not open_codes:
        return []
    language = get_language() or "fr"
    labels = {piece["code"]: str(piece["label"].get(language, "")) for piece in pieces_wanted(case)}
    return [labels.get(code, code) for code in open_codes]
