"""What the pages of a request being prepared share: who may open them before his registration is checked, and where."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language

from accounts.access import while_checked
from accounts.roles import professional_ready
from cases.models import Case
from cases.models.states import State
from cases.patient.start.pages import draw as draw_page
from cases.patient.start.pages import prepare_page

View = Callable[..., HttpResponseBase]
FOLDER = "cases/requester"
STEPS = 4


def draft_page(action: str = "case.fill", *, states: Sequence[str] = (State.DRAFT,)) -> Callable[[View], View]:
    """Turn `view(request, case, …)` into a page of a draft, open to its author while his registration is checked.

    Args:
        action: of the table of rights.
        states: those in which this page makes sense; another one leads to where the request stands.
    """

    def decorate(view: View) -> View:
        return while_checked(prepare_page(action, states=states)(view))

    return decorate


def draw(
    request: HttpRequest, template: str, case: Case, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of this request."""
    shared = {"ready": is_ready(request), "steps": STEPS}
    return draw_page(request, template, case, {**shared, **(context or {})}, status=status, folder=FOLDER)


def is_ready(request: HttpRequest) -> bool:
    """Whether registration and identity of the person logged in are checked: only then anything is sent."""
    return professional_ready(request.user)  # type: ignore[arg-type]


def language() -> str:
    """The language the page is read in: «fr» or «en»."""
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def refused(request: HttpRequest) -> int:
    """The status of a page shown again: 422 after a form."""
    return 422 if request.method == "POST" else 200
