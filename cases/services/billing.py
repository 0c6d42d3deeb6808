"""Who pays, what came, what was decided about the price, receipts. The state of the case stays as it is."""

from datetime import date
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import limits
from accounts.limits import HOUR
from audit import Actor, record
from cases.billing.accounts import account_of, billing_of, part_of, take_named
from cases.billing.vouchers import find_voucher
from cases.models import Billing, Case, Receipt, ReferenceCounter, Voucher
from cases.models.case import Payment
from cases.notices import tell
from cases.services.locking import locked_case, subjects
from cases.services.repeats import WITHIN
from cases.start.prices import Fees, money
from clock import now
from errors import Conflict, Invalid, Missing
from ui.forms import today

#: Codes of vouchers one person may try.
_TRIES = limits.Rule("voucher", 10, HOUR)


def choose_payer(case_id: UUID, who: str, *, code: str = "", note: str = "", actor: Actor) -> Case:
    """Say who pays; possible until the price is settled. A code is checked at once.

    Args:
        code: of a voucher; "" keeps the one named before.
        note: a word for the service of whoever cannot pay; nobody has to write one.

    Raises:
        Invalid: no such answer, or a voucher that cannot be used.
        Conflict: the price is settled, or there is none.
        TooMany: too many codes were tried.
    """
    voucher, tried = None, 0.0
    if who == Billing.Who.VOUCHER and code.strip():
        with transaction.atomic():
            case = locked_case(case_id, actor=actor, action="case.choose_payer")
        tried = limits.reserve(_TRIES, str(actor.person))
        try:
            voucher = find_voucher(code)
        except Invalid:
            # Whoever tries codes to learn whether they were used leaves a trace.
            with transaction.atomic():
                record("case.voucher_refused", actor=actor, case_id=case.pk, subjects=subjects(case), outcome="refused")
            raise
    case = _choose(case_id, who, voucher, note.strip(), actor)
    if tried:
        limits.forgive(_TRIES, tried, str(actor.person))
    return case


@transaction.atomic
def _choose(case_id: UUID, who: str, voucher: Voucher | None, note: str, actor: Actor) -> Case:
    case = locked_case(case_id, actor=actor, action="case.choose_payer")
    if who not in Billing.Who.values:
        raise Invalid(_("Choose an answer."), fields={"who": _("Choose an answer.")})
    billing = billing_of(case) or Billing(case=case, content_key=case.content_key)
    if not account_of(case, billing).due.total:
        raise Conflict(_("There is nothing to pay."))
    if is_settled(case):
        raise Conflict(_("The price is settled: this can no longer be changed here."), _("Call us, please."))
    if who == Billing.Who.VOUCHER and voucher is None and billing.named_voucher is None:
        raise Invalid(_("This voucher cannot be used."), fields={"code": _("Enter the code of your voucher.")})
    asked_before = billing.who == Billing.Who.HELP
    billing.who, billing.chosen_at = who, now()
    billing.named_voucher = (voucher or billing.named_voucher) if who == Billing.Who.VOUCHER else None
    billing.note = note if who == Billing.Who.HELP and note else None
    billing.save()
    if case.consented_at is not None:
        take_named(case, billing)
        if who == Billing.Who.HELP and not asked_before and not billing.decision:
            tell(case, "desk", "desk_price_asked", key=f"billing:{now().isoformat()}")
    _save(case)
    record("case.payer_chosen", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"who": who})
    return case


def is_settled(case: Case) -> bool:
    """Whether the choice of who pays is over: sent, and settled."""
    return case.consented_at is not None and case.payment != Payment.OPEN


@transaction.atomic
def set_price(case_id: UUID, fees: Fees | None, motive: str, *, actor: Actor) -> Case:
    """Decide about the price of one request: lower it, ask for nothing, or keep it.

    Args:
        fees: the new ones, not above those of today; None keeps the price.
        motive: why, for the service alone.

    Raises:
        Conflict: a tele-expertise, a voucher pays it, or more than that has come already.
        Invalid: higher fees, or no motive.
    """
    case = locked_case(case_id, actor=actor, action="case.set_price")
    if not case.is_second_opinion:
        raise Conflict(_("The patient of a tele-expertise pays nothing."))
    if not motive.strip():
        raise Invalid(_("Say why."), fields={"motive": _("Fill in this field.")})
    billing = billing_of(case) or Billing(case=case, content_key=case.content_key)
    account = account_of(case, billing)
    if account.by_voucher:
        raise Conflict(_("A voucher pays this request: the patient pays nothing."))
    new = fees or account.due
    if new.expert > account.due.expert or new.service > account.due.service:
        words = _("At most %(amount)s.")
        gaps = {"expert": account.due.expert, "service": account.due.service}
        over = {name: words % {"amount": money(most)} for name, most in gaps.items() if getattr(new, name) > most}
        raise Invalid(_("A price is lowered here, never raised."), fields=over)
    if new.expert < account.paid.expert or new.service < account.paid.service:
        raise Conflict(_("More than that has been paid already."), _("Record the refund first, then the price."))
    kinds = Billing.Decision
    billing.expert_cents, billing.service_cents = new.expert, new.service
    billing.decision = kinds.KEPT if fees is None else kinds.REDUCED if new.total else kinds.WAIVED
    billing.motive, billing.decided_by_id, billing.decided_at = motive.strip(), actor.person, now()
    billing.save()
    case.payment = account_of(case, billing).payment
    _save(case)
    record(
        "case.price_set",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"decision": str(billing.decision)},
    )
    tell(case, "patient", "case_price_decided", key=f"price:{billing.decided_at.isoformat()}")
    return case


