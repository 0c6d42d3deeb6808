"""What the expert a patient names asks besides: from the start, on the version of that day; no answer is ever lost."""

from typing import Any

import pytest
from django.urls import reverse

from cases.answers import unanswered
from cases.answers import whole as whole_of
from cases.checks import case_pieces_open
from cases.demo.walk import acting
from cases.models import Case
from cases.services import drafting
from experts.models import ExpertProfile
from experts.own_questions import services
from tests.cases.clients import verified_client
from tests.cases.patient_start.conftest import Desk
from tests.cases.patient_start.forms import send, words_of

pytestmark = pytest.mark.django_db

QUESTION = {"type": "yesno", "label": {"fr": "Portez-vous un corset ?", "en": "Do you wear a brace?"}, "required": True}
DOCUMENT = {
    "document_type": "imaging",
    "label": {"fr": "Radiographie debout", "en": "Standing X-ray"},
    "why": {"fr": "L’équilibre du dos.", "en": "The balance of the back."},
    "required": True,
}


def publish(desk: Desk, expert: ExpertProfile, *items: dict[str, Any]) -> None:
    actor, pathology = acting(expert.user, "expert"), desk.world.pathology.pk
    for item in items:
        services.save_item(expert.pk, pathology, item, actor=actor)
    services.publish_questions(expert.pk, pathology, actor=actor)


def choose(desk: Desk, expert: ExpertProfile | None) -> Case:
    return drafting.choose_expert(desk.case.pk, expert, actor=desk.walk.patient)


def page_of(desk: Desk) -> str:
    found = desk.client.get(desk.url()).content.decode().split('href="')
    return next(p.split('"')[0] for p in reversed(found) if "/questions/" in p.split('"')[0])


def test_who_names_an_expert_answers_what_he_asks_before_the_request_leaves(draft: Desk) -> None:
    expert = draft.world.expert
    publish(draft, expert, QUESTION, DOCUMENT)
    assert "The expert’s questions" not in words_of(draft.client.get(draft.url()))
    page = draft.client.get(draft.url("expert/"))
    answer = send(draft.client, page, "expert", expert=str(expert.pk))
    words = words_of(draft.client.get(draft.url()))
    assert answer.status_code == 302 and "This expert asks a little more" in words
    assert "The expert’s questions" in words
    page = draft.client.get(page_of(draft))
    assert "Do you wear a brace?" in words_of(page)
    own = whole_of(draft.case).own
    assert own is not None and unanswered(draft.case)[own.questionnaire.code] == 1
    assert len(case_pieces_open(draft.case)) > 0 and own.questionnaire.body["prerequisites"][0]["code"] in (
        case_pieces_open(draft.case)
    )
    code = own.questionnaire.body["blocks"][0]["questions"][0]["code"]
    assert send(draft.client, page, code, page_of(draft), **{code: "no"}).status_code == 302
    assert unanswered(draft.case)[own.questionnaire.code] == 0
    assert "Standing X-ray" in words_of(draft.client.get(draft.url("documents/")))
    assert "Do you wear a brace?" in words_of(draft.client.get(draft.url("relire/")))


def test_a_request_keeps_its_version_and_answers_outlive_a_change_of_expert(draft: Desk) -> None:
    expert, other = draft.world.expert, draft.world.other_expert
    publish(draft, expert, QUESTION)
    choose(draft, expert)
    own = whole_of(draft.case).own
    assert own is not None
    block = own.questionnaire.body["blocks"][0]
    answers = {block["questions"][0]["code"]: "yes"}
    drafting.save_answers(draft.case.pk, own.pk, block["code"], answers, actor=draft.walk.patient)
    # A version published later is asked of later requests only.
    publish(draft, expert, DOCUMENT)
    assert whole_of(choose(draft, expert)).own == own and own.questionnaire.version == 1
    # Another expert, or none: nothing of the first is asked, counted or read.
    for chosen in (other, None):
        together = whole_of(choose(draft, chosen))
        assert together.own is None and not set(answers) & set(together.answers)
    assert whole_of(choose(draft, expert)).answers.items() >= answers.items()
    later = draft.world.walk()
    later.open(expert=expert)
    asked = whole_of(later.case).own
    assert asked is not None and asked.questionnaire.version == 2


def test_an_expert_who_was_not_named_puts_them_in_his_question(draft: Desk) -> None:
    expert = draft.world.expert
    publish(draft, expert, QUESTION, DOCUMENT)
    draft.walk.fill()
    for step in ("ask_consent", "consent", "check", "admit", "propose", "accept"):
        getattr(draft.walk, step)()
    assert whole_of(draft.case).own is None
    client = verified_client(expert.user, "expert")
    address = reverse("expert:ask", args=[draft.case.pk])
    assert "Mettre mes questions" in words_of(client.get(address))
    words = words_of(client.get(f"{address}?habituelles=1"))
    for part in ("Portez-vous un corset ? (Oui, Non, Je ne sais pas)", "Document : Radiographie debout"):
        assert part in words
    assert "corset" not in words_of(client.get(address))
