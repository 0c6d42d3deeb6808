"""Making and cancelling vouchers from a page, of the desk or of a payer; codes are shown this once."""

import csv
import io
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.billing.forms import VouchersForm
from cases.models import Payer
from cases.pages import attempt
from cases.services import payers
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
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([_("Code"), _("First day"), _("Last day")])
    writer.writerows([code, valid_from, valid_until] for code in codes)
    # With a mark of order: spreadsheets then read the accents.
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_("vouchers")}.csv"'
    return answer


def cancel_batch(request: HttpRequest, payer: Payer, batch_id: UUID) -> None:
    """Cancel what nobody used of a batch of this payer."""
    if not payer.batches.filter(pk=batch_id).exists():
        raise Missing(_("This batch does not exist, or is not yours to see."))
    payers.void_batch(batch_id, actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, _("What nobody used of this batch is cancelled."))
