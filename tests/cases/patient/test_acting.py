"""What the patient answers, adds and decides after the request was sent, through the pages."""

import html
import io
import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from audit.models import AuditEvent
from cases.models import CallTask, Case
from cases.services import drafting
from cases.tasks import tick
from clock import now, travel
from consent.models import ConsentRecord, Purpose
from notify.models import OutgoingMail
from tests.cases.clients import verified_client
from tests.cases.patient.lives import after, page, paper
from tests.cases.world import World

SHARING = "sharing_delegated"


@pytest.fixture
def mine(world: World) -> Client:
    """The patient, logged in."""
    return verified_client(world.patient_user)


def state_of(case: Case) -> str:
    return str(Case.objects.get(pk=case.pk).state)


def mails(template: str, user: User | None = None) -> int:
    rows = OutgoingMail.objects.filter(template=template)
    return rows.filter(user=user).count() if user else rows.count()


def test_the_experts_question_is_answered_from_the_page_of_the_file(world: World, mine: Client) -> None:
    walk = after(world, "accept")
    walk.move("ask_question", walk.expert, text="Depuis quand ?")
    assert f'action="{page(walk.case, "repondre/")}"' in mine.get(page(walk.case)).content.decode()
    nothing = mine.post(page(walk.case, "repondre/"), {"answer": "  "})
    assert nothing.status_code == 422 and state_of(walk.case) == "expert_question"
    sent = mine.post(page(walk.case, "repondre/"), {"answer": "Depuis mai, à l’effort."})
    assert sent["Location"] == page(walk.case)
    question = walk.case.expert_questions.get()
    assert question.answer == "Depuis mai, à l’effort." and state_of(walk.case) == "in_review"
    # A second click changes nothing and is quiet; other words from an old tab are refused, and kept in the page.
    assert mine.post(page(walk.case, "repondre/"), {"answer": "Depuis mai, à l’effort."}).status_code == 302
    other = mine.post(page(walk.case, "repondre/"), {"answer": "Depuis juin."})
    assert other.status_code == 422 and "Depuis juin." in other.content.decode()
    assert "déjà" in html.unescape(other.content.decode())
    assert walk.case.expert_questions.get().answer == "Depuis mai, à l’effort."


def test_i_do_not_know_is_an_answer(world: World, mine: Client) -> None:
    walk = after(world, "accept")
    walk.move("ask_question", walk.expert, text="Depuis quand ?")
    assert mine.post(page(walk.case, "repondre/"), {"unknown": "on"}).status_code == 302
    assert state_of(walk.case) == "in_review"


def test_missing_information_is_given_thing_by_thing(world: World, mine: Client) -> None:
    walk = after(world, "consent")
    asked = {"message": "Il manque deux choses.", "items": ["Le compte rendu", "Vos traitements"]}
    walk.move("request_information", walk.coordinator, **asked)
    address = page(walk.case, "completer/")
    shown = mine.get(address).content.decode()
    assert "Le compte rendu" in shown and "Vos traitements" in shown
    half = mine.post(address, {"item_0": "Je l’ai ajouté."})
    assert half.status_code == 422 and "Je l’ai ajouté." in half.content.decode()
    whole = mine.post(address, {"item_0": "Je l’ai ajouté.", "item_1": "Je ne peux pas l’obtenir."})
    assert whole.status_code == 302 and state_of(walk.case) == "submitted"


def test_what_is_added_to_the_answers_is_dated_and_read_by_the_expert(world: World, mine: Client) -> None:
    walk = after(world, "accept")
    assert mine.post(page(walk.case, "ajouter/"), {"text": ""}).status_code == 422
    assert mine.post(page(walk.case, "ajouter/"), {"text": "La douleur a augmenté."}).status_code == 302
    assert "La douleur a augmenté." in mine.get(page(walk.case, "reponses/")).content.decode()
    expert = verified_client(world.expert.user)
    assert "La douleur a augmenté." in expert.get(f"/expert/dossiers/{walk.case.pk}/reponses/").content.decode()


