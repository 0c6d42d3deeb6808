"""Who may open the pages of a professional: he alone."""

import pytest
from django.test import Client

from cases.models.states import State
from jobs import run_until_empty
from tests.cases.clients import verified_client
from tests.cases.requester import flows
from tests.cases.requester.flows import at, fresh
from tests.cases.world import World, make_world, requester

pytestmark = pytest.mark.django_db

READ = ("case", "content", "reach", "withdraw", "messages", "danger", "incident", "prepare_documents")
PREPARED = ("prepare", "prepare_file", "prepare_check", "prepare_discard", "prepare_documents", "prepare_document_add")
POSTED = ("attest", "ask", "revise", "letter", "acknowledge")
REPORT = ("report", "told", "follow_up")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def doctor(world: World) -> Client:
    return verified_client(world.requester, "requester")


def test_his_pages_open_to_him_and_to_nobody_else(world: World, doctor: Client) -> None:
    draft = flows.prepare(doctor)
    sent = flows.prepare(doctor, expert=str(world.expert.pk))
    flows.attest(doctor, sent)
    run_until_empty()
    assert fresh(sent).state == State.PROPOSED
    pages = [at("home"), at("new"), *(at(n, draft) for n in (*PREPARED, "consent", "handout"))]
    pages += [at(name, sent) for name in READ]
    for address in pages:
        assert doctor.get(address).status_code == 200, address

    colleague = verified_client(requester("Luc Voisin"), "requester")
    stranger = {"patient": verified_client(world.patient_user), "desk": verified_client(world.coordinator)}
    visitor = Client()
    for address in pages[2:]:
        assert colleague.get(address).status_code == 404, address
        for name, client in stranger.items():
            assert client.get(address).status_code == 403, (name, address)
        assert visitor.get(address).url.startswith("/connexion/"), address
    for name in POSTED:
        for case in (draft, sent):
            assert colleague.post(at(name, case)).status_code == 404, name
            assert doctor.get(at(name, case)).status_code == 405, name
            assert visitor.post(at(name, case)).url.startswith("/connexion/"), name
    for name in REPORT:
        assert colleague.get(at(name, sent)).status_code == 404, name
        assert doctor.get(at(name, sent)).status_code == 403, name
    assert (fresh(draft).state, fresh(sent).state) == (State.DRAFT, State.PROPOSED)


def test_a_list_shows_only_ones_own_requests(world: World, doctor: Client) -> None:
    case = flows.open_draft(doctor)
    colleague = verified_client(requester("Luc Voisin"), "requester")
    assert case.reference not in colleague.get(at("home")).content.decode()


def test_a_page_reading_is_journaled_with_the_patient_as_subject(world: World, doctor: Client) -> None:
    from audit import history

    case = flows.prepare(doctor)
    flows.attest(doctor, case)
    before = history("patient", case.patient_id).count()
    doctor.get(at("content", case))
    assert history("patient", case.patient_id).count() == before + 1


@pytest.mark.parametrize("text", ["\x00", '"><svg onload=x>', "{{7*7}}", "x" * 700_000, "🙂 \u202e abc", "a\r\nBcc: b"])
def test_hostile_text_gives_a_page_or_a_clear_refusal(doctor: Client, text: str) -> None:
    for name in ("question", "motive", "pathology", "birth_name", "birth_first_names", "phone", "email", "planned_on"):
        answer = doctor.post(at("new"), flows.first_page(**{name: text}))
        assert answer.status_code in (302, 400, 413, 422), (name, answer.status_code)
        assert b"<svg onload" not in answer.content
    case = flows.open_draft(doctor)
    for name in flows.FILE:
        answer = doctor.post(at("prepare_file", case), {**flows.FILE, name: text})
        assert answer.status_code in (302, 400, 413, 422), (name, answer.status_code)
    assert doctor.get(at("prepare_check", case)).status_code == 200
