"""Logging in: password, then a code by e-mail, the same for everybody."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.codes import code_to_mail
from accounts.models import CodeChallenge, EmailCode, User, UserSession
from accounts.models.roles import DERIVED_ROLES, Role
from audit.models import AuditEvent
from notify.models import OutgoingMail
from tests.accounts.logins import (
    PASSWORD,
    give_code,
    give_password,
    last_code,
    log_in,
    mails_to,
    make_user,
    travelling,
)

pytestmark = pytest.mark.django_db


def wrong(code: str) -> str:
    """Six digits that are not this code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.behaviour("S1-22")
@pytest.mark.behaviour("S2-11")
@pytest.mark.asvs("6.3.3")
def test_login_asks_for_password_then_code(client: Client) -> None:
    user = make_user("patient")
    answer = give_password(client, user.email)
    assert answer.status_code == 200
    assert mails_to(user.email) == ["account.login_code"]
    assert client.get("/compte/").url == "/connexion/?next=/compte/"
    assert give_code(client, last_code(user.email)).status_code == 302
    assert client.get("/compte/").status_code == 200


@pytest.mark.behaviour("S2-12")
@pytest.mark.parametrize("role", sorted(role.value for role in Role if role not in DERIVED_ROLES))
def test_every_role_logs_in_the_same_way(client: Client, role: str) -> None:
    user = make_user(role)
    give_password(client, user.email)
    assert not UserSession.objects.filter(user=user).exists()
    assert log_in(client, user).status_code == 302
    assert UserSession.objects.get(user=user).ended_at is None


def test_the_address_may_be_typed_in_any_case(client: Client) -> None:
    user = make_user(email="Anne.Marie@Example.org")
    assert user.email == "anne.marie@example.org"
    give_password(client, "  ANNE.Marie@example.ORG ")
    assert give_code(client, last_code(user.email)).status_code == 302


@pytest.mark.parametrize("way", ["{a} {b}", "{a}\u00a0{b}", " {a}{b} \n", "{a}-{b}"])
@pytest.mark.asvs("6.2.7")
def test_a_pasted_code_may_hold_blanks(client: Client, way: str) -> None:
    user = make_user()
    give_password(client, user.email)
    code = last_code(user.email)
    assert give_code(client, way.format(a=code[:3], b=code[3:])).status_code == 302


