"""The expert's own pages and the coordinator's pages about experts, through their addresses."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from audit.models import AuditEvent
from clock import travel
from experts import services
from experts.models import ExpertProfile
from tests.experts import people

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 18)
WHY = "Une plainte est examinée par l’Ordre."


@pytest.fixture
def himself(expert: ExpertProfile) -> Client:
    return people.logged_in(expert.user)


@pytest.fixture
def desk(db: None) -> Client:
    user = people.make_user("coordinator", full_name="Zoé Lenoir")
    people.make_professional(user)
    return people.logged_in(user)


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def page(name: str, *args: object) -> str:
    """The French address; the English one has `/en` before it."""
    with override("fr"):
        return reverse(f"experts_desk:{name}", args=args)


# --- the expert


def test_an_expert_sees_that_cases_can_come(himself: Client, expert: ExpertProfile):
    response = himself.get("/en/expert/profil/")
    assert response.status_code == 200
    assert "Cases can be proposed to you" in text(response)
    assert expert.user.professional.rpps in text(response)


def test_an_expert_sees_exactly_what_is_missing(himself: Client, expert: ExpertProfile):
    expert.insurances.all().delete()
    services.add_absence(expert.pk, actor=people.actor_for(expert.user, "expert"), start=TODAY, end=TODAY)
    shown = text(himself.get("/en/expert/profil/"))
    assert "No case can be proposed to you for the moment" in shown
    assert "No certificate is on file." in shown
    assert "Away until 18 November 2026." in shown
    assert "bureau" not in shown


def test_an_expert_without_profile_is_told_what_to_do():
    user = people.make_user("expert")
    people.make_professional(user)
    response = people.logged_in(user).get("/en/expert/profil/")
    assert response.status_code == 404
    assert "Your expert profile is not ready yet." in text(response)


def test_an_expert_plans_an_absence_and_takes_it_back(himself: Client, expert: ExpertProfile):
    response = himself.post("/en/expert/absences/", {"start": "24/12/2026", "end": "2 janvier 2027"})
    assert response.status_code == 302
    shown = text(himself.get("/en/expert/absences/"))
    assert "24 December 2026" in shown
    assert "2 January 2027" in shown
    absence = expert.absences.get()
    remove = f"/en/expert/absences/{absence.pk}/retirer/"
    assert "From 24 December 2026 to 2 January 2027." in text(himself.get(remove))
    assert expert.absences.count() == 1
    assert himself.post(remove).status_code == 302
    assert expert.absences.count() == 0
    assert himself.post(remove).status_code == 404
    done = list(AuditEvent.objects.filter(action__startswith="expert.absence").values_list("action", flat=True))
    assert sorted(done) == ["expert.absence_added", "expert.absence_removed"]


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("24/12/2026", "20/12/2026", "The last day of an absence cannot come before the first."),
        ("24/12/2020", "26/12/2020", "This absence is already over."),
        ("soon", "26/12/2026", "Enter a date"),
        ("", "", "Enter a date."),
        ("\x00", "26/12/2026", "character that cannot be kept"),
    ],
)
def test_a_wrong_absence_is_explained_and_kept_in_the_form(
    start: str, end: str, said: str, himself: Client, expert: ExpertProfile
):
    response = himself.post("/en/expert/absences/", {"start": start, "end": end})
    assert response.status_code == 422
    assert said in text(response)
    assert not end or f'value="{end}"' in response.content.decode()
    assert expert.absences.count() == 0


def test_an_expert_says_how_many_cases_a_month_he_takes(himself: Client, expert: ExpertProfile):
    assert "How many cases a month?" in text(himself.get("/en/expert/capacite/"))
    assert himself.post("/en/expert/capacite/", {"capacity_per_month": "2"}).status_code == 302
    expert.refresh_from_db()
    assert expert.capacity_per_month == 2
    for wrong in ("-1", "101", "many", ""):
        assert himself.post("/en/expert/capacite/", {"capacity_per_month": wrong}).status_code == 422
    himself.post("/en/expert/capacite/", {"capacity_per_month": "2"})
    assert AuditEvent.objects.filter(action="expert.profile_changed").count() == 1


def test_the_absence_of_another_expert_is_not_there(himself: Client):
    other = people.make_expert()
    absence = services.add_absence(other.pk, actor=people.actor_for(other.user, "expert"), start=TODAY, end=TODAY)
    for method in (himself.get, himself.post):
        assert method(f"/expert/absences/{absence.pk}/retirer/").status_code == 404
    assert other.absences.count() == 1


# --- who may open what


OWN = ["/expert/profil/", "/expert/absences/"]
DESK = ["list", "add"]
ONE = ["detail", "practice", "status", "registration", "insurance", "convention", "interests", "absences"]


@pytest.mark.parametrize("role", ["coordinator", "care_coordinator", "assistant", "requester", "patient", "dpo"])
def test_only_experts_open_the_pages_of_experts(role: str):
    user = people.make_user(role)
    people.make_professional(user)
    client = people.logged_in(user)
    for address in OWN:
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403


@pytest.mark.parametrize("role", ["expert", "care_coordinator", "assistant", "requester", "patient", "dpo"])
def test_only_coordinators_open_the_pages_of_the_desk(role: str, expert: ExpertProfile):
    user = people.make_user(role)
    people.make_professional(user)
    client = people.logged_in(user)
    for address in [*(page(name) for name in DESK), *(page(name, expert.pk) for name in ONE)]:
        assert client.get(address).status_code == 403, address
        assert client.post(address).status_code in (403, 405), address


def test_a_visitor_is_sent_to_the_login(expert: ExpertProfile):
    client = Client()
    for address in [*OWN, page("list"), page("detail", expert.pk)]:
        response = client.get(address)
        assert response.status_code == 302, address
        assert "profil" not in response.headers["Location"].split("?")[0]


def test_other_methods_are_refused(himself: Client, desk: Client, expert: ExpertProfile):
    assert himself.put("/expert/absences/").status_code == 405
    assert himself.post("/expert/profil/").status_code == 405
    assert desk.post(page("list")).status_code == 405
    assert desk.delete(page("detail", expert.pk)).status_code == 405


def test_a_coordinator_does_not_act_on_his_own_expert_profile(expert: ExpertProfile):
    user = people.make_user("coordinator")
    people.make_professional(user)
    own = ExpertProfile.objects.create(user=user, languages=["fr"])
    client = people.logged_in(user)
    for name in ONE:
        assert client.get(page(name, own.pk)).status_code == 403, name
        assert client.get(page(name, expert.pk)).status_code == 200, name


# --- the desk


def test_the_list_says_what_is_missing_and_can_be_searched(desk: Client):
    anne = people.make_expert(full_name="Anne Lefèvre")
    people.make_expert(full_name="Bruno Martin", status="suspended")
    anne.insurances.all().delete()
    shown = text(desk.get("/en/bureau/experts/"))
    assert "Pr Anne Lefèvre" in shown
    assert "Liability insurance" in shown
    assert "2 experts" in shown
    shown = text(desk.get("/en/bureau/experts/", {"words": "lefevre"}))
    assert "Anne Lefèvre" in shown
    assert "Bruno Martin" not in shown
    assert "No expert answers this search" in text(desk.get("/en/bureau/experts/", {"words": "personne"}))
    assert "Bruno Martin" in text(desk.get("/en/bureau/experts/", {"status": "suspended"}))


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "99"}, {"status": "x"}, {"words": "\x00"}, {"words": "a" * 5000}]
)
def test_an_odd_address_of_the_list_is_answered(query: dict[str, str], desk: Client):
    assert desk.get(page("list"), query).status_code == 200


def test_the_list_takes_as_many_queries_for_many_as_for_few(desk: Client, django_assert_max_num_queries):
    people.make_expert()
    with django_assert_max_num_queries(20):
        desk.get(page("list"))
    for _ in range(26):
        people.make_expert()
    with django_assert_max_num_queries(20):
        response = desk.get(page("list"))
    assert "?page=2" in response.content.decode()


def test_one_expert_is_shown_and_the_reading_journaled(desk: Client, expert: ExpertProfile):
    expert.conventions.update(sent_to_order_at=None)
    response = desk.get(page("detail", expert.pk))
    assert response.status_code == 200
    convention = expert.conventions.get()
    assert page("sent_to_order", expert.pk, convention.pk) in response.content.decode()
    event = AuditEvent.objects.get(action="expert.read")
    assert event.subjects["expert"] == [str(expert.pk)]


def test_an_expert_who_does_not_exist_is_not_found(desk: Client, expert: ExpertProfile):
    nobody = expert.user_id
    for name in ONE:
        assert desk.get(page(name, nobody)).status_code == 404, name
    assert desk.get(page("sent_to_order", expert.pk, nobody)).status_code == 404
    assert desk.get(page("remove_absence", expert.pk, nobody)).status_code == 404


@pytest.mark.behaviour("S2-26")
def test_a_coordinator_adds_an_expert_and_records_all_that_was_checked(desk: Client):
    user = people.make_user("expert", full_name="Nadia Cohen")
    people.make_professional(user)
    data = {"user": str(user.pk), "pathologies": ["crohn"], "languages": ["fr", "en"], "capacity_per_month": "5"}
    assert "Nadia Cohen" in text(desk.get(page("add")))
    response = desk.post(page("add"), data)
    expert = ExpertProfile.objects.get(user=user)
    assert response.headers["Location"] == page("detail", expert.pk)
    assert [pathology.code for pathology in expert.pathologies.all()] == ["crohn"]
    forms: dict[str, dict[str, Any]] = {
        "registration": {"checked_on": "18/11/2026", "means": "directory", "outcome": "registered"},
        "insurance": {"insurer": "Mutuelle", "valid_from": "01/01/2026", "valid_until": "31/12/2027"},
        "convention": {
            "version": "2026-1",
            "signed_by_expert_on": "16/11/2026",
            "signed_by_service_on": "17/11/2026",
        },
        "interests": {"declared_on": "18/11/2026", "expires_on": "18/11/2027"},
        "practice": {
            "pathologies": ["crohn", "endometriosis"],
            "languages": ["en"],
            "capacity_per_month": "0",
            "institution": "CHU",
            "department": "Digestif",
        },
        "absences": {"start": "24/12/2026", "end": "26/12/2026"},
    }
    for name, form in forms.items():
        assert desk.get(page(name, expert.pk)).status_code == 200, name
        assert desk.post(page(name, expert.pk), form).status_code == 302, name
    expert.refresh_from_db()
    assert (expert.languages, expert.capacity_per_month, expert.department) == (["en"], 0, "Digestif")
    assert expert.pathologies.count() == 2
    convention = expert.conventions.get()
    send = page("sent_to_order", expert.pk, convention.pk)
    assert desk.get(send).status_code == 200
    assert desk.post(send, {"sent_to_order_on": "01/01/2020"}).status_code == 422
    assert desk.post(send, {"sent_to_order_on": "18/11/2026"}).status_code == 302
    absence = expert.absences.get()
    remove = page("remove_absence", expert.pk, absence.pk)
    assert desk.get(remove).status_code == 200
    assert desk.post(remove).status_code == 302
    shown = text(desk.get(f"/en{page('detail', expert.pk)}"))
    assert "Cases can be proposed" in shown


@pytest.mark.parametrize(
    ("name", "form", "field"),
    [
        ("registration", {"checked_on": "18/11/2027", "means": "directory", "outcome": "registered"}, "checked_on"),
        ("registration", {"checked_on": "18/11/2026", "means": "gossip", "outcome": "registered"}, "means"),
        ("insurance", {"insurer": "M", "valid_from": "02/01/2027", "valid_until": "01/01/2027"}, "valid_until"),
        ("convention", {"version": "1", "sent_to_order_on": "17/11/2026"}, "sent_to_order_on"),
        ("interests", {"declared_on": "18/11/2026", "expires_on": "17/11/2026"}, "expires_on"),
        ("practice", {"languages": [], "capacity_per_month": "3"}, "languages"),
        ("practice", {"languages": ["fr"], "capacity_per_month": "101"}, "capacity_per_month"),
        ("practice", {"languages": ["fr"], "capacity_per_month": "3", "pathologies": ["flu"]}, "pathologies"),
        ("status", {"status": "suspended", "motive": "short"}, "motive"),
        ("status", {"status": "active", "motive": WHY}, "status"),
        ("absences", {"start": "24/12/2026", "end": "20/12/2026"}, "end"),
    ],
)
def test_what_cannot_be_recorded_is_said_at_its_field(
    name: str, form: dict[str, Any], field: str, desk: Client, expert: ExpertProfile
):
    response = desk.post(page(name, expert.pk), form)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert f'href="#id_{field}' in response.content.decode()


def test_a_coordinator_suspends_an_expert_with_a_motive(desk: Client, expert: ExpertProfile):
    response = desk.post(page("status", expert.pk), {"status": "suspended", "motive": WHY})
    assert response.status_code == 302
    shown = text(desk.get(f"/en{page('detail', expert.pk)}"))
    assert "Suspended: no case can be proposed." in shown
    assert WHY in shown
    assert "Zoé Lenoir" in shown
    again = desk.post(page("status", expert.pk), {"status": "suspended", "motive": WHY})
    assert again.status_code == 422


def test_a_failed_check_of_the_registration_is_explained_in_the_history(desk: Client, expert: ExpertProfile):
    form = {"checked_on": "18/11/2026", "means": "order", "outcome": "not_registered"}
    with travel(people.WEDNESDAY + timedelta(minutes=5)):
        assert desk.post(page("registration", expert.pk), form).status_code == 302
    shown = text(desk.get(f"/en{page('detail', expert.pk)}"))
    assert "The check of the registration did not find a valid one." in shown
    expert.refresh_from_db()
    assert expert.status == "suspended"


def test_nobody_is_left_to_add(desk: Client, expert: ExpertProfile):
    assert "has a profile already" in text(desk.get(f"/en{page('add')}"))
    assert desk.post(page("add"), {"user": str(expert.user_id), "languages": ["fr"]}).status_code == 422


ODD = ["\x00", "a" * 100_000, "🙂", "مرحبا", '"><svg onload=x>', "{{7*7}}", "a\r\nb: c"]


@pytest.mark.parametrize("odd", ODD, ids=["nul", "long", "emoji", "arabic", "svg", "template", "crlf"])
def test_odd_input_in_any_field_is_answered_clearly(odd: str, desk: Client, expert: ExpertProfile):
    fields = {
        "practice": ["institution", "department", "capacity_per_month", "pathologies", "languages"],
        "status": ["status", "motive"],
        "registration": ["checked_on", "means", "outcome"],
        "insurance": ["insurer", "valid_from", "valid_until"],
        "convention": ["version", "signed_by_expert_on", "signed_by_service_on", "sent_to_order_on", "ends_on"],
        "interests": ["declared_on", "expires_on"],
        "absences": ["start", "end"],
    }
    for name, names in fields.items():
        response = desk.post(page(name, expert.pk), dict.fromkeys(names, odd))
        assert response.status_code in (302, 422), (name, response.status_code)
        assert b"<svg onload" not in response.content
        assert b'value="49"' not in response.content
