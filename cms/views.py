"""The public site besides its pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import public
from cms import faq
from cms.menus import address_of


@public
@csrf_exempt
@require_POST
def useful(request: HttpRequest) -> HttpResponse:
    """Count whether an answer was useful; sets no cookie and keeps nothing about the reader (ADR 0016)."""
    entry = faq.count_answer(request, request.POST.get("token", ""), useful=request.POST.get("useful") == "yes")
    anchor = f"q-{entry.hex[:8]}"
    return redirect(f"{address_of('faq')}?merci={anchor}#{anchor}")
