"""What the clock does about experts' records."""

from datetime import timedelta
from uuid import UUID

from accounts.registration import directory
from audit import SystemActor
from clock import now
from experts.directory import Outcome, check_registration
from experts.expiry import watch
from experts.models import Convention, ExpertProfile
from experts.notices import tell_desk
from jobs import enqueue, job, register_schedule
from ui.dates import paris_day

#: The desk is reminded so long before a convention must reach the Order.
ORDER_REMINDER = timedelta(days=10)


def _week() -> str:
    year, week, _day = paris_day(now()).isocalendar()
    return f"{year}-{week}"


def _say_silent(_expert_id: str) -> None:
    tell_desk("expert.directory_silent", _week())


@job(queue="upkeep", max_attempts=6, first_delay=timedelta(minutes=10), on_dead=_say_silent)
def ask_directory(expert_id: str) -> None:
    """Check one expert's registration; whoever is not registered is suspended at once."""
    ask = directory()
    rows = ExpertProfile.objects.exclude(status=ExpertProfile.Status.ENDED).select_related("user__professional")
    expert = rows.filter(pk=UUID(expert_id)).first()
    if ask is None or expert is None:
        return
    check = check_registration(expert, ask, actor=SystemActor("directory"))
    if check is not None and check.outcome == Outcome.UNCLEAR:
        tell_desk("expert.directory_unclear", f"{expert.pk}:{_week()}", but=expert.user_id)


@job(queue="upkeep")
def check_registrations() -> None:
    """Have every expert who works here checked, suspended ones included: a registration may come back."""
    if directory() is None:
        return
    for expert_id in ExpertProfile.objects.exclude(status=ExpertProfile.Status.ENDED).values_list("pk", flat=True):
        enqueue(ask_directory, expert_id)


@job()
def remind_of_the_order() -> None:
    """Tell the desk of conventions that must reach the Order soon, once, and of those that are late, once (C-DEO-8)."""
    day = paris_day(now())
    for convention in Convention.objects.filter(sent_to_order_at__isnull=True).select_related("expert"):
        due = convention.order_notice_due
        if due is None:
            continue
        if due < day:
            tell_desk("expert.order_late", str(convention.pk), but=convention.expert.user_id, day=due)
        elif due - day <= ORDER_REMINDER:
            tell_desk("expert.order_due", str(convention.pk), but=convention.expert.user_id, day=due)


@job(queue="upkeep")
def watch_expert(expert_id: str) -> None:
    """Remind of what ends in one expert's record, and take his cases where he lost what he needs to hold them."""
    watch(UUID(expert_id))


@job(queue="upkeep")
def watch_records() -> None:
    """Have every record looked at, each by itself: what fails for one expert holds up no other."""
    for expert_id in ExpertProfile.objects.exclude(status=ExpertProfile.Status.ENDED).values_list("pk", flat=True):
        enqueue(watch_expert, expert_id)


def register() -> None:
    """Put them into the table of schedules."""
    register_schedule("experts.order", remind_of_the_order, timedelta(days=1), offset=timedelta(hours=8))
    # Just after midnight in Paris: the day something has ended begins.
    register_schedule("experts.records", watch_records, timedelta(days=1), offset=timedelta(minutes=5))
    register_schedule("experts.registrations", check_registrations, timedelta(days=7), offset=timedelta(hours=3))
