"""Who can be proposed a case, and exactly why not."""

import itertools
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from audit import Actor, SystemActor
from errors import Missing, NotAllowed
from experts.facts import record_of
from experts.models import (
    Absence,
    Convention,
    ExpertProfile,
    Insurance,
    InterestDeclaration,
    Pathology,
    Registration,
)
from experts.selectors import (
    Load,
    candidates,
    current_questionnaire,
    expert_of,
    is_fit_to_sign,
    is_named_in,
    list_experts,
    neutral_order,
    obstacles,
    one_expert,
    own_profile,
    shares_department,
    with_record,
)
from tests.experts import people

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 18)


def codes(expert: ExpertProfile, pathology: Pathology | None, **more: Any) -> list[str]:
    facts = {"on": TODAY, "open_case_count": 0, "month_case_count": 0, **more}
    return [found.code for found in obstacles(expert, pathology=pathology, **facts)]


def test_nothing_stands_against_an_expert_whose_record_is_complete(expert: ExpertProfile, endometriosis: Pathology):
    assert codes(expert, endometriosis) == []
    assert is_fit_to_sign(expert, on=TODAY) == []


def close_account(expert: ExpertProfile) -> None:
    expert.user.is_active = False
    expert.user.save()


def not_registered(expert: ExpertProfile) -> None:
    later = people.WEDNESDAY + timedelta(hours=1)
    Registration.objects.create(
        expert=expert, checked_at=later, recorded_at=later, means="order", outcome="not_registered"
    )


def refused_in_accounts(expert: ExpertProfile) -> None:
    expert.user.professional.registration_answer = "refused"
    expert.user.professional.save()


def insured_tomorrow(expert: ExpertProfile) -> None:
    expert.insurances.update(valid_from=TODAY + timedelta(1), valid_until=TODAY + timedelta(9))


def only_one_signature(expert: ExpertProfile) -> None:
    expert.conventions.update(signed_by_service_at=None, sent_to_order_at=None)


def away(expert: ExpertProfile) -> None:
    Absence.objects.create(expert=expert, start=TODAY, end=TODAY)


def status(value: str) -> Callable[[ExpertProfile], None]:
    def change(expert: ExpertProfile) -> None:
        ExpertProfile.objects.filter(pk=expert.pk).update(status=value)

    return change


