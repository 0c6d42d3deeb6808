"""The coordinator's pages about experts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.accounts.logins import last_code
from tests.site.rows import DONE, PAGE, Outcomes, Row
from tests.site.stage import Stage
from ui.forms import today

WHO = "coordinator deputy involved"


def _day(days: int) -> str:
    return f"{today() + timedelta(days=days):%d/%m/%Y}"


def _code(stage: Stage, who: str) -> Mapping[str, Any]:
    return {"code": (last_code(stage.people.users[who].email) if who in stage.people.users else "") or "000000"}


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
    _both("committee", lambda *_: {"accepted_on": _day(-1)}),
    _both("sent_to_order", lambda *_: {"sent_to_order_on": _day(0)}),
    Row("experts_desk:convention_copy", get={WHO: PAGE}),
    Row("experts_desk:sign_convention", "", {WHO: PAGE}, {WHO: PAGE}, {"send_code": "1"}),
    Row(
        "experts_desk:sign_convention",
        "",
        {WHO: PAGE},
        {WHO: DONE},
        _code,
        before=(("experts_desk:sign_convention", {"send_code": "1"}),),
    ),
    Row("experts_desk:questions", get={WHO: PAGE}),
    _both("retire_question", {"motive": "Elle blesse plusieurs patients."}),
    _both("absences", lambda *_: {"start": _day(20), "end": _day(21)}),
    Row("experts_desk:remove_absence", "", {WHO: PAGE}, {WHO: DONE}),
]