def test_a_code_keeps_its_leading_zeros(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.codes._computed", lambda challenge, key: "000042")
    user = make_user()
    give_password(client, user.email)
    assert b"token-otp_token" in give_code(client, "42").content
    assert give_code(client, "000042").status_code == 302


def test_the_code_field_asks_for_one_time_code_autofill(client: Client) -> None:
    user = make_user()
    page = give_password(client, user.email).content.decode()
    field = re.search(r"<input[^>]*token-otp_token[^>]*>", page)
    assert field
    assert 'autocomplete="one-time-code"' in field[0]
    assert 'inputmode="numeric"' in field[0]


@pytest.mark.asvs("6.5.1")
def test_a_code_works_once(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    code = last_code(user.email)
    challenge = CodeChallenge.objects.get(user=user)
    give_code(client, code)
    other = Client()
    give_password(other, user.email)
    session = other.session
    session["codes"] = {"login": str(challenge.id)}
    session.save()
    assert (
        "déjà servi" in give_code(other, code).content.decode() or "already" in give_code(other, code).content.decode()
    )
    assert UserSession.objects.count() == 1


@pytest.mark.asvs("6.5.5")
def test_a_code_dies_after_ten_minutes(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    code = last_code(user.email)
    with travelling(10 * 60 + 1):
        assert give_code(client, code).status_code == 200
    assert not UserSession.objects.exists()
    with travelling(9 * 60 + 50):
        assert give_code(client, code).status_code == 302


@pytest.mark.asvs("6.3.1")
def test_a_code_dies_after_five_wrong_tries(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    code = last_code(user.email)
    for _ in range(5):
        assert give_code(client, wrong(code)).status_code == 200
    assert give_code(client, code).status_code == 200
    assert not UserSession.objects.exists()


def test_after_five_wrong_tries_the_same_code_is_not_offered_again(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    bad = wrong(last_code(user.email))
    for _ in range(4):
        assert "renvoyer le même code" in give_code(client, bad).content.decode()
    page = give_code(client, bad).content.decode()
    assert "renvoyer le même code" not in page and "M’envoyer un autre code" in page


def test_four_wrong_tries_leave_the_code_alive(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    code = last_code(user.email)
    for _ in range(4):
        give_code(client, wrong(code))
    assert give_code(client, code).status_code == 302


def test_what_cannot_be_a_code_is_no_try(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    for text in ("", "12345", "abcdef", "1234567", "١٢٣٤٥٦"):
        give_code(client, text)
    assert CodeChallenge.objects.get().wrong_tries == 0


def test_wrong_codes_over_many_challenges_close_the_codes_and_tell_the_owner(client: Client) -> None:
    user = make_user()
    for _ in range(3):
        give_password(client, user.email)
        code = last_code(user.email)
        for _ in range(5):
            give_code(client, wrong(code))
    assert "account.wrong_codes" in mails_to(user.email)
    give_password(client, user.email)
    assert give_code(client, last_code(user.email)).status_code == 200
    assert not UserSession.objects.exists()


@pytest.mark.asvs("6.6.2")
def test_a_code_belongs_to_the_browser_that_asked(client: Client) -> None:
    user = make_user()
    thief = Client()
    give_password(client, user.email)
    code = last_code(user.email)
    with travelling(60):
        give_password(thief, user.email)
        own = last_code(user.email)
        assert own != code
        assert give_code(thief, code).status_code == 200
        assert UserSession.objects.count() == 0
        assert give_code(client, code).status_code == 302


def test_a_new_code_for_other_purposes_is_another_one(client: Client) -> None:
    first, second = (
        CodeChallenge.objects.create(purpose=p, email="a@example.org", nonce=b"n" * 16, expires_at=later())
        for p in ("login", "signup")
    )
    assert code_to_mail(first.id) != code_to_mail(second.id)


def later() -> Any:
    """In ten minutes."""
    from datetime import timedelta

    from clock import now

    return now() + timedelta(minutes=10)


def resend(client: Client) -> str:
    """Press «renvoyer le code»."""
    return client.post("/connexion/", {"login_view-current_step": "token", "resend": "1"}).content.decode()


def test_resending_sends_the_same_code_and_says_so(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    code = last_code(user.email)
    with travelling(31):
        page = resend(client)
        assert last_code(user.email) == code
        assert "same code again" in page or "même code" in page
        assert mails_to(user.email) == ["account.login_code"] * 2
        assert give_code(client, code).status_code == 302


def test_resending_at_once_sends_nothing_and_says_when_it_left(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    page = resend(client)
    assert mails_to(user.email) == ["account.login_code"]
    assert "less than a minute" in page or "moins d" in page


def test_resending_ends_after_four_mails(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    for step in range(1, 6):
        with travelling(40 * step):
            resend(client)
    assert mails_to(user.email) == ["account.login_code"] * 4


@pytest.mark.asvs("6.6.3")
def test_codes_are_limited_per_account() -> None:
    user = make_user()
    answers = []
    for step in range(13):
        with travelling(40 * step):
            answers.append(give_password(Client(), user.email))
    assert [a.status_code for a in answers] == [200] * 12 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(mails_to(user.email)) == 12


@pytest.mark.asvs("6.5.2")
def test_no_code_is_stored_anywhere(client: Client) -> None:
    user = make_user()
    give_password(client, user.email)
    code = last_code(user.email)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(("accounts_", "notify_", "audit_", "django_session", "django_tasks")):
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for cell in row:
                    if isinstance(cell, str) and not re.fullmatch(r"[0-9a-f-]{32,}", cell):
                        assert code not in cell, table
    assert OutgoingMail.objects.get().context == {"minutes": 10}


def test_the_mail_that_leaves_holds_the_code(client: Client, mailoutbox: list[Any]) -> None:
    from notify.delivery import deliver

    user = make_user()
    give_password(client, user.email)
    deliver.func(str(OutgoingMail.objects.get().id))
    assert last_code(user.email) in mailoutbox[0].body
    assert mailoutbox[0].to == [user.email]


def test_a_dead_code_is_not_mailed(client: Client, mailoutbox: list[Any]) -> None:
    from notify.delivery import deliver

    user = make_user()
    give_password(client, user.email)
    code = last_code(user.email)
    give_code(client, code)
    deliver.func(str(OutgoingMail.objects.filter(template="account.login_code").get().id))
    assert mailoutbox == []


def test_no_user_is_without_a_second_step(client: Client) -> None:
    user = User(email="raw@example.org")
    user.set_password(PASSWORD)
    user.save()
    assert EmailCode.objects.filter(user=user).count() == 1
    EmailCode.objects.all().delete()
    answer = give_password(client, user.email)
    assert "token-otp_token" in answer.content.decode()
    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"login_view-current_step": "token", "token-otp_token": "000000"},
        {"login_view-current_step": "backup", "backup-otp_token": "000000"},
        {"login_view-current_step": "auth", "challenge_device": "accounts.emailcode/1"},
        {"login_view-current_step": "auth", "wizard_goto_step": "token"},
        {"login_view-current_step": "token", "resend": "1"},
        {"login_view-current_step": "nonsense"},
        {},
    ],
)
def test_no_step_can_be_skipped(client: Client, data: dict[str, str]) -> None:
    make_user(email="first@example.org")
    client.get("/connexion/")
    assert client.post("/connexion/", data).status_code in {200, 302, 400}
    assert not CodeChallenge.objects.exists()
    assert client.get("/compte/").status_code == 302


def test_two_factor_pages_that_remove_the_second_step_do_not_exist(client: Client) -> None:
    user = make_user()
    log_in(client, user)
    for path in ("/account/two_factor/disable/", "/account/two_factor/backup/tokens/", "/account/login/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
@pytest.mark.asvs("3.7.2")
def test_the_address_asked_for_stays_on_this_site(client: Client, wanted: str) -> None:
    answer = log_in(client, make_user(), next=wanted)
    assert answer.url == "/espace/"


def test_one_lands_where_one_wanted_to_go(client: Client) -> None:
    assert log_in(client, make_user(), next="/compte/profil/").url == "/compte/profil/"


def test_one_space_opens_at_once_and_several_are_offered(client: Client) -> None:
    user = make_user("patient")
    log_in(client, user)
    assert client.get("/espace/").url == "/patient/"
    client.post("/compte/espaces/requester/")
    page = client.get("/espace/").content.decode()
    assert 'href="/patient/"' in page
    assert 'href="/requerant/"' in page


@pytest.mark.asvs("6.3.5")
def test_a_login_from_a_new_place_is_told(client: Client) -> None:
    user = make_user()
    log_in(client, user, HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
    assert "account.new_login" not in mails_to(user.email)
    with travelling(60):
        log_in(Client(REMOTE_ADDR="203.0.113.9"), user, HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/605")
    assert "account.new_login" in mails_to(user.email)


def test_login_and_failures_are_in_the_journal(client: Client) -> None:
    user = make_user()
    give_password(client, user.email, "wrong password here")
    give_password(client, user.email)
    give_code(client, wrong(last_code(user.email)))
    give_code(client, last_code(user.email))
    client.post("/deconnexion/")
    found = list(
        AuditEvent.objects.filter(subjects__user=[str(user.pk)]).order_by("at").values_list("action", flat=True)
    )
    for action in (
        "account.password_refused",
        "account.code_sent",
        "account.code_refused",
        "account.logged_in",
        "account.logged_out",
    ):
        assert found.count(action) == 1, found


@pytest.mark.django_db(transaction=True)
@pytest.mark.asvs("6.5.1")
def test_of_two_requests_with_one_code_one_gets_in() -> None:
    user = make_user()
    asked = Client()
    give_password(asked, user.email)
    code = last_code(user.email)
    cookies = asked.cookies

    def try_it(_: int) -> int:
        browser = Client()
        browser.cookies = cookies
        try:
            return int(give_code(browser, code).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(try_it, range(4)))
    assert UserSession.objects.count() == 1
    assert CodeChallenge.objects.get().used_at is not None


def test_the_login_page_is_in_no_cache(client: Client) -> None:
    page = client.get("/connexion/")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]


def test_a_csrf_token_is_needed(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.get("/connexion/")
    answer = strict.post("/connexion/", {"login_view-current_step": "auth", "auth-username": "a@example.org"})
    assert answer.status_code == 403
