"""What a payer's manager does and reads: vouchers, counts by the month, statements. Never a request."""

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access import visible_to
from accounts.access import require_role
from cases.billing.counts import months_of
from cases.billing.forms import VouchersForm
from cases.billing.making import cancel_batch, make_shown, show_statement
from cases.models import Payer
from cases.services.payers import allowance_left
from errors import Missing


@require_GET
@require_role("payer")
def home(request: HttpRequest) -> HttpResponse:
    """The counts, and vouchers to make and to cancel."""
    payer = _own(request)
    return _home(request, payer) if payer is not None else render(request, "cases/billing/nobody.html")


@require_POST
@require_role("payer")
def make(request: HttpRequest) -> HttpResponse:
    """Make vouchers, and show their codes this once."""
    payer, form = _found(request), VouchersForm(request.POST)
    return make_shown(request, payer, form, back=reverse("payer:home")) or _home(request, payer, form)


@require_http_methods(["GET", "POST"])
@require_role("payer")
def void(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Cancel what nobody used of a batch."""
    return cancel_batch(request, _found(request), batch_id, back=reverse("payer:home"))


@require_GET
@require_role("payer")
def statement(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """The statement that ends with a month."""
    return show_statement(request, _found(request), year, month, back=reverse("payer:home"))


def _home(request: HttpRequest, payer: Payer, form: VouchersForm | None = None) -> HttpResponse:
    context = {
        "payer": payer,
        "vouchers": form or VouchersForm(initial={"batch": uuid4()}),
        "batches": list(payer.batches.all()),
        "left": allowance_left(payer),
        "months": months_of(payer),
    }
    return render(request, "cases/billing/home.html", context, status=422 if form is not None else 200)


def _own(request: HttpRequest) -> Payer | None:
    return Payer.objects.filter(visible_to(request.actor, "payer")).first()  # type: ignore[attr-defined]


def _found(request: HttpRequest) -> Payer:
    payer = _own(request)
    if payer is None:
        raise Missing(_("Your account manages the vouchers of no payer."))
    return payer
