"""A mail asked for is handed over, wherever the process is killed; a double has the same Message-ID."""

import uuid
from collections import Counter

import pytest

from jobs import run_until_empty
from notify import demo_mail, send
from notify.models import Notice, OutgoingMail
from tests.crash import crash_sweep, finish_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sweep]


@pytest.fixture(autouse=True)
def files(settings, tmp_path, samples):
    """Mail that leaves is written to files: what was handed over outlives the process."""
    settings.EMAIL_BACKEND = "notify.demo_mail.DemoMailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"


def handed_over(mail: OutgoingMail) -> int:
    return Counter(stored.parsed()["Message-ID"] for stored in demo_mail.messages())[mail.message_id]


def test_handing_over_survives_a_kill_at_every_point():
    doubles: list[int] = []

    def setup() -> OutgoingMail:
        return send("sample.code", email="a@example.org", key=uuid.uuid4().hex)

    def invariants(mail: OutgoingMail) -> None:
        mail.refresh_from_db()
        assert mail.state == "sent"
        assert handed_over(mail) >= 1
        doubles.append(handed_over(mail))

    sweep = crash_sweep(
        lambda mail: run_until_empty(), setup=setup, recover=lambda mail: finish_jobs(), invariants=invariants
    )
    # `doubles[0]` is the undisturbed run. A double is made only between the relay's yes and our commit.
    doubled = {sweep.points[n - 1] for n, count in zip(sweep.killed, doubles[1:], strict=True) if count > 1}
    assert doubled
    accepted = next(
        n for n, point in enumerate(sweep.points) if point == "after os.rename" or "after os.replace" in point
    )
    noted = next(n for n, point in enumerate(sweep.points) if n > accepted and point.startswith("UPDATE"))
    window = set(sweep.points[accepted : noted + 2])
    assert doubled <= window


def test_asking_for_a_mail_is_whole_or_not_at_all(make_user):
    people = iter(make_user(f"p{n}@example.org") for n in range(100))

    def invariants(user: object) -> None:
        mails = OutgoingMail.objects.filter(user=user)
        assert mails.count() == Notice.objects.filter(user=user).count() == 1
        assert mails.get().state == "sent"
        assert handed_over(mails.get()) == 1

    def ask(user: object) -> None:
        send(
            "sample.plain",
            user=user,
            key=f"k:{user.pk}",
            context={"reference": "DA-2611-1", "due": mail_due()},
        )

    def ask_again_and_work(user: object) -> None:
        ask(user)
        finish_jobs()

    crash_sweep(ask, setup=lambda: next(people), recover=ask_again_and_work, invariants=invariants)


def mail_due():
    from clock import now

    return now()
