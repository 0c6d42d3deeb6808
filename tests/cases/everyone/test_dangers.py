"""«Danger immédiat», documents of another patient, and the history with its daily notice."""

import html
import re
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from django.test import Client

from audit.models import AuditEvent
from cases.everyone.views import contacts_of
from cases.models import Alert, Case
from cases.tasks import send_history_digests
from clock import now, travel
from notify.delivery import compose
from notify.models import OutgoingMail
from tests.cases.clients import verified_client
from tests.cases.patient.lives import after, page
from tests.cases.world import World, staff


def read(client: Client, address: str) -> str:
    """The page as plain text."""
    plain = re.sub(r"<[^>]+>", " ", client.get(address).content.decode())
    return re.sub(r"\s+", " ", html.unescape(plain))


def test_danger_shows_whom_to_call_and_alerts_the_desk_within_the_hour_once(world: World) -> None:
    walk = after(world, "accept")
    expert = verified_client(world.expert.user)
    address = f"/expert/dossiers/{walk.case.pk}/danger/"
    shown = expert.get(address).content.decode()
    assert "06 00 00 00 00" in html.unescape(shown).replace("\u00a0", " ") and "15" in shown
    assert not Alert.objects.exists()
    before = now()
    for _ in range(2):
        answer = expert.post(address, {"note": "Perte de force brutale."})
        assert answer.status_code == 200
    alert = Alert.objects.get()
    assert alert.kind == "danger" and alert.raised_role == "expert"
    assert before < alert.due_at <= before + timedelta(minutes=61)
    desk = f"/bureau/dossiers/{walk.case.pk}/"
    seen = verified_client(world.coordinator).get(desk).content.decode()
    # Whoever takes it sees who raised it, and is one click away from whom to call.
    assert f"alerte de {world.expert.user.get_full_name()}" in html.unescape(seen) and f"{desk}danger/" in seen
    mail = OutgoingMail.objects.get(template="desk_alert", user=world.coordinator)
    assert "force" not in str(mail.__dict__)


def test_numbers_to_call_are_written_in_pairs(world: World) -> None:
    case = after(world, "accept").case
    case.patient.phone = "0611223344"
    told = SimpleNamespace(answers={"emergency_name": "Jean", "emergency_phone": "0655667788"})
    with mock.patch("cases.answers.whole", return_value=told):
        shown = " ".join(contacts_of(case).values()).replace("\u00a0", " ")
    assert "06 11 22 33 44" in shown
    assert "Jean 06 55 66 77 88" in shown


def test_an_expert_who_has_not_accepted_may_alert_but_sees_no_contact(world: World) -> None:
    walk = after(world, "propose")
    expert = verified_client(world.expert.user)
    address = f"/expert/dossiers/{walk.case.pk}/danger/"
    shown = expert.get(address)
    assert shown.status_code == 200
    assert "06 00 00 00 00" not in html.unescape(shown.content.decode()).replace("\u00a0", " ")
    expert.post(address, {"note": ""})
    assert Alert.objects.count() == 1


def test_the_patient_alerts_too(world: World) -> None:
    walk = after(world, "consent")
    mine = verified_client(world.patient_user)
    assert mine.post(page(walk.case, "danger/"), {"note": "Je ne sens plus ma jambe."}).status_code == 200
    assert Alert.objects.get().raised_role == "patient"


def test_a_document_of_somebody_else_is_hidden_at_once_and_the_case_waits(world: World) -> None:
    dpo = staff("Dora Droit", "dpo")
    walk = after(world, "accept", with_paper=True)
    document = walk.case.documents.get()
    expert, mine = verified_client(world.expert.user), verified_client(world.patient_user)
    address = f"/expert/dossiers/{walk.case.pk}/documents/{document.pk}/"
    assert expert.get(f"{address}autre-patient/").status_code == 200
    assert expert.get(f"{address}fichier/").status_code == 200
    answer = expert.post(f"{address}autre-patient/", {"note": "Autre nom sur le compte rendu."})
    assert answer["Location"] == "/expert/"
    assert Case.objects.get(pk=walk.case.pk).state == "on_hold"
    assert Alert.objects.get().kind == "wrong_document"
    assert OutgoingMail.objects.filter(template="dpo_wrong_document", user=dpo).count() == 1
    for client, file in ((expert, f"{address}fichier/"), (mine, page(walk.case, f"documents/{document.pk}/fichier/"))):
        assert client.get(file).status_code in (403, 404)
    assert str(document.pk) not in mine.get(page(walk.case, "documents/")).content.decode()


