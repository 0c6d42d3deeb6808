"""From `send` to the relay."""

import smtplib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.db import connection, transaction

import clock
from audit import SystemActor, record
from audit.checking import verify_and_remember
from jobs import run_until_empty
from jobs.models import DeadJob
from notify import DAYTIME, mark_read, notices_for, send, unread_count
from notify.models import Notice, OutgoingMail
from notify.services import notice_lines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("samples")]

WHEN = datetime(2026, 11, 12, 17, 42, tzinfo=UTC)  # 18:42 in Paris
CONTEXT = {"reference": "DA-2611-0482", "due": WHEN}


def plain(user: object = None, key: str = "k1", **options: object) -> OutgoingMail:
    return send("sample.plain", user=user, key=key, context=CONTEXT, **options)


def test_a_message_is_mailed_and_stands_among_the_notices(make_user):
    user = make_user("camille@example.org", "en")
    mail = plain(user)
    run_until_empty()
    (message,) = outbox.outbox
    assert message.to == ["camille@example.org"]
    assert "Your file DA-2611-0482 waits for you until 12 November 2026, 18:42" in message.body.replace("\xa0", " ")
    assert message.extra_headers["Message-ID"] == mail.message_id
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("sent", 1)
    (line,) = notice_lines(notices_for(user), "en")
    assert line.title == "Second Regard: news about your file"


def test_the_same_key_is_one_message(make_user):
    user = make_user("camille@example.org")
    assert plain(user) == plain(user)
    run_until_empty()
    assert len(outbox.outbox) == 1
    assert notices_for(user).count() == 1


def test_a_message_goes_with_the_transaction_that_wanted_it(make_user):
    user = make_user("camille@example.org")
    with transaction.atomic():
        plain(user)
        transaction.set_rollback(True)
    run_until_empty()
    assert not outbox.outbox
    assert not Notice.objects.exists()


def test_somebody_without_an_account_gets_mail_only():
    mail = plain(email="doctor@example.org", language="en")
    run_until_empty()
    assert outbox.outbox[0].to == ["doctor@example.org"]
    assert mail.language == "en"
    assert not Notice.objects.exists()


def test_mail_goes_to_the_address_the_person_has_when_it_leaves(make_user):
    user = make_user("old@example.org")
    plain(user)
    user.email = "new@example.org"
    user.save()
    run_until_empty()
    assert outbox.outbox[0].to == ["new@example.org"]


@pytest.mark.parametrize(
    "address", ["a@example.org\r\nBcc: b@example.org", "a@example.org,b@example.org", "nobody", "a b@c.d"]
)
def test_an_address_cannot_smuggle_a_header(address):
    with pytest.raises(ValueError, match="no e-mail address") as refused:
        plain(email=address)
    assert address not in str(refused.value)


def test_a_code_is_computed_when_mailed_and_stored_nowhere(make_user):
    mail = send("sample.code", user=make_user("camille@example.org"), key="code-1")
    run_until_empty()
    assert "012345" in outbox.outbox[0].body
    assert "012345" not in str(OutgoingMail.objects.filter(id=mail.id).values().get())
    assert not Notice.objects.exists()
    with pytest.raises(ValueError, match="does not take code"):
        send("sample.code", email="x@example.org", key="code-2", context={"code": "012345"})


def test_a_code_no_longer_wanted_is_not_mailed(make_user):
    from notify import register_secret

    register_secret("sample.code", lambda mail: None)
    mail = send("sample.code", user=make_user("camille@example.org"), key="code-1")
    run_until_empty()
    mail.refresh_from_db()
    assert mail.state == "dropped"
    assert not outbox.outbox


@pytest.mark.parametrize(
    ("hour", "minute", "leaves"),
    [
        (17, 42, datetime(2026, 11, 13, 7, 0, tzinfo=UTC)),
        (6, 30, datetime(2026, 11, 12, 7, 0, tzinfo=UTC)),
        (9, 0, None),
    ],
)
def test_what_waits_for_day_leaves_between_8_and_18_h_in_paris(hour, minute, leaves):
    asked = WHEN.replace(hour=hour, minute=minute)
    with clock.travel(asked):
        plain(email="a@example.org", not_before=DAYTIME)
        run_until_empty()
    assert len(outbox.outbox) == (0 if leaves else 1)
    if leaves:
        with clock.travel(leaves - timedelta(minutes=1)):
            assert run_until_empty() == 0
        with clock.travel(leaves):
            run_until_empty()
        assert len(outbox.outbox) == 1