BREAKS: dict[str, tuple[Callable[[ExpertProfile], object], str, bool]] = {
    "suspended": (status("suspended"), "inactive", True),
    "ended": (status("ended"), "inactive", True),
    "absent until further notice": (status("absent"), "absent", False),
    "account closed": (close_account, "inactive", True),
    "registration never checked": (lambda e: e.registrations.all().delete(), "unregistered", True),
    "last check failed": (not_registered, "unregistered", True),
    "registration refused": (refused_in_accounts, "unregistered", True),
    "no insurance": (lambda e: e.insurances.all().delete(), "uninsured", True),
    "insurance over": (
        lambda e: e.insurances.update(valid_from=TODAY - timedelta(400), valid_until=TODAY - timedelta(1)),
        "uninsured",
        True,
    ),
    "insurance not begun": (insured_tomorrow, "uninsured", True),
    "no convention": (lambda e: e.conventions.all().delete(), "no_convention", False),
    "convention signed by one side": (only_one_signature, "no_convention", False),
    "convention over": (lambda e: e.conventions.update(ends_on=TODAY), "no_convention", False),
    "interests never declared": (lambda e: e.interest_declarations.all().delete(), "undeclared", False),
    "another pathology": (lambda e: e.pathologies.clear(), "pathology", False),
    "away today": (away, "absent", False),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_missing_piece_is_an_obstacle_with_words(name: str, expert: ExpertProfile, endometriosis: Pathology):
    take_away, code, forbids_signing = BREAKS[name]
    take_away(expert)
    loaded = with_record(ExpertProfile.objects.filter(pk=expert.pk)).get()
    found = obstacles(loaded, pathology=endometriosis, on=TODAY, open_case_count=0, month_case_count=0)
    assert [obstacle.code for obstacle in found] == [code]
    assert len(found[0].text) > 10
    assert bool(is_fit_to_sign(loaded, on=TODAY)) is forbids_signing


def test_obstacles_add_up(expert: ExpertProfile):
    expert.insurances.all().delete()
    expert.conventions.all().delete()
    other = Pathology.objects.get(code="crohn")
    assert codes(expert, other, month_case_count=4) == ["uninsured", "no_convention", "pathology", "capacity"]


@pytest.mark.parametrize(
    ("month", "held", "expected"),
    [(3, 3, []), (4, 0, ["capacity"]), (0, 4, ["capacity"]), (9, 9, ["capacity"])],
)
def test_capacity_counts_the_month_and_what_is_under_way(
    month: int, held: int, expected: list[str], expert: ExpertProfile, endometriosis: Pathology
):
    assert codes(expert, endometriosis, month_case_count=month, open_case_count=held) == expected


def test_an_expert_who_takes_none_is_proposed_none(expert: ExpertProfile, endometriosis: Pathology):
    expert.capacity_per_month = 0
    assert codes(expert, endometriosis) == ["capacity"]


def test_a_request_without_pathology_asks_for_all_the_rest(expert: ExpertProfile):
    expert.pathologies.clear()
    assert codes(expert, None) == []
    assert codes(expert, None, month_case_count=4) == ["capacity"]


def test_the_day_is_that_of_paris(expert: ExpertProfile, endometriosis: Pathology):
    Absence.objects.create(expert=expert, start=date(2026, 11, 20), end=date(2026, 11, 20))
    assert codes(expert, endometriosis, on=datetime(2026, 11, 19, 22, 59, tzinfo=UTC)) == []
    assert codes(expert, endometriosis, on=datetime(2026, 11, 19, 23, 0, tzinfo=UTC)) == ["absent"]
    assert codes(expert, endometriosis, on=datetime(2026, 11, 20, 23, 0, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    ("on", "insured"), [(date(2027, 1, 1), True), (date(2027, 1, 31), True), (date(2027, 2, 1), False)]
)
def test_the_last_day_of_a_certificate_counts(on: date, insured: bool, expert: ExpertProfile, endometriosis: Pathology):
    expert.insurances.update(valid_from=date(2026, 1, 1), valid_until=date(2027, 1, 31))
    assert ("uninsured" in codes(expert, endometriosis, on=on)) is not insured


def test_an_old_failed_check_is_healed_by_a_newer_good_one(expert: ExpertProfile, endometriosis: Pathology):
    earlier = people.WEDNESDAY - timedelta(days=3)
    Registration.objects.create(expert=expert, checked_at=earlier, means="order", outcome="not_registered")
    assert codes(expert, endometriosis) == []


def test_the_record_says_what_runs_out_and_what_is_missing_without_keeping_cases_away(expert: ExpertProfile):
    expert.insurances.update(valid_until=TODAY + timedelta(20))
    expert.conventions.update(sent_to_order_at=None)
    InterestDeclaration.objects.filter(expert=expert).update(expires_on=TODAY + timedelta(9))
    expert.user.professional.phone = ""
    expert.user.professional.save()
    states = {fact.code: (fact.state, fact.forbids) for fact in record_of(expert, on=TODAY)}
    assert states == {
        "status": ("good", False),
        "registration": ("good", False),
        "insurance": ("soon", False),
        "convention": ("overdue", False),
        "interests": ("soon", False),
        "committee": ("missing", False),
        "pathologies": ("good", False),
        "absence": ("good", False),
        "letterhead": ("missing", False),
    }


def test_a_certificate_that_is_renewed_already_is_not_said_to_run_out(expert: ExpertProfile):
    expert.insurances.update(valid_until=TODAY + timedelta(20))
    Insurance.objects.create(
        expert=expert, insurer="Autre", valid_from=TODAY + timedelta(21), valid_until=TODAY + timedelta(386)
    )
    assert {fact.code: fact.state for fact in record_of(expert, on=TODAY)}["insurance"] == "good"


@pytest.mark.parametrize(
    ("days_ago", "sent", "due"),
    [(10, False, date(2026, 12, 8)), (40, False, date(2026, 11, 8)), (10, True, None)],
)
def test_the_order_must_have_the_convention_within_a_month(days_ago: int, sent: bool, due: date | None):
    signed = people.WEDNESDAY - timedelta(days=days_ago)
    convention = Convention(
        signed_by_expert_at=signed - timedelta(days=2),
        signed_by_service_at=signed,
        sent_to_order_at=people.WEDNESDAY if sent else None,
    )
    assert convention.order_notice_due == due


def test_candidates_are_those_who_cover_the_pathology_the_free_ones_first(endometriosis: Pathology):
    free, busy, uninsured = people.make_expert(), people.make_expert(), people.make_expert()
    people.make_expert(pathologies=("crohn",))
    people.make_expert(status="ended")
    uninsured.insurances.all().delete()
    found = candidates(endometriosis, TODAY, loads={busy.pk: Load(open_cases=1, month_cases=4), free.pk: Load(2, 1)})
    assert [candidate.expert.pk for candidate in found][0] == free.pk
    assert {candidate.expert.pk for candidate in found[1:]} == {busy.pk, uninsured.pk}
    assert found[0].is_free
    assert found[0].load == Load(2, 1)
    reasons = {candidate.expert.pk: [o.code for o in candidate.obstacles] for candidate in found}
    assert reasons == {free.pk: [], busy.pk: ["capacity"], uninsured.pk: ["uninsured"]}


def test_candidates_take_as_many_queries_for_many_as_for_few(endometriosis: Pathology, django_assert_max_num_queries):
    people.make_expert()
    with django_assert_max_num_queries(7):
        assert len(candidates(endometriosis, TODAY)) == 1
    for _ in range(12):
        people.make_expert()
    with django_assert_max_num_queries(7):
        assert len(candidates(endometriosis, TODAY)) == 13


def test_the_order_is_drawn_anew_each_day_and_is_the_same_for_all_that_day():
    experts = [people.make_expert() for _ in range(6)]
    today = [expert.pk for expert in neutral_order(experts, TODAY)]
    assert [expert.pk for expert in neutral_order(reversed(experts), TODAY)] == today
    orders = {tuple(e.pk for e in neutral_order(experts, TODAY + timedelta(days=n))) for n in range(20)}
    assert len(orders) > 10


def test_every_order_of_five_experts_is_as_likely_as_the_others():
    experts = [ExpertProfile(id=uuid.UUID(int=number)) for number in range(5)]
    days = 10_000
    orders = Counter(tuple(e.pk.int for e in neutral_order(experts, TODAY + timedelta(days=n))) for n in range(days))
    expected = days / 120
    chi_square = sum((orders[order] - expected) ** 2 / expected for order in itertools.permutations(range(5)))
    # With 119 degrees of freedom 172.4 is passed by chance once in a thousand.
    assert chi_square < 172.4


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Dr Salvat-Noël, Anne", True),
        ("la docteure anne salvat noel", True),
        ("Dr Salvat", False),
        ("Anne Martin", False),
        ("", False),
    ],
)
def test_the_author_of_the_first_opinion_is_recognised(text: str, named: bool):
    assert is_named_in(people.make_expert(full_name="Anne Salvat-Noël"), text) is named


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("CHU d'Exemple, service de gynécologie, Paris", True),
        ("chu exemple gynecologie", True),
        ("CHU d'Exemple, urologie", False),
        ("Clinique Gynécologie", False),
        ("", False),
    ],
)
def test_the_department_of_the_first_opinion_is_recognised(text: str, shared: bool, expert: ExpertProfile):
    assert shares_department(expert, text) is shared


