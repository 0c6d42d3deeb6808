"""What the clock does about experts' records."""

from datetime import timedelta
from uuid import UUID

from accounts.registration import directory
from audit import SystemActor
from clock import now
from experts.directory import Outcome, check_registration
from experts.models import ExpertProfile
from experts.notices import tell_desk
from jobs import enqueue, job, register_schedule
from ui.dates import paris_day


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


def register() -> None:
    """Put them into the table of schedules."""
    register_schedule("experts.registrations", check_registrations, timedelta(days=7), offset=timedelta(hours=3))
