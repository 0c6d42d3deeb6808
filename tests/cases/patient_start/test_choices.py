"""Questions to the expert, the expert, the treating doctor, reception: one choice a page, all kept on error."""

from datetime import date, timedelta

import pytest

from audit.models import AuditEvent
from cases.checks import missing_parts
from cases.models.case import Sharing
from cases.services import drafting
from clock import now, travel
from consent.models import ConsentRecord
from consent.services import place_block
from consent.texts import current_text
from experts.models import ExpertProfile
from tests.cases import world as people
from tests.cases.clients import verified_client
from tests.cases.patient_start.conftest import Desk
from tests.cases.patient_start.forms import form_with, send, words_of

pytestmark = pytest.mark.django_db


def test_one_to_three_questions_are_kept_in_order(draft: Desk) -> None:
    page = draft.client.get(draft.url("mes-questions/"))
    assert send(draft.client, page, "question_1").status_code == 422
    send(draft.client, page, "question_1", question_1="First?", question_3="Third?")
    assert draft.case.questions == ["First?", "Third?"]
    too_long = send(draft.client, page, "question_1", question_1="x" * 700)
    assert too_long.status_code == 422
    assert "x" * 700 in too_long.content.decode()


def test_the_planned_date_and_the_needs_are_corrected_and_the_rest_is_kept(draft: Desk) -> None:
    day = (now() + timedelta(days=40)).date()
    values = {"planned_on": f"{day:%d/%m/%Y}", "language": "en", "needs": ["interpreter"], "interpreter_for": "Arabic"}
    answer = draft.client.post(draft.url("debut/?then=relire"), values)
    assert answer.headers["Location"] == draft.url("relire/")
    case = draft.case
    assert (case.planned_treatment_on, case.language) == (day, "en")
    assert case.eligibility == {
        "diagnosis": "yes", "emergency": "no", "needs": ["interpreter"], "interpreter_for": "Arabic"
    }  # fmt: skip
    assert AuditEvent.objects.filter(action="case.filled", case_id=case.pk).exists()
    words = words_of(draft.client.get(draft.url("relire/")))
    assert "An interpreter, Arabic" in words
    page = draft.client.get(draft.url("debut/"))
    assert form_with(page, "planned_on")["values"]["planned_on"] == [f"{day:%d/%m/%Y}"]
    assert send(draft.client, page, "planned_on", planned_on="1/1/2020").status_code == 422
    send(draft.client, page, "planned_on", planned_on="", needs=[])
    assert draft.case.planned_treatment_on is None


def offered(desk: Desk) -> str:
    return words_of(desk.client.get(desk.url("expert/")))


def test_an_expert_is_shown_by_name_specialty_and_hospital_only(draft: Desk) -> None:
    ExpertProfile.objects.filter(pk=draft.world.expert.pk).update(institution="Hôpital fictif", department="Rachis A")
    words = offered(draft)
    assert "Pr Anne Salvat Chirurgie orthopédique, Hôpital fictif" in words
    for hidden in ("Rachis A", "secteur 1", "04 00", "imaginaire"):
        assert hidden.casefold() not in words.casefold()


def test_naming_an_expert_asks_for_the_sharing_with_that_one(draft: Desk) -> None:
    page = draft.client.get(draft.url("expert/"))
    send(draft.client, page, "expert", expert=str(draft.world.expert.pk))
    case = draft.case
    assert case.requested_expert == draft.world.expert
    assert case.sharing == Sharing.NAMED
    send(draft.client, draft.client.get(draft.url("expert/")), "expert", expert="service")
    assert draft.case.sharing == Sharing.DELEGATED
    assert draft.case.requested_expert is None


def test_who_is_refused_gave_the_first_opinion_or_is_not_free_is_not_offered(draft: Desk) -> None:
    assert "Anne Salvat" in offered(draft)
    place_block(patient_id=draft.world.patient.pk, professional_id=draft.world.expert.user_id, actor=draft.walk.patient)
    assert "Anne Salvat" not in offered(draft)
    assert "Karim Haddad" in offered(draft)
    case = draft.case
    case.first_opinion_doctor = "Dr Karim HADDAD"
    case.save()
    assert "Karim Haddad" not in offered(draft)
    assert "No expert of this disease can be named today" in offered(draft)
    other = send(draft.client, draft.client.get(draft.url("expert/")), "expert", expert=str(draft.world.expert.pk))
    assert other.status_code == 422


@pytest.mark.behaviour("S2-24")
def test_the_order_of_experts_is_that_of_the_day_for_everyone(draft: Desk) -> None:
    def order() -> list[str]:
        words = offered(draft)
        return sorted(("Anne Salvat", "Karim Haddad"), key=words.index)

    seen = set()
    for day in range(12):
        with travel(now() + timedelta(days=day)):
            draft.client = verified_client(draft.world.patient_user)
            seen.add(tuple(order()))
            assert order() == order()
    assert len(seen) == 2


def test_a_treating_doctor_is_named_with_an_address(draft: Desk) -> None:
    page = draft.client.get(draft.url("medecin-traitant/"))
    answer = send(draft.client, page, "choice", choice="named")
    assert answer.headers["Location"] == draft.url("medecin-traitant/coordonnees/")
    page = draft.client.get(answer.headers["Location"])
    assert send(draft.client, page, "address", name="Dr Paul Martin").status_code == 422
    send(draft.client, page, "address", name="Dr Paul Martin", address="Lyon", phone="04 72 00 00 00")
    case = draft.case
    assert (case.treating_doctor_choice, case.treating_doctor["name"]) == ("named", "Dr Paul Martin")
    assert case.patient.profile["doctor_name"] == "Dr Paul Martin"