@pytest.mark.parametrize("last", ["consent", "admit", "propose", "accept"])
def test_a_document_can_be_added_until_the_signature(world: World, mine: Client, last: str) -> None:
    walk = after(world, last)
    if last == "accept":
        walk.move("ask_question", walk.expert, text="Avez-vous le scanner ?")
    _adds(walk.case, mine)


def test_a_document_can_be_added_while_something_is_asked_for(world: World, mine: Client) -> None:
    walk = after(world, "consent")
    walk.move("request_information", walk.coordinator, message="Il manque une pièce.", items=["Le scanner"])
    _adds(walk.case, mine)


def _adds(case: Case, client: Client) -> None:
    shown = client.get(page(case)).content.decode()
    where = page(case, "preparer/documents/")
    assert where in shown or where in client.get(page(case, "documents/")).content.decode()
    assert client.get(where).status_code == 200
    address = page(case, "preparer/documents/ajouter/")
    out = io.BytesIO()
    Image.new("L", (60, 80), 200).save(out, "PNG")
    file = SimpleUploadedFile("scanner.png", out.getvalue(), "image/png")
    answer = client.post(address, {"type": "imaging_report", "title": "Scanner", "file": file})
    assert answer.status_code == 302
    added = case.documents.get()
    assert added.title == "Scanner"
    assert added.status == "pending"
    assert "Scanner" in client.get(page(case, "documents/")).content.decode()


def test_nothing_is_added_after_the_signature(world: World, mine: Client) -> None:
    walk = after(world, "sign")
    assert page(walk.case, "preparer/documents/") not in mine.get(page(walk.case, "documents/")).content.decode()
    assert mine.get(page(walk.case, "preparer/documents/ajouter/")).status_code == 302
    assert mine.post(page(walk.case, "preparer/documents/ajouter/"), {"type": "letter"}).status_code == 403
    assert mine.post(page(walk.case, "ajouter/"), {"text": "Trop tard."}).status_code == 403
    assert not walk.case.documents.exists() and not walk.case.additions.exists()


@pytest.mark.behaviour("S2-08")
def test_withdrawing_takes_the_file_from_every_professional_at_their_next_click(world: World, mine: Client) -> None:
    walk = after(world, "accept", with_paper=True)
    document = walk.case.documents.get()
    expert = verified_client(world.expert.user)
    address = f"/expert/dossiers/{walk.case.pk}/"
    assert expert.get(address).status_code == 200
    assert expert.get(f"{address}documents/{document.pk}/fichier/").status_code == 200
    asked = mine.get(page(walk.case, "retirer/"))
    assert asked.status_code == 200 and state_of(walk.case) == "in_review"
    assert mine.post(page(walk.case, "retirer/"))["Location"] == page(walk.case)
    assert state_of(walk.case) == "withdrawn"
    assert mails("case_withdrawn", world.patient_user) == 1
    for path in ("", "reponses/", f"documents/{document.pk}/", f"documents/{document.pk}/fichier/", "messages/"):
        assert expert.get(address + path).status_code in (403, 404), path
    assert expert.post(f"{address}question/", {"text": "Encore ?"}).status_code in (403, 404)
    # The patient keeps hers.
    assert mine.get(page(walk.case, f"documents/{document.pk}/fichier/")).status_code == 200
    assert mine.post(page(walk.case, "retirer/"), follow=True).status_code in (200, 403)
    assert state_of(walk.case) == "withdrawn"


def test_after_the_end_her_messages_stay_readable_and_none_can_be_added(world: World, mine: Client) -> None:
    walk = after(world, "accept")
    mine.post(page(walk.case, "messages/"), {"body": "Un mot pour l’équipe."})
    mine.post(page(walk.case, "retirer/"))
    assert state_of(walk.case) == "withdrawn"
    assert page(walk.case, "messages/") in mine.get(page(walk.case)).content.decode()
    shown = mine.get(page(walk.case, "messages/"))
    assert "Un mot pour l’équipe." in shown.content.decode() and 'name="body"' not in shown.content.decode()
    assert mine.post(page(walk.case, "messages/"), {"body": "Encore un."}).status_code == 403
    assert walk.case.messages.count() == 1
    assert verified_client(world.coordinator).get(f"/bureau/{walk.case.pk}/messages/").status_code in (403, 404)


