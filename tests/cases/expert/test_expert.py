"""The expert: what he sees before and after accepting, the draft, the question, the signature, what he keeps."""

import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cases.demo.walk import acting
from cases.machine import perform
from cases.models import Case, OpinionDraft
from cases.models.states import State
from cases.services.delivery import open_opinion
from clock import now, travel
from experts.services import change_status
from notify.models import Notice
from tests.accounts.logins import last_code
from tests.cases.clients import verified_client
from tests.cases.patient.lives import tele
from tests.cases.world import World, make_world, staff
from tests.opinions.validators import text_of
from vault.files import read_file

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def expert(world: World) -> Client:
    return verified_client(world.expert.user, "expert")


def at(name: str, case: Case, *more: object) -> str:
    return reverse(f"expert:{name}", args=[case.pk, *more])


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def proposed(world: World) -> Case:
    walk = world.walk()
    walk.open()
    walk.fill()
    walk.ask_consent()
    walk.consent()
    walk.check()
    walk.admit()
    return walk.propose()


def in_review(world: World) -> Case:
    walk = world.walk_of(proposed(world))
    return walk.accept()


def draft_of(case: Case) -> OpinionDraft:
    return OpinionDraft.objects.get(assignment__case=case)


def told_of_answer(case: Case) -> set[str]:
    rows = Notice.objects.filter(case_id=case.pk, template="case_follow_up_answered")
    return set(rows.values_list("user__email", flat=True))


WRITTEN = {
    "relevance": "accept",
    "answer_1": "Non, pas maintenant.",
    "analysis": "Hernie sans déficit.",
    "divergence": "minor",
    "divergence_on": "treatment",
    "divergence_text": "Je propose d’attendre.",
    "option_1_title": "Attendre",
    "option_1_benefits": "Évite l’opération.",
    "option_1_risks": "La douleur peut durer.",
    "summary": "Vous pouvez attendre trois mois.",
    "to_discuss": "Le rythme de la surveillance.",
    "limits": "Sans examen.",
}


@pytest.mark.behaviour("S1-35")
def test_before_acceptance_he_sees_the_question_and_not_the_patient(world: World, expert: Client) -> None:
    case = proposed(world)
    assert "L’opération est-elle nécessaire" in expert.get(at("proposal", case)).content.decode()
    others = [reverse("expert:home"), *(at(name, case) for name in ("desk_messages", "danger", "messages", "incident"))]
    for address in (at("proposal", case), *others):
        page = expert.get(address).content.decode()
        assert "Renaud" not in page
        assert "Camille" not in page
    assert expert.get(at("answers", case)).status_code == 403


@pytest.mark.behaviour("S0-20")
def test_an_expert_sees_only_the_cases_assigned_to_him(world: World) -> None:
    case = in_review(world)
    stranger = verified_client(world.other_expert.user, "expert")
    assert case.reference not in stranger.get(reverse("expert:home")).content.decode()
    for name in ("case", "answers", "proposal", "read_again"):
        assert stranger.get(at(name, case)).status_code == 404


@pytest.mark.behaviour("S2-07")
def test_he_accepts_only_without_a_conflict_of_interest(world: World, expert: Client) -> None:
    case = proposed(world)
    assert expert.post(at("accept", case), {}).status_code == 422
    assert fresh(case).state == State.PROPOSED
    assert expert.post(at("accept", case), {"no_conflict": "on"}).status_code == 302
    assert fresh(case).state == State.IN_REVIEW
    page = expert.get(at("case", case)).content.decode()
    assert "Camille Renaud" in page
    assert "17 mai 1980" in page.replace("\xa0", " ")


@pytest.mark.behaviour("S2-07")
def test_nobody_writes_a_word_of_the_opinion_for_him_and_who_pays_sees_no_case(world: World, expert: Client) -> None:
    case = in_review(world)
    form = expert.get(at("case", case)).context["form"]
    assert not any(form[name].value() for name in form.fields)
    assert not any(draft_of(case).content.values())
    payer = verified_client(staff("Paul Payeur", "payer"), "payer")
    for space in ("expert", "desk", "requester", "patient"):
        assert payer.get(reverse(f"{space}:case", args=[case.pk])).status_code in (403, 404), space


