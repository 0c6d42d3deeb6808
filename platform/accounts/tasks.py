"""What accounts clean up by themselves."""

from datetime import timedelta

from django.contrib.sessions.models import Session

from accounts import codes, kept, limits
from accounts.models.security import UserSession
from clock import now
from jobs import job, register_schedule

# Rows of ended sessions stay this long: they tell a known browser and network from a new one.
SESSIONS_KEPT = timedelta(days=365)


@job()
def forget_old_rows() -> None:
    """Delete codes, counts, kept forms and browser sessions nobody can use any more."""
    codes.forget_old()
    kept.forget_old()
    limits.forget_old(now() - timedelta(days=1))
    UserSession.objects.filter(started_at__lt=now() - SESSIONS_KEPT).delete()
    Session.objects.filter(expire_date__lt=now()).delete()


def register() -> None:
    """Put the cleaning into the table of schedules."""
    register_schedule("accounts.forget_old_rows", forget_old_rows, every=timedelta(hours=1))
