"""Run in a process of its own, since the library changes Django for good: make a view crash, print what is reported."""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django  # noqa: E402 (path and settings first)
import sentry_sdk  # noqa: E402
from django.conf import settings  # noqa: E402
from sentry_sdk.envelope import Envelope  # noqa: E402
from sentry_sdk.transport import Transport  # noqa: E402


class Capturing(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent += [item.payload.json for item in envelope.items if item.payload.json is not None]


def main() -> None:
    """Crash, then log and report a text; print what was answered and what was sent."""
    django.setup()
    settings.ROOT_URLCONF = "tests.config.sample_urls"
    from django.test import Client

    from config import reporting

    transport = Capturing()
    reporting.start("https://key@report.invalid/1", transport=transport)
    client = Client(raise_request_exception=False, REMOTE_ADDR="192.0.2.7")
    client.cookies["sample"] = "a-cookie-value"
    answer = client.post(
        "/fail/crash/?q=searched", {"answer": "typed by the patient"}, headers={"user-agent": "sample-agent"}
    )
    logging.getLogger("sample").error("typed by the patient")
    sentry_sdk.capture_message("typed by the patient")
    print(json.dumps({"status": answer.status_code, "page": answer.content.decode(), "sent": transport.sent}))


if __name__ == "__main__":
    main()
