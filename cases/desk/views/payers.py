"""Payers on the desk: what is agreed with them, and the vouchers made for them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access import visible_to
from accounts.access import require_role
from cases.billing.counts import months_of
from cases.billing.forms import VouchersForm
from cases.billing.making import cancel_batch, make_shown, show_statement
from cases.desk.forms import ManagerForm, PayerForm
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


@require_http_methods(["GET", "POST"])
@_coordinator
def void(request: HttpRequest, payer_id: UUID, batch_id: UUID) -> HttpResponse:
    """Cancel what nobody used of a batch."""
    payer = _found(request, payer_id)
    return cancel_batch(request, payer, batch_id, back=reverse("desk:payer", args=[payer.pk]))


@require_GET
@_coordinator
def statement(request: HttpRequest, payer_id: UUID, year: int, month: int) -> HttpResponse:
    """The statement that ends with a month, to invoice by: what the payer reads, and nothing more."""
    payer = _found(request, payer_id)
    return show_statement(request, payer, year, month, back=reverse("desk:payer", args=[payer.pk]))


@require_POST
@_coordinator
def add_manager(request: HttpRequest, payer_id: UUID) -> HttpResponse:
    """Let an account manage the vouchers of a payer."""
    payer, form = _found(request, payer_id), ManagerForm(request.POST)
    actor = request.actor  # type: ignore[attr-defined]
    if form.is_valid():
        email = form.cleaned_data["email"]
        if attempt(request, form, lambda: payers.add_manager(payer.pk, email, actor=actor), done=_("Recorded.")):
            return redirect("desk:payer", payer.pk)
    return _page(request, payer, manager=form)


@require_POST
@_coordinator
def end_manager(request: HttpRequest, payer_id: UUID, manager_id: UUID) -> HttpResponse:
    """End it."""
    payer = _found(request, payer_id)
    if not payer.managers.filter(pk=manager_id).exists():
        raise Missing(_("This person does not manage the vouchers of this payer."))
    actor = request.actor  # type: ignore[attr-defined]
    attempt(request, None, lambda: payers.end_manager(manager_id, actor=actor), done=_("Recorded."))
    return redirect("desk:payer", payer.pk)


def _page(
    request: HttpRequest,
    payer: Payer,
    *,
    form: PayerForm | None = None,
    vouchers: VouchersForm | None = None,
    manager: ManagerForm | None = None,
) -> HttpResponse:
    terms = {name: getattr(payer, name) for name in PayerForm.base_fields}
    context = {
        "payer": payer,
        "form": form or PayerForm(initial=terms),
        "vouchers": vouchers or VouchersForm(initial={"batch": uuid4()}),
        "batches": list(payer.batches.select_related("made_by")),
        "left": payers.allowance_left(payer),
        "months": months_of(payer),
        "manager": manager or ManagerForm(),
        "managers": list(payer.managers.filter(ended_at__isnull=True).select_related("user")),
    }
    return render(request, "cases/desk/payer.html", context, status=_status(request))


def _found(request: HttpRequest, payer_id: UUID) -> Payer:
    payer = Payer.objects.filter(visible_to(request.actor, "payer"), pk=payer_id).first()  # type: ignore[attr-defined]
    if payer is None:
        raise Missing(_("This payer does not exist, or is not yours to see."))
    return payer


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
