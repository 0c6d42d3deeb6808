"""What needs me now: four counts, one list sorted by planned treatment and by the clock that runs out first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import require_role
from cases.desk import forms, selectors
from cases.referral import fee_barred

PAGE = 25


#: Those who call patients and take alerts.
CALLERS = ("coordinator", "care_coordinator")
#: What was searched last, in the session.
_SEARCH = "desk_search"


@require_GET
@require_role("coordinator", "care_coordinator", "assistant")
def home(request: HttpRequest) -> HttpResponse:
    """The desk."""
    actor = request.actor  # type: ignore[attr-defined]
    mine = request.GET.get("qui") == "moi"
    view = request.GET.get("vue", "")
    cases = selectors.desk_cases(actor)
    counts = selectors.counts(cases, actor, mine=mine)
    rows = selectors.open_cases(cases, actor, mine=mine, view=view)
    pages = selectors.CountedPaginator(rows, PAGE, counts.of(view))
    page = pages.get_page(request.GET.get("page"))
    context = {
        "tiles": _tiles(counts, view, mine, calls=actor.role in CALLERS),
        "tabs": _tabs(view, mine),
        "page_obj": page,
        "lines": selectors.lines(page.object_list, actor),
        "filters": forms.SearchForm(),
        "searched": _SEARCH in request.session,
        "total": counts.of(view),
        "view": view,
        "barred": actor.role == "coordinator" and fee_barred(),
    }
    return render(request, "cases/desk/home.html", context)


def _address(view: str, mine: bool) -> str:
    parts = ([f"vue={view}"] if view else []) + (["qui=moi"] if mine else [])
    return reverse("desk:home") + ("?" + "&".join(parts) if parts else "")


def _tiles(counts: selectors.Counts, view: str, mine: bool, *, calls: bool) -> list[dict[str, object]]:
    """The counts above the list, each a filter; calls and alerts only for those who may open them."""
    tiles: list[dict[str, object]] = [
        {"count": counts.late, "label": _("late"), "view": "retard", "late": counts.late > 0},
        {"count": counts.to_check, "label": _("to check"), "view": "verifier"},
        {"count": counts.to_place, "label": _("to entrust to an expert"), "view": "confier"},
        {"count": counts.to_deliver, "label": _("opinions to deliver"), "view": "remettre"},
    ]
    for tile in tiles:
        name = str(tile["view"])
        tile |= {"url": _address("" if name == view else name, mine), "current": name == view}
    if not calls:
        return tiles
    tiles.append({"count": counts.to_call, "label": _("to call"), "url": reverse("desk:calls"), "current": False})
    if counts.alerts:
        tiles.append(
            {
                "count": counts.alerts,
                "label": ngettext("alert", "alerts", counts.alerts),
                "url": reverse("desk:alerts"),
                "late": True,
                "current": False,
            }
        )
    return tiles


def _tabs(view: str, mine: bool) -> list[dict[str, object]]:
    return [
        {"label": _("All"), "url": _address(view, False), "current": not mine},
        {"label": _("Mine"), "url": _address(view, True), "current": mine},
    ]


@require_http_methods(["GET", "POST"])
@require_role("coordinator", "care_coordinator", "assistant")
def search(request: HttpRequest) -> HttpResponse:
    """Search by reference, name or pathology.

    The words are posted and kept in the session, which ends with the logout: no name stands in an address, and the
    list found is a page one can come back to.
    """
    if request.method == "POST":
        return _keep_search(request)
    kept: dict[str, str] | None = request.session.get(_SEARCH)
    context: dict[str, object] = {"filters": forms.SearchForm(initial=kept), "searched": kept is not None}
    if kept is not None:
        actor = request.actor  # type: ignore[attr-defined]
        found = selectors.search(actor, kept["words"], kept["state"])
        page = selectors.CountedPaginator(found, PAGE, found.count()).get_page(request.GET.get("page"))
        context |= {"page_obj": page, "lines": selectors.lines(page.object_list, actor)}
    return render(request, "cases/desk/search.html", context)


def _keep_search(request: HttpRequest) -> HttpResponse:
    """Keep what is searched, or forget it, then show the list."""
    if "forget" in request.POST:
        request.session.pop(_SEARCH, None)
        return redirect("desk:search")
    form = forms.SearchForm(request.POST)
    if not form.is_valid():
        return render(request, "cases/desk/search.html", {"filters": form, "searched": False}, status=422)
    request.session[_SEARCH] = {name: form.cleaned_data[name] for name in ("words", "state")}
    return redirect("desk:search")


@require_GET
@require_role(*CALLERS)
def calls(request: HttpRequest) -> HttpResponse:
    """The calls to make, the most pressing first."""
    actor = request.actor  # type: ignore[attr-defined]
    page = Paginator(selectors.open_calls(selectors.desk_cases(actor)), PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/desk/calls.html", {"page_obj": page, "tasks": page.object_list})


@require_GET
@require_role(*CALLERS)
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts to take, the oldest first."""
    actor = request.actor  # type: ignore[attr-defined]
    page = Paginator(selectors.open_alerts(selectors.desk_cases(actor)), PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/desk/alerts.html", {"page_obj": page, "alerts": page.object_list})