@pytest.mark.behaviour("S2-14")
def test_refusing_the_expert_closes_the_file_to_him_and_sends_it_back_to_the_desk(world: World, mine: Client) -> None:
    walk = after(world, "accept")
    expert, other = verified_client(world.expert.user), verified_client(world.other_expert.user)
    address = f"/expert/dossiers/{walk.case.pk}/"
    assert expert.get(address).status_code == 200
    assert other.get(address).status_code == 404
    assert mine.get(page(walk.case, "refuser-l-expert/")).status_code == 200
    assert expert.get(address).status_code == 200
    mine.post(page(walk.case, "refuser-l-expert/"))
    assert state_of(walk.case) == "admitted"
    assert expert.get(address).status_code == 404
    assert Case.objects.get(pk=walk.case.pk).assigned_expert is None


def test_what_is_not_possible_now_says_so_and_changes_nothing(world: World, mine: Client) -> None:
    walk = after(world, "consent")
    for path in ("refuser-l-expert/", "clore/", "reprendre/"):
        told = mine.get(page(walk.case, path), follow=True)
        assert told.redirect_chain[-1][0] == page(walk.case), path
        mine.post(page(walk.case, path))
        assert state_of(walk.case) == "submitted", path


def test_a_call_asked_twice_is_one_task_for_the_desk(world: World, mine: Client) -> None:
    walk = after(world, "accept")
    for _ in range(2):
        assert mine.post(page(walk.case, "appel/")).status_code == 302
    assert CallTask.objects.filter(case=walk.case, why="help").count() == 1
    assert mine.get(page(walk.case, "appel/")).status_code == 405
    assert mails("desk_message", world.coordinator) == 1


def test_an_expired_request_is_taken_up_again(world: World, mine: Client) -> None:
    walk = after(world, "fill")
    over = now() - timedelta(hours=1)
    Case.objects.filter(pk=walk.case.pk).update(reminders_sent=2, expires_at=over)
    tick.call()
    assert state_of(walk.case) == "expired"
    shown = mine.get(page(walk.case)).content.decode()
    assert "reprendre/" in shown
    assert "ensuite elle est détruite" in shown
    mine.post(page(walk.case, "reprendre/"))
    assert state_of(walk.case) == "draft"


def test_what_was_never_sent_nor_taken_up_again_is_destroyed(world: World, mine: Client) -> None:
    walk = after(world, "fill")
    over = now() - timedelta(hours=1)
    Case.objects.filter(pk=walk.case.pk).update(reminders_sent=2, expires_at=over)
    tick.call()
    assert mine.get(page(walk.case)).status_code == 200
    with travel(now() + timedelta(days=31)):
        tick.call()
    assert Case.objects.get(pk=walk.case.pk).content_key.destroyed_at is not None
    assert mine.get(page(walk.case)).status_code == 404
    assert mine.post(page(walk.case, "reprendre/")).status_code == 404
    assert mails("case_destroyed") == 1
    assert walk.case.reference not in mine.get("/patient/?tous").content.decode()


# --- my choices


@pytest.mark.behaviour("S2-06")
def test_choices_show_each_agreement_with_the_text_read(world: World, mine: Client) -> None:
    walk = after(world, "consent")
    shown = mine.get(page(walk.case, "choix/")).content.decode()
    records = ConsentRecord.objects.filter(case_id=walk.case.pk)
    assert records.count() >= 4
    for record in records:
        assert f"version {record.text_version}" in shown
        assert _folded(record.shown)[:60] in _folded(html.unescape(re.sub(r"<[^>]+>", " ", shown)))


def _folded(text: str) -> str:
    """Words alone: what typography adds between them does not matter here."""
    return " ".join(re.findall(r"\w+", text))


def test_an_optional_agreement_is_given_later_and_taken_back(world: World, mine: Client) -> None:
    walk = after(world, "consent")
    purpose = str(Purpose.RESEARCH)
    give = page(walk.case, f"choix/{purpose}/accepter/")
    text = re.search(r'name="text" value="([^"]+)"', mine.get(give).content.decode())
    assert text is not None
    stale = mine.post(give, {"text": str(uuid.uuid4())})
    assert stale.status_code == 422 and _decision(walk.case, purpose) == "refused"
    assert mine.post(give, {"text": text[1]}).status_code == 302
    assert _decision(walk.case, purpose) == "given"
    back = page(walk.case, f"choix/{purpose}/retirer/")
    assert mine.get(back).status_code == 200 and _decision(walk.case, purpose) == "given"
    assert mine.post(back).status_code == 302
    assert _decision(walk.case, purpose) == "withdrawn"
    # An optional agreement changes nothing for the opinion.
    assert state_of(walk.case) == "submitted"


