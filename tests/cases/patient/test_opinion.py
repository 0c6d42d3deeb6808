"""The opinion in the patient's hands: before it, on it, its papers, the one follow-up question."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils.translation import override

from cases.demo.walk import Walk
from cases.models import Case, OpinionReading
from cases.services import delivery
from clock import now, travel
from notify.models import Notice
from tests.cases.clients import verified_client
from tests.cases.patient.lives import after, page, tele
from tests.cases.world import World
from ui.dates import say_date

PROGNOSIS = "Évolution probable sur dix ans."


@pytest.fixture
def mine(world: World) -> Client:
    """The patient, logged in."""
    return verified_client(world.patient_user)


def fresh(walk: Walk) -> Case:
    return Case.objects.get(pk=walk.case.pk)


def test_before_delivery_there_is_no_opinion_to_read(world: World, mine: Client) -> None:
    walk = after(world, "sign")
    version = walk.case.opinions.get()
    for path in ("avis/", "avis/avant/", f"avis/{version.pk}/fichier/", "question-complementaire/"):
        assert mine.get(page(walk.case, path)).status_code == 403, path
    assert not OpinionReading.objects.filter(role="patient").exists()


def test_the_page_before_shows_nothing_and_the_first_opening_is_kept(world: World, mine: Client) -> None:
    walk = after(world, "deliver", written={"summary": "Tout va plutôt bien."})
    before = mine.get(page(walk.case, "avis/avant/")).content.decode()
    assert "Tout va plutôt bien." not in before and page(walk.case, "appel/") in before
    assert fresh(walk).first_opened_at is None
    shown = mine.get(page(walk.case, "avis/"))
    assert shown.status_code == 200 and "Tout va plutôt bien." in shown.content.decode()
    first = fresh(walk).first_opened_at
    assert first is not None
    with travel(now() + timedelta(minutes=10)):
        mine.get(page(walk.case, "avis/"))
    assert fresh(walk).first_opened_at == first
    assert OpinionReading.objects.filter(opinion__case=walk.case, role="patient").count() == 1
    paper = mine.get(page(walk.case, f"avis/{walk.case.opinions.get().pk}/fichier/"))
    assert paper.status_code == 200 and paper["Content-Disposition"].startswith("attachment")
    assert b"".join(paper.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    # Nobody has an annex where none was written.
    assert mine.get(page(walk.case, f"avis/{walk.case.opinions.get().pk}/annexe/")).status_code == 404


def test_what_she_does_not_wish_to_know_is_not_in_the_page(world: World, mine: Client) -> None:
    walk = world.walk()
    walk.open()
    walk.fill(prognosis_wish="do_not_tell")
    assert fresh(walk).prognosis_unwanted
    for step in ("ask_consent", "consent", "check", "admit", "propose", "accept"):
        getattr(walk, step)()
    walk.write(prognosis=PROGNOSIS)
    walk.sign()
    walk.deliver()
    shown = mine.get(page(walk.case, "avis/")).content.decode()
    assert PROGNOSIS not in shown
    version = walk.case.opinions.get()
    assert page(walk.case, f"avis/{version.pk}/annexe/") in shown
    annex = mine.get(page(walk.case, f"avis/{version.pk}/annexe/"))
    assert annex.status_code == 200 and annex["Content-Disposition"].startswith("attachment")
    assert b"".join(annex.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]


def test_who_wishes_to_know_reads_the_prognosis_apart(world: World, mine: Client) -> None:
    walk = after(world, "deliver", written={"prognosis": PROGNOSIS})
    shown = mine.get(page(walk.case, "avis/")).content.decode()
    assert PROGNOSIS in shown
    assert shown.rindex("<details", 0, shown.index(PROGNOSIS)) > shown.rindex("</details>", 0, shown.index(PROGNOSIS))


def test_one_follow_up_question_within_thirty_days_of_opening(world: World, mine: Client) -> None:
    walk = after(world, "deliver")
    address = page(walk.case, "question-complementaire/")
    assert "<textarea" not in mine.get(address).content.decode()
    assert mine.post(address, {"question": "Trop tôt ?"}).status_code == 422
    assert fresh(walk).state == "delivered"
    mine.get(page(walk.case, "avis/"))
    assert mine.post(address, {"question": " "}).status_code == 422
    with travel(now() + timedelta(days=31)):
        late = verified_client(world.patient_user)
        assert "<textarea" not in late.get(address).content.decode()
        assert late.post(address, {"question": "Trop tard ?"}).status_code == 422
    assert fresh(walk).state == "delivered"
    assert mine.post(address, {"question": "Faut-il attendre ?", "confirmed": "1"}).status_code == 302
    assert fresh(walk).state == "follow_up"
    assert "Faut-il attendre" in mine.get(page(walk.case, "avis/")).content.decode()
    assert mine.post(address, {"question": "Et encore ?"}).status_code == 422
    assert [row.question for row in fresh(walk).follow_ups.all()] == ["Faut-il attendre ?"]


def test_a_version_being_corrected_says_so_on_the_page(world: World, mine: Client) -> None:
    walk = after(world, "deliver")
    version = walk.case.opinions.get()
    delivery.open_opinion(walk.case.pk, version.pk, actor=walk.patient, request_key="a")
    assert "inset-late" not in mine.get(page(walk.case, "avis/")).content.decode()
    Case.objects.filter(pk=walk.case.pk).update(correcting_since=now())
    assert "inset-late" in mine.get(page(walk.case, "avis/")).content.decode()


def test_an_expert_she_refused_is_not_asked_her_one_question(world: World, mine: Client) -> None:
    walk = after(world, "deliver")
    mine.get(page(walk.case, "avis/"))
    refused = {"professional": str(world.expert.user_id)}
    mine.post(page(walk.case, "choix/professionnel/"), refused)
    assert "question-complementaire/" not in mine.get(page(walk.case)).content.decode()
    answer = mine.post(page(walk.case, "question-complementaire/"), {"question": "Faut-il attendre ?"})
    assert answer.status_code == 422 and "Faut-il attendre ?" in answer.content.decode()
    assert fresh(walk).state == "delivered" and not fresh(walk).follow_up_used
    mine.post(page(walk.case, "choix/professionnel/"), refused | {"lift": "1"})
    mine.post(page(walk.case, "question-complementaire/"), {"question": "Faut-il attendre ?", "confirmed": "1"})
    assert fresh(walk).state == "follow_up"
    # Refused while he is to answer: the desk, which can give the question back, is told.
    mine.post(page(walk.case, "choix/professionnel/"), refused)
    assert Notice.objects.filter(case_id=walk.case.pk, template="desk_follow_up_stuck").exists()


def test_the_page_names_who_signed_and_says_how_far_it_stands_from_the_first_opinion(
    world: World, mine: Client
) -> None:
    written = {"divergence": "deep", "divergence_on": "treatment", "divergence_text": "Le premier avis opère."}
    walk = after(world, "deliver", written=written)
    shown = mine.get(f"/en{page(walk.case, 'avis/')}").content.decode()
    assert f"Signed by {world.expert.name}" in shown
    assert "<strong>This opinion clearly differs from the first one on the treatment.</strong>" in shown
    assert "Le premier avis opère." in shown and "you must be told" in shown
    assert "deep" not in shown


def test_the_patient_of_a_tele_expertise_is_told_of_the_difference_as_on_the_paper(world: World, mine: Client) -> None:
    walk = tele(world, "check", "admit", "propose", "accept")
    walk.write(divergence="minor", divergence_on="diagnosis")
    walk.sign()
    walk.deliver()
    Case.objects.filter(pk=walk.case.pk).update(patient_told_at=now())
    shown = mine.get(f"/en{page(walk.case, 'avis/')}").content.decode()
    assert "This opinion differs from the first one on a limited point of the diagnosis." in shown
    assert f"Signed by {world.expert.name}" in shown


def test_the_page_gives_the_last_day_of_the_follow_up_question(world: World, mine: Client) -> None:
    walk = after(world, "deliver")
    last = say_date(now() + timedelta(days=30))
    assert (
        f"Une question complémentaire est possible jusqu’au {last}"
        in mine.get(page(walk.case, "avis/")).content.decode()
    )
    with travel(now() + timedelta(days=31)):
        late = verified_client(world.patient_user).get(page(walk.case, "avis/")).content.decode()
    assert "Une question complémentaire est possible" not in late


def test_the_one_question_is_shown_again_before_it_is_sent(world: World, mine: Client) -> None:
    walk = after(world, "deliver")
    mine.get(page(walk.case, "avis/"))
    address = "/en" + page(walk.case, "question-complementaire/")
    with override("en"):
        last = say_date(now() + timedelta(days=30))
    asked = mine.get(address).content.decode()
    assert "It is the only question you can ask about this opinion." in asked and f"until {last}" in asked
    empty = mine.post(address, {"question": " "})
    assert empty.status_code == 422 and "Write your question." in empty.content.decode()
    typed = {"question": "Faut-il attendre ?\nEt combien ?"}
    again = mine.post(address, typed)
    shown = again.content.decode()
    assert again.status_code == 200 and "<textarea" not in shown and "Et combien" in shown
    assert "neither changed nor followed by another" in shown and f"until {last}" in shown
    assert fresh(walk).state == "delivered"
    carried = {
        field["name"]: field["value"]
        for field in BeautifulSoup(shown, "lxml").select("main form input[type=hidden]")
        if field["name"] != "csrfmiddlewaretoken"
    }
    back = mine.post(address, carried | {"change": "1"})
    assert back.status_code == 200 and "<textarea" in back.content.decode() and "Et combien" in back.content.decode()
    assert fresh(walk).state == "delivered"
    assert mine.post(address, carried).status_code == 302
    assert fresh(walk).follow_ups.get().question.splitlines() == typed["question"].splitlines()
