"""Where these pages stand: in the patient's space, or at the desk «pour Mme X, par téléphone»."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Space:
    """The space a page was opened in.

    Args:
        namespace: of its addresses: «patient» or «phone».
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
        name = "desk:case" if self.by_phone else "patient:case"
        try:
            return reverse(name, args=[case_id])
        except NoReverseMatch:
            return "/bureau/" if self.by_phone else "/patient/"


def space_of(request: HttpRequest) -> Space:
    """The space of this page, from its address."""
    match = request.resolver_match
    return Space(match.namespace if match is not None and match.namespace else "patient")
