"""Where these pages stand: in the patient's space, at the desk «pour Mme X, par téléphone», or with a professional."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

#: The page of a case that has left its draft, and the space's first page, by space.
_CASES = {"phone": ("desk:case", "/bureau/"), "requester": ("requester:case", "/requerant/")}


@dataclass(frozen=True)
class Space:
    """The space a page was opened in.

    Args:
        namespace: of its addresses: «patient», «phone» or «requester».
    """

    namespace: str

    @property
    def by_phone(self) -> bool:
        """Whether a nurse writes down what the patient says on the phone."""
        return self.namespace == "phone"

    def url(self, name: str, *args: Any) -> str:
        """The address of a page in the same space."""
        return reverse(f"{self.namespace}:{name}", args=args)

    def case_url(self, case_id: Any) -> str:
        """The page of a case that has left its draft; the space's first page where there is none."""
        name, first_page = _CASES.get(self.namespace, ("patient:case", "/patient/"))
        try:
            return reverse(name, args=[case_id])
        except NoReverseMatch:
            return first_page


def space_of(request: HttpRequest) -> Space:
    """The space of this page, from its address."""
    match = request.resolver_match
    return Space(match.namespace if match is not None and match.namespace else "patient")
