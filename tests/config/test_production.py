"""Production reads the environment alone, and does not start without what it needs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.environment import VARIABLES, Environment
from tests.config.production import example

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = sorted(variable.name for variable in VARIABLES if variable.default is None)
SHOW = """
import json, sys
from config.settings import production as p
print(json.dumps({name: getattr(p, name) for name in sys.argv[1:]}, default=str))
"""


def load(environment: dict[str, str], *names: str) -> subprocess.CompletedProcess[str]:
    """Load the production settings in a process of their own, under exactly this environment; print settings."""
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}"}
    return subprocess.run(
        [sys.executable, "-c", SHOW, *names],
        env=bare | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def settings(environment: dict[str, str], *names: str) -> dict[str, Any]:
    done = load(environment, *names)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_example_is_whole(tmp_path: Path) -> None:
    assert set(REQUIRED) <= set(example(tmp_path))
    settings(example(tmp_path))


@pytest.mark.asvs("13.4.2")
def test_production_shows_no_debug_page_and_marks_its_cookies(tmp_path: Path) -> None:
    found = settings(
        example(tmp_path),
        *("DEBUG", "DEMO", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"),
    )
    assert found == {
        "DEBUG": False,
        "DEMO": False,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
    }


def test_everything_missing_is_named_at_once_and_no_value_is_shown() -> None:
    done = load({"SECRET_KEY": "too-short-and-secret"})
    assert done.returncode != 0
    missing = re.findall(r"^  - (\w+) ", done.stderr, re.MULTILINE)
    assert missing == REQUIRED
    assert "too-short-and-secret" not in done.stderr


@pytest.mark.parametrize("name", REQUIRED)
def test_production_does_not_start_without(name: str, tmp_path: Path) -> None:
    environment = example(tmp_path)
    del environment[name]
    done = load(environment)
    assert done.returncode != 0
    assert re.findall(r"^  - (\w+) ", done.stderr, re.MULTILINE) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "other.example"),
        ("SITE_ORIGIN", "http://avis.example"),
        ("TLS", "off"),
        ("TLS", "perhaps"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("DATABASE_URL", "sqlite:///var/db.sqlite3"),
        ("DATABASE_URL", "postgres://db.example"),
        ("EMAIL_URL", "mail.example"),
        ("MASTER_KEYS_FILE", "/nowhere/keys"),
        ("SIGNING_AUTHORITY_DIR", "/nowhere"),
    ],
)
def test_production_does_not_start_with_a_wrong(name: str, value: str, tmp_path: Path) -> None:
    done = load(example(tmp_path) | {name: value})
    assert done.returncode != 0
    assert re.findall(r"^  - (\w+) ", done.stderr, re.MULTILINE)


def test_addresses_are_taken_apart(tmp_path: Path) -> None:
    found = settings(
        example(tmp_path),
        "DATABASES",
        "EMAIL_HOST",
        "EMAIL_PORT",
        "EMAIL_HOST_PASSWORD",
        "EMAIL_USE_TLS",
        "EMAIL_USE_SSL",
    )
    database = found.pop("DATABASES")["default"]
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", "5432", "sr")
    assert (database["USER"], database["PASSWORD"]) == ("sr", "p@ss")
    assert database["OPTIONS"] == {"sslmode": "require"}
    assert found == {
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_PASSWORD": "p@ss",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
    }


def test_forwarded_scheme_is_believed_only_behind_a_named_proxy(tmp_path: Path) -> None:
    assert settings(example(tmp_path), "SECURE_PROXY_SSL_HEADER")
    alone = load(example(tmp_path) | {"TRUSTED_PROXIES": ""}, "SECURE_PROXY_SSL_HEADER")
    assert "has no attribute 'SECURE_PROXY_SSL_HEADER'" in alone.stderr


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