class Relay:
    """A relay that refuses until it is told not to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        self.error: Exception | None = error
        self.tries: list[str] = []
        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", self._send)

    def _send(self, messages: list) -> int:
        self.tries += [message.message()["Message-ID"] for message in messages]
        if self.error:
            raise self.error
        return len(messages)


def test_a_relay_that_is_down_is_tried_again_with_the_same_message_id(monkeypatch):
    relay = Relay(monkeypatch, ConnectionRefusedError())
    with clock.travel(WHEN):
        mail = plain(email="a@example.org")
        run_until_empty(raise_errors=False)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == ("failed", "ConnectionRefusedError")
    relay.error = None
    with clock.travel(WHEN + timedelta(minutes=1)):
        run_until_empty()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.error) == ("sent", 2, "")
    assert relay.tries == [mail.message_id] * 2


def test_an_address_the_relay_refuses_for_good_is_not_tried_again(monkeypatch):
    relay = Relay(monkeypatch, smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no such user")}))
    mail = plain(email="a@example.org")
    run_until_empty(raise_errors=False)
    mail.refresh_from_db()
    assert mail.state == "dead"
    assert len(relay.tries) == 1
    assert "example.org" not in str(DeadJob.objects.values().get())


def test_a_relay_that_stays_down_is_tried_for_half_a_day(monkeypatch):
    Relay(monkeypatch, TimeoutError())
    moment = WHEN
    with clock.travel(moment):
        mail = plain(email="a@example.org")
    for _attempt in range(20):
        with clock.travel(moment):
            run_until_empty(raise_errors=False)
        last, moment = moment, moment + timedelta(hours=2)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("dead", 20)
    assert last - WHEN > timedelta(hours=12)


def test_nobody_marks_the_notices_of_another(make_user):
    mine, other = make_user("a@example.org"), make_user("b@example.org")
    plain(mine, "k1"), plain(other, "k2")
    theirs = notices_for(other).get()
    assert mark_read(mine, [theirs.id]) == 0
    assert unread_count(other) == 1
    assert mark_read(other, [theirs.id]) == 1
    assert unread_count(other) == 0


@pytest.mark.parametrize(
    ("context", "complaint"),
    [
        ({"reference": "DA-2611-0482"}, "needs due"),
        ({**CONTEXT, "pathology": "endometriosis"}, "does not take pathology"),
        ({**CONTEXT, "reference": "Dr Haddad, gynécologue"}, "reference does not have its form"),
        ({**CONTEXT, "reference": "DA-2611-0482\r\nBcc: x@y.z"}, "reference does not have its form"),
        ({**CONTEXT, "due": "demain, chez le Dr Haddad"}, "due does not have its form"),
        ({**CONTEXT, "due": date(2026, 11, 12)}, "due does not have its form"),
    ],
)
def test_a_message_names_only_what_it_may(context, complaint):
    with pytest.raises(ValueError, match=complaint):
        send("sample.plain", email="a@example.org", key="k", context=context)
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_broken_journal_is_told_to_the_data_protection_officer(settings, tmp_path):
    settings.AUDIT_ANCHOR_DIR = tmp_path
    settings.SERVICE_DPO_EMAIL = "dpo@example.org"
    verify_and_remember()
    run_until_empty()
    assert not outbox.outbox
    record("case.read", actor=SystemActor("test"))
    with connection.cursor() as cursor:
        on_table = " ON audit_auditevent" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER audit_event_update{on_table}")
        cursor.execute("UPDATE audit_auditevent SET action = 'case.left'")
    verify_and_remember()
    run_until_empty()
    (message,) = outbox.outbox
    assert message.to == ["dpo@example.org"]
    assert "2" in message.body
    assert "case." not in message.body
