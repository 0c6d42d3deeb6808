"""Reading everything again, the agreements, and what happens next."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.translation import override

from cases.models import Alert, Case, Transition
from cases.models.states import State
from cases.services import drafting
from clock import now
from consent.models import ConsentRecord, ConsentText
from consent.texts import current_text
from tests.cases import world as people
from tests.cases.clients import verified_client
from tests.cases.patient_start.conftest import Desk
from tests.cases.patient_start.forms import form_with, send, words_of
from ui.dates import paris_day, say_date

pytestmark = pytest.mark.django_db

REQUIRED = {"act": "on", "sharing_delegated": "on"}


@pytest.fixture
def ready(whole: Callable[[], Desk]) -> Desk:
    """Everything filled in."""
    desk = whole()
    send(desk.client, desk.client.get(desk.url("expert/")), "expert", expert="service")
    return desk


@pytest.fixture
def asked(ready: Desk) -> Desk:
    """At the agreements."""
    ready.client.post(ready.url("relire/complet/"))
    return ready


def test_the_check_page_shows_every_section_with_a_way_to_change_it(ready: Desk) -> None:
    page = ready.client.get(ready.url("relire/"))
    words = words_of(page)
    for part in (
        "Camille",
        "17 May 1980",
        "69123",
        "L’opération est-elle nécessaire ?",
        "The service suggests an expert",
    ):
        assert part in words
    for rest in (
        "identite/",
        "debut/",
        "questions/1/",
        "documents/",
        "mes-questions/",
        "expert/",
        "medecin-traitant/",
        "reception/",
    ):
        assert f"{ready.url(rest)}?then=relire" in page.content.decode()


def test_what_is_missing_stops_the_request_and_says_where(draft: Desk) -> None:
    answer = draft.client.post(draft.url("relire/complet/"))
    assert answer.status_code == 422
    words = words_of(answer)
    assert "Some answers are still missing." in words
    assert draft.url("mes-questions/") in answer.content.decode()
    assert draft.case.state == State.DRAFT


def test_an_open_warning_sign_stops_the_request(ready: Desk) -> None:
    sheet = ready.case.answer_sheets.get(questionnaire__code="common")
    flagged = {"urgent_signs": ["chest_pain"]}
    drafting.save_answers(ready.case.pk, sheet.pk, "today", flagged, actor=ready.walk.patient)
    assert Alert.objects.filter(closed_at__isnull=True).exists()
    answer = ready.client.post(ready.url("relire/complet/"))
    assert answer.status_code == 409
    assert "needs care now" in words_of(answer)


@pytest.mark.behaviour("S0-12")
def test_the_price_is_said_on_the_check_page_and_beside_the_agreements(asked: Desk, settings: object) -> None:
    settings.SERVICE_PRICE = {"expert_fee": 180, "service_fee": 115, "currency": "EUR"}  # type: ignore[attr-defined]
    assert "295 €" in words_of(asked.client.get(asked.url("accords/")))


@pytest.mark.behaviour("S2-06")
def test_each_purpose_is_put_apart_unticked_with_its_whole_text_and_version(asked: Desk) -> None:
    page = asked.client.get(asked.url("accords/"))
    form = form_with(page, "act")
    put = ("act", "sharing_delegated", "dmp", "research")
    for purpose in put:
        assert purpose in form["names"]
        assert purpose not in form["values"]
        text = current_text(purpose, "second_opinion")
        assert form["values"][f"{purpose}_text"] == [str(text.pk)]
        assert text.title("en") in words_of(page)
    assert "treating_doctor" not in form["names"]
    assert "does not examine you" in words_of(page)


@pytest.mark.behaviour("S2-06")
def test_agreeing_sends_the_request_and_keeps_the_evidence(asked: Desk) -> None:
    page = asked.client.get(asked.url("accords/"))
    answer = send(asked.client, page, "act", **REQUIRED, research="on")
    assert answer.headers["Location"] == asked.url("envoye/")
    case = asked.case
    assert case.state == State.SUBMITTED
    rows = {row.purpose: row for row in ConsentRecord.objects.filter(case=case)}
    assert rows["act"].decision == rows["sharing_delegated"].decision == rows["research"].decision == "given"
    assert rows["dmp"].decision == "refused"
    assert rows["act"].language == "en"
    assert rows["act"].actor_id == asked.world.patient_user.pk
    assert rows["act"].means == "online"
    assert rows["act"].shown.startswith(current_text("act", "second_opinion").title("en"))


def test_a_required_agreement_left_out_is_told_at_its_box(asked: Desk) -> None:
    page = asked.client.get(asked.url("accords/"))
    answer = send(asked.client, page, "act", act="on")
    assert answer.status_code == 422
    assert "Without this agreement the opinion cannot be asked for." in words_of(answer)
    assert form_with(answer, "act")["values"]["act"] == ["on"]
    assert asked.case.state == State.AWAITING_CONSENT


def test_a_text_that_changed_meanwhile_is_shown_again(asked: Desk) -> None:
    page = asked.client.get(asked.url("accords/"))
    old = current_text("act", "second_opinion")
    words = {"title_fr": "T", "title_en": "A newer text", "body_fr": "B", "body_en": "B"}
    newer = ConsentText.objects.create(
        purpose="act", kind="second_opinion", version=old.version + 1, sha256=ConsentText.digest(words), **words
    )
    answer = send(asked.client, page, "act", **REQUIRED)
    assert answer.status_code == 422
    assert "A newer text" in words_of(answer)
    again = send(asked.client, answer, "act", **REQUIRED)
    assert again.status_code == 302
    assert ConsentRecord.objects.get(case=asked.case, purpose="act").text == newer


def test_going_back_to_the_answers_voids_nothing_that_was_not_given(asked: Desk) -> None:
    answer = asked.client.post(asked.url("accords/revenir/"))
    assert answer.headers["Location"] == asked.url("relire/")
    assert asked.case.state == State.DRAFT
    assert asked.case.consent_round == 2
    assert asked.client.get(asked.url("mes-questions/")).status_code == 200


def test_giving_up_is_confirmed_first_and_ends_the_request(asked: Desk) -> None:
    page = asked.client.get(asked.url("accords/refuser/"))
    assert "You need not say why." in words_of(page)
    assert asked.case.state == State.AWAITING_CONSENT
    asked.client.post(asked.url("accords/refuser/"))
    assert asked.case.state == State.WITHDRAWN


def test_the_sent_page_says_what_happens_next_and_until_when(asked: Desk) -> None:
    send(asked.client, asked.client.get(asked.url("accords/")), "act", **REQUIRED)
    words = words_of(asked.client.get(asked.url("envoye/")))
    for part in ("Your request is sent", asked.case.reference, "within 7 days", "do not delay and do not stop"):
        assert part in words
    assert asked.case.due_at <= now() + timedelta(hours=48)


def test_the_sent_page_says_that_the_planned_date_is_known_and_promises_nothing(asked: Desk) -> None:
    send(asked.client, asked.client.get(asked.url("accords/")), "act", **REQUIRED)
    assert "is planned for" not in words_of(asked.client.get(asked.url("envoye/")))
    day = paris_day(now()) + timedelta(days=12)
    Case.objects.filter(pk=asked.case.pk).update(planned_treatment_on=day)
    with override("en"):
        said = say_date(day, "full").replace("\xa0", " ")
    words = words_of(asked.client.get(asked.url("envoye/")))
    assert f"is planned for {said}, and we take it into account" in words and "cannot promise" in words
    Case.objects.filter(pk=asked.case.pk).update(planned_treatment_on=paris_day(now()) - timedelta(days=1))
    assert "is planned for" not in words_of(asked.client.get(asked.url("envoye/")))


def test_a_named_expert_stands_in_the_text_of_the_sharing(ready: Desk) -> None:
    page = ready.client.get(ready.url("expert/"))
    send(ready.client, page, "expert", expert=str(ready.world.expert.pk))
    ready.client.post(ready.url("relire/complet/"))
    page = ready.client.get(ready.url("accords/"))
    assert "sharing_named" in form_with(page, "act")["names"]
    assert "Pr Anne Salvat" in words_of(page)


def test_a_minors_request_stays_a_draft_and_says_why(ready: Desk) -> None:
    patient = ready.case.patient
    patient.birth_date = (now() - timedelta(days=365 * 12)).date()
    patient.save()
    assert "cannot be sent yet" in words_of(ready.client.get(ready.url("relire/")))
    assert ready.url("relire/complet/") not in ready.client.get(ready.url("relire/")).content.decode()
    answer = ready.client.post(ready.url("relire/complet/"))
    assert answer.status_code == 409
    assert "A request for a minor cannot be sent yet." in words_of(answer)
    assert ready.case.state == State.DRAFT


def test_sending_twice_has_one_effect(asked: Desk) -> None:
    page = asked.client.get(asked.url("accords/"))
    send(asked.client, page, "act", **REQUIRED)
    assert send(asked.client, page, "act", **REQUIRED).status_code in (302, 403)
    assert Transition.objects.filter(case=asked.case, name="give_consent").count() == 1


def test_only_the_patients_side_agrees(asked: Desk) -> None:
    _row, helper = people.patient("Proche Aidant")
    people.represent(helper, asked.world.patient, "helper", actor=people.SETUP, scope=["fill"])
    assert verified_client(helper).get(asked.url("accords/")).status_code == 403
    assert verified_client(helper).post(asked.url("accords/"), REQUIRED).status_code == 403
    _row, stranger = people.patient("Autre Personne")
    assert verified_client(stranger).get(asked.url("accords/")).status_code == 404


@pytest.mark.behaviour("S2-03")
def test_a_patient_invited_to_a_tele_expertise_reads_its_own_text_and_may_refuse(draft: Desk) -> None:
    walk = draft.world.walk()
    walk.open_tele()
    walk.move("request_consent", walk.requester)
    url = f"/en/patient/{walk.case.pk}/preparer/accords/"
    words = words_of(draft.client.get(url))
    assert "A health professional wishes to ask for an opinion for you." in words
    assert current_text("act", "tele_expertise").title("en") in words
    assert current_text("act", "second_opinion").title("en") not in words
    assert draft.client.post(f"/en/patient/{walk.case.pk}/preparer/accords/revenir/").status_code == 403
    draft.client.post(f"/en/patient/{walk.case.pk}/preparer/accords/refuser/")
    assert Case.objects.get(pk=walk.case.pk).state == State.WITHDRAWN
