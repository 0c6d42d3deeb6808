"""The public site besides its pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import public
from cms import faq
from cms.forms import SearchForm
from cms.menus import address_of
from cms.models import FaqPage
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
def questions(request: HttpRequest) -> HttpResponseBase:
    """The questions that hold a visitor's words, sent by POST like those of a search; without any, the page itself.

    Raises:
        Http404: this site has no page of questions.
    """
    if request.method != "POST":
        return redirect(address_of("faq"))
    page = get_object_or_404(FaqPage.objects.live().public(), locale__language_code=(get_language() or "fr")[:2])
    answer: HttpResponseBase = page.serve(request)
    return answer


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