@pytest.mark.behaviour("S1-05")
def test_the_treating_doctor_named_once_is_offered_again(draft: Desk) -> None:
    page = draft.client.get(draft.url("medecin-traitant/coordonnees/"))
    send(draft.client, page, "address", name="Dr Paul Martin", address="Lyon")
    second = draft.world.walk()
    second.open()
    desk = Desk(draft.world, second, draft.client)
    assert 'value="Dr Paul Martin"' in desk.client.get(desk.url("medecin-traitant/coordonnees/")).content.decode()


def test_having_no_treating_doctor_is_an_answer(draft: Desk) -> None:
    send(draft.client, draft.client.get(draft.url("medecin-traitant/")), "choice", choice="none")
    assert draft.case.treating_doctor_choice == "none"


def test_a_refusal_is_kept_only_after_its_consequences_were_shown(draft: Desk) -> None:
    answer = send(draft.client, draft.client.get(draft.url("medecin-traitant/")), "choice", choice="refused")
    assert draft.case.treating_doctor_choice == ""
    page = draft.client.get(answer.headers["Location"])
    text = current_text("treating_doctor_refusal", "second_opinion")
    assert text.title("en") in words_of(page)
    assert "reason" not in form_with(page, "shown_text")["names"]
    send(draft.client, page, "shown_text")
    assert draft.case.treating_doctor_choice == "refused"
    record = ConsentRecord.objects.get(purpose="treating_doctor_refusal")
    assert record.text == text
    other = str(current_text("draft_notice", "second_opinion").pk)
    wrong = send(draft.client, page, "shown_text", shown_text=other)
    assert wrong.status_code == 422
    assert form_with(wrong, "shown_text")["values"]["shown_text"] == [str(text.pk)]


def test_how_to_receive_the_opinion_and_with_whom(draft: Desk) -> None:
    page = draft.client.get(draft.url("reception/"))
    assert send(draft.client, page, "reception").status_code == 422
    answer = send(draft.client, page, "reception", reception="with_someone")
    assert draft.case.reception == ""
    page = draft.client.get(answer.headers["Location"])
    send(draft.client, page, "phone", name="Lou Renaud", phone="06 11 22 33 44")
    assert draft.case.reception_person == {"name": "Lou Renaud", "phone": "0611223344"}
    send(draft.client, draft.client.get(draft.url("reception/")), "reception", reception="after_call")
    assert draft.case.reception_person is None


@pytest.mark.parametrize("left_out", ["none", "refused"])
def test_a_doctor_who_receives_nothing_is_not_the_one_to_read_it_with(draft: Desk, left_out: str) -> None:
    actor = draft.walk.patient
    drafting.set_treating_doctor(draft.case.pk, left_out, None, actor=actor)
    page = draft.client.get(draft.url("reception/"))
    answer = send(draft.client, page, "reception", reception="with_doctor")
    assert answer.status_code == 422 and draft.case.reception == ""
    assert "or change that answer first, under «Your treating doctor»" in words_of(answer)
    # Left out afterwards: how the opinion is received is asked again.
    drafting.set_treating_doctor(draft.case.pk, "named", {"name": "Dr Paul Martin"}, actor=actor)
    send(draft.client, page, "reception", reception="with_doctor")
    assert draft.case.reception == "with_doctor"
    drafting.set_treating_doctor(draft.case.pk, left_out, None, actor=actor)
    assert draft.case.reception == "" and "reception" in missing_parts(draft.case)
    send(draft.client, page, "reception", reception="after_call")
    drafting.set_treating_doctor(draft.case.pk, left_out, None, actor=actor)
    assert draft.case.reception == "after_call"


def test_a_correction_from_the_check_page_goes_back_there(draft: Desk) -> None:
    page = draft.client.get(draft.url("mes-questions/") + "?then=relire")
    assert "Save and go back" in words_of(page)
    answer = send(draft.client, page, "question_1", draft.url("mes-questions/") + "?then=relire", question_1="Why?")
    assert answer.headers["Location"] == draft.url("relire/")
    page = draft.client.get(draft.url("medecin-traitant/") + "?then=relire")
    answer = send(draft.client, page, "choice", draft.url("medecin-traitant/") + "?then=relire", choice="named")
    assert answer.headers["Location"].endswith("coordonnees/?then=relire")


def test_a_representative_chooses_too_and_a_stranger_does_not(draft: Desk) -> None:
    row, _own = people.patient("Jeanne Aînée", date(1938, 1, 2))
    guardian = people.create_user("g@test.test", actor=people.SETUP, password=people.PASSWORD, full_name="Guy Tuteur")
    people.represent(guardian, row, "guardian", actor=people.SETUP)
    case = drafting.open_second_opinion(
        patient=row, requester=guardian, pathology=draft.world.pathology, actor=draft.walk.patient, eligibility={}
    )
    url = f"/en/patient/{case.pk}/preparer/reception/"
    client = verified_client(guardian, "representative")
    assert "For Jeanne Aînée" in words_of(client.get(url))
    assert client.post(url, {"reception": "at_once"}).status_code == 302
    assert draft.client.get(url).status_code == 404
