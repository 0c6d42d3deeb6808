"""Verification whose outcome is remembered, so that a page can show it without walking the whole journal."""

from collections.abc import Callable

from audit.models import AuditCheck
from audit.verification import Report, verify

_request: Callable[[], None] | None = None


def verify_and_remember() -> Report:
    """Verify everything and keep the outcome."""
    report = verify()
    AuditCheck.objects.create(
        chains=report.chains,
        events=report.events,
        problems=len(report.problems),
        first_problem=str(report.problems[0])[:200] if report.problems else "",
    )
    return report


def last_check() -> AuditCheck | None:
    """The newest outcome."""
    return AuditCheck.objects.order_by("-at", "-id").first()


def register_background(request: Callable[[], None]) -> None:
    """Tell how a verification is run in the background; filled in by the package for jobs."""
    global _request
    _request = request


def request_check() -> None:
    """Have everything verified soon; at once where no worker can be asked."""
    if _request is None:
        verify_and_remember()
    else:
        _request()
