"""The national directory asked by machine, against a stub on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts import practitioners
from accounts.registration import DirectoryAnswer, DirectoryUnavailable
from tests.accounts.directory_stub import Stub, bundle, directory_stub, practitioner

NUMBER = "10000000009"


@pytest.fixture
def stub(settings: Any) -> Iterator[Stub]:
    with directory_stub() as found:
        settings.DIRECTORY_URL, settings.DIRECTORY_KEY = f"{found.url}/", "a-key"
        yield found


def test_a_number_is_asked_with_the_key_and_nothing_else(stub: Stub):
    stub.body = bundle(practitioner(NUMBER, "De La Tour"))
    assert practitioners.ask(NUMBER) == DirectoryAnswer("DE LA TOUR", "ANNE", "physician", True)
    assert stub.asked == [("/fhir/v2/Practitioner", {"identifier": [NUMBER], "_count": ["10"]}, "a-key")]


def test_an_unknown_number_is_none(stub: Stub):
    assert practitioners.ask(NUMBER) is None
    stub.body = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    assert practitioners.ask(NUMBER) is None


def test_one_open_practice_is_enough(stub: Stub):
    stub.body = bundle(practitioner(NUMBER, active=False), practitioner(NUMBER))
    answer = practitioners.ask(NUMBER)
    assert answer is not None
    assert answer.active
    stub.body = bundle(practitioner(NUMBER, active=False))
    closed = practitioners.ask(NUMBER)
    assert closed is not None
    assert not closed.active


def test_another_profession_has_its_code_or_none(stub: Stub):
    stub.body = bundle(practitioner(NUMBER, profession="60"))
    assert getattr(practitioners.ask(NUMBER), "profession", None) == "nurse"
    stub.body = bundle(practitioner(NUMBER, profession="99"))
    assert getattr(practitioners.ask(NUMBER), "profession", None) == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>", 200),
        (b"[]", 200),
        (b'{"resourceType": "OperationOutcome"}', 200),
        (b'{"resourceType": "Bundle", "entry": "none"}', 200),
        (
            b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Practitioner", "identifier": 3}}]}',
            200,
        ),
        (b"{}", 401),
        (b"{}", 429),
        (b"{}", 503),
        (b'{"resourceType": "Bundle"}', 204),
        (b" " * 1_100_000, 200),
    ],
)
def test_what_is_no_answer_is_never_taken_for_one(stub: Stub, body: bytes, status: int):
    stub.body, stub.status = body, status
    with pytest.raises(DirectoryUnavailable) as told:
        practitioners.ask(NUMBER)
    assert NUMBER not in str(told.value)
    assert "a-key" not in str(told.value)


def test_an_answer_about_another_number_is_none_at_all(stub: Stub):
    stub.body = bundle(practitioner("10000000017"))
    with pytest.raises(DirectoryUnavailable):
        practitioners.ask(NUMBER)


def test_the_key_follows_no_redirect(stub: Stub):
    stub.status, stub.headers = 302, {"Location": f"{stub.url}/elsewhere"}
    with pytest.raises(DirectoryUnavailable):
        practitioners.ask(NUMBER)
    assert len(stub.asked) == 1


def test_a_silent_directory_is_not_waited_for(stub: Stub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(practitioners, "TIMEOUT", 0.2)
    stub.wait = 0.6
    with pytest.raises(DirectoryUnavailable):
        practitioners.ask(NUMBER)


def test_no_directory_at_the_address_is_unavailable(settings: Any):
    settings.DIRECTORY_URL, settings.DIRECTORY_KEY = "http://127.0.0.1:9/fhir", ""
    with pytest.raises(DirectoryUnavailable):
        practitioners.ask(NUMBER)