@transaction.atomic
def record_payment(case_id: UUID, cents: int, means: str, paid_on: date, payer: str, *, actor: Actor) -> Receipt:
    """Record money that came: its receipt exists with it. The same payment recorded again a moment later is one.

    Args:
        payer: the name on the receipt.

    Raises:
        Conflict: nothing is left to pay.
        Invalid: more than is left, a means there is not, or a day to come.
    """
    case = locked_case(case_id, actor=actor, action="case.settle_payment")
    payer = payer.strip()
    just_now = case.receipts.select_related("content_key").filter(
        corrects__isnull=True, credit_notes__isnull=True, recorded_by_id=actor.id, issued_at__gt=now() - WITHIN
    )
    for last in just_now:
        if (last.cents, last.means, last.paid_on, last.payer) == (cents, means, paid_on, payer):
            return last
    left = account_of(case).left
    if not left.total:
        raise Conflict(_("Nothing is left to pay."))
    gaps = _gaps(cents, left.total, means, paid_on)
    if not payer:
        gaps["payer"] = _("Fill in this field.")
    if gaps:
        raise Invalid(_("This payment cannot be recorded like this."), fields=gaps)
    receipt = _issue(case, part_of(left, cents), means, paid_on, payer, actor)
    case.payment = account_of(case).payment
    _save(case)
    record(
        "case.payment_recorded",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"receipt": str(receipt.pk), "payment": str(case.payment)},
    )
    tell(case, "patient", "case_payment_recorded", key=f"receipt:{receipt.pk}")
    return receipt


@transaction.atomic
def record_refund(receipt_id: UUID, cents: int, reason: str, means: str, paid_on: date, *, actor: Actor) -> Receipt:
    """Record money that went back, or a payment recorded by mistake: a credit note; the receipt stays as it is.

    Raises:
        Conflict: all of it was credited already.
        Invalid: more than is left of the receipt, no reason, a means there is not, or a day to come.
    """
    found = Receipt.objects.filter(pk=receipt_id, corrects__isnull=True).first()
    if found is None:
        raise Missing(_("This receipt does not exist."))
    case = locked_case(found.case_id, actor=actor, action="case.refund")
    receipt = Receipt.objects.select_related("content_key").get(pk=receipt_id)
    notes = list(receipt.credit_notes.all())
    left = Fees(
        receipt.expert_cents - sum(note.expert_cents for note in notes),
        receipt.service_cents - sum(note.service_cents for note in notes),
    )
    if not left.total:
        raise Conflict(_("This receipt was credited already."))
    gaps = _gaps(cents, left.total, means, paid_on)
    if reason not in Receipt.Reason.values:
        gaps["reason"] = _("Choose an answer.")
    if gaps:
        raise Invalid(_("This refund cannot be recorded like this."), fields=gaps)
    note = _issue(case, part_of(left, cents), means, paid_on, receipt.payer, actor, corrects=receipt, reason=reason)
    if case.is_second_opinion:
        case.payment = account_of(case).payment
    _save(case)
    record(
        "case.refund_recorded",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"receipt": str(receipt.pk), "credit_note": str(note.pk), "reason": reason},
    )
    tell(case, "patient", "case_refund_recorded", key=f"receipt:{note.pk}")
    return note


def _gaps(cents: int, most: int, means: str, paid_on: date) -> dict[str, str]:
    """What is wrong with an amount, its means and its day."""
    gaps = {}
    if not 0 < cents <= most:
        gaps["amount"] = _("Between %(least)s and %(most)s.") % {"least": money(1), "most": money(most)}
    if means not in Receipt.Means.values:
        gaps["means"] = _("Choose an answer.")
    if paid_on > today():
        gaps["paid_on"] = _("This day is still to come.")
    return gaps


def _issue(
    case: Case,
    part: Fees,
    means: str,
    paid_on: date,
    payer: str,
    actor: Actor,
    *,
    corrects: Receipt | None = None,
    reason: str = "",
) -> Receipt:
    """A paper with the next number of the year; the counter is locked until the end of the transaction."""
    year = today().year
    prefix = f"R-{year}"
    ReferenceCounter.objects.get_or_create(prefix=prefix)
    counter = ReferenceCounter.objects.select_for_update().get(prefix=prefix)
    counter.last += 1
    counter.save()
    return Receipt.objects.create(
        id=uuid4(),
        content_key=case.content_key,
        case=case,
        year=year,
        number=counter.last,
        corrects=corrects,
        reason=reason,
        expert_cents=part.expert,
        service_cents=part.service,
        means=means,
        paid_on=paid_on,
        payer=payer,
        issuer={"name": settings.SERVICE_CONTROLLER, "address": settings.SERVICE_CONTACT},
        recorded_by_id=actor.person,
        issued_at=now(),
    )


def _save(case: Case) -> None:
    case.updated_at = now()
    case.save()