@pytest.mark.behaviour("S4-18")
def test_a_login_opens_nothing_by_itself_the_record_kept_here_does(world: World, expert: Client) -> None:
    case = in_review(world)
    assert expert.get(at("case", case)).status_code == 200
    desk = acting(world.coordinator, "coordinator")
    change_status(world.expert.pk, actor=desk, status="suspended", motive="Une plainte est examinée.")
    # The same session, still logged in: nothing of the case is left to him, and none can be proposed.
    assert expert.get(at("case", case)).status_code == 404
    assert case.reference not in expert.get(reverse("expert:home")).content.decode()
    assert "Aucun dossier ne peut vous être proposé" in expert.get(reverse("experts:profile")).content.decode()


def test_a_declined_case_goes_back_with_its_reason(world: World, expert: Client) -> None:
    case = proposed(world)
    assert expert.post(at("decline", case), {"reason_code": ""}).status_code == 422
    assert expert.post(at("decline", case), {"reason_code": "no_time", "reason": "En congé."}).status_code == 302
    assert fresh(case).state == State.ADMITTED
    assert case.assignments.get().reason == "En congé."
    assert expert.get(at("case", case)).status_code == 404


def test_the_draft_is_saved_and_a_stale_page_gets_both_texts(world: World, expert: Client) -> None:
    case = in_review(world)
    first = expert.post(at("save", case), {**WRITTEN, "version": "0"}, headers=JSON)
    assert first.status_code == 200
    assert first.json()["version"] == 1
    stale = expert.post(at("save", case), {**WRITTEN, "analysis": "Autre analyse.", "version": "0"}, headers=JSON)
    assert stale.status_code == 409
    assert stale.json()["fields"]["analysis"] == "Hernie sans déficit."
    assert draft_of(case).content["analysis"] == "Hernie sans déficit."
    page = expert.post(at("save", case), {**WRITTEN, "analysis": "Autre analyse.", "version": "0"})
    assert page.status_code == 409
    text = page.content.decode()
    assert "Autre analyse." in text
    assert "Hernie sans déficit." in text


def test_a_control_character_is_refused_and_nothing_is_lost(world: World, expert: Client) -> None:
    case = in_review(world)
    page = expert.post(at("save", case), {**WRITTEN, "analysis": "Hernie\x00", "version": "0"})
    assert page.status_code == 422
    assert "Non, pas maintenant." in page.content.decode()
    assert draft_of(case).version == 0


def test_an_incomplete_opinion_is_not_made_into_a_paper(world: World, expert: Client) -> None:
    case = in_review(world)
    expert.post(at("save", case), {**WRITTEN, "summary": "", "version": "0"})
    page = expert.get(at("read_again", case))
    assert page.status_code == 422
    assert "id_summary_error" in page.content.decode()


def test_a_deep_difference_asks_whether_it_is_to_be_told_in_person(world: World, expert: Client) -> None:
    case = in_review(world)
    deep = {**WRITTEN, "divergence": "deep", "divergence_text": "Tout autre traitement."}
    expert.post(at("save", case), {**deep, "version": "0"})
    assert "À annoncer de vive voix" in expert.get(at("read_again", case)).content.decode()
    expert.post(at("save", case), {**deep, "tell_in_person": "on", "version": str(draft_of(case).version)})
    assert "À annoncer de vive voix" not in expert.get(at("read_again", case)).content.decode()


def test_a_question_pauses_the_clock_and_the_answer_starts_it_again(world: World, expert: Client) -> None:
    case = in_review(world)
    assert expert.post(at("ask", case), {"text": ""}).status_code == 422
    assert expert.post(at("ask", case), {"text": "Perte de force ?"}).status_code == 302
    assert fresh(case).state == State.EXPERT_QUESTION
    assert fresh(case).due_at is None
    patient = verified_client(world.patient_user, "patient")
    answer = reverse("patient:answer", args=[case.pk])
    assert patient.post(answer, {}).status_code == 422
    assert patient.post(answer, {"unknown": "on"}).status_code == 302
    assert fresh(case).state == State.IN_REVIEW
    assert fresh(case).due_at is not None


