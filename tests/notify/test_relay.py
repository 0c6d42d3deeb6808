"""Mail over a real SMTP conversation with a relay on this machine."""

import socket
from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from django_tasks_db.models import DBTaskResult

from clock import now
from jobs import run_until_empty
from notify import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("samples")]


class Relay(MessageHandler):
    """Keeps what it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.taken.append(message)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def relay(settings: Any) -> Iterator[tuple[Relay, Controller]]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_TIMEOUT = 5
    handler = Relay()
    controller = Controller(handler, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    yield handler, controller
    if controller.loop.is_running():
        controller.stop(no_assert=True)


def test_mail_asked_for_while_the_relay_is_down_arrives_once_when_it_is_back(relay):
    handler, controller = relay
    mail = send("sample.code", email="camille@example.org", key="k")
    run_until_empty(raise_errors=False)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == ("failed", "ConnectionRefusedError")
    controller.start()
    DBTaskResult.objects.update(run_after=now())
    run_until_empty()
    run_until_empty()
    mail.refresh_from_db()
    assert mail.state == "sent"
    (message,) = handler.taken
    assert message["Message-ID"] == mail.message_id
    assert message["X-RcptTo"] == "camille@example.org"
    assert "012345" in message.get_payload(0).get_payload(decode=True).decode()
