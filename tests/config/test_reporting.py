"""A crash report says what broke and where, and nothing about anybody."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk

from config import reporting

pytestmark = pytest.mark.once
SECRETS = ["Mme Exemple", "carcinome", "a-cookie-value", "typed by the patient", "searched", "sample-agent", "192.0.2"]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """What `crash_report.py` printed."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("crash_report.py"))],
        env={"PATH": os.environ["PATH"], "TEST_DB_SUFFIX": "report"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.asvs("16.2.5", "14.2.3")
def test_a_failing_view_is_reported_without_any_data(report: dict[str, Any]) -> None:
    assert report["status"] == 500
    [event] = report["sent"]
    text = json.dumps(event)
    for secret in [*SECRETS, socket.gethostname()]:
        assert secret not in text
    [value] = event["exception"]["values"]
    assert value["type"] == "RuntimeError"
    assert "value" not in value
    frames = value["stacktrace"]["frames"]
    assert frames[-1]["function"] == "fail"
    for frame in frames:
        assert set(frame) <= set(reporting.KEPT_FRAME)
    assert set(event) <= set(reporting.KEPT)
    assert len(event["tags"]["reference"]) == 8
    assert event["tags"]["reference"] in report["page"]


def test_log_lines_and_messages_are_not_reported(report: dict[str, Any]) -> None:
    assert [event for event in report["sent"] if not event["exception"]["values"]] == []
    assert "typed by the patient" not in json.dumps(report["sent"])


def test_nothing_is_reported_unless_asked_for() -> None:
    assert not sentry_sdk.get_client().is_active()