@pytest.mark.behaviour("S4-22")
@pytest.mark.asvs("7.5.3")
def test_he_signs_the_exact_paper_with_a_fresh_code(world: World, expert: Client) -> None:
    case = in_review(world)
    expert.post(at("save", case), {**WRITTEN, "version": "0"})
    assert expert.get(at("read_again", case)).status_code == 200
    draft = draft_of(case)
    paper = b"".join(expert.get(at("draft_pdf", case)).streaming_content)
    assert hashlib.sha256(paper).hexdigest() == draft.rendered_sha256
    assert expert.post(at("sign", case), {"code": "123456"}).status_code == 422
    with travel(now() + timedelta(minutes=1)):
        expert.post(at("sign_code", case))
        assert expert.post(at("sign", case), {"code": last_code(world.expert.user.email)}).status_code == 302
    case = fresh(case)
    assert case.state == State.SIGNED
    signed = b"".join(read_file(case.signed_opinion.pdf))
    assert signed.startswith(paper)
    assert hashlib.sha256(signed).hexdigest() == case.signed_opinion.sha256


def test_a_code_for_an_older_paper_signs_nothing(world: World, expert: Client) -> None:
    case = in_review(world)
    expert.post(at("save", case), {**WRITTEN, "version": "0"})
    expert.get(at("read_again", case))
    expert.post(at("sign_code", case))
    code = last_code(world.expert.user.email)
    expert.post(at("save", case), {**WRITTEN, "analysis": "Changée.", "version": "1"})
    expert.get(at("read_again", case))
    assert expert.post(at("sign", case), {"code": code}).status_code == 422
    assert fresh(case).state == State.IN_REVIEW


def test_a_piece_added_meanwhile_is_opened_or_set_aside_before_signing(world: World, expert: Client) -> None:
    from cases.services.documents import Described, add_document
    from jobs import run_until_empty
    from vault.files import write_file

    case = in_review(world)
    with travel(now() + timedelta(minutes=1)):
        stored = write_file(case.content_key, [b"%PDF-1.4 note"], media_type="application/pdf")
        described = Described(type="letter", title="Lettre de plus")
        document = add_document(case.pk, stored, described, actor=world.walk_of(case).patient)
        run_until_empty(raise_errors=False)
        expert.post(at("save", case), {**WRITTEN, "version": "0"})
        assert "Lettre de plus" in expert.get(at("read_again", case)).content.decode()
        expert.post(at("sign_code", case))
        assert expert.post(at("sign", case), {"code": last_code(world.expert.user.email)}).status_code == 422
        assert expert.post(at("set_aside", case, document.pk), {"reason": "Sans rapport."}).status_code == 302
    with travel(now() + timedelta(minutes=3)):
        expert.post(at("sign_code", case))
        assert expert.post(at("sign", case), {"code": last_code(world.expert.user.email)}).status_code == 302
    assert fresh(case).state == State.SIGNED


def test_a_retracted_opinion_can_be_changed_and_signed_again(world: World, expert: Client) -> None:
    walk = world.walk_of(in_review(world))
    walk.write()
    case = walk.sign()
    assert expert.post(at("retract", case), {"reason": "Une phrase à revoir."}).status_code == 302
    assert fresh(case).state == State.IN_REVIEW
    assert case.opinions.get().standing == "retracted"
    walk.case = fresh(case)
    walk.write(analysis="Revue.")
    assert walk.sign().state == State.SIGNED
    assert case.opinions.count() == 2


@pytest.mark.asvs("8.3.2")
def test_after_a_withdrawal_his_next_click_is_refused(world: World, expert: Client) -> None:
    case = in_review(world)
    assert expert.get(at("case", case)).status_code == 200
    perform("withdraw", case.pk, actor=world.walk_of(case).patient)
    assert expert.get(at("case", case)).status_code == 404
    assert expert.post(at("save", case), {**WRITTEN, "version": "0"}).status_code == 404


def test_after_closing_he_keeps_what_he_signed_and_nothing_else(world: World, expert: Client) -> None:
    walk = world.walk_of(in_review(world))
    walk.write()
    walk.sign()
    case = walk.deliver()
    open_opinion(case.pk, case.signed_opinion_id, actor=walk.patient, request_key="k")
    walk.move("close", walk.patient)
    page = expert.get(at("case", case)).content.decode()
    assert reverse("expert:opinion_file", args=[case.pk, case.signed_opinion_id]) in page
    assert expert.get(at("opinion_file", case, case.signed_opinion_id)).status_code == 200
    assert expert.get(at("answers", case)).status_code == 403


