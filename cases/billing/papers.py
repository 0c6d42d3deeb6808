"""Receipts and credit notes: as lines of a page, and as a PDF to print. Neither names a disease or an expert."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.billing.accounts import Account, account_from, billing_of, papers_of
from cases.models import Billing, Case, Receipt
from cases.opinions.fonts import printable
from cases.opinions.render import print_letter
from cases.start.prices import Fees, PriceLine, money, payment_means, price_lines
from errors import Missing
from ui.dates import say_date


@dataclass(frozen=True)
class Paper:
    """One receipt or credit note, in words.

    Args:
        left: what may still be credited, in cents.
    """

    row: Receipt
    lines: list[PriceLine]
    left: int

    @property
    def title(self) -> str:
        """What it is, with its number."""
        words = _("Credit note no. %(number)s") if self.row.is_credit_note else _("Receipt no. %(number)s")
        return words % {"number": self.row}


@dataclass(frozen=True)
class Bill:
    """All that a page says of the price of a request."""

    billing: Billing | None
    account: Account
    papers: list[Paper]

    @property
    def due(self) -> list[PriceLine]:
        """The price, line by line; nothing where there is none."""
        return price_lines(self.account.due)

    @property
    def left(self) -> str:
        """What is still to come, in words; "" for nothing."""
        return money(self.account.left.total) if self.account.left.total else ""

    @property
    def means(self) -> str:
        """How it may be paid."""
        return payment_means()


def bill_of(case: Case) -> Bill:
    """The price of a request, and its papers."""
    billing = billing_of(case)
    rows = papers_of(case, billing)
    credited: dict[UUID, int] = {}
    for row in rows:
        if row.corrects_id is not None:
            credited[row.corrects_id] = credited.get(row.corrects_id, 0) + row.cents
    papers = [Paper(row, _lines(row), 0 if row.is_credit_note else row.cents - credited.get(row.pk, 0)) for row in rows]
    return Bill(billing, account_from(case, billing, rows), papers)


def paper_of(case: Case, receipt_id: UUID) -> Paper:
    """One paper of this request.

    Raises:
        Missing: it is of another.
    """
    for paper in bill_of(case).papers:
        if paper.row.pk == receipt_id:
            return paper
    raise Missing(_("This receipt does not exist."))


def print_paper(case: Case, paper: Paper) -> HttpResponse:
    """A paper as PDF, in the language of the request."""
    row, language = paper.row, "en" if case.language == "en" else "fr"
    with override(language):
        context: dict[str, Any] = {
            "language": language,
            "title": paper.title,
            "issuer": printable(str(row.issuer.get("name", "")))[0],
            "address": printable(str(row.issuer.get("address", "")))[0],
            "payer": printable(row.payer)[0],
            "reference": case.reference,
            "lines": _lines(row),
            "means": row.get_means_display(),
            "day": say_date(row.paid_on, "full"),
            "issued": say_date(row.issued_at, "full"),
            "corrects": str(row.corrects or ""),
            "reason": row.get_reason_display(),
        }
        pdf = print_letter(render_to_string("cases/billing/paper.html", context))
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{row}.pdf"'
    answer["Cache-Control"] = "no-store, private"
    return answer


def _lines(row: Receipt) -> list[PriceLine]:
    """The fees it covers; one that it does not cover has no line."""
    *fees, total = price_lines(Fees(row.expert_cents, row.service_cents))
    covered = zip(fees, (row.expert_cents, row.service_cents), strict=True)
    return [*(line for line, cents in covered if cents), total]
