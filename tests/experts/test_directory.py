"""Experts' registration re-checked in the national directory, by the weekly job and from the desk's page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit import Actor
from clock import travel
from experts import services, signals, tasks
from experts.models import ExpertProfile, Pathology
from experts.selectors import obstacles
from jobs import run_until_empty
from jobs.models import DeadJob
from notify.models import OutgoingMail
from tests.accounts.directory_stub import Stub, bundle, directory_stub, practitioner
from tests.experts import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def stub(settings: Any) -> Iterator[Stub]:
    with directory_stub() as found:
        settings.DIRECTORY_URL, settings.DIRECTORY_KEY = found.url, "a-key"
        settings.REGISTRATION_DIRECTORY = "accounts.practitioners.ask"
        yield found


@pytest.fixture
def stopped() -> Iterator[list[str]]:
    told: list[str] = []
    signals.on_expert_stopped("test", lambda expert, actor, reason: told.append(reason))
    yield told
    signals.forget("test")


def number_of(expert: ExpertProfile) -> str:
    number: str = expert.user.professional.rpps
    return number


def family_of(expert: ExpertProfile) -> str:
    family: str = expert.user.full_name.split()[-1]
    return family


def run_job() -> None:
    with travel(people.WEDNESDAY + timedelta(hours=1)):
        tasks.check_registrations.call()
        run_until_empty(raise_errors=False)


def codes(expert: ExpertProfile) -> set[str]:
    fresh = ExpertProfile.objects.get(pk=expert.pk)
    found = obstacles(fresh, pathology=None, on=people.WEDNESDAY, open_case_count=0, month_case_count=0)
    return {obstacle.code for obstacle in found}


def test_the_weekly_job_records_a_confirmed_registration(stub: Stub, expert: ExpertProfile, stopped: list[str]):
    stub.body = bundle(practitioner(number_of(expert), family_of(expert)))
    run_job()
    check = expert.registrations.first()
    assert check is not None
    assert (check.outcome, check.means, check.checked_by) == ("registered", "directory", None)
    assert check.answer == {"known": True, "active": True, "profession": True, "name": True}
    assert check.checked_at == people.WEDNESDAY + timedelta(hours=1)
    assert not stopped


@pytest.mark.parametrize("closed", [True, False])
def test_whoever_is_no_longer_registered_is_suspended_at_once(
    stub: Stub, expert: ExpertProfile, stopped: list[str], closed: bool
):
    if closed:
        stub.body = bundle(practitioner(number_of(expert), family_of(expert), active=False))
    run_job()
    expert.refresh_from_db()
    assert expert.status == "suspended"
    assert stopped == ["unregistered"]
    assert "unregistered" in codes(expert)


def test_an_empty_directory_does_not_suspend_everybody_in_one_night(
    stub: Stub, expert: ExpertProfile, stopped: list[str]
):
    others = [people.make_expert() for _ in range(3)]
    people.make_user("coordinator")
    run_job()
    states = [ExpertProfile.objects.get(pk=one.pk).status for one in (expert, *others)]
    assert sorted(states) == ["active", "active", "active", "suspended"]
    assert len(stopped) == 1
    assert OutgoingMail.objects.filter(template="expert.directory_unclear").count() == 3


def test_another_name_is_left_to_a_person_and_takes_nothing_away(stub: Stub, expert: ExpertProfile, stopped: list[str]):
    people.make_user("coordinator")
    stub.body = bundle(practitioner(number_of(expert), "Autrement"))
    run_job()
    expert.refresh_from_db()
    assert (expert.status, stopped, codes(expert)) == ("active", [], set())
    assert OutgoingMail.objects.filter(template="expert.directory_unclear").count() == 1
    desk = people.make_user("coordinator")
    people.make_professional(desk)
    shown = people.logged_in(desk).get(f"/en/bureau/experts/{expert.pk}/").content.decode()
    assert "gave another name or profession" in shown


def test_a_silent_directory_suspends_nobody_and_is_told_once(stub: Stub, expert: ExpertProfile):
    people.make_expert()
    people.make_user("coordinator")
    stub.status = 503
    with travel(people.WEDNESDAY):
        tasks.check_registrations.call()
    for hours in range(12):
        with travel(people.WEDNESDAY + timedelta(hours=hours)):
            run_until_empty(raise_errors=False)
    assert DeadJob.objects.count() == 2
    assert OutgoingMail.objects.filter(template="expert.directory_silent").count() == 1
    expert.refresh_from_db()
    assert expert.status == "active"


def test_without_a_directory_nothing_is_asked_and_a_person_records(expert: ExpertProfile, coordinator: Actor):
    tasks.check_registrations.call()
    assert expert.registrations.count() == 1
    services.record_registration(
        expert.pk, actor=coordinator, checked_at=people.WEDNESDAY, means="order", outcome="registered"
    )
    assert expert.registrations.count() == 2


def test_the_desk_asks_the_directory_from_the_page(stub: Stub, expert: ExpertProfile, endometriosis: Pathology):
    user = people.make_user("coordinator")
    people.make_professional(user)
    desk: Client = people.logged_in(user)
    address = f"/en/bureau/experts/{expert.pk}/inscription/"
    assert "Ask the national directory" in desk.get(address).content.decode()
    stub.body = bundle(practitioner(number_of(expert), family_of(expert)))
    with travel(people.WEDNESDAY + timedelta(minutes=5)):
        response = desk.post(f"{address}annuaire/", follow=True)
    assert "confirms the registration" in response.content.decode()
    check = expert.registrations.first()
    assert check is not None
    assert check.checked_by_id == user.pk
    stub.status = 503
    response = desk.post(f"{address}annuaire/", follow=True)
    assert "does not answer for the moment" in response.content.decode()
    assert expert.registrations.count() == 2


def test_without_a_directory_the_page_offers_none(expert: ExpertProfile):
    user = people.make_user("coordinator")
    people.make_professional(user)
    desk = people.logged_in(user)
    address = f"/en/bureau/experts/{expert.pk}/inscription/"
    assert "Ask the national directory" not in desk.get(address).content.decode()
    response = desk.post(f"{address}annuaire/", follow=True)
    assert "No directory is configured" in response.content.decode()
