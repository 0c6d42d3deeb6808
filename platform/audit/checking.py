"""Verification whose outcome is remembered, so that a page can show it without walking the whole journal."""

import logging
from collections.abc import Callable

from django.db import transaction

from audit.models import AuditCheck
from audit.verification import Report, verify

logger = logging.getLogger("audit")

_request: Callable[[], None] | None = None
_alarms: list[Callable[[AuditCheck], None]] = []


def verify_and_remember() -> Report:
    """Verify everything, keep the outcome, and raise the alarm when something is broken (C-LOG-1)."""
    report = verify()
    with transaction.atomic():
        check = AuditCheck.objects.create(
            chains=report.chains,
            events=report.events,
            problems=len(report.problems),
            first_problem=str(report.problems[0])[:200] if report.problems else "",
        )
        if report.problems:
            logger.critical("the journal is broken: %d faults", len(report.problems))
            for alarm in _alarms:
                alarm(check)
    return report


def last_check() -> AuditCheck | None:
    """The newest outcome."""
    return AuditCheck.objects.order_by("-at", "-id").first()


def register_alarm(alarm: Callable[[AuditCheck], None]) -> None:
    """Tell somebody when a verification finds the journal broken; filled in by the package for messages."""
    if alarm not in _alarms:
        _alarms.append(alarm)


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
