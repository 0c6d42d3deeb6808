"""Payers on the desk: what is agreed with them, and the vouchers made for them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access import visible_to
from accounts.access import require_role
from cases.billing.forms import VouchersForm
from cases.billing.making import cancel_batch, make_shown
from cases.desk.forms import PayerForm
from cases.models import Payer
from cases.pages import attempt
from cases.services import payers
from errors import Missing

_coordinator: Callable[[Callable[..., Any]], Callable[..., Any]] = require_role("coordinator")


@require_http_methods(["GET", "POST"])
@_coordinator
def home(request: HttpRequest) -> HttpResponse:
    """The payers, and a new one."""
    actor = request.actor  # type: ignore[attr-defined]
    form = PayerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found: list[Payer] = []
        terms = form.terms
        if attempt(request, form, lambda: found.append(payers.record_payer(terms, actor=actor))):
            return redirect("desk:payer", found[0].pk)
    rows = list(Payer.objects.filter(visible_to(actor, "payer")))
    return render(request, "cases/desk/payers.html", {"rows": rows, "form": form}, status=_status(request))


@require_http_methods(["GET", "POST"])
@_coordinator
def page(request: HttpRequest, payer_id: UUID) -> HttpResponse:
    """One payer; posting changes what is agreed with it."""
    actor = request.actor  # type: ignore[attr-defined]
    payer = _found(request, payer_id)
    form = PayerForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        terms = form.terms
        done = _("Recorded.")
        if attempt(request, form, lambda: payers.record_payer(terms, actor=actor, payer_id=payer.pk), done=done):
            return redirect("desk:payer", payer.pk)
    return _page(request, payer, form=form)


@require_POST
@_coordinator
def make(request: HttpRequest, payer_id: UUID) -> HttpResponse:
    """Make vouchers, and show their codes this once: on a page to print, or as a file."""
    payer = _found(request, payer_id)
    form = VouchersForm(request.POST)
    answer = make_shown(request, payer, form, back=reverse("desk:payer", args=[payer.pk]))
    return answer or _page(request, payer, vouchers=form)


@require_POST
@_coordinator
def void(request: HttpRequest, payer_id: UUID, batch_id: UUID) -> HttpResponse:
    """Cancel what nobody used of a batch."""
    payer = _found(request, payer_id)
    cancel_batch(request, payer, batch_id)
    return redirect("desk:payer", payer.pk)


def _page(
    request: HttpRequest, payer: Payer, *, form: PayerForm | None = None, vouchers: VouchersForm | None = None
) -> HttpResponse:
    terms = {name: getattr(payer, name) for name in PayerForm.base_fields}
    context = {
        "payer": payer,
        "form": form or PayerForm(initial=terms),
        "vouchers": vouchers or VouchersForm(initial={"batch": uuid4()}),
        "batches": list(payer.batches.select_related("made_by")),
        "left": payers.allowance_left(payer),
    }
    return render(request, "cases/desk/payer.html", context, status=_status(request))


def _found(request: HttpRequest, payer_id: UUID) -> Payer:
    payer = Payer.objects.filter(visible_to(request.actor, "payer"), pk=payer_id).first()  # type: ignore[attr-defined]
    if payer is None:
        raise Missing(_("This payer does not exist, or is not yours to see."))
    return payer


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
