"""The account page: details, address, password, closing."""

from typing import Any

import pytest
from django.test import Client

from accounts import services
from accounts.models import User
from audit.models import AuditEvent
from errors import Conflict
from tests.accounts.logins import PASSWORD, last_code, log_in, mails_to, make_user, travelling

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client: Client) -> User:
    """Somebody logged in."""
    person = make_user()
    log_in(client, person)
    return person


def change(client: Client, path: str, **data: str) -> Any:
    """Send one of the forms."""
    return client.post(path, data)


def test_name_and_language_are_changed_and_recorded(client: Client, user: User) -> None:
    answer = change(client, "/compte/profil/", title="Mme", full_name="Camille Dupont", language="en")
    assert answer.url == "/en/compte/"
    page = client.get("/en/compte/").content.decode()
    assert "Mme Camille Dupont" in page
    event = AuditEvent.objects.get(action="account.profile_changed")
    assert event.detail == {"fields": ["full_name", "title", "language"]}
    assert "Dupont" not in str(event.detail)


def test_messages_and_landing_follow_the_language_of_the_person(client: Client) -> None:
    user = make_user(language="en")
    assert log_in(client, user).url == "/en/espace/"


@pytest.mark.asvs("6.3.7")
@pytest.mark.asvs("7.5.1")
def test_an_address_changes_by_password_and_code_and_both_are_told(client: Client, user: User) -> None:
    old, new = user.email, "other.address@example.org"
    assert change(client, "/compte/adresse/", current_password="wrong one here", email=new).status_code == 200
    assert mails_to(new) == []
    assert change(client, "/compte/adresse/", current_password=PASSWORD, email=new).url == "/compte/adresse/code/"
    user.refresh_from_db()
    assert user.email == old
    assert change(client, "/compte/adresse/code/", code=last_code(new)).url == "/compte/"
    user.refresh_from_db()
    assert user.email == new
    told = [m for m in mails_to(old) + mails_to(new) if m == "account.email_changed"]
    assert len(told) == 2


def test_an_address_that_is_taken_looks_the_same_and_never_changes(client: Client, user: User) -> None:
    taken = make_user(email="taken@example.org")
    change(client, "/compte/adresse/", current_password=PASSWORD, email=taken.email)
    assert mails_to(taken.email) == ["account.exists"]
    assert change(client, "/compte/adresse/code/", code="000000").status_code == 200
    with pytest.raises(Conflict):
        services.change_email(user, taken.email, actor=services.accounts.own_actor(user))
    assert User.objects.get(pk=user.pk).email != taken.email


def test_a_code_for_one_new_address_does_not_confirm_another(client: Client, user: User) -> None:
    first, second = "a1@example.org", "a2@example.org"
    change(client, "/compte/adresse/", current_password=PASSWORD, email=first)
    code = last_code(first)
    session = client.session
    session["new_email"] = second
    session.save()
    assert change(client, "/compte/adresse/code/", code=code).status_code == 200
    user.refresh_from_db()
    assert user.email not in {first, second}


def test_wrong_present_passwords_are_counted_as_at_login(client: Client, user: User) -> None:
    for _ in range(5):
        change(client, "/compte/mot-de-passe/", current_password="wrong one here", password="a new long password")
    answer = change(client, "/compte/mot-de-passe/", current_password=PASSWORD, password="a new long password")
    assert answer.status_code == 429
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.behaviour("S1-20")
def test_a_closed_account_keeps_its_rows_and_lets_nobody_in(client: Client, user: User) -> None:
    patient = services.create_patient(
        actor=services.accounts.own_actor(user), birth_name="Durand", birth_first_names="C"
    )
    services.represent(user, patient, "self", actor=services.accounts.own_actor(user))
    other = Client()
    with travelling(60):
        log_in(other, user)
        assert change(client, "/compte/fermer/", current_password="wrong one here").status_code == 200
        assert change(client, "/compte/fermer/", current_password=PASSWORD).status_code == 302
        assert other.get("/compte/").status_code == 302
    user.refresh_from_db()
    assert user.closed_at
    assert user.representations.count() == 1
    assert "account.closed" in mails_to(user.email)


def test_an_upper_package_may_object_to_closing(client: Client, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def object_(_: User) -> None:
        raise Conflict("You still have a file in review.", "Hand it back first.")

    monkeypatch.setattr("accounts.services.accounts._closing_steps", [object_])
    page = change(client, "/compte/fermer/", current_password=PASSWORD)
    assert "You still have a file in review." in page.content.decode()
    user.refresh_from_db()
    assert user.is_active


def test_the_same_account_opens_another_space(client: Client, user: User) -> None:
    assert change(client, "/compte/espaces/requester/").url == "/compte/inscription-professionnelle/"
    assert User.objects.get(pk=user.pk).has_role("requester")
    for role in ("administrator", "expert", "coordinator", "helper", "nonsense"):
        assert change(client, f"/compte/espaces/{role}/").status_code == 404
    assert User.objects.get(pk=user.pk).roles == {"patient", "requester"}


@pytest.mark.parametrize(
    "text", ["\x00", "🙂" * 200, "\u202eabc", '"><svg onload=x>', "{{7*7}}", "a\r\nBcc: b@example.org"]
)
def test_hostile_details_are_answered_clearly(client: Client, user: User, text: str) -> None:
    answer = client.post("/compte/profil/", {"title": text, "full_name": text, "language": text})
    assert answer.status_code < 500
    assert "<svg onload" not in client.get("/compte/").content.decode()


def test_the_account_page_names_the_people_one_represents(client: Client, user: User) -> None:
    actor = services.accounts.own_actor(user)
    child = services.create_patient(actor=actor, birth_name="Durand", birth_first_names="Zoé")
    services.represent(user, child, "parent", actor=actor)
    assert "Zoé Durand" in client.get("/compte/").content.decode()
