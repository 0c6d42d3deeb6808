"""What a request costs, what came, and what that makes of `Case.payment`."""

from collections.abc import Iterable
from dataclasses import dataclass

from cases.billing.vouchers import give_back, take_voucher
from cases.models import Billing, Case, Receipt, Voucher
from cases.models.case import Payment
from cases.start.prices import Fees, fees_now, has_price
from errors import Conflict


@dataclass(frozen=True)
class Account:
    """One request.

    Args:
        due: the fees, whoever pays them.
        paid: what came, less what went back.
        by_voucher: a voucher pays it.
    """

    due: Fees
    paid: Fees
    by_voucher: bool

    @property
    def left(self) -> Fees:
        """What is still to come."""
        if self.by_voucher:
            return Fees(0, 0)
        return Fees(max(0, self.due.expert - self.paid.expert), max(0, self.due.service - self.paid.service))

    @property
    def payment(self) -> Payment:
        """Whether the price is settled."""
        if self.by_voucher:
            return Payment.SETTLED
        if not self.due.total:
            return Payment.WAIVED
        return Payment.OPEN if self.left.total else Payment.SETTLED


def billing_of(case: Case) -> Billing | None:
    """What was chosen and decided about the price of a request."""
    return Billing.objects.select_related("named_voucher__batch__payer", "content_key").filter(case=case).first()


def account_of(case: Case, billing: Billing | None = None) -> Account:
    """The account of a request.

    Args:
        billing: where it was just read.
    """
    billing = billing or billing_of(case)
    return account_from(case, billing, papers_of(case, billing))


def papers_of(case: Case, billing: Billing | None) -> list[Receipt]:
    """The receipts and credit notes of a request; of one that never cost anything there are none."""
    if billing is None and case.payment == Payment.WAIVED:
        return []
    return list(case.receipts.select_related("content_key", "corrects"))


def account_from(case: Case, billing: Billing | None, papers: Iterable[Receipt]) -> Account:
    """The account of a request whose rows were read."""
    if not case.is_second_opinion:
        # A tele-expertise is settled between professionals and the health insurance.
        due = Fees(0, 0)
    elif billing is not None and billing.expert_cents is not None and billing.service_cents is not None:
        due = Fees(billing.expert_cents, billing.service_cents)
    else:
        due = fees_now()
    signed = [(-1 if paper.is_credit_note else 1, paper) for paper in papers]
    paid = Fees(
        sum(sign * paper.expert_cents for sign, paper in signed),
        sum(sign * paper.service_cents for sign, paper in signed),
    )
    return Account(due, paid, billing is not None and Voucher.objects.filter(case=case).exists())


def part_of(fees: Fees, cents: int) -> Fees:
    """How an amount divides over two fees: the doctor's first, then the service's."""
    expert = min(cents, fees.expert)
    return Fees(expert, cents - expert)


def was_billed(case: Case) -> bool:
    """Whether there is anything to say about the price of this request."""
    return case.is_second_opinion and Billing.objects.filter(case=case).exists()


def must_choose_payer(case: Case) -> bool:
    """Whether the patient still has to say who pays before her request is complete."""
    return case.is_second_opinion and has_price() and not Billing.objects.filter(case=case).exclude(who="").exists()


# --- steps of the moves, whose case is locked and saved by the engine


def settle_at_sending(case: Case) -> Billing | None:
    """The price is fixed, and the voucher named is taken.

    Raises:
        Conflict: the voucher cannot be used any more; nothing is sent.
    """
    billing = billing_of(case)
    if not case.is_second_opinion or (billing is None and not has_price()):
        case.payment = Payment.WAIVED
        return None
    if billing is None:
        billing = Billing(case=case, content_key=case.content_key)
    if not billing.decision:
        fees = fees_now()
        billing.expert_cents, billing.service_cents = fees.expert, fees.service
    billing.save()
    take_named(case, billing)
    return billing


def take_named(case: Case, billing: Billing) -> None:
    """Take the voucher named, where something is to be paid, and settle the case."""
    if billing.named_voucher is not None and billing.expert_cents is not None and account_of(case, billing).left.total:
        take_voucher(case, billing.named_voucher)
    case.payment = account_of(case, billing).payment


def settle_at_end(case: Case) -> bool:
    """The request ends without an opinion: its voucher is free again; whether there was one."""
    given_back = give_back(case)
    if given_back:
        case.payment = Payment.OPEN
    return given_back


def was_paid_for_nothing(case: Case) -> bool:
    """Whether money came for an opinion that was not given."""
    if case.delivered_at is not None or not Receipt.objects.filter(case=case).exists():
        return False
    return account_of(case).paid.total > 0


def settle_again(case: Case) -> None:
    """A request taken up after its end takes its voucher again, where that is still free."""
    billing = billing_of(case)
    if billing is None or case.payment != Payment.OPEN:
        return
    try:
        take_named(case, billing)
    except Conflict:
        # Its price is then to be settled in another way, before the admission.
        case.payment = Payment.OPEN
