"""What an event is, and which chain it joins."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

import clock
from audit import Actor, SystemActor, history, record, record_read, register_action
from audit.models import AuditChain, AuditEvent, AuditSubject

pytestmark = pytest.mark.django_db

WHEN = datetime(2026, 11, 12, 17, 42, tzinfo=UTC)


def person(role: str = "coordinator", session: str = "s3cr3t") -> Actor:
    return Actor(kind="user", id=uuid.uuid4(), role=role, verified=True, session=session, network="192.0.2.0/24")


@pytest.mark.asvs("16.2.1", "16.2.2")
def test_an_event_tells_who_when_what_on_which_object_from_where_and_the_outcome():
    actor, case, document = person(), uuid.uuid4(), uuid.uuid4()
    event = record(
        "document.hidden",
        actor=actor,
        case_id=case,
        subjects={"document": [document]},
        detail={"field": "title"},
        outcome="refused",
        at=WHEN,
    )
    event.refresh_from_db()
    assert (event.actor_id, event.actor_role, event.network) == (actor.id, "coordinator", "192.0.2.0/24")
    assert event.subjects == {"case": [str(case)], "document": [str(document)]}
    assert event.outcome == "refused"
    assert event.fields_of()["at"] == "2026-11-12T17:42:00.000000+00:00"


def test_the_key_of_a_session_is_not_written_down():
    event = record("account.logged_in", actor=person(session="the-key-that-opens-the-session"))
    assert "opens" not in str(event.fields_of())
    assert len(event.session) == 32


def test_an_event_joins_the_chain_of_its_one_case():
    case = uuid.uuid4()
    assert record("case.proposed", actor=person(), case_id=case).chain == f"case:{case}"
    assert record("case.proposed", actor=person(), subjects={"case": [case]}).chain == f"case:{case}"


def test_an_event_without_one_case_joins_its_actor_s_chain_of_the_month():
    actor, cases = person(), [uuid.uuid4(), uuid.uuid4()]
    november = record("desk.read", actor=actor, subjects={"case": cases}, at=WHEN)
    december = record("desk.read", actor=actor, subjects={"case": cases}, at=WHEN + timedelta(days=30))
    assert november.chain == f"actor:{actor.id}:2026-11"
    assert december.chain == f"actor:{actor.id}:2026-12"
    assert record("retention.ran", actor=SystemActor("retention"), at=WHEN).chain == "system:2026-11"


def test_each_event_carries_the_hash_of_the_one_before():
    case = uuid.uuid4()
    events = [record("case.changed", actor=person(), case_id=case, detail={"n": n}) for n in range(3)]
    assert [event.seq for event in events] == [1, 2, 3]
    assert [events[1].previous, events[2].previous] == [events[0].hash, events[1].hash]
    head = AuditChain.objects.get(key=f"case:{case}")
    assert (head.length, head.head) == (3, events[2].hash)


def test_an_event_goes_with_the_transaction_it_tells_about():
    case = uuid.uuid4()
    with transaction.atomic():
        record("case.changed", actor=person(), case_id=case)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.filter(case_id=case).exists()


@pytest.mark.parametrize(
    "detail",
    [
        {"motive": "a sentence about somebody"},
        {"fields": ["title", "douleur thoracique"]},
        {"name": "Éléonore"},
        {"email": "someone@example.org"},
        {"size": 1.5},
        {"nested": {"a": "b"}},
        {"Field": "title"},
    ],
)
def test_the_journal_refuses_what_could_be_content(detail):
    with pytest.raises(ValueError, match="content|neither|no name"):
        record("case.changed", actor=person(), detail=detail)


@pytest.mark.parametrize(
    "name", ["proposed", "Case.proposed", "case proposed", "case.", "case.proposed\n", "a." + "b" * 70]
)
def test_an_action_has_a_dotted_name(name):
    with pytest.raises(ValueError, match="dotted"):
        record(name, actor=person())


@pytest.mark.asvs("16.4.1")
@pytest.mark.parametrize("network", ["192.0.2.0/24\r\n", "\x1b[31m", "somewhere"])
def test_a_network_cannot_break_a_line(network):
    with pytest.raises(ValueError, match="form"):
        record("case.changed", actor=Actor(kind="guest", id=None, role="guest", network=network))


def test_one_page_answered_is_one_event():
    actor, cases = person(), [uuid.uuid4() for _ in range(50)]
    first = record_read("desk.read", actor=actor, subjects={"case": cases}, request_key="r1")
    again = record_read("desk.read", actor=actor, subjects={"case": reversed(cases)}, request_key="r1")
    next_page = record_read("desk.read", actor=actor, subjects={"case": cases}, request_key="r2")
    assert again == first
    assert next_page != first
    assert AuditEvent.objects.filter(actor_id=actor.id).count() == 2


@pytest.fixture
def file_action():
    register_action("sample.file_read", "File read", file_read=True)
    return "sample.file_read"


def test_reads_of_one_file_within_half_an_hour_of_a_session_are_one_event(file_action):
    actor, case, document = person(), uuid.uuid4(), uuid.uuid4()

    def read(minutes: int, by: Actor = actor, what: uuid.UUID = document) -> AuditEvent:
        with clock.travel(WHEN + timedelta(minutes=minutes)):
            return record_read(
                file_action, actor=by, case_id=case, subjects={"document": [what]}, request_key=f"r{minutes}"
            )

    first = read(0)
    assert read(1) == first
    assert read(29) == first
    # The half hour counts from the event, so that a file left open shows up again.
    assert read(31) != first
    assert read(2, what=uuid.uuid4()) != first
    other_session = Actor(kind="user", id=actor.id, role=actor.role, verified=True, session="other")
    assert read(3, by=other_session) != first


def test_the_history_of_a_subject_is_newest_first():
    patient, case, actor = uuid.uuid4(), uuid.uuid4(), person()
    for minutes in (0, 2, 1):
        record(
            "case.read",
            actor=actor,
            case_id=case,
            subjects={"patient": [patient]},
            at=WHEN + timedelta(minutes=minutes),
        )
    record("case.read", actor=actor, case_id=uuid.uuid4(), subjects={"patient": [uuid.uuid4()]}, at=WHEN)
    minutes = [(event.at - WHEN).seconds // 60 for event in history("patient", patient)]
    assert minutes == [2, 1, 0]
    assert history("case", case).count() == 3
    assert history("actor", actor.id).count() == 4


def test_the_price_of_an_event_does_not_grow_with_its_subjects(django_assert_num_queries):
    actor = person()
    record("desk.read", actor=actor)
    with django_assert_num_queries(4):
        record("desk.read", actor=actor, subjects={"case": [uuid.uuid4(), uuid.uuid4()]})
    with django_assert_num_queries(4):
        record("desk.read", actor=actor, subjects={"case": [uuid.uuid4() for _ in range(300)]})


@pytest.mark.asvs("16.4.2")
@pytest.mark.parametrize("model", [AuditEvent, AuditSubject, AuditChain])
def test_nothing_of_the_journal_can_be_changed_or_deleted(model):
    record("case.changed", actor=person(), case_id=uuid.uuid4())
    row = model.objects.first()
    change = {AuditEvent: {"action": "x.y"}, AuditSubject: {"kind": "x"}, AuditChain: {"head": "0" * 64}}[model]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).delete()


def test_an_event_cannot_be_slipped_in_beside_the_chain():
    event = record("case.changed", actor=person(), case_id=uuid.uuid4())
    forged = AuditEvent.objects.get(pk=event.pk)
    forged.pk, forged.seq = uuid.uuid4(), 7
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        forged.save(force_insert=True)
