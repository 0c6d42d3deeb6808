"""What runs out: reminders at 60, 30 and 7 days to both sides, and the night on which something is lost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from audit import Actor
from audit.models import AuditEvent
from clock import travel
from experts import services, signals, tasks
from experts.expiry import last_days
from experts.models import ExpertProfile
from experts.selectors import obstacles
from jobs import run_until_empty
from notify.models import OutgoingMail
from tests.experts import people

pytestmark = pytest.mark.django_db
TODAY = people.WEDNESDAY.date()


@pytest.fixture
def stopped() -> Iterator[list[str]]:
    told: list[str] = []
    signals.on_expert_stopped("test", lambda expert, actor, reason: told.append(reason))
    yield told
    signals.forget("test")


@pytest.fixture
def desk(db: None) -> Any:
    return people.make_user("coordinator")


def night(days: int) -> None:
    """The job of the night that many days from now."""
    with travel(people.WEDNESDAY + timedelta(days=days)):
        tasks.watch_records.call()
        run_until_empty()


def told(template: str) -> int:
    return OutgoingMail.objects.filter(template=template).count()


@pytest.mark.parametrize(
    ("piece", "rows", "field"),
    [
        ("insurance", "insurances", "valid_until"),
        ("interests", "interest_declarations", "expires_on"),
        ("convention", "conventions", "ends_on"),
    ],
)
def test_both_sides_are_reminded_at_60_30_and_7_days(
    expert: ExpertProfile, desk: Any, piece: str, rows: str, field: str
):
    end = TODAY + timedelta(days=100)
    getattr(expert, rows).update(**{field: end + timedelta(days=1) if piece == "convention" else end})
    assert last_days(expert, TODAY)[piece] == end
    for left, so_far in ((61, 0), (60, 1), (45, 1), (30, 2), (8, 2), (7, 3), (1, 3)):
        night(100 - left)
        assert told(f"expert.{piece}_ends") == so_far, left
        assert told("expert.piece_ends") == so_far, left


def test_a_renewal_ends_the_reminders(expert: ExpertProfile, coordinator: Actor):
    expert.insurances.update(valid_until=TODAY + timedelta(days=20))
    services.record_insurance(
        expert.pk,
        actor=coordinator,
        insurer="Autre",
        valid_from=TODAY + timedelta(days=21),
        valid_until=TODAY + timedelta(days=400),
    )
    night(0)
    assert told("expert.insurance_ends") == 0
    # A gap is none.
    expert.insurances.filter(insurer="Autre").update(valid_from=TODAY + timedelta(days=22))
    night(0)
    assert told("expert.insurance_ends") == 1


@pytest.mark.parametrize(
    ("rows", "fields", "reason"),
    [
        ("insurances", {"valid_until": TODAY}, "uninsured"),
        ("conventions", {"ends_on": TODAY + timedelta(days=1)}, "no_convention"),
    ],
)
def test_the_night_something_is_lost_takes_the_open_cases_once(
    expert: ExpertProfile, desk: Any, stopped: list[str], rows: str, fields: dict[str, Any], reason: str
):
    getattr(expert, rows).update(**fields)
    night(0)
    assert not stopped
    for days in (1, 2):
        night(days)
        assert stopped == [reason]
    expert.refresh_from_db()
    assert (expert.status, expert.unfit_since) == ("active", TODAY + timedelta(days=1))
    assert told("expert.stopped") == told("expert.desk_stopped") == 1
    assert AuditEvent.objects.filter(action="expert.stopped").count() == 1


def test_once_recorded_anew_cases_can_come_again_and_a_second_loss_stops_again(
    expert: ExpertProfile, coordinator: Actor, stopped: list[str]
):
    expert.insurances.update(valid_until=TODAY - timedelta(days=1))
    night(0)
    services.record_insurance(
        expert.pk, actor=coordinator, insurer="Autre", valid_from=TODAY, valid_until=TODAY + timedelta(days=5)
    )
    night(1)
    expert = ExpertProfile.objects.get(pk=expert.pk)
    assert expert.unfit_since is None
    assert obstacles(expert, pathology=None, on=TODAY, open_case_count=0, month_case_count=0) == []
    night(6)
    assert stopped == ["uninsured", "uninsured"]


def test_interests_that_run_out_keep_new_cases_away_and_leave_the_open_ones(expert: ExpertProfile, stopped: list[str]):
    expert.interest_declarations.update(declared_on=TODAY - timedelta(days=9), expires_on=TODAY)
    night(1)
    assert not stopped
    on = TODAY + timedelta(days=1)
    found = obstacles(expert, pathology=None, on=on, open_case_count=0, month_case_count=0)
    assert [obstacle.code for obstacle in found] == ["undeclared"]


def test_a_new_expert_has_lost_nothing_and_is_told_nothing(coordinator: Actor):
    services.create_expert(people.make_user("expert"), actor=coordinator)
    night(0)
    assert not OutgoingMail.objects.exists()


def test_whoever_is_suspended_or_ended_is_not_stopped_again(expert: ExpertProfile, stopped: list[str]):
    expert.insurances.all().delete()
    for status in ("suspended", "ended"):
        ExpertProfile.objects.update(status=status)
        night(0)
    assert not stopped
