"""The desk: what waits, the checks, each move through its page, and who may not come here."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from cases.demo.walk import acting
from cases.machine import clocks, perform
from cases.models import Alert, Case, Message, Opinion
from cases.models.states import State
from cases.services import alerts
from cases.services.delivery import open_opinion
from cases.services.desk import add_note
from clock import now, travel
from notify.models import OutgoingMail
from tests.accounts.logins import last_code
from tests.cases.clients import verified_client
from tests.cases.world import World, make_world
from ui.dates import PARIS, say_date

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def desk(world: World) -> Client:
    return verified_client(world.coordinator, "coordinator")


def at(name: str, case: Case, *more: object) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *more])


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def submitted(world: World) -> Case:
    walk = world.walk()
    walk.open()
    walk.fill()
    walk.ask_consent()
    return walk.consent()


def admitted(world: World) -> Case:
    walk = world.walk()
    walk.case = submitted(world)
    walk.check()
    return walk.admit()


def test_the_desk_lists_what_waits_with_the_planned_treatment_first(world: World, desk: Client) -> None:
    plain = submitted(world)
    walk = world.walk()
    walk.open(planned=now().date() + timedelta(days=9))
    walk.fill()
    walk.ask_consent()
    planned = walk.consent()
    page = desk.get(reverse("desk:home")).content.decode()
    assert page.index(planned.reference) < page.index(plain.reference)
    assert "Camille Renaud" in page


def test_the_list_asks_the_database_no_more_for_more_cases(world: World, desk: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse("desk:home")).status_code == 200
        return len(queries)

    walk = world.walk()
    walk.case = signed(world)
    desk.get(reverse("desk:home"))
    before = asked()
    opinion = walk.deliver().signed_opinion
    assert opinion is not None
    open_opinion(walk.case.pk, opinion.pk, actor=walk.patient)
    walk.move("ask_follow_up", walk.patient, question="Et le sport ?")
    submitted(world)
    assert asked() == before


def test_the_assistants_list_goes_by_the_clock_he_sees_and_not_by_a_treatment_he_does_not(world: World) -> None:
    first = submitted(world)
    walk = world.walk()
    walk.open(planned=now().date() + timedelta(days=9))
    walk.fill()
    walk.ask_consent()
    planned = walk.consent()
    Case.objects.filter(pk=first.pk).update(due_at=now() + timedelta(hours=1))
    Case.objects.filter(pk=planned.pk).update(due_at=now() + timedelta(hours=2))
    page = verified_client(world.assistant, "assistant").get(reverse("desk:home")).content.decode()
    assert page.index(first.reference) < page.index(planned.reference)


def told_until(case: Case, *clients: Client) -> None:
    """On the page of the case and in the list of whoever opens it."""
    case = fresh(case)
    open_one = case.expert_questions.filter(closed_at__isnull=True).first()
    day = open_one.asked_at + timedelta(days=10) if open_one else case.expires_at
    words = f"{'l’expert poursuit' if open_one else 'la demande se termine'} le {say_date(day)}"
    for client in clients:
        assert words in client.get(at("case", case)).content.decode()
        found = client.post(reverse("desk:search"), {"words": case.reference, "state": "all"}, follow=True)
        assert words in found.content.decode()


def test_the_desk_reads_until_when_a_case_waits_and_what_happens_then(world: World, desk: Client) -> None:
    assistant = verified_client(world.assistant, "assistant")
    walk = world.walk()
    told_until(walk.open(), desk, assistant)
    walk.fill()
    told_until(walk.ask_consent(), desk, assistant)
    case = walk.consent()
    # What waits for the service has a deadline, not an end.
    assert "se termine" not in desk.get(at("case", case)).content.decode()
    perform(
        "request_information",
        case.pk,
        actor=acting(world.coordinator, "coordinator"),
        message="Il manque l’IRM.",
        items=["IRM"],
    )
    told_until(case, desk, assistant)
    perform("provide_information", case.pk, actor=walk.patient, answer="Voilà.")
    walk.check()
    walk.admit()
    walk.propose()
    walk.accept()
    perform("ask_question", case.pk, actor=walk.expert, text="Depuis quand ?")
    told_until(case, desk, assistant)
    with travel(now() + timedelta(days=11)):
        late = verified_client(world.coordinator, "coordinator").get(at("case", case)).content.decode()
        assert "poursuit dès maintenant" in late


@pytest.mark.behaviour("S0-21")
def test_an_assistant_sees_states_and_contacts_but_nothing_clinical(world: World) -> None:
    case = admitted(world)
    alerts.raise_danger(case.pk, actor=world.walk_of(case).patient, note="Fièvre à 40.")
    assistant = verified_client(world.assistant, "assistant")
    found = assistant.post(reverse("desk:search"), {"words": case.reference, "state": ""}, follow=True)
    for answer in (assistant.get(at("case", case)), assistant.get(reverse("desk:home")), found):
        page = answer.content.decode()
        assert case.reference in page
        assert str(case.disease) not in page
        assert "Fièvre" not in page
    by_disease = assistant.post(reverse("desk:search"), {"words": "hernie", "state": ""}, follow=True)
    assert case.reference not in by_disease.content.decode()
    page = assistant.get(at("case", case)).content.decode()
    assert case.reference in page
    assert "L’opération est-elle nécessaire" not in page
    # No link leads where he may not go.
    assert at("experts", case) not in page
    assert reverse("desk:calls") not in assistant.get(reverse("desk:home")).content.decode()
    assert assistant.get(at("answers", case)).status_code == 403
    assert assistant.get(at("messages", case)).status_code == 403


def test_a_care_coordinator_asks_for_a_piece_but_neither_admits_nor_chooses(world: World) -> None:
    case = submitted(world)
    nurse = verified_client(world.nurse, "care_coordinator")
    words = {"message": "Il manque un compte rendu.", "items": "L’IRM\nL’ordonnance"}
    assert nurse.post(at("move", case, "request_information"), words).status_code == 302
    assert fresh(case).state == State.INFORMATION_REQUESTED
    assert fresh(case).due_at is None
    perform("provide_information", case.pk, actor=world.walk_of(case).patient, answer="Voilà.")
    assert nurse.post(at("move", case, "admit"), {}).status_code == 403
    assert (
        nurse.post(at("move", case, "decline"), {"motive": "x", "explanation": "x", "instead": "x"}).status_code == 403
    )
    assert fresh(case).state == State.SUBMITTED


def test_a_case_is_admitted_only_after_its_checks(world: World, desk: Client) -> None:
    case = submitted(world)
    refused = desk.post(at("move", case, "admit"), {})
    assert refused.status_code == 422
    assert fresh(case).state == State.SUBMITTED
    lines = dict.fromkeys(("answers_read", "documents_read", "questions_clear", "scope_fits"), "on")
    assert desk.post(at("checklist", case), lines).status_code == 302
    assert desk.post(at("identity", case), {"means": "identity_document"}).status_code == 302
    assert desk.post(at("move", case, "admit"), {}).status_code == 302
    case = fresh(case)
    assert case.state == State.ADMITTED
    assert case.coordinator_id == world.coordinator.pk
    assert case.total_due_at is not None


def test_all_that_an_admission_lacks_is_said_at_once_and_leads_to_where_it_is_done(world: World, desk: Client) -> None:
    case = submitted(world)
    Case.objects.filter(pk=case.pk).update(payment="open")
    page = at("move", case, "admit")
    wanted = [f"{at('case', case)}#{part}" for part in ("identity", "checklist", "price")]
    # On the page of the case, before the click, and after a refused one.
    pages = [desk.get(at("case", case)), desk.get(page), desk.post(page)]
    assert [answer.status_code for answer in pages] == [200, 200, 422]
    for answer in pages:
        assert [f'href="{place}"' in answer.content.decode() for place in wanted] == [True, True, True]
    for part in ("identity", "checklist", "price"):
        assert f'id="{part}"' in pages[0].content.decode()
    # Nothing says that the file is complete.
    assert not any("Le dossier est complet" in answer.content.decode() for answer in pages)
    # Three things, named once each: the first is not repeated as the error of the form.
    assert pages[2].content.decode().count("identité du patient") == 1
    desk.post(at("price", case), {"decision": "waived", "motive": "Ressources faibles."})
    desk.post(at("identity", case), {"means": "identity_document"})
    left = desk.post(page).content.decode()
    assert [place in left for place in wanted] == [False, True, False]
    # A required document that went away refuses nothing, but is said.
    case.documents.update(removed_at=now())
    case.missing_pieces.all().delete()
    left = desk.get(page).content.decode()
    assert at("move", case, "request_information") in left
    lines = dict.fromkeys(("answers_read", "documents_read", "questions_clear", "scope_fits"), "on")
    desk.post(at("checklist", case), lines)
    assert desk.post(page).status_code == 302


def test_an_admission_without_a_living_consent_says_so_beside_the_rest(world: World, desk: Client) -> None:
    case = submitted(world)
    Case.objects.filter(pk=case.pk).update(consent_withdrawn_at=now())
    refused = desk.post(at("move", case, "admit"))
    assert refused.status_code == 422
    page = refused.content.decode()
    assert f'href="{at("messages", case)}"' in page
    assert f'href="{at("case", case)}#checklist"' in page


@pytest.mark.behaviour("S0-03")
def test_the_coordinator_proposes_to_an_expert_with_the_reasons_for_and_against(world: World, desk: Client) -> None:
    case = admitted(world)
    world.other_expert.insurances.all().delete()
    page = desk.get(at("experts", case)).content.decode()
    assert world.expert.name in page
    assert page.index(world.expert.name) < page.index(world.other_expert.name)
    refused = desk.post(at("propose", case, world.other_expert.pk), {"why": ""})
    assert refused.status_code == 422
    assert desk.post(at("propose", case, world.expert.pk), {"why": "Couvre la maladie."}).status_code == 302
    case = fresh(case)
    assert case.state == State.PROPOSED
    assert case.assigned_expert == world.expert
    told = OutgoingMail.objects.filter(template="case_expert_named", user=world.patient_user)
    assert told.count() == 1


def test_a_declined_request_says_why_and_what_to_do_instead(world: World, desk: Client) -> None:
    case = submitted(world)
    short = desk.post(at("move", case, "decline"), {"motive": "Hors champ", "explanation": "", "instead": ""})
    assert short.status_code == 422
    assert "Hors champ" in short.content.decode()
    words = {"motive": "Hors champ", "explanation": "Pas de premier avis.", "instead": "Consultez d’abord."}
    assert desk.post(at("move", case, "decline"), words).status_code == 302
    patient = verified_client(world.patient_user, "patient")
    page = patient.get(reverse("patient:case", args=[case.pk])).content.decode()
    assert "Pas de premier avis." in page
    assert "Consultez d’abord." in page
    assert "Hors champ" not in page


def test_a_hold_stops_the_clocks_and_is_released(world: World, desk: Client) -> None:
    case = admitted(world)
    far = {"reason_code": "other", "told": "Nous vérifions.", "review_on": f"{now() + timedelta(days=40):%d/%m/%Y}"}
    assert desk.post(at("move", case, "hold"), far).status_code == 422
    near = {**far, "review_on": f"{now() + timedelta(days=3):%d/%m/%Y}"}
    assert desk.post(at("move", case, "hold"), near).status_code == 302
    held = fresh(case)
    assert (held.state, held.resume_to, held.due_at) == (State.ON_HOLD, State.ADMITTED, None)
    assert desk.post(at("move", case, "release"), {}).status_code == 302
    assert fresh(case).state == State.ADMITTED
    assert fresh(case).due_at is not None


def test_a_stop_needs_two_people(world: World, desk: Client) -> None:
    case = admitted(world)
    stop = at("move", case, "stop")
    assert desk.post(stop, {"code": "duplicate", "motive": "Déjà ouvert."}).status_code == 302
    assert desk.post(stop, {}).status_code == 403
    assert fresh(case).state == State.ADMITTED
    other = verified_client(world.other_coordinator, "coordinator")
    assert other.post(stop, {}).status_code == 302
    assert fresh(case).state == State.STOPPED


@pytest.mark.asvs("7.5.3")
def test_an_override_needs_a_motive_and_a_fresh_code_and_is_told(world: World, desk: Client) -> None:
    walk = world.walk()
    walk.case = admitted(world)
    case = walk.propose()
    page = at("override", case)
    motive = "L’expert est injoignable depuis hier matin."
    assert desk.post(page, {"motive": motive, "code": "000000"}).status_code == 422
    # Asking for the code in the middle of writing loses no word.
    assert (
        "Un début de motif." in desk.post(at("override_code", case), {"motive": "Un début de motif."}).content.decode()
    )
    code = last_code(world.coordinator.email)
    short = desk.post(page, {"motive": "court", "code": code})
    assert short.status_code == 422
    with travel(now() + timedelta(minutes=2)):
        desk.post(at("override_code", case))
        code = last_code(world.coordinator.email)
        assert desk.post(page, {"motive": motive, "code": code}).status_code == 302
    assert fresh(case).state == State.ADMITTED
    assert case.overrides.get().motive == motive
    assert OutgoingMail.objects.filter(template="case_overridden", user=world.patient_user).exists()
    expert = verified_client(world.expert.user, "expert")
    assert expert.get(reverse("expert:case", args=[case.pk])).status_code == 404


def test_an_alert_is_taken_once_and_closed_with_what_was_done(world: World, desk: Client) -> None:
    case = admitted(world)
    alert = alerts.raise_danger(case.pk, actor=world.walk_of(case).patient, note="Fièvre à 40.")
    assert case.reference in desk.get(reverse("desk:alerts")).content.decode()
    assert desk.post(at("take_alert", submitted(world), alert.pk)).status_code == 404
    assert Alert.objects.get(pk=alert.pk).taken_by is None
    assert desk.post(at("take_alert", case, alert.pk)).status_code == 302
    other = verified_client(world.other_coordinator, "coordinator")
    other.post(at("take_alert", case, alert.pk))
    assert Alert.objects.get(pk=alert.pk).taken_by == world.coordinator
    assert desk.post(at("close_alert", case, alert.pk), {"outcome": ""}).status_code == 422
    assert desk.post(at("close_alert", case, alert.pk), {"outcome": "Vue aux urgences."}).status_code == 302
    assert Alert.objects.get(pk=alert.pk).closed_at is not None


def test_a_call_that_nobody_answered_is_kept_counted_and_due_again(world: World, desk: Client) -> None:
    case = admitted(world)
    desk.post(at("add_call", case), {"why": "help"})
    late = now() - timedelta(hours=2)
    case.call_tasks.update(due_at=late)
    task = case.call_tasks.get()
    assert desk.post(at("close_call", case, task.pk), {"reached": "", "note": ""}).status_code == 422
    said = desk.post(at("close_call", case, task.pk), {"reached": "no", "note": "Répondeur."}, follow=True)
    assert "personne n’a répondu" in said.content.decode()
    # The same click again is the same call.
    desk.post(at("close_call", case, task.pk), {"reached": "no", "note": "Répondeur."})
    task = case.call_tasks.get()
    assert (task.done_at, task.tries, task.tried_by) == (None, 1, world.coordinator)
    assert task.due_at == clocks.call_again_by(task.tried_at)
    nurse = verified_client(world.nurse, "care_coordinator")
    nurse.post(at("close_call", case, task.pk), {"reached": "no", "note": "Messagerie pleine."})
    for page in (reverse("desk:calls"), at("case", case), at("close_call", case, task.pk)):
        shown = nurse.get(page).content.decode()
        assert "appelé 2 fois sans réponse" in shown
        assert world.nurse.get_full_name() in shown
    # The words of each try are there for the next caller, and the patient sees that she was called.
    assert "Répondeur." in shown and "Messagerie pleine." in shown
    tried = AuditEvent.objects.filter(case_id=case.pk, action="case.call_unanswered")
    assert [event.actor_id for event in tried.order_by("at")] == [world.coordinator.pk, world.nurse.pk]
    patient = verified_client(world.patient_user, "patient")
    assert "personne n’a répondu" in patient.get(reverse("patient:seen", args=[case.pk])).content.decode()
    # A second click is the same call; a colleague, or another outcome, is told.
    for _click in range(2):
        assert desk.post(at("close_call", case, task.pk), {"reached": "yes", "note": "Rassurée."}).status_code == 302
    assert case.call_tasks.get().done_at is not None
    assert AuditEvent.objects.filter(case_id=case.pk, action="case.called").count() == 1
    for other, outcome in ((nurse, "yes"), (desk, "never")):
        assert other.post(at("close_call", case, task.pk), {"reached": outcome, "note": "Lettre."}).status_code == 422


def test_a_call_that_nobody_ever_answers_can_be_given_up_with_what_is_done_instead(world: World, desk: Client) -> None:
    case = admitted(world)
    desk.post(at("add_call", case), {"why": "help"})
    task = case.call_tasks.get()
    address = at("close_call", case, task.pk)
    for note in ("Répondeur.", "Messagerie pleine."):
        assert 'value="never"' not in desk.get(address).content.decode()
        assert desk.post(address, {"reached": "never", "note": "Lettre."}).status_code == 422
        desk.post(address, {"reached": "no", "note": note})
    assert 'value="never"' in desk.get(address).content.decode()
    assert desk.post(address, {"reached": "never", "note": " "}).status_code == 422
    assert case.call_tasks.get().done_at is None
    assert desk.post(address, {"reached": "never", "note": "Lettre envoyée."}).status_code == 302
    task = case.call_tasks.get()
    assert (task.reached, task.tries, task.done_by) == (False, 3, world.coordinator)
    told = AuditEvent.objects.filter(case_id=case.pk, action="case.call_unanswered").order_by("at").last()
    assert told is not None and told.detail["given_up"] is True


@pytest.mark.parametrize(
    ("called", "due"),
    [
        ("2026-11-23T10:00", "2026-11-23T18:00"),  # a Monday morning: later that day
        ("2026-11-23T16:00", "2026-11-24T18:00"),  # too late for another try
        ("2026-11-27T16:00", "2026-11-30T18:00"),  # a Friday: over the weekend
        ("2026-11-28T10:00", "2026-11-30T18:00"),  # a Saturday
        ("2026-12-25T10:00", "2026-12-28T18:00"),  # a holiday, and a Friday
    ],
)
def test_who_did_not_answer_is_called_again_on_working_time(called: str, due: str) -> None:
    again = clocks.call_again_by(datetime.fromisoformat(called).replace(tzinfo=PARIS))
    assert again == datetime.fromisoformat(due).replace(tzinfo=PARIS)


def searched(desk: Client, words: str, state: str = "") -> str:
    """The page one sees after a search."""
    return str(desk.post(reverse("desk:search"), {"words": words, "state": state}, follow=True).content.decode())


def test_search_finds_by_reference_name_and_pathology(world: World, desk: Client) -> None:
    case = admitted(world)
    for words in (case.reference, "renaud", "RENAUD camille", "hernie"):
        assert case.reference in searched(desk, words)
    nothing = searched(desk, "introuvable")
    assert case.reference not in nothing
    assert "Aucun dossier" in nothing


def test_what_was_found_is_a_page_to_come_back_to_and_no_name_stands_in_its_address(world: World, desk: Client) -> None:
    case = admitted(world)
    page = reverse("desk:search")
    assert case.reference not in desk.get(page).content.decode()
    answer = desk.post(page, {"words": "Camille Renaud", "state": "all"})
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    # Coming back from the case asks for nothing again.
    for _once in range(2):
        again = desk.get(page).content.decode()
        assert case.reference in again
        assert 'value="Camille Renaud"' in again
    assert page in desk.get(reverse("desk:home")).content.decode().split("Revenir à")[0][-200:]
    # Nothing in the address searches.
    assert case.reference in desk.get(page, {"words": "introuvable"}).content.decode()
    # Too long is refused and kept nowhere.
    assert desk.post(page, {"words": "x" * 121, "state": ""}).status_code == 422
    assert 'value="Camille Renaud"' in desk.get(page).content.decode()
    assert desk.post(page, {"words": "Camille Renaud", "state": "", "forget": "1"}).status_code == 302
    assert "Renaud" not in desk.get(page).content.decode()


def test_a_search_is_forgotten_at_logout(world: World, desk: Client) -> None:
    case = admitted(world)
    assert case.reference in searched(desk, "renaud")
    desk.post(reverse("accounts:logout"))
    again = verified_client(world.coordinator, "coordinator", client=desk)
    assert "renaud" not in again.get(reverse("desk:search")).content.decode()


def test_what_was_found_comes_in_pages(world: World, desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.desk.views.lists.PAGE", 1)
    first, second = submitted(world), submitted(world)
    page = searched(desk, "renaud")
    assert second.reference in page
    assert first.reference not in page
    after = desk.get(reverse("desk:search"), {"page": "2"}).content.decode()
    assert first.reference in after
    assert second.reference not in after
    assert 'value="renaud"' in after


def test_what_was_done_several_times_in_a_row_is_one_line_of_the_history_with_each_time(
    world: World, desk: Client
) -> None:
    morning = datetime(2030, 3, 4, 9, 12, tzinfo=PARIS)
    walk = world.walk()
    walk.open()
    walk.fill()
    walk.ask_consent()
    case = walk.consent()
    events = AuditEvent.objects.filter(case_id=case.pk).count()
    nurse = acting(world.nurse, "care_coordinator")
    for minute in (0, 3, 28):
        with travel(morning + timedelta(minutes=minute)):
            add_note(case.pk, f"Note {minute}.", actor=nurse)
    with travel(morning + timedelta(days=1)):
        add_note(case.pk, "Le lendemain.", actor=nurse)
        add_note(case.pk, "Du médecin.", actor=acting(world.coordinator, "coordinator"))
        reader = verified_client(world.coordinator, "coordinator")
        patient = verified_client(world.patient_user, "patient")
        pages = [reader.get(at("history", case)), patient.get(reverse("patient:seen", args=[case.pk]))]
    assert AuditEvent.objects.filter(case_id=case.pk, action="case.note_written").count() == 5
    assert AuditEvent.objects.filter(case_id=case.pk).count() > events
    for answer, words in zip(pages, ("Note écrite", "L’équipe a écrit une note"), strict=True):
        page = answer.content.decode().replace("\u00a0", " ")
        # Three in a row on one day, one on the next, and one of somebody else.
        assert page.count(words) == 3
        assert "de 9 h 12 à 9 h 40" in page
        folded = page.split("<summary>3 fois</summary>")[1].split("</details>")[0]
        assert [said in folded for said in ("9 h 12", "9 h 15", "9 h 40")] == [True, True, True]


def test_reading_an_ended_case_asks_why_and_journals_it(world: World, desk: Client) -> None:
    case = submitted(world)
    perform("withdraw", case.pk, actor=world.walk_of(case).patient)
    asked = desk.get(at("answers", case))
    assert "motive" in asked.content.decode()
    assert desk.post(at("motive", case), {"motive": "", "next": at("answers", case)}).status_code == 422
    given = desk.post(at("motive", case), {"motive": "complaint", "next": "//evil.test/"})
    assert given.headers["Location"] == at("case", case)
    assert desk.get(at("answers", case)).status_code == 200
    patient = verified_client(world.patient_user, "patient")
    assert "motif" in patient.get(reverse("patient:seen", args=[case.pk])).content.decode().lower()


def test_the_page_of_an_ended_case_says_once_how_it_ended(world: World, desk: Client) -> None:
    case = submitted(world)
    perform("withdraw", case.pk, actor=world.walk_of(case).patient)
    head = desk.get("/en" + at("case", case)).content.decode().split('class="page-head"')[1].split('class="hint"')[0]
    assert head.count("withdrawn") == 1


def test_nobody_is_staff_on_his_own_file(world: World) -> None:
    from accounts.services.roles import grant_role
    from audit import SystemActor

    case = admitted(world)
    grant_role(world.patient_user, "assistant", actor=SystemActor("set_up"))
    own = verified_client(world.patient_user)
    assert own.get(at("case", case)).status_code == 404


@pytest.mark.behaviour("S2-21")
def test_words_between_desk_and_expert_are_kept_in_the_case(world: World, desk: Client) -> None:
    walk = world.walk()
    walk.case = admitted(world)
    walk.propose()
    case = walk.accept()
    assert desk.post(at("expert_messages", case), {"body": "Avez-vous vu l’IRM ?"}).status_code == 302
    expert = verified_client(world.expert.user, "expert")
    page = expert.get(reverse("expert:desk_messages", args=[case.pk])).content.decode()
    assert "Avez-vous vu l’IRM" in page
    assert Message.objects.get().thread == "desk_expert"


def signed(world: World) -> Case:
    walk = world.walk()
    walk.case = admitted(world)
    walk.propose()
    walk.accept()
    walk.write()
    return walk.sign()


def test_whoever_delivers_reads_first_how_the_patient_wishes_to_receive_it(world: World, desk: Client) -> None:
    case = signed(world)
    page = at("move", case, "deliver")
    wishes = {
        "at_once": "l’ouvre quand",
        "after_call": "Appelez d’abord",
        "": "Demandez au patient",
        # She agreed to no report for her doctor.
        "with_doctor": "Aucun compte rendu",
    }
    for wish, asked in wishes.items():
        Case.objects.filter(pk=case.pk).update(reception=wish)
        shown = desk.get(page).content.decode()
        said = fresh(case).get_reception_display()[1:] or "non précisé"
        assert shown.index(said) < shown.index('<form method="post" novalidate')
        assert asked in shown
    case = fresh(case)
    case.reception, case.reception_person = "with_someone", {"name": "Lou Renaud", "phone": "0611223344"}
    case.save()
    shown = desk.get(page).content.decode().replace("\u00a0", " ")
    assert "Lou Renaud 06 11 22 33 44" in shown
    assert "Appelez cette personne" in shown
    Opinion.objects.filter(pk=case.signed_opinion_id).update(tell_in_person=True)
    assert "de vive voix" in desk.get(page).content.decode()


def test_the_person_beside_the_patient_is_on_the_list_of_calls_once_it_is_delivered(world: World, desk: Client) -> None:
    case = signed(world)
    case.reception, case.reception_person = "with_someone", {"name": "Lou Renaud", "phone": "0611223344"}
    case.save()
    assert desk.post(at("move", case, "deliver")).status_code == 302
    task = case.call_tasks.get(why="reception")
    assert "Lou Renaud" in desk.get(at("close_call", case, task.pk)).content.decode()
    # Whoever else meets the contacts of the patient does not meet hers.
    assert "Lou Renaud" not in desk.get(at("danger", case)).content.decode()


def test_the_opinion_is_delivered_from_the_desk(world: World, desk: Client) -> None:
    walk = world.walk()
    walk.case = admitted(world)
    walk.propose()
    walk.accept()
    walk.write()
    case = walk.sign()
    page = desk.get(at("opinion", case)).content.decode()
    assert reverse("desk:opinion_file", args=[case.pk, case.signed_opinion_id]) in page
    assert desk.post(at("move", case, "deliver"), {}).status_code == 302
    assert fresh(case).state == State.DELIVERED
    assert desk.post(at("move", case, "deliver"), {}).status_code == 302
    assert OutgoingMail.objects.filter(template="case_delivered").count() == 1
