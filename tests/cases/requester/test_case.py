"""A request under way, and its report: what the professional is asked, what he may do, what he is shown."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cases.demo.walk import Walk, acting
from cases.machine import perform
from cases.models import Case, Document, Message
from cases.models.messages import Thread
from cases.models.states import State
from cases.services.documents import Described, add_document
from clock import now, travel
from jobs import run_until_empty
from tests.cases.clients import own_queries, verified_client
from tests.cases.requester import flows
from tests.cases.requester.flows import at, fresh
from tests.cases.world import World, make_world
from ui.dates import say_date
from vault.files import write_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def doctor(world: World) -> Client:
    return verified_client(world.requester, "requester")


def proposed(world: World, doctor: Client) -> Walk:
    """A request sent with an attested agreement, proposed to the expert it names."""
    case = flows.prepare(doctor, expert=str(world.expert.pk))
    flows.attest(doctor, case)
    run_until_empty()
    walk = world.walk()
    walk.case = fresh(case)
    assert walk.case.state == State.PROPOSED
    return walk


def accepted(world: World, doctor: Client) -> Walk:
    walk = proposed(world, doctor)
    walk.accept()
    return walk


def delivered(world: World, doctor: Client) -> Walk:
    walk = accepted(world, doctor)
    walk.write(answers=["Non, pas dans l’immédiat."], analysis="Déficit stable.", summary="On peut attendre.")
    walk.sign()
    walk.deliver()
    return walk


# --- asked by the expert or the service


@pytest.mark.parametrize(
    ("typed", "kind"), [({"answer": "Trois semaines."}, "given"), ({"answer": "", "unknown": "on"}, "unknown")]
)
def test_the_expert_is_answered_and_not_knowing_is_an_answer(
    world: World, doctor: Client, typed: dict[str, str], kind: str
) -> None:
    walk = accepted(world, doctor)
    walk.move("ask_question", walk.expert, text="Depuis quand le pied est-il faible ?")
    assert "Depuis quand le pied est-il faible" in doctor.get(at("case", walk.case)).content.decode()
    assert doctor.post(at("answer", walk.case), {"answer": ""}).status_code == 422
    assert doctor.post(at("answer", walk.case), typed).url == at("case", walk.case)
    case = fresh(walk.case)
    assert case.state == State.IN_REVIEW
    assert case.expert_questions.get().answer_kind == kind


def test_the_service_is_answered_and_the_request_goes_on(world: World, doctor: Client) -> None:
    case = flows.prepare(doctor)
    flows.attest(doctor, case)
    perform(
        "request_information",
        case.pk,
        actor=acting(world.coordinator, "coordinator"),
        message="Il manque le compte rendu.",
        items=["Le compte rendu de l’IRM"],
    )
    assert "Il manque le compte rendu" in doctor.get(at("information", case)).content.decode()
    answer = doctor.post(at("information", case), {"item_0": "Je ne peux pas l’obtenir.", "answer": ""})
    assert answer.url == at("case", case)
    assert fresh(case).state == State.SUBMITTED


def test_something_is_added_beside_what_was_sent(world: World, doctor: Client) -> None:
    walk = accepted(world, doctor)
    assert doctor.post(at("add", walk.case), {"text": "Nouvelle douleur depuis hier."}).url == at("content", walk.case)
    page = doctor.get(at("content", walk.case)).content.decode()
    assert "Nouvelle douleur depuis hier." in page
    assert flows.FILE["history"] in page


@pytest.mark.behaviour("S2-21")
def test_the_words_between_colleagues_are_kept_in_the_case(world: World, doctor: Client) -> None:
    walk = accepted(world, doctor)
    expert = verified_client(world.expert.user, "expert")
    assert doctor.post(at("expert_messages", walk.case), {"body": "Le patient part le 3."}).status_code == 302
    address = reverse("expert:colleague_messages", args=[walk.case.pk])
    assert "Le patient part le 3." in expert.get(address).content.decode()
    assert expert.post(address, {"body": "Je rends avant."}).status_code == 302
    assert "Je rends avant." in doctor.get(at("expert_messages", walk.case)).content.decode()
    rows = Message.objects.filter(case=walk.case, thread=Thread.EXPERT)
    assert [row.author_role for row in rows] == ["requester", "expert"]


def test_a_patient_and_an_expert_have_no_such_messages(world: World) -> None:
    walk = world.walk()
    walk.open()
    walk.fill()
    walk.ask_consent()
    walk.consent()
    walk.check()
    walk.admit()
    walk.propose()
    walk.accept()
    expert = verified_client(world.expert.user, "expert")
    assert expert.get(reverse("expert:colleague_messages", args=[walk.case.pk])).status_code == 403


# --- refusals and ends


def test_a_refusal_of_the_expert_stays_with_its_date(world: World, doctor: Client) -> None:
    walk = proposed(world, doctor)
    walk.move("decline_assignment", walk.expert, reason_code="must_examine")
    page = doctor.get(at("case", walk.case)).content.decode()
    assert world.expert.name in page
    assert f'datetime="{walk.case.assignments.get().ended_at.isoformat(timespec="seconds")}"' in page


def test_a_refusal_of_the_service_stays_with_its_date_and_what_to_do_instead(world: World, doctor: Client) -> None:
    case = flows.prepare(doctor)
    flows.attest(doctor, case)
    perform(
        "decline",
        case.pk,
        actor=acting(world.coordinator, "coordinator"),
        motive="Hors du champ.",
        explanation="Aucun expert ne couvre ce sujet.",
        instead="Adressez le patient au centre de référence.",
    )
    page = doctor.get(at("case", case)).content.decode()
    assert "Aucun expert ne couvre ce sujet." in page
    assert "Adressez le patient au centre de référence." in page
    assert "Hors du champ." not in page
    assert f'datetime="{fresh(case).endings.get().at.isoformat(timespec="seconds")}"' in page


def test_a_request_is_cancelled_only_after_its_confirmation(world: World, doctor: Client) -> None:
    walk = accepted(world, doctor)
    assert doctor.get(at("withdraw", walk.case)).status_code == 200
    assert fresh(walk.case).state == State.IN_REVIEW
    assert doctor.post(at("withdraw", walk.case)).url == at("case", walk.case)
    assert fresh(walk.case).state == State.WITHDRAWN
    # Nobody reads the file any more, he included; the list names nobody.
    assert doctor.get(at("content", walk.case)).status_code == 403
    home = doctor.get(at("home")).content.decode()
    assert walk.case.reference in home
    assert "Anne Durand" not in home


def test_an_expired_request_is_taken_up_again(world: World, doctor: Client) -> None:
    from datetime import timedelta

    from cases import tasks

    case = flows.open_draft(doctor)
    for days in (140, 152, 160):
        with travel(now() + timedelta(days=days)):
            tasks.warn_expiry()
            tasks.expire()
    assert fresh(case).state == State.EXPIRED
    assert doctor.get(at("case", case)).status_code == 200
    assert doctor.post(at("resume", case)).url == at("case", case)
    assert fresh(case).state == State.DRAFT
    assert doctor.get(at("case", case)).url == at("prepare", case)


def test_a_request_that_waits_for_the_patient_goes_back_to_the_draft(world: World, doctor: Client) -> None:
    case = flows.prepare(doctor)
    doctor.post(at("ask", case))
    assert doctor.get(at("revise", case)).status_code == 405
    assert doctor.post(at("revise", case)).url == at("prepare", case)
    assert fresh(case).state == State.DRAFT


def test_the_agreement_is_attested_while_the_patient_is_asked(world: World, doctor: Client) -> None:
    case = flows.prepare(doctor)
    doctor.post(at("ask", case))
    assert flows.attest(doctor, case).url == at("case", case)
    assert fresh(case).state == State.SUBMITTED


@pytest.mark.parametrize("lacking", ["text_handed_over", "collected_on", "means", "act", "sharing_delegated"])
def test_an_agreement_without_its_proof_sends_nothing(world: World, doctor: Client, lacking: str) -> None:
    case = flows.prepare(doctor)
    answer = flows.attest(doctor, case, **{lacking: ""})
    assert answer.status_code == 422
    assert fresh(case).state == State.DRAFT
    assert not case.consents.exclude(purpose="draft_notice").exists()


def test_a_professional_attests_no_other_purpose(world: World, doctor: Client) -> None:
    case = flows.prepare(doctor, treating_doctor="Dr Paul Gris, Lyon")
    flows.attest(doctor, case, dmp="on", research="on")
    given = set(case.consents.exclude(purpose="draft_notice").values_list("purpose", flat=True))
    assert given == {"act", "sharing_delegated", "treating_doctor"}


# --- the report


def test_once_the_patient_may_read_without_him_the_report_says_so_in_the_present(world: World, doctor: Client) -> None:
    walk = delivered(world, doctor)
    doctor.post(at("acknowledge", walk.case))
    Case.objects.filter(pk=walk.case.pk).update(delivered_at=now() - timedelta(days=4))
    for name in ("case", "report"):
        shown = doctor.get(at(name, walk.case)).content.decode()
        assert "dès maintenant" in shown and "dès hier" not in shown, name


def test_the_report_is_his_after_its_delivery_only(world: World, doctor: Client) -> None:
    walk = accepted(world, doctor)
    walk.write(answers=["Non."], summary="On peut attendre.")
    walk.sign()
    assert doctor.get(at("report", walk.case)).status_code == 403
    walk.deliver()
    page = doctor.get(at("report", walk.case)).content.decode()
    assert "Non." in page
    opinion = fresh(walk.case).signed_opinion
    assert opinion is not None
    paper = doctor.get(at("opinion_file", walk.case, opinion.pk))
    assert b"".join(paper.streaming_content).startswith(b"%PDF")


def test_acknowledging_again_changes_nothing(world: World, doctor: Client) -> None:
    walk = delivered(world, doctor)
    doctor.get(at("report", walk.case))
    doctor.post(at("acknowledge", walk.case))
    first = fresh(walk.case).requester_acknowledged_at
    doctor.post(at("acknowledge", walk.case))
    assert fresh(walk.case).requester_acknowledged_at == first
    assert doctor.get(at("acknowledge", walk.case)).status_code == 405


def test_one_follow_up_question_then_the_request_is_closed(world: World, doctor: Client) -> None:
    walk = delivered(world, doctor)
    doctor.get(at("report", walk.case))
    last = say_date(now() + timedelta(days=30))
    form = doctor.get(at("follow_up", walk.case)).content.decode()
    assert f"Une seule question ; vous pouvez l’envoyer jusqu’au {last}." in form.replace("\u00a0;", " ;")
    # Shown again before it is sent, since there is no other; «change» leads back to the words.
    typed = {"question": "Et la rééducation ?"}
    again = doctor.post(at("follow_up", walk.case), typed)
    shown = again.content.decode()
    assert again.status_code == 200 and "<textarea" not in shown and "Et la rééducation" in shown
    assert "Envoyer cette question" in shown and at("report", walk.case) in shown
    back = doctor.post(at("follow_up", walk.case), typed | {"change": "1"}).content.decode()
    assert "<textarea" in back and "Et la rééducation" in back
    assert fresh(walk.case).state == State.DELIVERED
    sent = doctor.post(at("follow_up", walk.case), typed | {"confirmed": "1"})
    assert sent.url == at("case", walk.case)
    assert fresh(walk.case).state == State.FOLLOW_UP
    assert "Et la rééducation" in doctor.get(at("report", walk.case)).content.decode()
    perform("release_follow_up", walk.case.pk, actor=acting(world.coordinator, "coordinator"))
    assert doctor.post(at("close", walk.case)).url == at("case", walk.case)
    assert fresh(walk.case).state == State.CLOSED
    assert doctor.get(at("report", walk.case)).status_code == 200


def test_a_document_that_passed_the_virus_check_is_said_received(world: World, doctor: Client) -> None:
    walk = accepted(world, doctor)
    document(walk.case, "Scanner", world)
    shown = doctor.get(at("case", walk.case)).content.decode()
    assert '<span class="tag tag-neutral">reçu</span>' in shown and "vérifié</span>" not in shown


# --- the list


def test_what_waits_for_him_comes_first_and_the_list_has_pages(world: World, doctor: Client) -> None:
    walk = accepted(world, doctor)
    drafts = [flows.open_draft(doctor, birth_name=f"Nom{number:02d}") for number in range(26)]
    walk.move("ask_question", walk.expert, text="Depuis quand ?")
    page = doctor.get(at("home")).content.decode()
    places = [page.index(case.reference) for case in [walk.case, *drafts] if case.reference in page]
    assert places[0] == min(places)
    assert len(places) == 25
    assert Case.objects.filter(requester=world.requester).count() == 27
    assert doctor.get(f"{at('home')}?page=2").status_code == 200


# --- the cost of a page


def test_the_case_page_asks_the_database_little_however_much_the_case_holds(world: World, doctor: Client) -> None:
    walk = accepted(world, doctor)
    few = own_queries(doctor, at("case", walk.case))
    for number in range(4):
        document(walk.case, f"Pièce {number}", world)
    assert own_queries(doctor, at("case", walk.case)) == few
    assert few <= 15


def test_the_list_costs_the_same_for_few_and_for_many_requests(world: World, doctor: Client) -> None:
    for number in range(2):
        flows.open_draft(doctor, birth_name=f"Peu{number}")
    few = own_queries(doctor, at("home"))
    for number in range(8):
        flows.open_draft(doctor, birth_name=f"Beaucoup{number}")
    assert own_queries(doctor, at("home")) == few


def document(case: Case, title: str, world: World) -> None:
    """A checked document of the case."""
    stored = write_file(case.content_key, [title.encode()], media_type="application/pdf")
    described = Described(type="letter", title=title)
    added = add_document(case.pk, stored, described, actor=acting(world.requester, "requester"))
    Document.objects.filter(pk=added.pk).update(status=Document.Status.READY)
