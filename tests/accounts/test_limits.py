"""How often a password may be tried, from where, and who is told."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from accounts import limits
from accounts.models import Limit
from clock import now
from tests.accounts.logins import PASSWORD, give_password, mails_to, make_user, travelling

pytestmark = pytest.mark.django_db

WRONG = "not the right password"


def fail(email: str, times: int = 1, **more: Any) -> Any:
    """Wrong passwords, each from a browser of its own."""
    for _ in range(times):
        answer = give_password(Client(), email, WRONG, **more)
    return answer


@pytest.mark.asvs("6.1.1")
@pytest.mark.asvs("6.3.1")
def test_five_wrong_passwords_close_the_network_for_the_account_the_right_one_included() -> None:
    user = make_user()
    assert fail(user.email, 5).status_code == 200
    closed = give_password(Client(), user.email, PASSWORD)
    assert closed.status_code == 429
    assert 14 * 60 < int(closed.headers["Retry-After"]) <= 15 * 60 + 1
    assert mails_to(user.email) == []


def test_four_wrong_passwords_close_nothing() -> None:
    user = make_user()
    fail(user.email, 4)
    assert give_password(Client(), user.email).status_code == 200
    assert mails_to(user.email) == ["account.login_code"]


def test_it_opens_again_after_fifteen_minutes() -> None:
    user = make_user()
    fail(user.email, 5)
    with travelling(14 * 60 + 50):
        assert give_password(Client(), user.email).status_code == 429
    with travelling(15 * 60 + 5):
        assert give_password(Client(), user.email).status_code == 200


def test_tries_spread_over_more_than_fifteen_minutes_close_nothing() -> None:
    user = make_user()
    for step in range(8):
        with travelling(step * 5 * 60):
            assert fail(user.email).status_code == 200


@pytest.mark.asvs("2.4.1")
def test_other_networks_stay_open() -> None:
    user = make_user()
    fail(user.email, 5, REMOTE_ADDR="198.51.100.7")
    assert give_password(Client(), user.email, REMOTE_ADDR="198.51.100.200").status_code == 429
    assert give_password(Client(), user.email, REMOTE_ADDR="198.51.101.7").status_code == 200


def test_addresses_of_one_ipv6_network_count_together() -> None:
    user = make_user()
    for host in range(5):
        fail(user.email, REMOTE_ADDR=f"2001:db8:1:2:{host}::1")
    assert give_password(Client(), user.email, REMOTE_ADDR="2001:db8:1:2:ffff::9").status_code == 429
    assert give_password(Client(), user.email, REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


def test_other_accounts_stay_open() -> None:
    first, second = make_user(), make_user()
    fail(first.email, 5)
    assert give_password(Client(), second.email).status_code == 200


@pytest.mark.asvs("6.3.8")
def test_the_answers_are_the_same_for_an_address_nobody_has() -> None:
    known = make_user(email="known1@example.org").email
    for number in range(1, 8):
        answers = []
        for email in (known, "nobody@example.org"):
            answer = give_password(Client(), email, WRONG)
            text = answer.content.decode().replace(email, "ADDRESS")
            body = "".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)
            answers.append((answer.status_code, body, answer.headers.get("Retry-After", "")[:2]))
        assert answers[0] == answers[1], number
    assert answers[0][0] == 429


def test_thirty_wrong_passwords_an_hour_tell_the_owner_once() -> None:
    user = make_user()
    for network in range(7):
        fail(user.email, 5, REMOTE_ADDR=f"203.0.{network}.1")
    assert mails_to(user.email) == ["account.wrong_passwords"]


def test_twenty_nine_do_not() -> None:
    user = make_user()
    for network in range(6):
        fail(user.email, 5 if network < 5 else 4, REMOTE_ADDR=f"203.0.{network}.1")
    assert mails_to(user.email) == []


def test_one_network_cannot_try_one_password_on_many_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PASSWORD_NETWORK", limits.Rule("password_network", 6, limits.MINUTES_15))
    for number in range(6):
        assert fail(f"nobody{number}@example.org").status_code == 200
    assert fail("nobody6@example.org").status_code == 429
    assert fail("nobody6@example.org", REMOTE_ADDR="203.0.113.1").status_code == 200


@pytest.mark.asvs("4.1.3")
def test_a_forged_forwarding_header_does_not_open_a_closed_network() -> None:
    user = make_user()
    for number in range(5):
        fail(user.email, HTTP_X_FORWARDED_FOR=f"198.51.{number}.1", HTTP_X_REAL_IP=f"198.51.{number}.1")
    assert give_password(Client(), user.email, HTTP_X_FORWARDED_FOR="192.0.2.77").status_code == 429


def test_tries_are_counted_under_keyed_hashes_alone() -> None:
    fail("someone@example.org", REMOTE_ADDR="198.51.100.7")
    for row in Limit.objects.all():
        assert "someone" not in row.key
        assert "198.51" not in row.key
        assert len(row.key) == 64


def test_a_reserved_try_counts_until_it_is_forgiven() -> None:
    rule = limits.Rule("try", 2, limits.HOUR)
    first = limits.reserve(rule, "a")
    limits.reserve(rule, "a")
    with pytest.raises(limits.TooMany) as refused:
        limits.reserve(rule, "a")
    assert 3590 < refused.value.retry_after <= 3601
    limits.forgive(rule, first, "a")
    limits.reserve(rule, "a")
    limits.reserve(rule, "b")


def test_old_rows_are_forgotten() -> None:
    limits.count(limits.PASSWORD_ACCOUNT, "a@example.org")
    with travelling(3 * 86400):
        assert limits.forget_old(now()) == 1


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ([], "198.51.100.7", "203.0.113.1", "198.51.100.7"),
        (["198.51.100.7"], "198.51.100.7", "203.0.113.1", "203.0.113.1"),
        (["198.51.100.7"], "198.51.100.7", "1.2.3.4, 203.0.113.1", "203.0.113.1"),
        (["198.51.100.0/24"], "198.51.100.7", "203.0.113.1, 198.51.100.8", "203.0.113.1"),
        (["198.51.100.7"], "198.51.100.7", "", "198.51.100.7"),
        (["198.51.100.7"], "198.51.100.7", "203.0.113.1, nonsense", "198.51.100.7"),
        (["198.51.100.7"], "192.0.2.1", "203.0.113.1", "192.0.2.1"),
        (["127.0.0.1"], "", "203.0.113.1", "203.0.113.1"),
        ([], "", "203.0.113.1", ""),
        (["::1"], "::1", "2001:db8::5", "2001:db8::5"),
        ([], "::ffff:198.51.100.7", "", "198.51.100.7"),
    ],
)
def test_the_client_address_comes_through_trusted_proxies_only(
    settings: Any, proxies: list[str], peer: str, forwarded: str, client: str
) -> None:
    from accounts.network import client_address

    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == client
