"""What the clock does about public pages of experts."""

from datetime import timedelta

from cms.profiles import services
from cms.profiles.reading import profiles
from experts.models import ExpertProfile
from experts.selectors import with_record
from jobs import job, register_schedule
from notify import send


@job(queue="upkeep")
def ask_again() -> None:
    """Tell experts whose page shows something else than they agreed to: it is off the site until they agree."""
    rows = with_record(ExpertProfile.objects.filter(profile_approvals__ended_at__isnull=True).distinct())
    for profile in profiles(rows):
        if profile.text is not None and not profile.is_approved:
            send("profile.changed", user=profile.expert.user, key=f"profile.changed:{profile.sha256}")


@job(queue="upkeep", max_attempts=3)
def check_texts() -> None:
    """Look through the texts of all experts with the rules of today."""
    services.check_texts()


def register() -> None:
    """Put them into the table of schedules."""
    register_schedule("profiles.ask_again", ask_again, timedelta(days=1), offset=timedelta(hours=5))
    register_schedule("profiles.check", check_texts, timedelta(days=1), offset=timedelta(hours=4, minutes=40))