def _decision(case: Case, purpose: str) -> str:
    rows = ConsentRecord.objects.filter(case_id=case.pk, purpose=purpose).order_by("at", "pk")
    latest = max(rows, key=lambda row: row.at)
    return str(latest.decision)


def test_a_doctor_who_was_not_to_be_told_is_named_and_told_after_all(world: World, mine: Client) -> None:
    walk = after(world, "consent")
    give = page(walk.case, "choix/treating_doctor/accepter/")
    assert give in mine.get(page(walk.case, "choix/")).content.decode()
    assert "Vous nous avez dit ne pas en avoir." in mine.get(page(walk.case, "choix/")).content.decode()
    text = re.search(r'name="text" value="([^"]+)"', mine.get(give).content.decode())
    assert text is not None
    nobody = mine.post(give, {"text": text[1], "name": "", "address": "Lyon"})
    assert nobody.status_code == 422 and "Lyon" in nobody.content.decode()
    assert mine.post(give, {"text": text[1], "name": "Dr Fictif", "address": "Lyon"}).status_code == 302
    assert _decision(walk.case, "treating_doctor") == "given"
    case = Case.objects.get(pk=walk.case.pk)
    assert case.treating_doctor_choice == "named" and (case.treating_doctor or {})["name"] == "Dr Fictif"
    assert AuditEvent.objects.filter(case_id=case.pk, action="case.filled", detail__fields=["treating_doctor"]).exists()
    assert give not in mine.get(page(walk.case, "choix/")).content.decode()


def test_a_doctor_no_longer_told_cannot_hand_the_opinion_over(world: World, mine: Client) -> None:
    walk = after(world, "fill")
    drafting.set_treating_doctor(walk.case.pk, "named", {"name": "Dr Fictif"}, actor=walk.patient)
    drafting.set_reception(walk.case.pk, "with_doctor", None, actor=walk.patient)
    walk.ask_consent()
    walk.consent(treating_doctor=True)
    again = page(walk.case, "choix/reception/")
    assert "Redites-nous" not in mine.get(page(walk.case)).content.decode()
    back = page(walk.case, "choix/treating_doctor/retirer/")
    assert "Vous souhaitiez recevoir l’avis avec votre médecin" in mine.get(back).content.decode()
    shown = mine.post(back, follow=True).content.decode()
    assert Case.objects.get(pk=walk.case.pk).reception == ""
    # Asked again, on her choices and on the page of her file; what happens meanwhile is said.
    for text in (shown, mine.get(page(walk.case)).content.decode()):
        assert "Redites-nous" in text and "Tant que vous n’avez pas répondu" in text and again in text
    refused = mine.post(again, {"reception": "with_doctor"})
    assert refused.status_code == 422 and Case.objects.get(pk=walk.case.pk).reception == ""
    assert mine.post(again, {"reception": "after_call"}).status_code == 302
    assert "Redites-nous" not in mine.get(page(walk.case, "choix/")).content.decode()
    # Told again, he may hand it over again.
    give = page(walk.case, "choix/treating_doctor/accepter/")
    text_id = re.search(r'name="text" value="([^"]+)"', mine.get(give).content.decode())
    assert text_id is not None and mine.post(give, {"text": text_id[1]}).status_code == 302
    assert mine.post(again, {"reception": "with_doctor"}).status_code == 302


