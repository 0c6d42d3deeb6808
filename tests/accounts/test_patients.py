"""Identities of patients, and who reaches whom."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts import selectors, services
from accounts.models import Patient, Representation, User
from accounts.names import fold_name, search_key
from accounts.services.patients import is_minor
from audit import Actor, SystemActor
from audit.models import AuditEvent
from clock import now
from errors import Conflict, Invalid
from tests.accounts.logins import log_in, make_user, travelling
from ui.dates import paris_day

pytestmark = pytest.mark.django_db

ACTOR = SystemActor("test")
TRAITS = {
    "birth_name": "Lefèvre",
    "birth_first_names": "Anne Marie",
    "birth_date": date(1962, 11, 4),
    "sex": "F",
    "birth_place_code": "2A004",
}


def make_patient(**more: Any) -> Patient:
    """A patient with all traits."""
    return services.create_patient(actor=ACTOR, **{**TRAITS, **more})


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Noël-Bœuf", "noel boeuf"),
        ("D’Été", "d ete"),
        ("ÇÖŁ", "col"),
        ("  Jean--Luc ", "jean luc"),
        ("Straße", "strasse"),
    ],
)
def test_names_are_folded_for_search(text: str, folded: str) -> None:
    assert fold_name(text) == folded


def test_the_key_holds_each_word_once() -> None:
    assert search_key("Martin", "Anne Marie", "Martin-Durand", "") == " martin anne marie durand "


@pytest.mark.parametrize("text", ["lefev", "LEFÈVRE", "marie", "anne lefe", "dup"])
def test_a_patient_is_found_by_the_beginning_of_any_name(text: str) -> None:
    patient = make_patient(used_name="Dupont")
    make_patient(birth_name="Bernard", birth_first_names="Luc")
    assert list(selectors.search_patients(text)) == [patient]


def test_the_middle_of_a_name_finds_nobody_and_an_empty_search_neither() -> None:
    make_patient()
    for text in ("fevre", "", "  ", "%", "_", "'"):
        assert not selectors.search_patients(text).exists()


def test_a_search_by_birth_date_comes_first() -> None:
    patient = make_patient()
    make_patient(birth_date=date(1970, 1, 1))
    assert list(selectors.search_patients("lef", birth_date=date(1962, 11, 4))) == [patient]
    assert list(selectors.search_patients("", birth_date=date(1962, 11, 4))) == [patient]


def test_similar_identities_share_birth_date_and_three_letters() -> None:
    first = make_patient()
    second = make_patient(birth_name="Lefebvre", birth_first_names="A")
    make_patient(birth_name="Lefort", birth_date=date(1962, 11, 5))
    make_patient(birth_name="Martin")
    assert list(selectors.similar_patients(first)) == [second]
    services.join_patient(second, first, actor=ACTOR)
    assert not selectors.similar_patients(first).exists()


def test_an_identity_is_complete_with_five_traits() -> None:
    patient = make_patient()
    assert patient.identity_complete
    for trait in TRAITS:
        assert make_patient(
            **{trait: None if trait == "birth_date" else ""} if trait not in {"birth_name", "birth_first_names"} else {}
        ).identity_complete == (trait in {"birth_name", "birth_first_names"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_place_code", "1234"),
        ("birth_place_code", "2C001"),
        ("sex", "X"),
        ("email", "no address"),
        ("birth_name", ""),
    ],
)
def test_a_trait_that_cannot_be_is_refused(field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_patient(**{field: value})
    assert list(refused.value.fields) == [field]
    assert not Patient.objects.exists()


def test_nobody_is_born_tomorrow() -> None:
    with pytest.raises(Invalid):
        make_patient(birth_date=paris_day(now()) + timedelta(days=1))


def test_somebody_may_be_born_today_in_paris_before_it_is_today_in_utc(travel: Any) -> None:
    travel(datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    assert make_patient(birth_date=date(2026, 7, 2)).birth_date == date(2026, 7, 2)


def test_a_changed_trait_undoes_the_check_and_a_changed_phone_does_not() -> None:
    patient = make_patient()
    services.validate_identity(patient, means="id_card", actor=ACTOR)
    services.save_identity(patient, actor=ACTOR, phone="0612345678")
    assert patient.identity_status == "validated"
    assert services.save_identity(patient, actor=ACTOR, birth_place_code="75056") == ["birth_place_code"]
    assert patient.identity_status == "provisional"
    assert patient.identity_means == ""


def test_an_incomplete_identity_cannot_be_validated() -> None:
    patient = make_patient(sex="")
    with pytest.raises(Invalid):
        services.validate_identity(patient, means="id_card", actor=ACTOR)
    with pytest.raises(Invalid):
        services.validate_identity(make_patient(), means="", actor=ACTOR)


def test_the_database_refuses_a_check_without_its_means() -> None:
    patient = make_patient()
    with pytest.raises(IntegrityError), transaction.atomic():
        Patient.objects.filter(pk=patient.pk).update(identity_status="validated")


def test_the_emergency_contact_is_encrypted() -> None:
    patient = make_patient(emergency_name="Paul Lefèvre", emergency_phone="0612345678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT profile FROM accounts_patient")
        assert b"Paul" not in bytes(cursor.fetchone()[0])
    assert Patient.objects.get(pk=patient.pk).profile["emergency_name"] == "Paul Lefèvre"


def test_the_journal_names_fields_and_never_content() -> None:
    patient = make_patient()
    services.save_identity(patient, actor=ACTOR, used_name="Bernard")
    event = AuditEvent.objects.get(action="patient.identity_changed")
    assert event.detail == {"fields": ["used_name"]}
    assert event.subjects == {"patient": [str(patient.id)]}


# --- who reaches whom


@pytest.mark.parametrize(
    ("kind", "role"),
    [("self", "patient"), ("parent", "representative"), ("guardian", "representative"), ("helper", "helper")],
)
def test_reaching_a_patient_gives_the_role_and_its_end_takes_it(kind: str, role: str) -> None:
    user, patient = make_user(""), make_patient()
    row = services.represent(user, patient, kind, actor=ACTOR, scope=["fill"] if kind == "helper" else [])
    assert User.objects.get(pk=user.pk).roles == {role}
    assert list(selectors.patients_of(user)) == [patient]
    services.end_representation(row, actor=ACTOR)
    services.end_representation(row, actor=ACTOR)
    assert User.objects.get(pk=user.pk).roles == set()
    assert AuditEvent.objects.filter(action="patient.access_ended").count() == 1


def test_a_helpers_access_ends_by_itself() -> None:
    user, patient = make_user(""), make_patient()
    services.represent(user, patient, "helper", actor=ACTOR, scope=["fill"], expires_at=now() + timedelta(days=1))
    with travelling(86400 + 1):
        assert User.objects.get(pk=user.pk).roles == set()
        services.represent(user, patient, "helper", actor=ACTOR, scope=["write"])
    assert Representation.objects.filter(ended_at__isnull=True).count() == 1


def test_a_helper_needs_a_scope_that_exists() -> None:
    user, patient = make_user(""), make_patient()
    for scope in ([], ["everything"]):
        with pytest.raises(Invalid):
            services.represent(user, patient, "helper", actor=ACTOR, scope=scope)
    with pytest.raises(Invalid):
        services.represent(user, patient, "friend", actor=ACTOR)


def test_a_patient_has_one_account_of_his_own() -> None:
    patient = make_patient()
    services.represent(make_user(""), patient, "self", actor=ACTOR)
    with pytest.raises(Conflict):
        services.represent(make_user(""), patient, "self", actor=ACTOR)


def test_a_parent_acts_as_himself_on_behalf_of_the_child() -> None:
    user, child = make_user(""), make_patient()
    services.represent(user, child, "parent", actor=ACTOR)
    actor = Actor(kind="user", id=user.pk, role="patient", verified=True)
    acting = selectors.actor_for_patient(actor, user, child)
    assert acting is not None
    assert (acting.id, acting.role, acting.on_behalf_of) == (user.pk, "representative", child.id)
    assert selectors.actor_for_patient(actor, make_user(""), child) is None


def test_identities_are_joined_once() -> None:
    made, own, third = make_patient(), make_patient(), make_patient()
    services.join_patient(made, own, actor=ACTOR)
    services.join_patient(made, own, actor=ACTOR)
    for source, target in ((made, third), (third, made), (own, own)):
        with pytest.raises(Conflict):
            services.join_patient(source, target, actor=ACTOR)


@pytest.mark.parametrize(
    ("birth", "on", "minor"),
    [
        (date(2008, 11, 22), date(2026, 11, 21), True),
        (date(2008, 11, 21), date(2026, 11, 21), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
    ],
)
def test_majority_comes_on_the_eighteenth_birthday(birth: date, on: date, minor: bool) -> None:
    assert is_minor(birth, on) is minor


# --- the page

FORM = {
    "birth_name": "Durand",
    "birth_first_names": "Camille Rose",
    "birth_date": "4/11/1962",
    "sex": "F",
    "birth_place_code": "75 056",
    "phone": "06 12 34 56 78",
}


@pytest.mark.behaviour("S1-15")
def test_a_patient_states_five_traits_and_no_social_security_number(client: Client) -> None:
    user = make_user()
    log_in(client, user)
    page = client.get("/patient/identite/").content.decode()
    assert "matricule" not in page
    assert client.post("/patient/identite/", FORM).status_code == 302
    patient = Patient.objects.get()
    assert patient.identity_complete
    assert patient.birth_place_code == "75056"
    assert patient.matricule is None
    assert selectors.representation_for(user, patient) is not None
    client.post("/patient/identite/", {**FORM, "birth_name": "Dupont"})
    assert Patient.objects.get().birth_name == "Dupont"


def test_a_parent_changes_the_childs_identity_and_a_helper_does_not(client: Client) -> None:
    parent, helper, child = make_user(), make_user(), make_patient()
    services.represent(parent, child, "parent", actor=ACTOR)
    services.represent(helper, child, "helper", actor=ACTOR, scope=["fill"])
    path = f"/patient/identite/{child.id}/"
    log_in(client, parent)
    assert client.post(path, FORM).status_code == 302
    event = AuditEvent.objects.get(action="patient.identity_changed")
    assert event.actor_role == "representative"
    assert event.on_behalf_of == child.id
    other = Client()
    log_in(other, helper)
    assert other.get(path).status_code == 403
    assert other.post(path, FORM).status_code == 403


def test_a_strangers_identity_is_not_there(client: Client) -> None:
    log_in(client, make_user())
    for id_ in (make_patient().id, uuid4()):
        assert client.get(f"/patient/identite/{id_}/").status_code == 404
        assert client.post(f"/patient/identite/{id_}/", FORM).status_code == 404


def test_reading_an_identity_is_journaled(client: Client) -> None:
    user, patient = make_user(), make_patient()
    services.represent(user, patient, "self", actor=ACTOR)
    log_in(client, user)
    assert "Lefèvre" in client.get("/patient/identite/").content.decode()
    event = AuditEvent.objects.get(action="patient.identity_read")
    assert event.subjects == {"patient": [str(patient.id)]}
    assert event.actor_id == user.pk


@pytest.mark.parametrize(
    "text", ["\x00", "🙂" * 200, "\u202eabc", '"><svg onload=x>', "{{7*7}}", "a\r\nb", "0001-01-01"]
)
def test_hostile_identities_are_answered_clearly(client: Client, text: str) -> None:
    log_in(client, make_user())
    answer = client.post("/patient/identite/", dict.fromkeys(FORM, text))
    assert answer.status_code == 200
    assert "<svg onload" not in answer.content.decode()
    assert not Patient.objects.exists()
