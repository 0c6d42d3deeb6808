"""Finding the voucher of a code, taking it for a request, giving it back."""

from django.utils.translation import gettext as _

from cases.billing.codes import hashes_of, read_code
from cases.models import Case, Voucher
from clock import now
from errors import Conflict, Invalid
from ui.dates import say_date
from ui.forms import today


def find_voucher(typed: str) -> Voucher:
    """The voucher of a code typed by a patient.

    Raises:
        Invalid: no code, or none of a voucher that can be used today; the field «code» says which.
    """
    code = read_code(typed)
    voucher = None
    if not typed.strip():
        words = _("Enter the code of your voucher.")
    elif not code:
        words = _("Check this code letter by letter: 12 characters, among which never 0, O, 1 or I.")
    else:
        rows = Voucher.objects.select_related("batch__payer").filter(code_hash__in=hashes_of(code))
        voucher = rows.first()
        words = refusal(voucher) if voucher is not None else _("No voucher has this code. Ask whoever gave it to you.")
    if voucher is None or words:
        raise Invalid(_("This voucher cannot be used."), fields={"code": words})
    return voucher


def refusal(voucher: Voucher, case: Case | None = None) -> str:
    """Why a voucher cannot be used today, or «».

    Args:
        case: the request that may have taken it already.
    """
    if voucher.case_id is not None:
        return "" if case is not None and voucher.case_id == case.pk else _("This voucher has already been used.")
    batch, day = voucher.batch, today()
    if batch.voided_at is not None or not batch.payer.active:
        return _("This voucher was cancelled. Ask whoever gave it to you.")
    if day < batch.valid_from:
        return _("This voucher can be used from %(day)s on.") % {"day": say_date(batch.valid_from, "full")}
    if day > batch.valid_until:
        return _("This voucher could be used until %(day)s.") % {"day": say_date(batch.valid_until, "full")}
    return ""


def take_voucher(case: Case, voucher: Voucher) -> None:
    """Have a voucher pay this request, whose row is locked; of two requests sent at once only one gets it.

    Raises:
        Conflict: it cannot be used any more.
    """
    rows = Voucher.objects.select_related("batch__payer").select_for_update(of=("self", "batch"))
    voucher = rows.get(pk=voucher.pk)
    words = refusal(voucher, case)
    free = Voucher.objects.filter(pk=voucher.pk, case__isnull=True)
    if not words and voucher.case_id is None and not free.update(case=case, taken_at=now()):
        words = _("This voucher has already been used.")
    if words:
        raise Conflict(words, _("Go back to «Who pays?» to choose again. Nothing you filled in is lost."))


def give_back(case: Case) -> bool:
    """Free the voucher of a request without a delivered opinion; whether there was one."""
    if case.delivered_at is not None:
        return False
    return bool(Voucher.objects.filter(case=case).update(case=None, taken_at=None))
