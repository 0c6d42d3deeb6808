"""The public way to a request: one question a page, answers carried in the page itself.

These pages change and store nothing: they set no cookie, and so ask for no CSRF token, until the last one leads to
login or sign-up. Each page is the answer to the form before it, because its answers must not lie in an address.
"""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import public
from cases.referral import fee_barred, rule_words
from cases.start import forms, words
from cases.start.begun import FIELD, Begun, fresh, seal, unseal
from cases.start.prices import price_lines
from clock import now
from experts.models import Pathology
from experts.selectors import by_name, offered_pathologies, search_pathologies
from ui.dates import paris_day

#: The questions in their order; each name is that of its address.
STEPS: dict[str, type[forms.StepForm]] = {
    "emergency": forms.EmergencyForm,
    "diagnosis": forms.DiagnosisForm,
    "whom": forms.WhomForm,
    "date": forms.DateForm,
    "needs": forms.NeedsForm,
    "disease": forms.DiseaseForm,
}
_ORDER = list(STEPS)
#: A planned date nearer than this may come before the opinion.
_NEAR = timedelta(days=10)


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """What this is, what to have at hand, how long it takes, what it costs (S0-09).

    A POST comes from the page of an expert or of a disease, and carries the wish for it (S0-03).
    """
    begun = unseal(request.POST.get(FIELD, "")) if request.method == "POST" else fresh()
    context = {
        "pathologies": by_name(offered_pathologies()),
        "prices": price_lines(),
        "begun": begun,
        "wished": begun.find_expert(),
        "carried": seal(begun) if begun.has_wish else "",
        "barred": fee_barred(),
        "referral": rule_words(),
    }
    return render(request, "cases/start/begin.html", context)


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """One question: shown, or answered and followed by the next."""
    if request.method == "GET":
        # The answers so far came by a form; an address opened by itself has none.
        return _question(request, name, fresh()) if name == _ORDER[0] else redirect("start:emergency")
    begun = unseal(request.POST.get(FIELD, ""))
    if _gap_before(name, begun):
        return redirect("start:emergency")
    if "show" in request.POST:
        return _question(request, name, begun)
    if name == "disease" and "search" in request.POST:
        return _question(request, name, begun, search=forms.SearchForm(request.POST))
    form = _bound(request, name)
    if not form.is_valid():
        return _question(request, name, begun, form=form, status=422)
    begun = form.put_into(begun)
    following, way_out = _next(name), _way_out(name, begun)
    if way_out:
        context = {"carried": seal(begun), "back_to": f"start:{name}", "next_to": f"start:{following}", "begun": begun}
        return render(request, f"cases/start/{way_out}.html", context)
    return _question(request, following, begun) if following else _account(request, begun)


def _next(name: str) -> str:
    """The question after this one; "" after the last."""
    place = _ORDER.index(name) + 1
    return _ORDER[place] if place < len(_ORDER) else ""


def _gap_before(name: str, begun: Begun) -> bool:
    """Whether an earlier answer is missing, or is one that ends here: the way begins again."""
    settled = {"emergency": begun.emergency == "no", "diagnosis": begun.diagnosis == "yes", "whom": bool(begun.whom)}
    return not all(settled.get(earlier, True) for earlier in _ORDER[: _ORDER.index(name)])


def _way_out(name: str, begun: Begun) -> str:
    """The page for whom this service is not, or not yet; "" for everybody else."""
    if name == "emergency" and begun.emergency == "yes":
        return "out_emergency"
    if name == "diagnosis" and begun.diagnosis != "yes":
        return "out_diagnosis"
    if name == "whom" and begun.whom in ("child", "helped"):
        return f"whom_{begun.whom}"
    if name == "disease" and begun.pathology == forms.OTHER_DISEASE:
        return "out_disease"
    return ""


def _bound(request: HttpRequest, name: str) -> forms.StepForm:
    if name != "disease":
        return STEPS[name](request.POST)
    # Every disease offered may be chosen, whichever of them the search has shown.
    return forms.DiseaseForm(request.POST, found=list(offered_pathologies()))


def _question(
    request: HttpRequest,
    name: str,
    begun: Begun,
    *,
    form: forms.StepForm | None = None,
    search: forms.SearchForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a question; `form` and `search` hold what was entered when it comes back."""
    place = _ORDER.index(name)
    request.translations = {code: _first_page_in(code) for code in words.LANGUAGES}  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "name": name,
        "here": f"start:{name}",
        "number": place + 1,
        "total": len(_ORDER) + 1,
        "carried": seal(begun),
        "back_to": f"start:{_ORDER[place - 1]}" if place else "start:begin" if begun.has_wish else "",
        "search": search,
        "planned": begun.planned_day,
    }
    if name == "disease":
        found = _found(search)
        context["search"] = search or forms.SearchForm()
        context["nothing_found"] = search is not None and not found
        found = found or _found(None)
        form = form or forms.DiseaseForm(initial={"pathology": begun.pathology}, found=found)
        if search is not None and not search.is_valid():
            status = 422
    context["form"] = form or _shown(name, begun)
    return render(request, f"cases/start/{name}.html", context, status=status)


def _first_page_in(language: str) -> str:
    with override(language):
        return reverse("start:begin")


def _shown(name: str, begun: Begun) -> forms.StepForm:
    """The question with the answer given before, when one comes back."""
    initial = {field: getattr(begun, field) for field in STEPS[name].base_fields}
    if name == "date":
        initial["planned_on"] = begun.planned_day
    if name == "needs" and not begun.language:
        initial["language"] = (get_language() or "fr")[:2]
    return STEPS[name](initial=initial)


def _found(search: forms.SearchForm | None) -> list[Pathology]:
    """The diseases that answer what was typed, best first; all of them by name when nothing was."""
    typed = search.cleaned_data["q"] if search is not None and search.is_valid() else ""
    return [match.pathology for match in search_pathologies(typed, get_language() or "fr")]


def _account(request: HttpRequest, begun: Begun) -> HttpResponse:
    """The end of the public way: the disease is covered; an account, or the one there is, goes on."""
    planned = begun.planned_day
    context = {
        "carried": seal(begun),
        "pathology": begun.find_pathology(),
        "begun": begun,
        "wished": begun.find_expert(),
        "prices": price_lines(),
        "barred": fee_barred(),
        "referral": rule_words(),
        "soon": planned is not None and planned - paris_day(now()) < _NEAR,
        "planned": planned,
        "next": reverse("patient:begin"),
        "back_to": f"start:{_ORDER[-1]}",
        "total": len(_ORDER) + 1,
    }
    return render(request, "cases/start/account.html", context)
