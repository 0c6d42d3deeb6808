"""Where the file stands: who may open which page, and what the page of each state says."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from cases import tasks
from cases.models import Case
from cases.services import delivery, messages
from clock import now, travel
from tests.cases.clients import verified_client
from tests.cases.patient.lives import after, page, paper, tele
from tests.cases.world import World, patient
from ui.dates import paris_day

PAGES = ("", "documents/", "reponses/", "choix/", "qui-a-vu/", "messages/", "danger/", "retirer/")


def read(client: Client, address: str) -> str:
    """The page in English, the language of the texts in the code, as plain text."""
    plain = re.sub(r"<[^>]+>", " ", client.get(f"/en{address}").content.decode())
    return re.sub(r"\s+", " ", html.unescape(plain))


def test_each_page_opens_for_its_patient_and_for_nobody_else(world: World) -> None:
    walk = after(world, "accept")
    mine = verified_client(world.patient_user)
    stranger = verified_client(patient("Autre Personne")[1])
    expert = verified_client(world.expert.user)
    anonymous = Client()
    for path in PAGES:
        address = page(walk.case, path)
        assert mine.get(address).status_code == 200, path
        # An expert holds no role of the patient space, and a stranger learns nothing of the case.
        assert expert.get(address).status_code == 403, path
        foreign, unknown = stranger.get(address), stranger.get(f"/patient/{uuid.uuid4()}/{path}")
        assert foreign.status_code == unknown.status_code == 404, path
        assert _body(foreign) == _body(unknown), path
        sent_away = anonymous.get(address)
        assert sent_away.status_code == 302 and sent_away["Location"].startswith("/connexion/"), path


def _body(answer: object) -> str:
    """What is seen, without what differs from request to request."""
    text = answer.content.decode()  # type: ignore[attr-defined]
    text = re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", text)
    text = re.sub(r"/patient/[0-9a-f-]{36}/", "/patient/…/", text)
    return re.sub(r"\b[0-9a-f]{8,32}\b", "…", text)


def test_a_stranger_cannot_act_on_the_case(world: World) -> None:
    walk = after(world, "accept")
    stranger = verified_client(patient("Autre Personne")[1])
    for path in ("retirer/", "refuser-l-expert/", "appel/", "ajouter/", "choix/professionnel/", "danger/"):
        assert stranger.post(page(walk.case, path), {"text": "x"}).status_code == 404, path
    assert Case.objects.get(pk=walk.case.pk).state == "in_review"


def test_the_page_says_state_who_acts_and_until_when_in_each_state(world: World) -> None:
    client = verified_client(world.patient_user)
    walk = world.walk()
    walk.open()
    drafted = client.get(page(walk.case))
    assert drafted.status_code == 302 and "/preparer/" in drafted["Location"]
    for step in ("fill", "ask_consent"):
        getattr(walk, step)()
    _says(client, walk.case, "Your agreement is needed", "you", "kept until")
    walk.consent()
    _says(client, walk.case, "We check that the file is complete", "our team", "at the latest")
    walk.move("request_information", walk.coordinator, message="Il manque une pièce.", items=["Le compte rendu"])
    text = _says(client, walk.case, "We need something more from you", "you", "kept until")
    assert "Le compte rendu" in text
    walk.move("provide_information", walk.patient, answer="Le voici.", item_answers={})
    walk.check()
    walk.admit()
    _says(client, walk.case, "We are choosing the expert", "our team", "opinion by")
    walk.propose()
    _says(client, walk.case, "has been asked to take the file", world.expert.name, "answer expected by")
    walk.accept()
    _says(client, walk.case, "is studying the file", world.expert.name, "opinion by")
    walk.move("ask_question", walk.expert, text="Depuis quand ?")
    text = _says(
        client, walk.case, "asks you a question", "you", "on pause; the opinion comes 6 days after your answer"
    )
    assert "Depuis quand" in text and "The opinion will come" not in text
    walk.move("answer_question", walk.patient, answer="Depuis mai.", unknown=False)
    walk.write()
    walk.sign()
    _says(client, walk.case, "The opinion is signed", "our team", "at the latest")
    walk.deliver()
    text = _says(client, walk.case, "The signed opinion waits for you", "you", "without limit")
    assert "Open when I am ready" in text and "follow-up question</a>" not in text
    version = walk.case.signed_opinion
    assert version is not None
    delivery.open_opinion(walk.case.pk, version.pk, actor=walk.patient, request_key=uuid.uuid4().hex)
    _says(client, walk.case, "You have the opinion", "nobody", "one follow-up question is possible until")
    walk.move("ask_follow_up", walk.patient, question="Et après ?")
    _says(client, walk.case, "is answering the follow-up question", world.expert.name, "at the latest")


def _says(client: Client, case: Case, title: str, who: str, until: str) -> str:
    text = read(client, page(case))
    assert title in text, text
    assert f"Who acts: {who}" in text, text
    assert until in text, text
    return text


def test_a_hold_and_each_end_say_why_and_leave_the_file_readable(world: World) -> None:
    client = verified_client(world.patient_user)
    held = after(world, "accept", with_paper=True)
    held.move(
        "hold", held.coordinator, told="Nous vérifions une pièce.", reason_code="identity", review_on=paris_day(now())
    )
    text = read(client, page(held.case))
    assert "The file is on hold" in text and "Nous vérifions une pièce." in text
    assert "6 days after the file goes on" in text and "after your answer" not in text
    declined = after(world, "consent")
    declined.move(
        "decline", declined.coordinator, motive="Hors du champ.", explanation="Hors du champ.", instead="Voyez le CHU."
    )
    text = read(client, page(declined.case))
    assert "Hors du champ." in text and "Voyez le CHU." in text and "ended today" in text
    withdrawn = after(world, "consent")
    withdrawn.move("withdraw", withdrawn.patient)
    ended = read(client, page(withdrawn.case))
    assert "The request was withdrawn" in ended
    # What ended is not under way.
    assert "Withdrawn" in ended and "Withdrawn – now" not in ended and "– now" not in ended
    for walk in (held, declined, withdrawn):
        assert client.get(page(walk.case, "reponses/")).status_code == 200
        assert client.get(page(walk.case, "qui-a-vu/")).status_code == 200


def test_an_empty_message_asks_for_a_message_not_for_an_answer(world: World) -> None:
    walk = after(world, "consent")
    answer = verified_client(world.patient_user).post("/en" + page(walk.case, "messages/"), {"body": " "})
    assert answer.status_code == 422
    assert "Write your message." in answer.content.decode() and "Write your answer." not in answer.content.decode()


def test_one_file_opens_at_once_and_several_are_listed_with_what_waits_first(world: World) -> None:
    client = verified_client(world.patient_user)
    empty = read(client, "/patient/")
    assert "You have no file yet" in empty
    walk = after(world, "accept")
    assert client.get("/patient/")["Location"] == page(walk.case)
    second = after(world, "consent")
    second.move("request_information", second.coordinator, message="Il manque une pièce.", items=["Le scanner"])
    listed = client.get("/patient/").content.decode()
    assert listed.index(page(second.case)) < listed.index(page(walk.case))
    assert "All my files" in read(client, page(walk.case))


def test_the_menu_leads_into_the_open_file(world: World) -> None:
    walk = after(world, "consent")
    client = verified_client(world.patient_user)
    shown = client.get(page(walk.case, "choix/")).content.decode()
    menu = shown[shown.index('class="site-nav"') : shown.index("</nav>")]
    for path in ("", "documents/", "qui-a-vu/", "choix/"):
        assert f'href="{page(walk.case, path)}"' in menu
    assert re.search(rf'href="{page(walk.case, "choix/")}" aria-current="page"', menu)
    after(world, "consent")
    listed = client.get("/patient/").content.decode()
    assert "/choix/" not in listed[listed.index('class="site-nav"') : listed.index("</nav>")]


@pytest.mark.behaviour("S0-18")
def test_the_path_keeps_what_was_reached_and_when(world: World) -> None:
    walk = after(world, "deliver")
    client = verified_client(world.patient_user)
    text = read(client, page(walk.case))
    path = text[text.index("The path") :]
    steps = ("File sent", "File complete", "Expert accepted", "Opinion written and signed", "Opinion delivered")
    places = [path.index(step) for step in steps]
    assert places == sorted(places)
    assert world.expert.name in path


def test_a_document_that_passed_the_virus_check_is_said_received_not_verified(world: World) -> None:
    walk = after(world, "consent", with_paper=True)
    client = verified_client(world.patient_user)
    for path in ("", "documents/"):
        shown = client.get(page(walk.case, path)).content.decode()
        assert '<span class="tag tag-neutral">reçu</span>' in shown and "vérifié</span>" not in shown, path


def test_once_sent_the_opinion_is_not_received_with_a_doctor_who_was_left_out(world: World) -> None:
    walk = after(world, "consent")
    client = verified_client(world.patient_user)
    answer = client.post("/en" + page(walk.case, "choix/reception/"), {"reception": "with_doctor"})
    assert (
        answer.status_code == 422
        and "first have it sent to your treating doctor, in «My choices»" in answer.content.decode()
    )
    assert Case.objects.get(pk=walk.case.pk).reception == "at_once"


def test_the_history_says_that_she_was_reminded(world: World) -> None:
    walk = after(world, "deliver")
    with travel(now() + timedelta(days=8)):
        tasks.unopened()
        client = verified_client(world.patient_user)
        text = html.unescape(client.get(page(walk.case, "qui-a-vu/")).content.decode())
    assert "Nous vous avons rappelé qu’un avis vous attend." in text


def test_documents_say_who_can_read_them_and_one_being_checked_is_seen_by_its_author(world: World) -> None:
    walk = after(world, "accept", with_paper=True)
    waiting = paper(walk.case, walk.patient, checked=False, title="Scanner récent", shade=50)
    client = verified_client(world.patient_user)
    text = read(client, page(walk.case, "documents/"))
    assert world.expert.name in text and world.coordinator.get_full_name() in text
    assert "Scanner récent" in text and "being checked" in text
    assert client.get(page(walk.case, f"documents/{waiting.pk}/")).status_code == 200


@pytest.mark.behaviour("S1-06")
def test_patient_and_team_write_to_each_other_inside_the_case(world: World) -> None:
    walk = after(world, "accept")
    client = verified_client(world.patient_user)
    address = page(walk.case, "messages/")
    sent = client.post(address, {"body": "L’opération est fixée, que faire ?"})
    assert sent.status_code == 302
    messages.write_to_service(walk.case.pk, "Ne changez rien, nous vous appelons.", actor=walk.coordinator)
    assert "1 new" in read(client, page(walk.case))
    text = read(client, address)
    assert "L’opération est fixée" in text and "Ne changez rien" in text
    assert "1 new" not in read(client, page(walk.case))
    empty = client.post(address, {"body": "  "})
    assert empty.status_code == 422
    from notify.models import OutgoingMail

    told = OutgoingMail.objects.get(template="case_message")
    assert "appelons" not in str(told.__dict__)


def test_the_patient_of_a_tele_expertise_reads_what_concerns_her(world: World) -> None:
    walk = tele(world, "check", "admit", "propose", "accept")
    client = verified_client(world.patient_user)
    text = read(client, page(walk.case))
    assert "is studying the file" in text and "Who acts: you" not in text
    walk.move("ask_question", walk.expert, text="Quel traitement ?")
    text = read(client, page(walk.case))
    assert world.requester.get_full_name() in text and "Your turn" not in text
    assert client.post(page(walk.case, "repondre/"), {"answer": "Moi."}).status_code in (302, 403)
    assert Case.objects.get(pk=walk.case.pk).state == "expert_question"


def test_a_tele_expertise_opens_to_the_patient_when_told_or_after_48_hours(world: World) -> None:
    client = verified_client(world.patient_user)
    walk = tele(world, "check", "admit", "propose", "accept", "write", "sign", "deliver")
    assert client.get(page(walk.case, "avis/")).status_code == 403
    assert "has the report and will talk about it with you" in read(client, page(walk.case))
    told = tele(world, "check", "admit", "propose", "accept", "write", "sign", "deliver")
    delivery.say_patient_told(told.case.pk, actor=told.requester)
    assert client.get(page(told.case, "avis/")).status_code == 200
    with travel(now() + timedelta(hours=49)):
        later = verified_client(world.patient_user)
        assert later.get(page(walk.case, "avis/")).status_code == 200
