"""What runs out in an expert's record: reminders before, and what stops the day after."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from audit import SystemActor
from clock import now
from experts.models import ExpertProfile
from experts.notices import tell_desk, tell_expert
from experts.selectors import must_leave_cases, with_record
from experts.services import journal
from experts.signals import expert_stopped
from ui.dates import paris_day

#: Days before the last day at which both sides are reminded.
REMINDERS = (60, 30, 7)
_DAY = timedelta(days=1)
#: What an obstacle is called in the notices, for those pieces that can run out by themselves.
_LOST = {"unregistered": "registration", "uninsured": "insurance", "no_convention": "convention"}


def last_days(expert: ExpertProfile, on: date) -> dict[str, date]:
    """The last day of each piece that holds on a day and has an end, what follows it without a gap included."""
    insured = _covered([(one.valid_from, one.valid_until) for one in expert.insurances.all()], on)
    declared = _covered([(one.declared_on, one.expires_on) for one in expert.interest_declarations.all()], on)
    bound = [
        (paris_day(one.concluded_at), one.ends_on - _DAY if one.ends_on else date.max)
        for one in expert.conventions.all()
        if one.concluded_at is not None
    ]
    ends = {"insurance": insured, "interests": declared, "convention": _covered(bound, on)}
    return {piece: end for piece, end in ends.items() if end is not None and end != date.max}


def _covered(spans: Iterable[tuple[date, date]], on: date) -> date | None:
    """The last day of the unbroken time that these spans, first and last day included, cover from a day on."""
    end: date | None = None
    for start, last in sorted(spans):
        goes_on = start <= on if end is None else end == date.max or start <= end + _DAY
        if goes_on and last >= on:
            end = max(last, end or last)
    return end


def remind(expert: ExpertProfile, on: date) -> None:
    """Tell the expert and the desk of what ends soon: once at each of `REMINDERS`, not again after a renewal."""
    for piece, end in last_days(expert, on).items():
        left = (end - on).days
        step = min((days for days in REMINDERS if left <= days), default=None)
        if step is not None:
            tell_expert(f"expert.{piece}_ends", expert, f"{end}:{step}", day=end)
            key = f"{expert.pk}:{piece}:{end}:{step}"
            tell_desk("expert.piece_ends", key, but=expert.user_id, day=end)


def stop_unfit(expert_id: UUID) -> bool:
    """Take the open cases from an expert whose registration, insurance or convention was lost, and tell both sides.

    His status stays: once the piece is recorded anew cases can be proposed again. It is done once for each loss.

    Returns:
        Whether this stopped him.
    """
    with transaction.atomic():
        expert = ExpertProfile.objects.select_for_update(of=("self",)).get(pk=expert_id)
        expert = with_record(ExpertProfile.objects.filter(pk=expert.pk)).get()
        if expert.status not in (ExpertProfile.Status.ACTIVE, ExpertProfile.Status.ABSENT):
            return False
        day = paris_day(now())
        lost = sorted({_LOST[one.code] for one in must_leave_cases(expert, on=day) if one.code in _LOST})
        if not lost and expert.unfit_since is not None:
            expert.unfit_since = None
            expert.save(update_fields=["unfit_since"])
        if not lost or expert.unfit_since is not None:
            return False
        expert.unfit_since = day
        expert.save(update_fields=["unfit_since"])
        actor = SystemActor("expiry")
        journal("expert.stopped", actor, expert, lost=lost)
        # A reason the upper packages know as a code: the first piece that is lost.
        reason = next(code for code, piece in _LOST.items() if piece in lost)
        expert_stopped(expert, actor=actor, reason=reason)
        if had_pieces(expert, lost):
            tell_expert("expert.stopped", expert, str(day))
            tell_desk("expert.desk_stopped", f"{expert.pk}:{day}", but=expert.user_id)
        return True


def had_pieces(expert: ExpertProfile, lost: Iterable[str]) -> bool:
    """Whether a piece now missing was on file before: a new expert has lost nothing."""
    on_file = {
        "registration": expert.registrations.all(),
        "insurance": expert.insurances.all(),
        "convention": [one for one in expert.conventions.all() if one.concluded_at is not None],
    }
    return any(bool(on_file[piece]) for piece in lost)


def watch(expert_id: UUID) -> None:
    """What the night does for one expert: stop him where he lost what he needs, remind him of what ends."""
    stop_unfit(expert_id)
    living = ExpertProfile.objects.exclude(status=ExpertProfile.Status.ENDED).filter(user__is_active=True)
    with transaction.atomic():
        expert = with_record(living.filter(pk=expert_id)).first()
        if expert is not None:
            remind(expert, paris_day(now()))
