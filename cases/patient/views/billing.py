"""What the request costs, who pays, and the receipts, for the patient."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.billing.accounts import was_billed
from cases.billing.papers import bill_of, paper_of, print_paper
from cases.models import Case
from cases.models.case import Payment
from cases.pages import case_page, rights_on
from errors import Missing


@require_GET
@case_page("case.read_billing")
def page(request: HttpRequest, case: Case) -> HttpResponse:
    """What is to be paid and how, and what came."""
    if not was_billed(case):
        raise Missing(_("This request has no price."))
    context = {
        "case": case,
        "bill": bill_of(case),
        "may_choose": case.payment == Payment.OPEN and rights_on(request).to("case.choose_payer").allowed,
    }
    return render(request, "cases/patient/payment.html", context)


@require_GET
@case_page("case.read_billing", event="case.receipt_read")
def receipt(request: HttpRequest, case: Case, receipt_id: UUID) -> HttpResponse:
    """A receipt as PDF."""
    return print_paper(case, paper_of(case, receipt_id))
