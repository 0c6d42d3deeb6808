"""The public site besides its pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import public
from cms import faq
from cms.forms import SearchForm
from cms.menus import address_of
from cms.search.finding import find


@public
@csrf_exempt
@require_POST
def useful(request: HttpRequest) -> HttpResponse:
    """Count whether an answer was useful; sets no cookie and keeps nothing about the reader (ADR 0016)."""
    entry = faq.count_answer(request, request.POST.get("token", ""), useful=request.POST.get("useful") == "yes")
    anchor = f"q-{entry.hex[:8]}"
    return redirect(f"{address_of('faq')}?merci={anchor}#{anchor}")


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """What answers a visitor's words. They come by POST, so that no address, log or history holds them."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    language = (get_language() or "fr")[:2]
    context: dict[str, Any] = {
        "form": form,
        "found": find(form.cleaned_data["q"], language) if form.is_valid() else None,
        "trail": [{"label": _("Home"), "url": "/en/" if language == "en" else "/"}, {"label": _("Search"), "url": ""}],
        "diseases_url": address_of("pathologies"),
        "questions_url": address_of("faq"),
        "experts_url": address_of("experts"),
    }
    return render(request, "cms/search.html", context, status=422 if form.errors else 200)
