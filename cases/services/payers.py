"""Payers and their vouchers. Nothing of this reads or changes a request."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from access import require
from accounts.models import User
from accounts.models.roles import Role
from accounts.models.users import fold_email
from audit import Actor, record
from cases.billing.codes import draw_code, hash_code, spaced
from cases.models import Payer, PayerManager, Voucher, VoucherBatch
from cases.services.repeats import WITHIN
from clock import now
from errors import Conflict, Invalid, Missing
from ui.dates import say_date
from ui.forms import today

#: The kind of target of the table of rights.
TARGET = "payer"


@dataclass(frozen=True)
class Terms:
    """What is agreed with a payer.

    Args:
        allowance: vouchers that may be made.
    """

    name: str
    kind: str
    agreed_from: date
    agreed_until: date | None
    allowance: int
    active: bool = True


@transaction.atomic
def record_payer(terms: Terms, *, actor: Actor, payer_id: UUID | None = None) -> Payer:
    """Record a payer, or what is agreed with one known.

    Raises:
        NotAllowed: not a coordinating doctor.
        Invalid: the name of another payer, a kind there is not, days in the wrong order.
    """
    if payer_id is None:
        require(actor, "payer.record", TARGET)
        # Two clicks of the same person wait for each other.
        User.objects.select_for_update().get(pk=actor.person)
        just_now = Payer.objects.filter(recorded_by_id=actor.person, recorded_at__gt=now() - WITHIN)
        for last in just_now:
            if all(getattr(last, name) == value for name, value in asdict(terms).items()):
                return last
        payer = Payer(recorded_by_id=actor.person)
    else:
        payer = _locked(payer_id, "payer.record", actor)
    known = Payer.objects.filter(name__iexact=terms.name.strip()).exclude(pk=payer.pk).exists()
    gaps = {"name": _("This payer is known already.")} if known else {}
    if not terms.name.strip():
        gaps["name"] = _("Fill in this field.")
    if terms.kind not in Payer.Kind.values:
        gaps["kind"] = _("Choose an answer.")
    if terms.agreed_until is not None and terms.agreed_until < terms.agreed_from:
        gaps["agreed_until"] = _("The agreement ends after it begins.")
    if gaps:
        raise Invalid(_("This payer cannot be recorded like this."), fields=gaps)
    payer.name, payer.kind, payer.active = terms.name.strip(), terms.kind, terms.active
    payer.agreed_from, payer.agreed_until, payer.allowance = terms.agreed_from, terms.agreed_until, terms.allowance
    payer.save()
    record(
        "payer.recorded" if payer_id is None else "payer.changed",
        actor=actor,
        detail={"payer": str(payer.pk), "active": payer.active, "allowance": payer.allowance},
    )
    return payer


@transaction.atomic
def add_manager(payer_id: UUID, email: str, *, actor: Actor) -> PayerManager:
    """Let an account that has the role manage the vouchers of a payer.

    Raises:
        Invalid: no such account, or it manages those of another payer.
    """
    payer = _locked(payer_id, "payer.record", actor)
    user = User.objects.select_for_update().filter(email=fold_email(email), is_active=True).first()
    if user is None or not user.has_role(Role.PAYER):
        words = _("No account with the role “payer manager” has this address. The administrator makes it first.")
        raise Invalid(_("This person cannot be added."), fields={"email": words})
    living = PayerManager.objects.filter(user=user, ended_at__isnull=True).first()
    if living is not None and living.payer_id == payer.pk:
        return living
    if living is not None:
        words = _("This person already manages the vouchers of a payer.")
        raise Invalid(_("This person cannot be added."), fields={"email": words})
    manager = PayerManager.objects.create(payer=payer, user=user, added_by_id=actor.person, added_at=now())
    record("payer.manager_added", actor=actor, subjects={"user": [user.pk]}, detail={"payer": str(payer.pk)})
    return manager


@transaction.atomic
def end_manager(manager_id: UUID, *, actor: Actor) -> None:
    """End it: this person sees nothing of the payer any more."""
    found = PayerManager.objects.filter(pk=manager_id).first()
    if found is None:
        raise Missing(_("This person does not manage the vouchers of this payer."))
    payer = _locked(found.payer_id, "payer.record", actor)
    if PayerManager.objects.filter(pk=manager_id, ended_at__isnull=True).update(ended_at=now()):
        record("payer.manager_ended", actor=actor, subjects={"user": [found.user_id]}, detail={"payer": str(payer.pk)})


@transaction.atomic
def make_vouchers(
    payer_id: UUID, size: int, valid_from: date, valid_until: date, *, batch_id: UUID, actor: Actor
) -> list[str]:
    """Make vouchers. Their codes are returned here, once, and can be shown by nobody afterwards.

    Args:
        batch_id: made with the form, so that a page sent twice makes one batch.

    Raises:
        Conflict: the batch was made already, or the agreement does not hold.
        Invalid: too few or too many, or days outside the agreement.
    """
    payer = _locked(payer_id, "voucher.make", actor)
    if VoucherBatch.objects.filter(pk=batch_id).exists():
        raise Conflict(
            _("These vouchers were made already, and their codes can be shown only once."),
            _("If the codes are lost, cancel the batch and make another one."),
        )
    if not payer.active:
        raise Conflict(_("The agreement with this payer is suspended: no voucher can be made."))
    gaps = _gaps(payer, size, valid_from, valid_until)
    if gaps:
        raise Invalid(_("These vouchers cannot be made like this."), fields=gaps)
    batch = VoucherBatch.objects.create(
        id=batch_id,
        payer=payer,
        size=size,
        valid_from=valid_from,
        valid_until=valid_until,
        made_by_id=actor.person,
        made_at=now(),
    )
    codes = [draw_code() for _number in range(size)]
    Voucher.objects.bulk_create(Voucher(batch=batch, code_hash=hash_code(code)) for code in codes)
    record("payer.vouchers_made", actor=actor, detail={"payer": str(payer.pk), "batch": str(batch.pk), "size": size})
    return [spaced(code) for code in codes]


def allowance_left(payer: Payer) -> int:
    """How many vouchers may still be made. It follows from what was made alone, so it tells nothing of their use."""
    made = payer.batches.aggregate(made=Sum("size"))["made"] or 0
    return int(max(0, payer.allowance - made))


def _gaps(payer: Payer, size: int, valid_from: date, valid_until: date) -> dict[str, str]:
    least, most = settings.VOUCHERS["least"], min(settings.VOUCHERS["most"], allowance_left(payer))
    gaps = {}
    if not least <= size <= most:
        if most < least:
            gaps["size"] = _("The agreement allows no further batch.")
        else:
            gaps["size"] = _("Between %(least)s and %(most)s.") % {"least": least, "most": most}
    if valid_from < payer.agreed_from:
        words = _("The agreement begins on %(day)s.")
        gaps["valid_from"] = words % {"day": say_date(payer.agreed_from, "full")}
    if valid_until < max(valid_from, today()):
        gaps["valid_until"] = _("The last day comes after the first.")
    elif payer.agreed_until is not None and valid_until > payer.agreed_until:
        words = _("The agreement ends on %(day)s.")
        gaps["valid_until"] = words % {"day": say_date(payer.agreed_until, "full")}
    return gaps


@transaction.atomic
def void_batch(batch_id: UUID, *, actor: Actor) -> VoucherBatch:
    """Cancel what nobody used of a batch. A request sent with one of its vouchers keeps it; nothing says whether."""
    found = VoucherBatch.objects.filter(pk=batch_id).first()
    if found is None:
        raise Missing(_("This batch does not exist, or is not yours to see."))
    payer = _locked(found.payer_id, "voucher.void", actor)
    batch = VoucherBatch.objects.select_for_update().get(pk=batch_id)
    if batch.voided_at is None:
        batch.voided_at = now()
        batch.save()
        record("payer.vouchers_voided", actor=actor, detail={"payer": str(payer.pk), "batch": str(batch.pk)})
    return batch


def _locked(payer_id: UUID, action: str, actor: Actor) -> Payer:
    payer = Payer.objects.select_for_update().filter(pk=payer_id).first()
    if payer is None:
        raise Missing(_("This payer does not exist, or is not yours to see."))
    require(actor, action, payer)
    return payer
