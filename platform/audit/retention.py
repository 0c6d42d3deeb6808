"""What leaves the journal at the end of its time: today what visitors did without being logged in (C-LOG-2).

Everything else stays: the chain of a case goes with its case, that of a person with the account.
"""

from audit.actors import SystemActor
from audit.models import AuditChain
from audit.services import remove_chain
from clock import now

REASON = "c-log-2"


def remove_visits(*, months: int) -> int:
    """Remove the chains of visitors, one a month, whose month ended so long ago.

    Args:
        months: whole months kept after the month of the events.

    Returns:
        How many chains went.
    """
    today = now()
    count = today.year * 12 + today.month - 1 - months
    oldest_kept = f"guest:{count // 12:04d}-{count % 12 + 1:02d}"
    keys = AuditChain.objects.filter(key__startswith="guest:", removed_at__isnull=True).values_list("key", flat=True)
    old = [key for key in sorted(keys) if key < oldest_kept]
    for key in old:
        remove_chain(key, actor=SystemActor("retention"), reason=REASON)
    return len(old)
