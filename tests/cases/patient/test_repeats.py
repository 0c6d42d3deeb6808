"""A click made twice is one; other words are no repeat: they are refused, and stay in the form."""

import html
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts.services.patients import represent
from audit.anchors import anchor
from audit.models import AuditEvent
from cases.models import Case, Hold
from cases.services import alerts, delivery
from clock import travel
from tests.cases.clients import verified_client
from tests.cases.patient.lives import after, page, paper
from tests.cases.world import SETUP, World, patient

#: Half past midnight in Paris, still the day before in UTC.
PAST_MIDNIGHT = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)


def refusals(case: Case) -> list[object]:
    found = AuditEvent.objects.filter(case_id=case.pk, action="access.refused", outcome="refused").order_by("seq")
    return [event.detail["action"] for event in found]


def test_a_second_follow_up_question_with_other_words_is_refused_and_kept(world: World) -> None:
    walk = after(world, "deliver")
    delivery.open_opinion(walk.case.pk, walk.case.signed_opinion_id, actor=walk.patient, request_key="k")
    mine = verified_client(world.patient_user)
    address = page(walk.case, "question-complementaire/")
    assert mine.post(address, {"question": "Puis-je courir ?", "confirmed": "1"}).status_code == 302
    again = mine.post(address, {"question": " Puis-je courir ? ", "confirmed": "1"})
    assert again.status_code == 302
    other = mine.post(address, {"question": "Et nager ?", "confirmed": "1"})
    text = html.unescape(other.content.decode())
    assert other.status_code == 422 and "Et nager ?" in text and "une seule" in text
    assert walk.case.follow_ups.get().question == "Puis-je courir ?"
    assert walk.case.transitions.filter(name="ask_follow_up").count() == 1


def test_a_second_question_of_the_expert_with_other_words_is_refused_and_kept(world: World) -> None:
    walk = after(world, "accept")
    expert = verified_client(world.expert.user)
    address = f"/expert/dossiers/{walk.case.pk}/question/"
    for text, status in (("Depuis quand ?", 302), ("Depuis quand ?", 302), ("Des fièvres ?", 422)):
        answer = expert.post(address, {"text": text})
        assert answer.status_code == status
    assert "Des fièvres ?" in answer.content.decode()
    assert walk.case.expert_questions.get().text == "Depuis quand ?"


def test_what_a_page_refuses_besides_is_journaled_once(world: World) -> None:
    walk = world.walk()
    walk.open()
    document = paper(walk.case, walk.patient)
    _row, helper = patient("Louis Voisin")
    represent(helper, world.patient, "helper", actor=SETUP, scope=["documents"])
    client = verified_client(helper)
    # He sees that there is a draft; giving it up is not his, and its papers are not his to read.
    assert client.post(page(walk.case, "preparer/detruire/")).status_code == 403
    assert refusals(walk.case) == ["case.discard"]
    assert client.get(page(walk.case, f"documents/{document.pk}/fichier/")).status_code == 403
    assert refusals(walk.case) == ["case.discard", "document.read"]


def test_a_wrong_document_after_midnight_in_paris_counts_from_that_day(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.AUDIT_ANCHOR_DIR = tmp_path
    walk = after(world, "consent", with_paper=True)
    document = walk.case.documents.get()
    with travel(PAST_MIDNIGHT):
        alerts.report_wrong_document(document.pk, actor=walk.patient)
        assert anchor().name == "2026-07-15.json"
    assert str(Hold.objects.get().review_on) == "2026-07-17"
