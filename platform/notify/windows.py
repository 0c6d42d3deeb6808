"""When a notice may leave: between 8 and 18 h in Paris, so that nobody reads bad news at night."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from clock import now

PARIS = ZoneInfo("Europe/Paris")
OPENS, CLOSES = time(8), time(18)
#: In the place of an instant: as soon as it is day.
DAYTIME: Final = "daytime"


def daytime(at: datetime | None = None) -> datetime:
    """The first instant from `at` on that lies between 8 and 18 h in Paris.

    Args:
        at: a timezone-aware instant, if not now.
    """
    moment = at or now()
    local = moment.astimezone(PARIS)
    if OPENS <= local.time() < CLOSES:
        return moment
    day = local.date() + timedelta(days=1 if local.time() >= CLOSES else 0)
    return datetime.combine(day, OPENS, tzinfo=PARIS).astimezone(moment.tzinfo)
