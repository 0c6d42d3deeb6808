"""What the desk and a payer do alike on their pages: making and cancelling vouchers, reading a statement."""

import csv
import io
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access import require
from audit import record
from cases.billing.counts import statements_of
from cases.billing.forms import VouchersForm
from cases.models import Payer
from cases.pages import attempt
from cases.services import payers
from cases.start.prices import price_lines
from errors import Missing


def make_shown(request: HttpRequest, payer: Payer, form: VouchersForm, *, back: str) -> HttpResponse | None:
    """Make the vouchers a form asks for, and show their codes: on a page to print, or as a file with one code a line.

    Args:
        back: address of the page of the payer.

    Returns:
        None where the form has to be shown again.
    """
    codes: list[str] = []

    def act() -> None:
        data = form.cleaned_data
        size, days = int(data["size"]), (data["valid_from"], data["valid_until"])
        actor = request.actor  # type: ignore[attr-defined]
        codes.extend(payers.make_vouchers(payer.pk, size, *days, batch_id=data["batch"], actor=actor))

    if not form.is_valid() or not attempt(request, form, act):
        return None
    days = form.cleaned_data["valid_from"], form.cleaned_data["valid_until"]
    answer = _file(codes, *days) if "file" in request.POST else None
    if answer is None:
        context = {"payer": payer, "codes": codes, "valid_from": days[0], "valid_until": days[1], "back": back}
        answer = render(request, "cases/billing/codes.html", context)
    answer["Cache-Control"] = "no-store, private"
    return answer


def _file(codes: list[str], valid_from: object, valid_until: object) -> HttpResponse:
    head = [_("Code"), _("First day"), _("Last day")]
    return _table([head, *([code, str(valid_from), str(valid_until)] for code in codes)], _("vouchers"))


def _table(rows: list[list[str]], name: str) -> HttpResponse:
    """Rows as a file for a spreadsheet; with a mark of order, else the accents are misread."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def cancel_batch(request: HttpRequest, payer: Payer, batch_id: UUID, *, back: str) -> HttpResponse:
    """Ask, then cancel what nobody used of a batch of this payer."""
    batch = payer.batches.filter(pk=batch_id).first()
    if batch is None:
        raise Missing(_("This batch does not exist, or is not yours to see."))
    if request.method == "POST":
        payers.void_batch(batch_id, actor=request.actor)  # type: ignore[attr-defined]
        messages.success(request, _("What nobody used of this batch is cancelled."))
        return redirect(back)
    return render(request, "cases/billing/cancel.html", {"payer": payer, "batch": batch, "back": back})


def show_statement(request: HttpRequest, payer: Payer, year: int, month: int, *, back: str) -> HttpResponse:
    """The statement that ends with a month, on a page to print, or as a file.

    Raises:
        Missing: none ends with it.
    """
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, "payer.see", payer)
    for found in statements_of(payer):
        if (found.last.year, found.last.month) == (year, month):
            with transaction.atomic():
                detail = {"payer": str(payer.pk), "month": f"{found.last:%Y-%m}"}
                record("payer.statement_read", actor=actor, detail=detail)
            if "fichier" in request.GET:
                return _table([[_("Voucher")], *([line] for line in found.lines)], _("statement"))
            context = {
                "payer": payer,
                "statement": found,
                "fees": price_lines(found.fees),
                "back": back,
                "issuer": settings.SERVICE_CONTROLLER,
                "address": settings.SERVICE_CONTACT,
            }
            return render(request, "cases/billing/statement.html", context)
    raise Missing(_("No statement ends with this month."))
