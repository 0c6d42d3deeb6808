"""The messages of the platform itself."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from audit.checking import register_alarm
from audit.models import AuditCheck
from notify.services import send
from notify.texts import register_template


def warn_of_broken_journal(check: AuditCheck) -> None:
    """Tell the data protection officer that a verification found the journal broken (C-LOG-1)."""
    address = getattr(settings, "SERVICE_DPO_EMAIL", "")
    if address:
        send("journal.broken", email=address, key=f"journal.broken:{check.pk}", context={"count": check.problems})


def register() -> None:
    """Called once at start."""
    register_template(
        "journal.broken",
        _("{site}: the journal needs your attention"),
        _(
            "A verification of the journal found faults: {count}. Somebody with access to the database may have "
            "changed it.\n\nLog in and open the journal to see the first one. Keep everything as it is, and tell "
            "the person responsible for security."
        ),
        variables=("count",),
        in_app=False,
    )
    register_alarm(warn_of_broken_journal)
