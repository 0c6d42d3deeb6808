"""What the platform learns from cases at start-up: rights, journal labels, notices, jobs, menus."""

from cases import invitations, journal, menus, notices, policy, referral, tasks
from cases.billing import policy as billing_policy
from cases.opinions.checks import register_checks
from cases.requester import menus as requester_menus
from cases.start import menus as start_menus


def register() -> None:
    """Fill every registry."""
    policy.register()
    journal.register()
    notices.register()
    tasks.register()
    invitations.register()
    menus.register()
    requester_menus.register()
    start_menus.register()
    register_checks()
    referral.register()
    billing_policy.register()
