"""What a payer is told: counts by the month, and statements to be invoiced by. Never who, what, or which day.

A voucher counts once its opinion is delivered, in the month of the delivery, when that month is over. What was made,
cancelled or has run out follows from the payer's own acts alone: no difference of two numbers tells how many were used.
Fewer than `VOUCHERS["fewest_told"]` are not told as a number: such a month is counted with the next ones, and nowhere
by itself, since a sum would give it away (C-BIL-8, S1-55).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import Payer, Voucher
from cases.start.prices import Fees
from ui.dates import paris_day, say_month
from ui.forms import today

_FOUR_DAYS = timedelta(days=4)


@dataclass(frozen=True)
class Statement:
    """What is to be invoiced for some months together, at least `fewest_told` opinions.

    Args:
        first, last: first days of its first and last month.
        lines: a random name of each voucher, which stands on no code and appears nowhere else; in no order of time.
        fees: of all of them.
    """

    first: date
    last: date
    lines: list[str]
    fees: Fees

    @property
    def period(self) -> str:
        """Its months in words."""
        if self.first == self.last:
            return say_month(self.first)
        return _("%(first)s to %(last)s") % {"first": say_month(self.first), "last": say_month(self.last)}


@dataclass
class Month:
    """One month of a payer.

    Args:
        first: its first day.
        made: vouchers of the batches made in it.
        voided: vouchers of the batches cancelled in it, used or not.
        ended: vouchers whose last day lies in it, used or not.
        over: whether it is over.
        statement: the one that ends with it.
    """

    first: date
    made: int = 0
    voided: int = 0
    ended: int = 0
    over: bool = False
    statement: Statement | None = None

    @property
    def used_words(self) -> str:
        """How many opinions were delivered, if enough of them; with the months before that had too few."""
        if self.statement is not None:
            count = len(self.statement.lines)
            if self.statement.first == self.first:
                return str(count)
            return _("%(count)s since %(month)s") % {"count": count, "month": say_month(self.statement.first)}
        fewest = int(settings.VOUCHERS["fewest_told"])
        return _("fewer than %(fewest)s") % {"fewest": fewest} if self.over else _("not counted yet")


@dataclass
class _Use:
    """The opinions of a month."""

    ids: list[UUID] = field(default_factory=list)
    expert: int = 0
    service: int = 0


def months_of(payer: Payer) -> list[Month]:
    """The months since the first batch, the latest first."""
    found: dict[date, Month] = {}

    def month(day: date) -> Month:
        return found.setdefault(day.replace(day=1), Month(day.replace(day=1)))

    for batch in payer.batches.all():
        month(paris_day(batch.made_at)).made += batch.size
        if batch.voided_at is not None:
            month(paris_day(batch.voided_at)).voided += batch.size
        elif batch.valid_until < today():
            month(batch.valid_until).ended += batch.size
    if not found:
        return []
    for first in _closed_from(min(found)):
        month(first).over = True
    for statement in statements_of(payer):
        month(statement.last).statement = statement
    month(today())
    return sorted(found.values(), key=lambda one: one.first, reverse=True)


def statements_of(payer: Payer) -> list[Statement]:
    """The statements of closed months, the latest first. A month of few opinions waits for the next ones."""
    uses, found, waiting, since = _uses(payer), [], _Use(), None
    for first in _closed_from(min(uses)) if uses else ():
        since = since or first
        if first in uses:
            waiting.ids += uses[first].ids
            waiting.expert += uses[first].expert
            waiting.service += uses[first].service
        if len(waiting.ids) >= settings.VOUCHERS["fewest_told"]:
            lines = sorted(_name(pk) for pk in waiting.ids)
            found.append(Statement(since, first, lines, Fees(waiting.expert, waiting.service)))
            waiting, since = _Use(), None
    return found[::-1]


def _uses(payer: Payer) -> dict[date, _Use]:
    """The vouchers of delivered opinions, by the month of the delivery in Paris, months over only."""
    rows = Voucher.objects.filter(batch__payer=payer, case__delivered_at__isnull=False).values_list(
        "pk", "case__delivered_at", "case__billing__expert_cents", "case__billing__service_cents"
    )
    found: dict[date, _Use] = {}
    for pk, delivered_at, expert, service in rows:
        if delivered_at is None:
            continue
        first = paris_day(delivered_at).replace(day=1)
        if first < today().replace(day=1):
            use = found.setdefault(first, _Use())
            use.ids.append(pk)
            use.expert += expert or 0
            use.service += service or 0
    return found


def _closed_from(first: date) -> Iterator[date]:
    """The first days of the months from this one on that are over."""
    while first < today().replace(day=1):
        yield first
        first = (first.replace(day=28) + _FOUR_DAYS).replace(day=1)


def _name(pk: UUID) -> str:
    """The name of a voucher on a statement, from its random id; its code is another secret."""
    return f"{pk.hex[:4]}-{pk.hex[4:8]}-{pk.hex[8:12]}".upper()