def test_the_follow_up_question_is_answered_by_a_signed_addendum(world: World, expert: Client) -> None:
    walk = world.walk_of(in_review(world))
    walk.write()
    walk.sign()
    case = walk.deliver()
    open_opinion(case.pk, case.signed_opinion_id, actor=walk.patient, request_key="k")
    walk.move("ask_follow_up", walk.patient, question="Puis-je courir ?")
    page = at("follow_up", case)
    assert "Puis-je courir" in expert.get(page).content.decode()
    saved = expert.post(page, {"answer": "Oui, doucement.", "version": "0"}, headers=JSON)
    assert saved.json()["version"] == 1
    assert expert.post(page, {"answer": "Autre.", "version": "0"}, headers=JSON).status_code == 409
    assert expert.get(at("follow_up_read", case)).status_code == 200
    expert.post(at("follow_up_code", case))
    code = {"code": last_code(world.expert.user.email)}
    assert expert.post(at("follow_up_sign", case), code).status_code == 302
    assert fresh(case).state == State.DELIVERED
    # A second click, or the page sent again after «back», finds it signed.
    again = expert.post(at("follow_up_sign", case), code, follow=True)
    assert again.redirect_chain == [(at("case", case), 302)]
    assert "Votre réponse est déjà signée et remise." in again.content.decode()
    assert told_of_answer(case) == {world.patient_user.email}
    addendum = case.opinions.get(type="addendum")
    # Numbered among addenda; only what replaces is «the latest version».
    kept = again.content.decode().replace("\xa0", " ")
    assert "Complément n° 1 à la version 1" in kept and "Avis, version 1" in kept
    assert kept.count(">dernière version<") == 1 and "accompagne la dernière version" in kept
    printed = " ".join(text_of(b"".join(read_file(addendum.pdf))).split())
    assert "Complément n° 1 au deuxième avis" in printed and "version 1" in printed
    file = expert.get(at("opinion_file", case, addendum.pk))
    assert f"{case.reference}-complement-1.pdf" in file["Content-Disposition"]


def test_who_did_not_sign_the_addendum_is_still_refused(world: World, expert: Client) -> None:
    walk = world.walk_of(in_review(world))
    walk.write()
    walk.sign()
    case = walk.deliver()
    assert expert.post(at("follow_up_sign", case), {"code": "123456"}).status_code == 409
    other = verified_client(world.other_expert.user, "expert")
    assert other.post(at("follow_up_sign", case), {"code": "123456"}).status_code == 404


def test_the_answer_to_the_follow_up_question_is_required_at_its_field(world: World, expert: Client) -> None:
    walk = world.walk_of(in_review(world))
    walk.write()
    walk.sign()
    case = walk.deliver()
    open_opinion(case.pk, case.signed_opinion_id, actor=walk.patient, request_key="k")
    walk.move("ask_follow_up", walk.patient, question="Puis-je courir ?")
    page = at("follow_up", case)
    shown = expert.get(page).content.decode()
    assert "Votre réponse" in shown and "facultatif" not in shown
    empty = expert.post(page, {"answer": " ", "version": "0", "read_again": "1"})
    text = empty.content.decode()
    assert empty.status_code == 422 and "Puis-je courir" in text
    assert 'href="#id_answer"' in text and "Écrivez votre réponse." in text
    # What is saved as he types may be empty for a while.
    assert expert.post(page, {"answer": "", "version": "0"}, headers=JSON).status_code == 200


def test_the_patient_of_a_tele_expertise_hears_of_no_addendum_before_the_report_is_hers(
    world: World, expert: Client
) -> None:
    walk = tele(world, "check", "admit", "propose", "accept", "write", "sign", "deliver")
    open_opinion(walk.case.pk, walk.case.signed_opinion_id, actor=walk.requester, request_key="k")
    walk.move("ask_follow_up", walk.requester, question="Peut-elle courir ?")
    expert.post(at("follow_up", walk.case), {"answer": "Oui.", "version": "0"}, headers=JSON)
    expert.get(at("follow_up_read", walk.case))
    expert.post(at("follow_up_code", walk.case))
    code = last_code(world.expert.user.email)
    assert expert.post(at("follow_up_sign", walk.case), {"code": code}).status_code == 302
    assert told_of_answer(walk.case) == {world.requester.email}


def test_his_sentences_are_his_alone(world: World, expert: Client) -> None:
    page = reverse("expert:snippets")
    assert expert.post(page, {"label": "Limites", "text": "Sur les pièces transmises."}).status_code == 302
    assert "Sur les pièces transmises." in expert.get(page).content.decode()
    other = verified_client(world.other_expert.user, "expert")
    assert "Sur les pièces transmises." not in other.get(page).content.decode()
