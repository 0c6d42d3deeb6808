"""A process proves that database and keys are the right ones before it serves or works."""

import base64
import os
import secrets
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from config import startup
from config.models import Instance
from tests.config.production import example

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def key_file(path: Path, identifier: str = "other") -> Path:
    path.write_text(f"{identifier},{base64.b64encode(secrets.token_bytes(32)).decode()}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def proving(settings: Settings, tmp_path: Path) -> Settings:
    settings.PROVE_BEFORE_START = True
    settings.VAULT_SCANNER = "clamd"
    settings.MASTER_KEYS_FILE = str(Path(settings.VAR_DIR) / "keys" / "master")
    settings.SIGNING_AUTHORITY_DIR = tmp_path / "authority"
    call_command("make_authority", stdout=StringIO())
    return settings


def test_a_sound_instance_starts(proving: Settings) -> None:
    startup.prove()


def test_a_demo_database_is_refused(proving: Settings) -> None:
    Instance.objects.create(demo=True)
    with pytest.raises(ImproperlyConfigured, match="is a demo"):
        startup.prove()


def test_keys_that_do_not_open_the_canary_are_refused(proving: Settings, tmp_path: Path) -> None:
    proving.MASTER_KEYS_FILE = str(key_file(tmp_path / "master"))
    with pytest.raises(ImproperlyConfigured, match="vault.E012"):
        startup.prove()


def test_another_key_under_the_same_id_is_refused(proving: Settings, tmp_path: Path) -> None:
    first = Path(proving.MASTER_KEYS_FILE).read_text().split(",")[0].splitlines()[-1]
    proving.MASTER_KEYS_FILE = str(key_file(tmp_path / "master", first))
    with pytest.raises(ImproperlyConfigured, match="vault.E012"):
        startup.prove()


def test_no_signing_authority_is_refused(proving: Settings, tmp_path: Path) -> None:
    proving.SIGNING_AUTHORITY_DIR = tmp_path / "elsewhere"
    with pytest.raises(ImproperlyConfigured, match="signing authority"):
        startup.prove()


def test_no_scanner_is_refused(proving: Settings) -> None:
    proving.VAULT_SCANNER = "demo"
    with pytest.raises(ImproperlyConfigured, match="scanner"):
        startup.prove()


def test_missing_migrations_are_refused(proving: Settings) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'config'")
    with pytest.raises(ImproperlyConfigured, match="manage.py migrate"):
        startup.prove()


def test_demo_and_tests_start_without_proof(settings: Settings) -> None:
    Instance.objects.create(demo=True)
    settings.PROVE_BEFORE_START = False
    startup.prove()


class TestMarkDemo:
    """Only an empty database becomes a demo, and only in demo settings."""

    def test_an_empty_database_is_marked_once(self, settings: Settings) -> None:
        settings.DEMO = True
        assert not Instance.is_demo()
        call_command("mark_demo")
        call_command("mark_demo")
        assert Instance.is_demo()

    def test_a_database_with_people_is_not(self, settings: Settings) -> None:
        settings.DEMO = True
        get_user_model().objects.create(email="someone@example.test")
        with pytest.raises(CommandError, match="holds people"):
            call_command("mark_demo")
        assert not Instance.is_demo()

    def test_other_settings_may_not(self, settings: Settings) -> None:
        settings.DEMO = False
        with pytest.raises(CommandError, match="demo settings"):
            call_command("mark_demo")


def start(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Start a process of the product under exactly this environment."""
    bare = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.production"}
    return subprocess.run(
        [sys.executable, *command],
        env=bare | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


WEB = ("-m", "gunicorn", "--bind", "127.0.0.1:0")


@pytest.mark.once
@pytest.mark.parametrize("command", [WEB, ("manage.py", "worker"), ("manage.py", "clock")])
def test_processes_end_at_once_without_their_environment(command: tuple[str, ...]) -> None:
    done = start({}, *command)
    assert done.returncode == 78
    assert "SECRET_KEY is not set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.once
@pytest.mark.parametrize("command", [WEB, ("manage.py", "worker")])
def test_processes_end_at_once_when_the_database_cannot_be_used(command: tuple[str, ...], tmp_path: Path) -> None:
    done = start(example(tmp_path) | {"DATABASE_URL": "postgres://sr@127.0.0.1:9/sr"}, *command)
    assert done.returncode == 78
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
