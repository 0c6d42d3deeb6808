"""What every page of a request being prepared does: find it, decide, send on when it is no draft any more, draw."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from audit import Actor
from cases.checks import age_on
from cases.models import Case
from cases.models.states import State
from cases.pages import case_page, require_on_page
from cases.patient.start.spaces import Space, space_of
from clock import now

PrepareView = Callable[..., HttpResponseBase]
#: The way back to check-your-answers, when a page was opened from there.
CHECK = "relire"


def prepare_page(action: str, *, states: Sequence[str] = (State.DRAFT,)) -> Callable[[PrepareView], PrepareView]:
    """Turn `view(request, case, …)` into a page of a request being prepared; another state leads to where it stands.

    Args:
        action: of the table of rights; decided before the view reads anything of the request's body.
        states: those in which this page makes sense.
    """

    def decorate(view: PrepareView) -> PrepareView:
        def of_this_state(request: HttpRequest, case: Case, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if case.state not in states and request.method == "GET":
                return redirect(standing_url(space_of(request), case))
            require_on_page(request, case, action)
            return view(request, case, *args, **kwargs)

        return wraps(view)(case_page("case.see")(wraps(view)(of_this_state)))

    return decorate


def actor(request: HttpRequest) -> Actor:
    """Who acts on this page, as what he is to this case."""
    acting: Actor = request.actor  # type: ignore[attr-defined]
    return acting


def standing_url(space: Space, case: Case) -> str:
    """Where a request goes on from the state it is in."""
    if case.state == State.DRAFT:
        return space.url("prepare", case.pk)
    if case.state == State.AWAITING_CONSENT and case.is_second_opinion:
        return space.url("prepare_consents", case.pk)
    return space.case_url(case.pk)


def draw(
    request: HttpRequest,
    template: str,
    case: Case,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
    folder: str = "cases/patient/start",
) -> HttpResponse:
    """A page of this case, with what all of them show."""
    birth = case.patient.birth_date
    shared = {
        "case": case,
        "space": space_of(request),
        "is_minor": birth is not None and age_on(birth, now()) < 18,
        "checking": is_checking(request),
    }
    return render(request, f"{folder}/{template}", {**shared, **(context or {})}, status=status)


def is_checking(request: HttpRequest) -> bool:
    """Whether the person came from check-your-answers to correct something, and goes back there."""
    return request.GET.get("then") == CHECK