@pytest.mark.behaviour("S1-30")
def test_the_history_says_who_did_what_and_when_for_each_act_of_others(world: World) -> None:
    walk = after(world, "accept", with_paper=True)
    document = walk.case.documents.get()
    expert, desk = verified_client(world.expert.user), verified_client(world.coordinator)
    expert.get(f"/expert/dossiers/{walk.case.pk}/documents/{document.pk}/fichier/")
    desk.get(f"/bureau/dossiers/{walk.case.pk}/")
    expert.get(f"/expert/dossiers/{walk.case.pk}/reponses/")
    mine = verified_client(world.patient_user)
    text = read(mine, "/en" + page(walk.case, "qui-a-vu/"))
    events = AuditEvent.objects.filter(case_id=walk.case.pk).exclude(actor_id=world.patient_user.pk)
    assert {event.actor_role for event in events} >= {"expert", "coordinator"}
    # Every event has a line of its own, in words, never a code.
    assert not re.search(r"\b(case|document|opinion|consent)\.[a-z_]+", text, re.IGNORECASE)
    assert text.count(world.expert.user.get_full_name()) >= events.filter(actor_role="expert").count()
    assert text.count(world.coordinator.get_full_name()) >= events.filter(actor_role="coordinator").count()
    assert "A document was downloaded" in text and "The expert accepted the file" in text
    lines = AuditEvent.objects.filter(case_id=walk.case.pk).count()
    rows = mine.get(page(walk.case, "qui-a-vu/?tout=1")).content.decode().count("<time")
    assert rows >= min(lines, 50)
    # Her own readings are shown when she asks for them.
    me = world.patient_user.get_full_name()
    seen = mine.get(page(walk.case, "qui-a-vu/")).content.decode()
    assert me not in seen[seen.index("<tbody>") : seen.index("</tbody>")]
    # On the page of the file: others only, by name.
    glance = read(mine, "/en" + page(walk.case))
    assert world.expert.user.get_full_name() in glance[glance.index("Who has seen my file") :]


@pytest.mark.behaviour("S1-31")
@pytest.mark.behaviour("S1-51")
def test_a_daily_mail_tells_that_others_acted_without_saying_what(world: World) -> None:
    walk = after(world, "accept")
    mine = verified_client(world.patient_user)
    digests = OutgoingMail.objects.filter(template="case_history_digest", user=world.patient_user)
    send_history_digests.call()
    send_history_digests.call()
    assert digests.count() == 1
    with travel(now() + timedelta(days=1)):
        send_history_digests.call()
    assert digests.count() == 1
    with travel(now() + timedelta(days=2)):
        again = verified_client(world.patient_user)
        again.get(page(walk.case))
        send_history_digests.call()
        assert digests.count() == 1
        # A mere reading, on a file that nothing else touched for days, is told.
        verified_client(world.coordinator).get(f"/bureau/dossiers/{walk.case.pk}/")
        with travel(now() + timedelta(hours=26)):
            send_history_digests.call()
    assert digests.count() == 2
    message = compose(digests.latest("created_at"))
    text = f"{message.subject} {message.body}".lower()
    for secret in (world.expert.user.full_name, "hernie", "salvat", "lombaire", "expert"):
        assert secret.lower() not in text, secret
    # The reader types the address herself, and finds the entry in the history.
    assert walk.case.reference.lower() in text and f"/patient/{walk.case.pk}" not in text
    assert world.coordinator.get_full_name() in read(mine, page(walk.case, "qui-a-vu/"))
