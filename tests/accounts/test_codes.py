"""Fresh codes inside other pages: before signing, overriding, consenting."""

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from accounts import codes
from accounts.models import CodeChallenge, User
from errors import DomainError, Invalid, NotAllowed, TooMany
from tests.accounts.logins import last_code, mails_to, make_user, travelling

pytestmark = pytest.mark.django_db


def request_of(user: User | Any, session: SessionStore | None = None) -> HttpRequest:
    """A request of somebody, in a browser."""
    request = RequestFactory().post("/")
    request.user = user
    request.session = session or SessionStore()
    return request


@pytest.mark.asvs("7.5.3")
def test_a_code_confirms_exactly_what_it_was_asked_for() -> None:
    user = make_user("expert")
    request = request_of(user)
    codes.request_code(request, "sign", payload="a" * 64)
    code = last_code(user.email)
    assert mails_to(user.email)[-1] == "account.step_up_code"
    with pytest.raises(Invalid):
        codes.check_code(request, "sign", code, payload="b" * 64)
    with pytest.raises(Invalid):
        codes.check_code(request, "override", code, payload="a" * 64)
    challenge = codes.check_code(request, "sign", code, payload="a" * 64)
    assert challenge.user == user
    assert challenge.used_at
    with pytest.raises(Invalid):
        codes.check_code(request, "sign", code, payload="a" * 64)


def test_asking_for_another_payload_kills_the_first_code() -> None:
    user = make_user("expert")
    request = request_of(user)
    codes.request_code(request, "sign", payload="a")
    first = last_code(user.email)
    sent = codes.request_code(request, "sign", payload="b")
    assert sent.mailed
    assert not sent.again
    with pytest.raises(Invalid):
        codes.check_code(request, "sign", first, payload="a")


def test_a_code_belongs_to_the_person_logged_in() -> None:
    user, other = make_user("expert"), make_user("expert")
    request = request_of(user)
    codes.request_code(request, "sign", payload="a")
    with pytest.raises(Invalid):
        codes.check_code(request_of(other, request.session), "sign", last_code(user.email), payload="a")
    with pytest.raises(Invalid):
        codes.check_code(request_of(user), "sign", last_code(user.email), payload="a")


def test_nobody_gets_no_code() -> None:
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(NotAllowed):
        codes.request_code(request_of(AnonymousUser()), "sign")


def test_without_a_request_there_is_no_code() -> None:
    with pytest.raises(Invalid):
        codes.check_code(request_of(make_user()), "sign", "123456")


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "123 45", "12345a", "１２３４５６"])
def test_what_is_no_code_is_said(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        codes.clean_code(text)
    assert "code" in refused.value.fields


def test_the_sixth_try_is_refused_though_right() -> None:
    user = make_user()
    request = request_of(user)
    codes.request_code(request, "consent")
    code = last_code(user.email)
    for _ in range(5):
        with pytest.raises(DomainError):
            codes.check_code(request, "consent", f"{(int(code) + 1) % 1_000_000:06d}")
    with pytest.raises(Invalid):
        codes.check_code(request, "consent", code)


def test_wrong_codes_are_limited_over_all_purposes() -> None:
    user = make_user()
    for purpose in ("consent", "sign", "override"):
        request = request_of(user)
        codes.request_code(request, purpose)
        wrong = f"{(int(last_code(user.email)) + 1) % 1_000_000:06d}"
        for _ in range(5):
            with pytest.raises(DomainError):
                codes.check_code(request, purpose, wrong)
    request = request_of(user)
    codes.request_code(request, "sign")
    with pytest.raises(TooMany):
        codes.check_code(request, "sign", last_code(user.email))
    with travelling(3601):
        codes.request_code(request, "sign")
        codes.check_code(request, "sign", last_code(user.email))


def test_codes_survive_a_rotation_of_the_servers_secret(settings: Any) -> None:
    user = make_user()
    request = request_of(user)
    codes.request_code(request, "sign")
    code = last_code(user.email)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    codes.check_code(request, "sign", code)


@pytest.mark.asvs("6.5.4")
def test_codes_are_spread_over_all_six_digit_numbers() -> None:
    user = make_user()
    seen = set()
    for number in range(400):
        challenge = CodeChallenge(purpose="sign", user=user, email=user.email, nonce=number.to_bytes(16))
        seen.add(codes._computed(challenge, b"k" * 32))
    assert len(seen) > 395
    assert all(len(code) == 6 for code in seen)
    assert {code[0] for code in seen} == set("0123456789")


def test_old_challenges_are_forgotten() -> None:
    codes.request_code(request_of(make_user()), "sign")
    with travelling(3600):
        assert codes.forget_old() == 0
    with travelling(2 * 86400):
        assert codes.forget_old() == 1
