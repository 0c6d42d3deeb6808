"""Accounts of people who work here: the command, and the administrator's pages."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import services
from accounts.models import RoleGrant, User, UserSession
from audit import Actor
from audit.models import AuditEvent
from errors import NotAllowed
from tests.accounts.logins import PASSWORD, give_code, give_password, last_code, log_in, luhn, mails_to, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "chief@example.org"
NUMBER = luhn("1000000097")


def create(*arguments: str) -> str:
    """Run the command."""
    out = StringIO()
    call_command("create_staff", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.behaviour("S2-10")
def test_a_staff_account_is_made_and_its_owner_sets_the_password(client: Client) -> None:
    create(ADDRESS, "--role", "administrator", "--name", "Alix Bernard")
    user = User.objects.get()
    assert not user.has_usable_password()
    assert user.has_role("administrator")
    assert mails_to(ADDRESS) == ["account.welcome"]
    assert "token-otp_token" not in give_password(client, ADDRESS, "").content.decode()
    client.post("/mot-de-passe/", {"email": ADDRESS})
    client.post("/mot-de-passe/code/", {"code": last_code(ADDRESS), "password": PASSWORD})
    give_password(client, ADDRESS)
    assert give_code(client, last_code(ADDRESS)).status_code == 302
    assert client.get("/technique/comptes/").url == "/compte/engagement/"


def test_a_professional_is_made_with_his_checked_registration() -> None:
    create(
        ADDRESS, "--role", "coordinator", "--name", "Alix Bernard", "--title", "Dr",
        "--profession", "physician", "--rpps", NUMBER, "--registration-checked", "id_document",
    )  # fmt: skip
    professional = User.objects.get().professional
    assert professional.is_checked
    assert professional.registration_means == "command"


def test_a_professional_without_registration_is_warned_about() -> None:
    assert "registration" in create(ADDRESS, "--role", "expert", "--name", "Alix Bernard")


@pytest.mark.parametrize(
    "arguments",
    [
        ["no address", "--role", "dpo", "--name", "X"],
        [ADDRESS, "--role", "dpo"],
        [ADDRESS, "--name", "X"],
        [ADDRESS, "--role", "helper", "--name", "X"],
        [ADDRESS, "--role", "expert", "--name", "X", "--rpps", NUMBER],
        [ADDRESS, "--role", "expert", "--name", "X", "--rpps", "12345678901", "--profession", "physician"],
    ],
)
def test_what_cannot_be_is_refused_whole(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        create(*arguments)
    assert not User.objects.exists()


def test_an_address_has_one_account() -> None:
    create(ADDRESS, "--role", "dpo", "--name", "X")
    with pytest.raises(CommandError):
        create(ADDRESS.upper(), "--role", "editor", "--name", "Y")
    assert RoleGrant.objects.count() == 1


@pytest.fixture
def admin(client: Client) -> User:
    """An administrator, logged in."""
    user = make_user("administrator")
    log_in(client, user)
    return user


def act(client: Client, user: User, what: str, **data: str) -> Any:
    """Press one of the administrator's buttons."""
    return client.post(f"/technique/comptes/{user.pk}/{what}/", data)


def test_the_list_shows_staff_and_no_patient(client: Client, admin: User) -> None:
    make_user("expert", name="Élise Expert")
    make_user("patient", name="Paul Patient")
    page = client.get("/technique/comptes/").content.decode()
    assert "Élise Expert" in page
    assert "Paul Patient" not in page


def test_any_account_is_found_by_its_exact_address(client: Client, admin: User) -> None:
    patient = make_user("patient", email="exact@example.org")
    assert client.post("/technique/comptes/", {"email": "EXACT@example.org"}).url == f"/technique/comptes/{patient.pk}/"
    assert client.post("/technique/comptes/", {"email": "exac@example.org"}).status_code == 200


