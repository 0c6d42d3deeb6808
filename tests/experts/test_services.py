"""Recording what is checked about experts, absences and changes of status."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from audit import Actor, history
from audit.models import AuditEvent
from clock import travel
from errors import Conflict, Invalid, Missing, NotAllowed
from experts import services, signals
from experts.models import Absence, ExpertProfile, Pathology, Registration
from experts.selectors import obstacles
from tests.experts import people

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 18)
WHY = "Une plainte est examinée par l’Ordre."


@pytest.fixture
def stopped() -> Iterator[list[tuple[ExpertProfile, Actor, str]]]:
    """What the registry of `experts.signals` was told."""
    told: list[tuple[ExpertProfile, Actor, str]] = []
    signals.on_expert_stopped("test", lambda expert, actor, reason: told.append((expert, actor, reason)))
    yield told
    signals.forget("test")


def actions(expert: ExpertProfile) -> list[str]:
    return [event.action for event in history("expert", expert.pk)]


def test_a_new_profile_belongs_to_someone_who_holds_the_role(coordinator: Actor):
    user = people.make_user("expert")
    endometriosis = Pathology.objects.get(code="endometriosis")
    expert = services.create_expert(user, actor=coordinator, pathologies=[endometriosis], languages=["en", "fr"])
    assert (expert.languages, list(expert.pathologies.all())) == (["fr", "en"], [endometriosis])
    assert actions(expert) == ["expert.created"]
    with pytest.raises(Conflict):
        services.create_expert(user, actor=coordinator)
    with pytest.raises(Conflict):
        services.create_expert(people.make_user("requester"), actor=coordinator)


def test_a_new_profile_alone_allows_no_case(coordinator: Actor, endometriosis: Pathology):
    expert = services.create_expert(people.make_user("expert"), actor=coordinator, pathologies=[endometriosis])
    found = obstacles(expert, pathology=endometriosis, on=TODAY, open_case_count=0, month_case_count=0)
    assert [obstacle.code for obstacle in found] == ["unregistered", "uninsured", "no_convention", "undeclared"]


def test_recording_every_piece_makes_a_case_possible(coordinator: Actor, endometriosis: Pathology):
    expert = services.create_expert(people.make_user("expert"), actor=coordinator, pathologies=[endometriosis])
    services.record_registration(expert.pk, actor=coordinator, checked_at=people.WEDNESDAY, means="directory")
    services.record_insurance(
        expert.pk, actor=coordinator, insurer="Mutuelle", valid_from=TODAY, valid_until=TODAY + timedelta(365)
    )
    signed = people.WEDNESDAY - timedelta(days=1)
    convention = services.record_convention(
        expert.pk, actor=coordinator, version="1", signed_by_expert_at=signed, signed_by_service_at=signed
    )
    services.record_interests(expert.pk, actor=coordinator, declared_on=TODAY, expires_on=TODAY + timedelta(365))
    assert obstacles(expert, pathology=endometriosis, on=TODAY, open_case_count=0, month_case_count=0) == []
    services.record_convention_sent(convention.pk, actor=coordinator, sent_at=people.WEDNESDAY)
    convention.refresh_from_db()
    assert convention.order_notice_due is None
    assert set(actions(expert)) == {
        "expert.created",
        "expert.registration_recorded",
        "expert.insurance_recorded",
        "expert.convention_recorded",
        "expert.convention_sent",
        "expert.interests_recorded",
    }
    assert len(actions(expert)) == 6
    check = expert.registrations.get()
    assert check.checked_by_id == coordinator.id


def test_practice_says_in_the_journal_which_fields_changed(expert: ExpertProfile, coordinator: Actor):
    crohn = Pathology.objects.get(code="crohn")
    values = {
        "languages": ["fr"],
        "capacity_per_month": 2,
        "institution": expert.institution,
        "department": "Radiologie",
    }
    services.change_practice(expert.pk, actor=coordinator, pathologies=[crohn], **values)
    event = history("expert", expert.pk).get()
    assert event.detail == {"fields": ["capacity_per_month", "department", "pathologies"]}
    services.change_practice(expert.pk, actor=coordinator, pathologies=[crohn], **values)
    assert history("expert", expert.pk).count() == 1


FUTURE = people.WEDNESDAY + timedelta(days=1)
PAST = people.WEDNESDAY - timedelta(days=1)
WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "registration checked tomorrow": ("record_registration", {"checked_at": FUTURE, "means": "order"}, "checked_on"),
    "registration by hearsay": ("record_registration", {"checked_at": PAST, "means": "hearsay"}, ""),
    "insurance the wrong way round": (
        "record_insurance",
        {"insurer": "M", "valid_from": TODAY, "valid_until": TODAY - timedelta(1)},
        "valid_until",
    ),
    "insurance of nobody": ("record_insurance", {"insurer": " ", "valid_from": TODAY, "valid_until": TODAY}, "insurer"),
    "convention without version": (
        "record_convention",
        {"version": "", "signed_by_expert_at": PAST, "signed_by_service_at": PAST},
        "version",
    ),
    "convention signed tomorrow": (
        "record_convention",
        {"version": "1", "signed_by_expert_at": FUTURE, "signed_by_service_at": PAST},
        "signed_by_expert_on",
    ),
    "convention sent before it is signed": (
        "record_convention",
        {"version": "1", "signed_by_expert_at": PAST, "signed_by_service_at": None, "sent_to_order_at": PAST},
        "sent_to_order_on",
    ),
    "convention over before it begins": (
        "record_convention",
        {"version": "1", "signed_by_expert_at": PAST, "signed_by_service_at": PAST, "ends_on": TODAY - timedelta(9)},
        "ends_on",
    ),
    "interests that expire first": (
        "record_interests",
        {"declared_on": TODAY, "expires_on": TODAY - timedelta(1)},
        "expires_on",
    ),
    "absence the wrong way round": ("add_absence", {"start": TODAY, "end": TODAY - timedelta(1)}, "end"),
    "absence that is over": (
        "add_absence",
        {"start": TODAY - timedelta(9), "end": TODAY - timedelta(1)},
        "end",
    ),
    "absence of two years": ("add_absence", {"start": TODAY, "end": TODAY + timedelta(700)}, "end"),
    "status that does not exist": ("change_status", {"status": "famous", "motive": WHY}, "status"),
    "status without a motive": ("change_status", {"status": "suspended", "motive": "     too short      "}, "motive"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_at_its_field_and_leaves_no_trace(
    name: str, expert: ExpertProfile, coordinator: Actor
):
    service, values, field = WRONG[name]
    with pytest.raises(Invalid) as refusal:
        getattr(services, service)(expert.pk, actor=coordinator, **values)
    assert not field or field in refusal.value.fields
    assert actions(expert) == []


RECORDS: dict[str, dict[str, Any]] = {
    "record_registration": {"checked_at": PAST, "means": "order"},
    "record_insurance": {"insurer": "M", "valid_from": TODAY, "valid_until": TODAY},
    "record_convention": {"version": "1", "signed_by_expert_at": PAST, "signed_by_service_at": PAST},
    "record_interests": {"declared_on": TODAY, "expires_on": TODAY},
    "change_status": {"status": "suspended", "motive": WHY},
    "change_practice": {
        "pathologies": [],
        "languages": ["fr"],
        "capacity_per_month": 1,
        "institution": "",
        "department": "",
    },
}


@pytest.mark.parametrize("service", RECORDS)
def test_only_a_coordinator_records_and_never_about_himself(service: str, expert: ExpertProfile):
    both = people.actor_for(expert.user, "coordinator")
    himself = people.actor_for(expert.user, "expert")
    nurse = people.actor_for(people.make_user("care_coordinator"), "care_coordinator")
    for actor in (both, himself, nurse):
        with pytest.raises(NotAllowed):
            getattr(services, service)(expert.pk, actor=actor, **RECORDS[service])
    for stranger in (
        people.actor_for(people.make_user("patient"), "patient"),
        people.actor_for(people.make_expert().user, "expert"),
    ):
        with pytest.raises(Missing):
            getattr(services, service)(expert.pk, actor=stranger, **RECORDS[service])
    assert actions(expert) == []


@pytest.mark.parametrize("service", RECORDS)
def test_an_expert_who_does_not_exist_is_missing(service: str, coordinator: Actor):
    with pytest.raises(Missing):
        getattr(services, service)(coordinator.id, actor=coordinator, **RECORDS[service])


def test_an_expert_plans_and_removes_his_own_absences(expert: ExpertProfile):
    himself = people.actor_for(expert.user, "expert")
    absence = services.add_absence(expert.pk, actor=himself, start=TODAY, end=TODAY + timedelta(6))
    with pytest.raises(Invalid):
        services.add_absence(expert.pk, actor=himself, start=TODAY + timedelta(6), end=TODAY + timedelta(8))
    services.add_absence(expert.pk, actor=himself, start=TODAY + timedelta(7), end=TODAY + timedelta(7))
    stranger = people.actor_for(people.make_expert().user, "expert")
    with pytest.raises(Missing):
        services.remove_absence(absence.pk, actor=stranger)
    services.remove_absence(absence.pk, actor=himself)
    assert Absence.objects.count() == 1
    with pytest.raises(Missing):
        services.remove_absence(absence.pk, actor=himself)
    assert sorted(actions(expert)) == ["expert.absence_added", "expert.absence_added", "expert.absence_removed"]


@pytest.mark.parametrize("status", ["suspended", "ended"])
def test_an_expert_who_stops_is_told_to_those_who_registered(
    status: str, expert: ExpertProfile, coordinator: Actor, stopped: list[Any]
):
    services.change_status(expert.pk, actor=coordinator, status=status, motive=WHY)
    assert [(e.pk, e.status, actor, reason) for e, actor, reason in stopped] == [
        (expert.pk, status, coordinator, status)
    ]
    change = expert.status_changes.get()
    assert (change.before, change.after, change.motive, change.changed_by_id) == ("active", status, WHY, coordinator.id)
    assert actions(expert) == ["expert.status_changed"]


def test_the_motive_is_sealed_and_not_in_the_journal(expert: ExpertProfile, coordinator: Actor):
    services.change_status(expert.pk, actor=coordinator, status="suspended", motive=WHY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT motive FROM experts_statuschange")
        assert b"plainte" not in bytes(cursor.fetchone()[0])
    event = AuditEvent.objects.get(action="expert.status_changed")
    assert event.detail == {"before": "active", "after": "suspended", "reason": "suspended"}


def test_being_absent_or_coming_back_is_no_stop(expert: ExpertProfile, coordinator: Actor, stopped: list[Any]):
    services.change_status(expert.pk, actor=coordinator, status="absent", motive=WHY)
    services.change_status(expert.pk, actor=coordinator, status="active", motive=WHY)
    assert stopped == []
    services.change_status(expert.pk, actor=coordinator, status="suspended", motive=WHY)
    services.change_status(expert.pk, actor=coordinator, status="ended", motive=WHY)
    assert [reason for _e, _a, reason in stopped] == ["suspended"]
    keys = {change.content_key_id for change in expert.status_changes.all()}
    assert len(keys) == 1


def test_the_same_status_twice_and_a_return_from_the_end_are_refused(expert: ExpertProfile, coordinator: Actor):
    with pytest.raises(Conflict):
        services.change_status(expert.pk, actor=coordinator, status="active", motive=WHY)
    services.change_status(expert.pk, actor=coordinator, status="ended", motive=WHY)
    with pytest.raises(Conflict):
        services.change_status(expert.pk, actor=coordinator, status="active", motive=WHY)


def test_when_a_registered_part_fails_nothing_changes(expert: ExpertProfile, coordinator: Actor):
    def fail(*_args: object) -> None:
        raise RuntimeError("a case cannot change hands")

    signals.on_expert_stopped("test", fail)
    try:
        with pytest.raises(RuntimeError):
            services.change_status(expert.pk, actor=coordinator, status="suspended", motive=WHY)
    finally:
        signals.forget("test")
    expert.refresh_from_db()
    assert expert.status == "active"
    assert expert.status_changes.count() == 0
    assert actions(expert) == []


def test_a_failed_check_of_the_registration_suspends_at_once(
    expert: ExpertProfile, coordinator: Actor, stopped: list[Any]
):
    later = people.WEDNESDAY + timedelta(minutes=5)
    with travel(later):
        services.record_registration(
            expert.pk, actor=coordinator, checked_at=later, means="order", outcome="not_registered"
        )
    expert.refresh_from_db()
    assert expert.status == "suspended"
    assert [reason for _e, _a, reason in stopped] == ["unregistered"]
    assert expert.status_changes.get().by_system


def test_a_failed_check_of_long_ago_suspends_nobody(expert: ExpertProfile, coordinator: Actor, stopped: list[Any]):
    long_ago = people.WEDNESDAY - timedelta(days=90)
    services.record_registration(
        expert.pk, actor=coordinator, checked_at=long_ago, means="order", outcome=Registration.Outcome.NOT_REGISTERED
    )
    expert.refresh_from_db()
    assert expert.status == "active"
    assert stopped == []


def test_a_convention_is_sent_once_and_after_it_is_signed(expert: ExpertProfile, coordinator: Actor):
    open_one = services.record_convention(
        expert.pk, actor=coordinator, version="2", signed_by_expert_at=PAST, signed_by_service_at=None
    )
    with pytest.raises(Conflict):
        services.record_convention_sent(open_one.pk, actor=coordinator, sent_at=people.WEDNESDAY)
    both = services.record_convention(
        expert.pk, actor=coordinator, version="2", signed_by_expert_at=PAST, signed_by_service_at=PAST
    )
    for wrong in (PAST - timedelta(days=2), FUTURE):
        with pytest.raises(Invalid):
            services.record_convention_sent(both.pk, actor=coordinator, sent_at=wrong)
    services.record_convention_sent(both.pk, actor=coordinator, sent_at=people.WEDNESDAY)
    with pytest.raises(Conflict):
        services.record_convention_sent(both.pk, actor=coordinator, sent_at=people.WEDNESDAY)
