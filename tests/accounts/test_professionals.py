"""Registration of professionals: the number, the directory, the person who looks there."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts import services
from accounts.models import Professional, User
from accounts.models.professionals import luhn_valid, validate_rpps
from accounts.registration import DirectoryAnswer, DirectoryUnavailable
from accounts.roles import professional_ready
from audit import SystemActor
from audit.models import AuditEvent
from errors import Conflict, Invalid, NotAllowed
from tests.accounts.logins import log_in, luhn, mails_to, make_professional, make_user

pytestmark = pytest.mark.django_db

NUMBER = luhn("1000000099")
ACTOR = SystemActor("test")


@given(st.text("0123456789", min_size=10, max_size=10))
def test_a_number_has_one_check_digit(first_ten: str) -> None:
    good = luhn(first_ten)
    validate_rpps(good)
    for other in range(10):
        changed = f"{first_ten}{other}"
        assert luhn_valid(changed) == (changed == good)


@pytest.mark.parametrize("number", ["", "123", "1000000000a", "٠" * 11, "1" * 12])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        validate_rpps(number)


def state(client: Client, **more: str) -> Any:
    """Send the form about oneself."""
    data = {"profession": "physician", "rpps": NUMBER, "phone": "01 99 00 00 00", **more}
    return client.post("/compte/inscription-professionnelle/", data)


@pytest.fixture
def requester(client: Client) -> User:
    """A professional who is not checked yet, logged in."""
    user = make_user("requester", ready=False, name="Claire Lefèvre")
    log_in(client, user)
    return user


def test_a_stated_number_waits_for_a_person(client: Client, requester: User) -> None:
    assert state(client, rpps=f" {NUMBER[:5]} {NUMBER[5:]}").status_code == 302
    row = Professional.objects.get()
    assert row.rpps == NUMBER
    assert row.registration_answer == "pending"
    assert row.registration_checked_at is None
    assert not professional_ready(User.objects.get(pk=requester.pk))
    assert "national" in client.get("/compte/inscription-professionnelle/").content.decode()


def test_a_mistyped_number_is_said_at_the_field(client: Client, requester: User) -> None:
    wrong = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
    answer = state(client, rpps=wrong)
    assert answer.status_code == 200
    assert 'href="#id_rpps"' in answer.content.decode()
    assert not Professional.objects.exists()


def test_a_number_of_somebody_else_tells_nothing_about_him(client: Client, requester: User) -> None:
    other = make_user("requester", ready=False)
    services.save_professional(other, actor=ACTOR, profession="physician", rpps=NUMBER)
    page = state(client).content.decode()
    assert Professional.objects.count() == 1
    assert other.email not in page


def test_a_coordinator_confirms_and_the_answer_is_kept(client: Client, requester: User) -> None:
    state(client)
    row = Professional.objects.get()
    desk, coordinator = Client(), make_user("coordinator")
    log_in(desk, coordinator)
    assert NUMBER in desk.get("/bureau/inscriptions/").content.decode()
    path = f"/bureau/inscriptions/{row.id}/"
    assert desk.post(path, {"answer": "confirmed"}).status_code == 200
    assert desk.post(path, {"answer": "confirmed", "identity_means": "call_back"}).url == "/bureau/inscriptions/"
    row.refresh_from_db()
    assert row.is_checked
    assert row.registration_checked_by == coordinator
    assert (row.registration_means, row.identity_means) == ("human", "call_back")
    assert professional_ready(User.objects.get(pk=requester.pk))
    assert "account.registration_confirmed" in mails_to(requester.email)
    assert AuditEvent.objects.filter(action="account.registration_confirmed", actor_id=coordinator.pk).count() == 1


def test_a_refusal_says_why_and_can_be_corrected(client: Client, requester: User) -> None:
    state(client)
    row = Professional.objects.get()
    desk = Client()
    log_in(desk, make_user("coordinator"))
    path = f"/bureau/inscriptions/{row.id}/"
    assert desk.post(path, {"answer": "refused"}).status_code == 200
    desk.post(path, {"answer": "refused", "note": "Another name in the directory"})
    page = client.get("/compte/inscription-professionnelle/").content.decode()
    assert "Another name in the directory" in page
    state(client, rpps=luhn("1000000098"))
    row.refresh_from_db()
    assert row.registration_answer == "pending"
    assert row.registration_note == ""


def test_a_changed_number_must_be_checked_anew_and_a_changed_phone_not(client: Client, requester: User) -> None:
    row = make_professional(requester)
    state(client, rpps=row.rpps, specialty="Chirurgie", phone="0199000001")
    row.refresh_from_db()
    assert row.is_checked
    assert row.phone == "0199000001"
    state(client, rpps=NUMBER)
    row.refresh_from_db()
    assert not row.is_checked


def test_nobody_confirms_himself_or_without_the_right(requester: User) -> None:
    from audit import Actor

    row = services.save_professional(requester, actor=ACTOR, profession="physician", rpps=NUMBER)
    for actor in (
        Actor(kind="user", id=requester.pk, role="coordinator", verified=True),
        Actor(kind="user", id=make_user().pk, role="expert", verified=True),
        Actor(kind="guest", id=None, role="guest"),
    ):
        with pytest.raises(NotAllowed):
            services.answer_registration(row, confirmed=True, identity_means="known", actor=actor)


def test_an_answer_is_given_once(requester: User) -> None:
    row = make_professional(requester)
    services.answer_registration(row, confirmed=True, identity_means="known", actor=ACTOR)
    with pytest.raises(Conflict):
        services.answer_registration(row, confirmed=False, note="x", actor=ACTOR)
    with pytest.raises(Invalid):
        services.answer_registration(row, confirmed=True, actor=ACTOR)


def known(number: str) -> DirectoryAnswer:
    """A directory that knows Claire Lefèvre."""
    return DirectoryAnswer("LEFEVRE", "CLAIRE", "physician", active=True)


def retired(number: str) -> DirectoryAnswer:
    """The same, who no longer practises."""
    return DirectoryAnswer("LEFEVRE", "CLAIRE", "physician", active=False)


def another(number: str) -> DirectoryAnswer:
    """Somebody else's number."""
    return DirectoryAnswer("MARTIN", "CLAIRE", "physician", active=True)


def unknown(number: str) -> None:
    """A directory that does not know the number."""


def down(number: str) -> None:
    """A directory that does not answer."""
    raise DirectoryUnavailable


@pytest.mark.parametrize(
    ("directory", "answer"),
    [
        ("known", "confirmed"),
        ("retired", "pending"),
        ("another", "pending"),
        ("unknown", "pending"),
        ("down", "pending"),
    ],
)
def test_a_configured_directory_confirms_what_is_clear_and_leaves_the_rest_to_a_person(
    client: Client, requester: User, settings: Any, directory: str, answer: str
) -> None:
    settings.REGISTRATION_DIRECTORY = f"tests.accounts.test_professionals.{directory}"
    state(client)
    row = Professional.objects.get()
    assert row.registration_answer == answer
    assert row.registration_means == ("directory" if answer == "confirmed" else "")