def test_an_account_is_made_without_a_password(client: Client, admin: User) -> None:
    data = {"full_name": "Zoé Éditrice", "email": ADDRESS, "language": "fr", "roles": ["editor", "dpo"]}
    assert client.post("/technique/comptes/nouveau/", data).status_code == 302
    user = User.objects.get(email=ADDRESS)
    assert user.roles == {"editor", "dpo"}
    assert not user.has_usable_password()
    assert RoleGrant.objects.filter(user=user, granted_by=admin).count() == 2
    assert client.post("/technique/comptes/nouveau/", {**data, "roles": ["superuser"]}).status_code == 200


def test_roles_are_given_and_ended_and_never_deleted(client: Client, admin: User) -> None:
    user = make_user("editor")
    act(client, user, "donner", role="dpo")
    act(client, user, "donner", role="dpo")
    assert User.objects.get(pk=user.pk).roles == {"editor", "dpo"}
    act(client, user, "retirer", role="dpo")
    assert User.objects.get(pk=user.pk).roles == {"editor"}
    grant = RoleGrant.objects.get(user=user, role="dpo")
    assert grant.granted_by == admin
    assert grant.ended_by == admin
    assert grant.ended_at
    assert AuditEvent.objects.filter(action="account.role_granted", actor_id=admin.pk).count() == 1


def test_nobody_changes_himself(client: Client, admin: User) -> None:
    for what, data in (("donner", {"role": "coordinator"}), ("retirer", {"role": "administrator"}), ("suspendre", {})):
        assert act(client, admin, what, **data).status_code == 403
    assert User.objects.get(pk=admin.pk).roles == {"administrator"}


@pytest.mark.asvs("7.4.5")
def test_the_administrator_ends_sessions_and_suspends(client: Client, admin: User) -> None:
    user, browser = make_user("patient"), Client()
    log_in(browser, user)
    assert act(client, user, "nonsense").status_code == 404
    assert browser.get("/compte/").status_code == 200
    act(client, user, "sessions")
    assert browser.get("/compte/").status_code == 302
    assert UserSession.objects.get(user=user).end == "revoked"
    act(client, user, "suspendre")
    assert "token-otp_token" not in give_password(browser, user.email).content.decode()
    act(client, user, "retablir")
    assert "token-otp_token" in give_password(browser, user.email).content.decode()


def test_a_closed_account_is_not_reopened_for_its_owner(client: Client, admin: User) -> None:
    user = make_user("patient")
    services.close_account(user, actor=services.accounts.own_actor(user))
    assert act(client, user, "retablir").status_code == 403


@pytest.mark.parametrize("what", ["donner", "retirer"])
def test_a_role_that_is_none_is_said(client: Client, admin: User, what: str) -> None:
    user = make_user("patient")
    for role in ("", "helper", "nonsense"):
        assert act(client, user, what, role=role).status_code == 200
    assert User.objects.get(pk=user.pk).roles == {"patient"}


@pytest.mark.parametrize("role", ["coordinator", "dpo", "patient", "expert"])
def test_others_do_none_of_this(client: Client, role: str) -> None:
    log_in(client, make_user(role))
    user = make_user("patient")
    for what in ("donner", "suspendre", "sessions"):
        assert act(client, user, what, role="administrator").status_code == 403
    assert client.get("/technique/comptes/").status_code == 403
    with pytest.raises(NotAllowed):
        services.grant_role(
            user, "administrator", actor=Actor(kind="user", id=make_user().pk, role=role, verified=True)
        )


def test_an_upper_package_hears_of_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts.services import roles
    from audit import SystemActor

    heard: list[str] = []
    monkeypatch.setattr(roles, "_effects", {})
    services.register_role_effect("editor", lambda u: heard.append("given"), lambda u: heard.append("ended"))
    user = make_user("editor")
    services.grant_role(user, "editor", actor=SystemActor("test"))
    services.end_role(user, "editor", actor=SystemActor("test"))
    services.end_role(user, "editor", actor=SystemActor("test"))
    assert heard == ["given", "ended"]
