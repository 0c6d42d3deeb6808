"""The data protection officer's journal."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from audit import Actor, actions, record, register_action, register_resolver, register_search
from audit.actions import Found
from audit.checking import verify_and_remember
from audit.models import AuditCheck, AuditEvent
from jobs import run_until_empty
from tests.acting import Person, acting_client

pytestmark = pytest.mark.django_db

WHEN = datetime(2026, 11, 12, 17, 42, tzinfo=UTC)
EXPERT, PATIENT, CASE = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


@pytest.fixture(autouse=True)
def words(monkeypatch):
    """An action, names, and a search, taken away again."""
    for table in ("_actions", "_resolvers"):
        monkeypatch.setattr(actions, table, dict(getattr(actions, table)))
    monkeypatch.setattr(actions, "_searches", [])
    register_action("sample.read", "Sample read", "{actor} read {document} of your file")
    register_resolver("user", lambda ids: {EXPERT: "Dr Haddad"})
    register_resolver("patient", lambda ids: {PATIENT: "Camille Renaud"})
    register_resolver("document", lambda ids: dict.fromkeys(ids, "IRM lombaire"))
    register_search(lambda text: [Found("patient", PATIENT, "Camille Renaud")] if "renaud" in text.lower() else [])


@pytest.fixture
def officer(settings):
    return acting_client(settings, Person("dpo"))


def read(at=WHEN, case=CASE, patient=PATIENT, action="sample.read", outcome="done"):
    actor = Actor(kind="user", id=EXPERT, role="expert", verified=True, session="s", network="192.0.2.0/24")
    subjects = {"patient": [patient], "document": [uuid.uuid4()]}
    return record(action, actor=actor, case_id=case, subjects=subjects, outcome=outcome, at=at)


@pytest.mark.behaviour("S2-16", "S3-20")
def test_the_officer_sees_who_did_what_about_whom_and_no_content(officer):
    read(outcome="refused")
    page = officer.get("/en/dpo/").content.decode()
    for words_ in ("Dr Haddad", "expert physician", "Sample read", "refused", "patient Camille Renaud", "1 document"):
        assert words_ in page
    assert "IRM" not in page


def test_the_list_is_narrowed_by_person_action_and_period(officer):
    read(at=WHEN)
    read(at=WHEN - timedelta(days=40), case=uuid.uuid4())
    read(case=uuid.uuid4(), patient=uuid.uuid4(), at=WHEN)

    def count(query):
        return officer.get("/en/dpo/?" + query).context["page_obj"].paginator.count

    about = f"kind=patient&id={PATIENT}&action=sample.read"
    assert count(about) == 2
    assert count(f"{about}&since=01/11/2026") == 1
    assert count(f"{about}&until=30/10/2026") == 1
    assert count(f"{about}&since=12/11/2026&until=12/11/2026") == 1
    assert count(f"kind=actor&id={EXPERT}&action=sample.read") == 3
    assert count(f"kind=actor&id={EXPERT}&action=journal.read") == 0


def test_a_day_is_a_day_in_paris(officer):
    read(at=datetime(2026, 11, 12, 23, 30, tzinfo=UTC))  # half past midnight on the 13th in Paris
    assert officer.get("/en/dpo/?action=sample.read&since=13/11/2026").context["page_obj"].paginator.count == 1
    assert officer.get("/en/dpo/?action=sample.read&until=12/11/2026").context["page_obj"].paginator.count == 0


def test_a_name_is_posted_and_leads_to_an_address_without_it(officer):
    found = officer.post("/en/dpo/recherche/", {"name": "renaud"}).content.decode()
    assert f"?kind=patient&amp;id={PATIENT}" in found
    assert officer.get("/en/dpo/recherche/?name=renaud").status_code == 405
    assert "Nobody and no file fits" in officer.post("/en/dpo/recherche/", {"name": "zzz"}).content.decode()
    assert officer.post("/en/dpo/recherche/", {"name": ""}).status_code == 422


def test_what_the_officer_reads_is_in_the_journal(officer):
    officer.get(f"/en/dpo/?kind=patient&id={PATIENT}&since=01/11/2026")
    event = AuditEvent.objects.get(action="journal.read")
    assert event.subjects == {"patient": [str(PATIENT)]}
    assert event.detail == {"about": "patient", "since": "2026-11-01", "page": 1}
    officer.post("/en/dpo/recherche/", {"name": "renaud"})
    assert AuditEvent.objects.get(action="journal.searched").subjects == {"patient": [str(PATIENT)]}


@pytest.mark.parametrize(
    "query",
    [
        "id=x",
        "kind=document&id=6f2c1f2e-5b0a-4a35-8f0e-6f3f0d1f8a11",
        "page=zzz",
        "page=999",
        "since=x%00",
        "action=nope",
        "id=" + "a" * 5000,
    ],
)
def test_a_strange_address_is_answered_with_a_page(officer, query):
    assert officer.get(f"/en/dpo/?{query}").status_code == 200


def test_pages_of_the_list(officer):
    for _n in range(120):
        record("sample.read", actor=Person("expert").actor, at=WHEN)
    assert len(officer.get("/en/dpo/?action=sample.read&page=3").context["rows"]) == 20


def test_a_page_costs_the_same_for_few_and_for_many(officer, django_assert_num_queries):
    def queries(n):
        for _n in range(n):
            read(case=uuid.uuid4())
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            officer.get("/en/dpo/?action=sample.read")
        return len(captured)

    queries(1)
    assert queries(1) == queries(45)


def test_the_page_says_whether_the_journal_is_whole(officer):
    assert "It has not been verified yet" in officer.get("/en/dpo/").content.decode()
    answer = officer.post("/en/dpo/verification/")
    assert answer["Location"] == "/en/dpo/"
    run_until_empty()
    assert AuditCheck.objects.get().problems == 0
    assert "fit together" in officer.get("/en/dpo/").content.decode()
    AuditCheck.objects.update(problems=2, first_problem="case:1 #5: was changed")
    assert "case:1 #5: was changed" in officer.get("/en/dpo/").content.decode()


@pytest.mark.parametrize("role", ["patient", "expert", "coordinator", "administrator", "assistant"])
@pytest.mark.parametrize("name", ["journal", "search", "verify"])
def test_the_journal_is_closed_to_every_other_role(settings, role, name):
    client = acting_client(settings, Person(role))
    ask = client.get if name == "journal" else client.post
    assert (
        ask({"journal": "/dpo/", "search": "/dpo/recherche/", "verify": "/dpo/verification/"}[name]).status_code == 403
    )


def test_an_officer_who_gave_no_code_reads_nothing(settings):
    assert acting_client(settings, Person("dpo", verified=False)).get("/dpo/").status_code == 403
    assert acting_client(settings, None).get("/dpo/").status_code == 403


def test_a_check_remembers_its_outcome():
    read()
    verify_and_remember()
    assert AuditCheck.objects.get().events == 1
