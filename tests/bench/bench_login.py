"""How long a wrong password takes, for an address that has an account and for one that has none (ASVS 6.3.8)."""

import statistics
import time
from collections.abc import Callable

import pytest
from django.test import Client

from accounts import limits
from tests.accounts.logins import PASSWORD, make_user
from tests.harness.figures import Record

pytestmark = [pytest.mark.django_db(transaction=True)]

TRIES = 200
GOAL_MS = 5.0


@pytest.fixture(autouse=True)
def real_hashes_and_no_limits(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hasher of production, and limits too wide to be met."""
    settings.PASSWORD_HASHERS = ["accounts.hashers.SizedArgon2Hasher"]  # type: ignore[attr-defined]
    names = ("PASSWORD", "PASSWORD_NETWORK", "RESET_ADDRESS", "RESET_NETWORK", "CODE_ADDRESS", "CODE_NETWORK")
    for name in (*names, "SIGN_UP_ADDRESS", "SIGN_UP_NETWORK"):
        rule: limits.Rule = getattr(limits, name)
        monkeypatch.setattr(limits, name, limits.Rule(rule.kind, 1_000_000, limits.HOUR))


def _login(email: str) -> None:
    browser = Client()
    answer = browser.post(
        "/connexion/",
        {"login_view-current_step": "auth", "auth-username": email, "auth-password": "not this password"},
    )
    assert answer.status_code == 200


def _reset(email: str) -> None:
    assert Client().post("/mot-de-passe/", {"email": email}).status_code == 302


def _measure(act: Callable[[str], None], known: str) -> tuple[float, float]:
    """Median milliseconds for the known address, and the median difference to an unknown one.

    Both are measured side by side and in changing order, so that what else the machine does meets both alike.
    """
    took, differences = [], []
    for number in range(TRIES + 5):
        pair = {}
        kinds = [("known", known), ("unknown", f"nobody{number}@example.org")]
        for kind, email in kinds if number % 2 else reversed(kinds):
            start = time.perf_counter()
            act(email)
            pair[kind] = 1000 * (time.perf_counter() - start)
        if number >= 5:
            took.append(pair["known"])
            differences.append(pair["known"] - pair["unknown"])
    return statistics.median(took), statistics.median(differences)


def _sign_up(email: str) -> None:
    data = {"full_name": "A B", "email": email, "password": PASSWORD, "language": "fr", "terms": "on"}
    assert Client().post("/inscription/", data).status_code == 302


@pytest.mark.parametrize(
    ("name", "act"),
    [("wrong password", _login), ("asking for a new password", _reset), ("asking for an account", _sign_up)],
)
def test_an_unknown_address_takes_as_long_as_a_known_one(figure: Record, name: str, act: Callable[[str], None]) -> None:
    user = make_user()
    user.set_password(PASSWORD)
    user.save()
    known, difference = _measure(act, user.email)
    figure(f"{name}, known address (median)", f"{known:.1f} ms")
    figure(f"{name}, difference to an unknown one (median of {TRIES})", f"{difference:.1f} ms", f"{GOAL_MS} ms")
    assert abs(difference) < GOAL_MS