def test_a_department_that_is_not_recorded_is_never_shared():
    assert not shares_department(people.make_expert(institution="", department=""), "anything at all")


def test_lists_are_for_coordinators(expert: ExpertProfile, coordinator: Actor):
    assert [found.pk for found in list_experts(coordinator)] == [expert.pk]
    for role in ("care_coordinator", "assistant"):
        with pytest.raises(NotAllowed):
            list_experts(people.actor_for(people.make_user(role), role))
    with pytest.raises(Missing):
        list_experts(people.actor_for(people.make_user("patient"), "patient"))


def test_a_list_is_searched_by_name_specialty_and_place_without_accents(coordinator: Actor):
    anne = people.make_expert(full_name="Anne Lefèvre", department="Chirurgie")
    people.make_expert(full_name="Bruno Martin", department="Radiologie", status="suspended", pathologies=("crohn",))

    def found(**filters: str) -> list[str]:
        return [expert.user.full_name for expert in list_experts(coordinator, **filters)]

    assert found() == ["Anne Lefèvre", "Bruno Martin"]
    assert found(text="lefevre") == ["Anne Lefèvre"]
    assert found(text="RADIO mart") == ["Bruno Martin"]
    assert found(text="chirurgie gyné lef") == ["Anne Lefèvre"]
    assert found(text="personne") == []
    assert found(status="suspended") == ["Bruno Martin"]
    assert found(pathology="endometriosis") == ["Anne Lefèvre"]
    assert found(status="nonsense") == ["Anne Lefèvre", "Bruno Martin"]
    assert expert_of(anne.user_id) == anne


def test_an_expert_reads_his_own_record_only(expert: ExpertProfile):
    other = people.make_expert()
    himself = people.actor_for(expert.user, "expert")
    assert own_profile(himself) == expert
    assert one_expert(himself, expert.pk) == expert
    with pytest.raises(Missing):
        one_expert(himself, other.pk)
    with pytest.raises(Missing):
        own_profile(people.actor_for(people.make_user("expert"), "expert"))


def test_the_service_itself_may_read(expert: ExpertProfile):
    assert one_expert(SystemActor("retention"), expert.pk) == expert


def test_a_questionnaire_that_does_not_exist_is_said_to_be_missing():
    assert current_questionnaire("endometriosis").pathology is not None
    assert current_questionnaire("common").pathology is None
    with pytest.raises(Missing):
        current_questionnaire("flu")