def test_who_does_not_agree_to_tell_her_doctor_says_again_how_she_receives_it(world: World, mine: Client) -> None:
    walk = after(world, "fill")
    drafting.set_treating_doctor(walk.case.pk, "named", {"name": "Dr Fictif"}, actor=walk.patient)
    drafting.set_reception(walk.case.pk, "with_doctor", None, actor=walk.patient)
    walk.ask_consent()
    walk.consent()
    assert "Redites-nous" in mine.get(page(walk.case)).content.decode()
    # It is delivered all the same, and then nothing is asked any more.
    for step in ("check", "admit", "propose", "accept", "write", "sign", "deliver"):
        getattr(walk, step)()
    assert "Redites-nous" not in mine.get(page(walk.case)).content.decode()


def test_taking_the_sharing_back_before_delivery_ends_the_request(world: World, mine: Client) -> None:
    walk = after(world, "accept")
    expert = verified_client(world.expert.user)
    address = page(walk.case, f"choix/{SHARING}/retirer/")
    assert mine.get(address).status_code == 200
    mine.post(address)
    assert state_of(walk.case) == "withdrawn"
    assert expert.get(f"/expert/dossiers/{walk.case.pk}/").status_code in (403, 404)


def test_taking_the_sharing_back_after_delivery_ends_the_professionals_access_only(world: World, mine: Client) -> None:
    walk = after(world, "deliver")
    expert = verified_client(world.expert.user)
    assert expert.get(f"/expert/dossiers/{walk.case.pk}/").status_code in (200, 302)
    mine.post(page(walk.case, f"choix/{SHARING}/retirer/"))
    assert state_of(walk.case) == "delivered"
    assert expert.get(f"/expert/dossiers/{walk.case.pk}/reponses/").status_code in (403, 404)
    assert mine.get(page(walk.case, "avis/")).status_code == 200


@pytest.mark.behaviour("S1-26")
@pytest.mark.behaviour("S1-27")
def test_one_professional_is_refused_and_accepted_again(world: World, mine: Client) -> None:
    walk = after(world, "accept")
    expert = verified_client(world.expert.user)
    address = f"/expert/dossiers/{walk.case.pk}/"
    assert expert.get(address).status_code == 200
    block = page(walk.case, "choix/professionnel/")
    mine.post(block, {"professional": str(world.expert.user_id)})
    assert expert.get(address).status_code in (403, 404)
    assert state_of(walk.case) == "admitted"
    assert world.expert.user.get_full_name() in mine.get(page(walk.case, "choix/")).content.decode()
    mine.post(block, {"professional": str(world.expert.user_id), "lift": "1"})
    assert "Personne." in mine.get(page(walk.case, "choix/")).content.decode()
    walk.propose()
    walk.accept()
    assert expert.get(address).status_code == 200
    assert mine.post(block, {"professional": "not-an-id"}).status_code == 302
    history = mine.get(page(walk.case, "qui-a-vu/?tout=1")).content.decode()
    assert "Un professionnel a été bloqué" in history and "Un professionnel a été débloqué" in history


def test_how_the_opinion_is_received_can_change_until_it_is_delivered(world: World, mine: Client) -> None:
    walk = after(world, "accept")
    address = page(walk.case, "choix/reception/")
    nameless = mine.post(address, {"reception": "with_someone"})
    assert nameless.status_code == 422
    assert mine.post(address, {"reception": "with_someone", "person_name": "Lou Renaud"}).status_code == 302
    row = Case.objects.get(pk=walk.case.pk)
    assert row.reception == "with_someone" and row.reception_person["name"] == "Lou Renaud"
    done = after(world, "deliver")
    assert mine.post(page(done.case, "choix/reception/"), {"reception": "after_call"}).status_code != 302
    assert Case.objects.get(pk=done.case.pk).reception == "at_once"


def test_a_withdrawn_document_of_the_patient_leaves_the_lists(world: World, mine: Client) -> None:
    walk = after(world, "accept", with_paper=True)
    document = paper(walk.case, walk.patient, title="Courrier privé", shade=99)
    expert = verified_client(world.expert.user)
    file = f"/expert/dossiers/{walk.case.pk}/documents/{document.pk}/fichier/"
    assert expert.get(file).status_code == 200
    gone = mine.post(page(walk.case, f"preparer/documents/{document.pk}/retirer/"), {"reason": "Par erreur."})
    assert gone.status_code == 302
    assert "Courrier privé" not in mine.get(page(walk.case, "documents/")).content.decode()
    assert expert.get(file).status_code in (403, 404)
