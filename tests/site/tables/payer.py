"""The space of a payer: vouchers and counts, never a request."""

import uuid
from collections.abc import Mapping
from typing import Any

from clock import now
from tests.site.rows import DONE, PAGE, Row
from tests.site.stage import STATEMENT_AGE, Stage
from ui.dates import paris_day
from ui.forms import today

_MONTH = paris_day(now() - STATEMENT_AGE)
STATEMENT = {"year": _MONTH.year, "month": _MONTH.month}
M = "manager"


def vouchers(stage: Stage, who: str) -> Mapping[str, Any]:
    """A batch to make."""
    day = f"{today():%d/%m/%Y}"
    return {"size": "20", "valid_from": day, "valid_until": day, "batch": str(uuid.uuid4())}


ROWS = [
    Row("payer:home", "", {M: PAGE}),
    Row("payer:make", "", post={M: PAGE}, data=vouchers),
    Row("payer:void", "", {M: PAGE}, {M: DONE}),
    Row("payer:statement", "", {M: PAGE}, args=STATEMENT),
]
