"""What a request costs, what came, what was decided about its price: the administrative part of a file."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.billing.papers import bill_of, paper_of, print_paper
from cases.desk import forms
from cases.models import Case
from cases.pages import attempt, case_page, require_on_page, rights_on
from cases.services import billing
from cases.start.prices import in_units
from ui.forms import today


@require_http_methods(["GET", "POST"])
@case_page("case.read_billing")
def page(request: HttpRequest, case: Case) -> HttpResponse:
    """Who pays, and what came; posting records a payment."""
    actor = request.actor  # type: ignore[attr-defined]
    form = None
    if request.method == "POST":
        require_on_page(request, case, "case.settle_payment")
        form = forms.PaymentForm(request.POST)
        if form.is_valid():
            data, cents = form.cleaned_data, form.cents

            def act() -> None:
                billing.record_payment(case.pk, cents, data["means"], data["paid_on"], data["payer"], actor=actor)

            if attempt(request, form, act, done=_("The payment is recorded; the patient has the receipt.")):
                return redirect("desk:payment", case.pk)
    return _page(request, case, payment=form)


@require_POST
@case_page("case.set_price")
def price(request: HttpRequest, case: Case) -> HttpResponse:
    """Lower the price, ask for nothing, or keep it."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.PriceForm(request.POST)
    if form.is_valid():
        fees, motive = form.fees, form.cleaned_data["motive"]
        done = _("The decision is recorded; the patient is told.")
        if attempt(request, form, lambda: billing.set_price(case.pk, fees, motive, actor=actor), done=done):
            return redirect("desk:payment", case.pk)
    return _page(request, case, price=form)


def _page(request: HttpRequest, case: Case, **bound: Any) -> HttpResponse:
    bill, rights = bill_of(case), rights_on(request)
    left, due = bill.account.left.total, bill.account.due
    payment = {"amount": in_units(left), "payer": case.patient.full_name, "paid_on": today()}
    fees = {"expert": in_units(due.expert), "service": in_units(due.service)}
    may_price = rights.to("case.set_price").allowed and not bill.account.by_voucher
    context = {
        "case": case,
        "bill": bill,
        "payment": bound.get("payment") or forms.PaymentForm(initial=payment),
        "price": bound.get("price") or forms.PriceForm(initial=fees),
        "may_record": bool(left) and rights.to("case.settle_payment").allowed,
        "may_price": may_price and (bool(due.total) or case.payment == "open"),
        "can_refund": rights.to("case.refund").allowed,
    }
    return render(request, "cases/desk/payment.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@case_page("case.read_billing", event="case.receipt_read")
def receipt(request: HttpRequest, case: Case, receipt_id: UUID) -> HttpResponse:
    """A receipt as PDF."""
    return print_paper(case, paper_of(case, receipt_id))


@require_http_methods(["GET", "POST"])
@case_page("case.refund")
def refund(request: HttpRequest, case: Case, receipt_id: UUID) -> HttpResponse:
    """A credit note: money given back, or a payment recorded by mistake."""
    actor = request.actor  # type: ignore[attr-defined]
    paper = paper_of(case, receipt_id)
    initial = {"amount": in_units(paper.left), "means": paper.row.means, "paid_on": today()}
    form = forms.RefundForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data, cents = form.cleaned_data, form.cents

        def act() -> None:
            kind, means, day = data["reason"], data["means"], data["paid_on"]
            billing.record_refund(receipt_id, cents, kind, means, day, actor=actor)

        if attempt(request, form, act, done=_("The credit note is recorded; the patient has it.")):
            return redirect("desk:payment", case.pk)
    context = {"case": case, "paper": paper, "form": form}
    return render(request, "cases/desk/refund.html", context, status=422 if request.method == "POST" else 200)
