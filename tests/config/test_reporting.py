"""A crash report says what broke and where, and nothing about anybody."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from django.test import Client
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from config import reporting

SECRETS = ["Mme Exemple", "carcinome", "a-cookie-value", "typed by the patient", "searched", "sample-agent", "192.0.2"]


class Capturing(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent += [item.payload.json for item in envelope.items if item.payload.json is not None]


@pytest.fixture
def transport() -> Iterator[Capturing]:
    capturing = Capturing()
    reporting.start("https://key@report.invalid/1", transport=capturing)
    yield capturing
    sentry_sdk.get_client().close()
    sentry_sdk.init()


@pytest.mark.django_db
@pytest.mark.urls("tests.config.sample_urls")
@pytest.mark.asvs("16.2.5", "14.2.3")
def test_a_failing_view_is_reported_without_any_data(transport: Capturing) -> None:
    client = Client(raise_request_exception=False, REMOTE_ADDR="192.0.2.7")
    client.cookies["sample"] = "a-cookie-value"
    answer = client.post(
        "/fail/crash/?q=searched", {"answer": "typed by the patient"}, headers={"user-agent": "sample-agent"}
    )
    assert answer.status_code == 500
    [event] = transport.sent
    text = json.dumps(event)
    for secret in SECRETS:
        assert secret not in text
    [value] = event["exception"]["values"]
    assert value["type"] == "RuntimeError"
    assert "value" not in value
    frames = value["stacktrace"]["frames"]
    assert frames[-1]["function"] == "fail"
    for frame in frames:
        assert set(frame) <= set(reporting.KEPT_FRAME)
    assert set(event) <= set(reporting.KEPT)
    assert event["tags"]["reference"] in answer.content.decode()


def test_log_lines_and_sessions_are_not_reported(transport: Capturing) -> None:
    import logging

    logging.getLogger("sample").error("typed by the patient")
    sentry_sdk.capture_message("typed by the patient")
    assert not transport.sent


def test_nothing_is_reported_unless_asked_for() -> None:
    assert not sentry_sdk.get_client().is_active() or sentry_sdk.get_client().transport is None
