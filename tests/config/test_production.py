"""Production reads the environment alone, and does not start without what it needs."""

import importlib.util
import os
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import VARIABLES, Environment
from tests.config.production import example

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = sorted(variable.name for variable in VARIABLES if variable.default is None)
FILE = ROOT / "platform" / "config" / "settings" / "production.py"
pytestmark = pytest.mark.once
#: All that connects an instance to Pro Santé Connect.
PSC = {
    "PSC_ISSUER": "https://auth.example/realm/",
    "PSC_CLIENT_ID": "avis",
    "PSC_CLIENT_SECRET": "a-secret",
}
Load = Callable[[dict[str, str]], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load the production settings afresh, under exactly the environment given."""

    def run(environment: dict[str, str]) -> ModuleType:
        monkeypatch.setattr(os, "environ", environment)
        spec = importlib.util.spec_from_file_location("production_under_test", FILE)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return run


def refused(load: Load, environment: dict[str, str]) -> list[str]:
    """Names of the variables with which these settings do not start."""
    with pytest.raises(ImproperlyConfigured) as refusal:
        load(environment)
    return re.findall(r"^  - (\w+) ", str(refusal.value), re.MULTILINE)


def test_the_example_is_whole(load: Load, tmp_path: Path) -> None:
    assert set(REQUIRED) <= set(example(tmp_path))
    load(example(tmp_path))


@pytest.mark.asvs("13.4.2", "3.3.1", "3.3.3")
def test_production_shows_no_debug_page_and_marks_its_cookies(load: Load, tmp_path: Path) -> None:
    found = load(example(tmp_path))
    assert found.DEBUG is False
    assert found.DEMO is False
    assert found.PROVE_BEFORE_START is True
    for cookie in ("SESSION", "CSRF", "LANGUAGE"):
        assert getattr(found, f"{cookie}_COOKIE_NAME").startswith("__Host-")
        assert getattr(found, f"{cookie}_COOKIE_SECURE") is True
        assert getattr(found, f"{cookie}_COOKIE_SAMESITE") == "Lax"


def test_everything_missing_is_named_at_once_and_no_value_is_shown(load: Load) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        load({"SECRET_KEY": "too-short-and-secret"})
    assert re.findall(r"^  - (\w+) ", str(refusal.value), re.MULTILINE) == REQUIRED
    assert "too-short-and-secret" not in str(refusal.value)


@pytest.mark.parametrize("name", REQUIRED)
def test_production_does_not_start_without(load: Load, name: str, tmp_path: Path) -> None:
    environment = example(tmp_path)
    del environment[name]
    assert refused(load, environment) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", "avis.example *"),
        ("SITE_ORIGIN", "http://avis.example"),
        ("SITE_ORIGIN", "https://other.example"),
        ("TLS", "off"),
        ("TLS", "perhaps"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("DATABASE_URL", "sqlite:///var/db.sqlite3"),
        ("DATABASE_URL", "postgres://db.example"),
        ("EMAIL_URL", "mail.example"),
        ("MASTER_KEYS_FILE", "/nowhere/keys"),
        ("SIGNING_AUTHORITY_DIR", "/nowhere"),
        ("PSC_ISSUER", "http://auth.example"),
        ("PSC_ISSUER", "https://"),
        ("PSC_DISCOVERY_URL", "http://auth.example/configuration"),
        ("PSC_LEVELS", ","),
    ],
)
def test_production_does_not_start_with_a_wrong(load: Load, name: str, value: str, tmp_path: Path) -> None:
    connected = PSC if name in (*PSC, "PSC_DISCOVERY_URL", "PSC_LEVELS") else {}
    assert set(refused(load, example(tmp_path) | connected | {name: value})) == {name}


@pytest.mark.parametrize("name", sorted(PSC))
def test_production_does_not_start_with_half_of_pro_sante_connect(load: Load, name: str, tmp_path: Path) -> None:
    assert load(example(tmp_path)).PRO_SANTE_CONNECT == {}
    whole = load(example(tmp_path) | PSC).PRO_SANTE_CONNECT
    assert whole["discovery_url"] == "https://auth.example/realm/.well-known/wallet-openid-configuration"
    assert whole["levels"] == ["APPPRIP3", "APPPUBP3"]
    assert refused(load, example(tmp_path) | {**PSC, name: ""}) == [name]


def test_addresses_are_taken_apart(load: Load, tmp_path: Path) -> None:
    found = load(example(tmp_path))
    database = found.DATABASES["default"]
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", "5432", "sr")
    assert (database["USER"], database["PASSWORD"]) == ("sr", "p@ss")
    assert database["OPTIONS"] == {"sslmode": "require"}
    assert (found.EMAIL_HOST, found.EMAIL_PORT, found.EMAIL_HOST_PASSWORD) == ("mail.example", 587, "p@ss")
    assert found.EMAIL_USE_TLS is True
    assert found.EMAIL_USE_SSL is False


def test_forwarded_scheme_is_believed_only_behind_a_named_proxy(load: Load, tmp_path: Path) -> None:
    assert load(example(tmp_path)).SECURE_PROXY_SSL_HEADER == ("HTTP_X_FORWARDED_PROTO", "https")
    assert not hasattr(load(example(tmp_path) | {"TRUSTED_PROXIES": ""}), "SECURE_PROXY_SSL_HEADER")


def test_deployment_page_lists_exactly_the_variables() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (.+?) \|", page, re.MULTILINE))
    table = page.split("## Variables", 1)[1].split("\n## ", 1)[0]
    listed = re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \| (.*?) \|$", table, re.MULTILINE)
    expected = [
        (one.name, one.purpose, "required" if one.default is None else f"`{one.default}`" if one.default else "")
        for one in VARIABLES
    ]
    assert listed == expected
    assert len(rows) >= len(expected)


def test_nothing_but_listed_variables_is_read() -> None:
    known = {variable.name for variable in VARIABLES}
    for file in ("gunicorn.conf.py", "platform/config/settings/production.py"):
        source = (ROOT / file).read_text(encoding="utf-8")
        read = re.findall(r"environ(?:\.get)?[(\[]\s*\"(\w+)\"", source)
        read += re.findall(r"env\.\w+\(\"(\w+)\"", source)
        assert read
        assert set(read) <= known
    with pytest.raises(KeyError):
        Environment({}).text("UNLISTED")
