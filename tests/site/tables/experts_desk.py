"""The coordinator's pages about experts."""

from datetime import timedelta
from typing import Any

from tests.site.rows import DONE, PAGE, Outcomes, Row
from ui.forms import today

WHO = "coordinator deputy involved"


def _day(days: int) -> str:
    return f"{today() + timedelta(days=days):%d/%m/%Y}"


def _both(name: str, data: Any) -> Row:
    page: Outcomes = {WHO: PAGE}
    return Row(f"experts_desk:{name}", "", page, {WHO: DONE}, data)


ROWS = [
    Row("experts_desk:list", get={WHO: PAGE}),
    _both(
        "add", lambda stage, _: {"user": str(stage.things["new_expert"]), "languages": "fr", "capacity_per_month": 8}
    ),
    Row("experts_desk:detail", get={WHO: PAGE}),
    _both("practice", {"languages": "fr", "capacity_per_month": 8}),
    _both("status", {"status": "suspended", "motive": "Assurance à vérifier."}),
    _both("registration", lambda *_: {"checked_on": _day(0), "means": "directory", "outcome": "registered"}),
    # No directory is configured here: he is sent back to record what he found.
    Row("experts_desk:ask_directory", post={WHO: DONE}),
    _both("insurance", lambda *_: {"insurer": "Assureur", "valid_from": _day(-9), "valid_until": _day(300)}),
    _both("convention", lambda *_: {"version": "2", "signed_by_expert_on": _day(-1), "signed_by_service_on": _day(-1)}),
    _both("interests", lambda *_: {"declared_on": _day(-1), "expires_on": _day(300)}),
    _both("sent_to_order", lambda *_: {"sent_to_order_on": _day(0)}),
    _both("absences", lambda *_: {"start": _day(20), "end": _day(21)}),
    Row("experts_desk:remove_absence", "", {WHO: PAGE}, {WHO: DONE}),
]
