"""The task list, the identity, access of each role, and the end of a draft."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.services.patients import represent
from cases.models import Case
from cases.models.states import State
from clock import now, travel
from tests.cases import world as people
from tests.cases.clients import verified_client
from tests.cases.patient_start.conftest import Desk
from tests.cases.patient_start.forms import send, words_of

pytestmark = pytest.mark.django_db

PAGES = (
    "",
    "identite/",
    "questions/1/",
    "documents/",
    "documents/ajouter/",
    "documents/ajouter/1/",
    "documents/manque/1/",
    "documents/lettre/",
    "documents/lettre/1/",
    "debut/",
    "mes-questions/",
    "expert/",
    "medecin-traitant/",
    "medecin-traitant/coordonnees/",
    "medecin-traitant/refus/",
    "reception/",
    "reception/personne/",
    "relire/",
    "detruire/",
)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_for_the_patient_and_for_nobody_else(draft: Desk, page: str) -> None:
    url = draft.url(page)
    assert draft.client.get(url).status_code == 200
    _row, stranger = people.patient("Autre Personne")
    assert verified_client(stranger).get(url).status_code == 404
    assert verified_client(draft.world.coordinator).get(url).status_code == 403
    assert "/connexion/" in Client().get(url).headers["Location"]


def test_unknown_numbers_are_missing_pages(draft: Desk) -> None:
    for rest in ("questions/99/", "documents/ajouter/99/", "documents/manque/99/"):
        assert draft.client.get(draft.url(rest)).status_code == 404


def test_the_list_says_what_is_done_what_remains_and_where_to_go_on(draft: Desk) -> None:
    words = words_of(draft.client.get(draft.url()))
    assert "1 step of 21 done" in words
    assert "Lumbar disc herniation" in words
    assert "Kept until" in words


def test_the_same_draft_goes_on_from_another_device(draft: Desk) -> None:
    draft.client.post(draft.url("mes-questions/"), {"question_1": "Must I have surgery?"})
    other = verified_client(draft.world.patient_user)
    assert "Must I have surgery?" in other.get(draft.url("mes-questions/")).content.decode()


def test_continue_leads_to_the_next_open_thing(draft: Desk) -> None:
    page = draft.client.get(draft.url("questions/1/"))
    answer = send(draft.client, page, "fever_chills", urgent_signs=["none"], fever_chills="no")
    assert answer.headers["Location"] == draft.url("questions/2/")


def test_a_filled_in_draft_is_told_so(whole: object) -> None:
    desk = whole()  # type: ignore[operator]
    send(desk.client, desk.client.get(desk.url("expert/")), "expert", expert="service")
    assert "Everything is filled in" in words_of(desk.client.get(desk.url()))


def test_the_identity_is_corrected_and_the_code_may_wait(draft: Desk) -> None:
    page = draft.client.get(draft.url("identite/"))
    words = words_of(page)
    assert "Code of the place of birth (optional)" not in words
    assert "needed before the request is sent" in words
    answer = send(draft.client, page, "birth_name", birth_place_code="", phone="06 99 99 99 99")
    assert answer.status_code == 302
    assert not draft.case.patient.identity_complete
    assert draft.case.patient.phone == "0699999999"
    words = words_of(draft.client.get(draft.url()))
    assert "Identity and phone Camille Renaud. Still missing: code of the place of birth. To finish" in words


def test_a_helper_fills_in_what_he_was_asked_to_and_chooses_nothing(draft: Desk) -> None:
    _row, helper = people.patient("Proche Aidant")
    represent(helper, draft.world.patient, "helper", actor=people.SETUP, scope=["fill"])
    client = verified_client(helper)
    assert client.get(draft.url("questions/1/")).status_code == 200
    page = client.get(draft.url())
    assert draft.url("reception/") not in page.content.decode()
    assert draft.url("expert/") not in page.content.decode()
    for rest in ("reception/", "identite/", "detruire/", "expert/", "medecin-traitant/", "medecin-traitant/refus/"):
        assert client.get(draft.url(rest)).status_code == 403
    assert client.post(draft.url("expert/"), {"expert": "service"}).status_code == 403
    assert client.post(draft.url("relire/complet/")).status_code == 403


def test_a_helper_for_documents_only_sees_no_answer(draft: Desk) -> None:
    _row, helper = people.patient("Proche Aidant")
    represent(helper, draft.world.patient, "helper", actor=people.SETUP, scope=["documents"])
    client = verified_client(helper)
    assert client.get(draft.url("documents/")).status_code == 200
    for rest in ("questions/1/", "relire/", "attention/"):
        assert client.get(draft.url(rest)).status_code == 403


def test_a_discarded_draft_is_destroyed_for_everybody(draft: Desk) -> None:
    page = draft.client.get(draft.url("detruire/"))
    assert "cannot be undone" in words_of(page)
    assert draft.case.state == State.DRAFT
    draft.client.post(draft.url("detruire/"))
    case = draft.case
    assert case.state == State.WITHDRAWN
    assert case.content_key.destroyed_at is not None
    assert draft.client.get(draft.url()).status_code == 404
    assert draft.client.get(draft.url("questions/1/")).status_code == 404


def test_a_request_that_was_sent_leads_away_from_its_draft(whole: object) -> None:
    desk = whole()  # type: ignore[operator]
    desk.walk.ask_consent()
    assert desk.client.get(desk.url("questions/1/")).headers["Location"] == desk.url("accords/")
    desk.walk.consent()
    assert desk.client.get(desk.url("questions/1/")).headers["Location"].endswith(f"/patient/{desk.case.pk}/")
    assert desk.client.post(desk.url("mes-questions/"), {"question_1": "Again?"}).status_code == 403
    assert Case.objects.get(pk=desk.case.pk).questions == ["L’opération est-elle nécessaire ?"]


def test_saving_puts_the_end_of_the_draft_off(draft: Desk) -> None:
    before = draft.case.expires_at
    with travel(now() + timedelta(minutes=5)):
        draft.client.post(draft.url("mes-questions/"), {"question_1": "Must I have surgery?"})
    assert draft.case.expires_at > before
