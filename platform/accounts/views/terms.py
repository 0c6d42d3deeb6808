"""What one accepts by opening an account: two public pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import terms
from accounts.access import public
from accounts.views.parts import language_of


def _page(request: HttpRequest, title: str, text: terms.Text) -> HttpResponse:
    context = {"title": title, "sections": terms.sections(text, language_of(request)), "version": terms.VERSION}
    return render(request, "accounts/terms.html", context)


@public
@require_GET
def conditions(request: HttpRequest) -> HttpResponse:
    """What the service is and is not, and what is asked of who uses it."""
    return _page(request, _("Terms of use"), terms.Text.TERMS)


@public
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """Who processes personal data, why, for how long, and which rights one has (GDPR 13)."""
    return _page(request, _("Personal data"), terms.Text.PRIVACY)
