"""Invitations: code and date of birth, refusal, a new code."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts import invitations, services
from accounts.models import Invitation, Patient, Representation, User
from audit import Actor, SystemActor
from audit.models import AuditEvent
from notify.delivery import deliver
from notify.models import OutgoingMail
from tests.accounts.logins import log_in, mails_to, make_user, travelling

pytestmark = pytest.mark.django_db

ADDRESS = "invited@example.org"
BORN = date(1962, 11, 4)
DAY = 86400


@pytest.fixture
def purpose(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A purpose as an upper package would register it; the list tells what was called."""
    called: list[str] = []

    def accept(invitation: Invitation, user: User, actor: Actor) -> None:
        called.append("accepted")
        assert invitation.patient is not None
        services.represent(user, invitation.patient, invitation.kind, actor=actor)

    def refuse(invitation: Invitation, actor: Actor) -> None:
        called.append(f"refused {invitation.refusal}")

    monkeypatch.setattr(invitations, "_purposes", {})
    invitations.register_purpose(
        invitations.Purpose(
            "test",
            "You are invited",
            lambda invitation: "A doctor invites you.",
            accept,
            refuse,
            lambda invitation: "/compte/",
        )
    )
    return called


@pytest.fixture
def invitation(purpose: list[str]) -> Invitation:
    """An open invitation to one's own file, sent by mail."""
    patient = services.create_patient(actor=SystemActor("test"), birth_name="Martin", birth_first_names="Anne")
    return invitations.issue(
        "test", actor=SystemActor("test"), birth_date=BORN, email=ADDRESS, patient=patient, target_id=uuid4()
    )


def code_of(invitation: Invitation) -> str:
    """The code as the mail shows it."""
    invitation.refresh_from_db()
    return invitations.code_to_mail(invitation.id, issue=invitation.issued)


def open_it(client: Client, invitation: Invitation, born: str = "4/11/1962", code: str = "") -> Any:
    """Type code and date of birth."""
    return client.post("/invitation/", {"code": code or code_of(invitation), "birth_date": born})


@pytest.mark.behaviour("S1-12")
def test_an_invitation_is_mailed_with_its_code(invitation: Invitation, mailoutbox: list[Any]) -> None:
    deliver.func(str(OutgoingMail.objects.get().id))
    body = mailoutbox[0].body
    assert code_of(invitation) in body
    assert "/invitation/" in body
    assert "42" in body
    assert "?" not in body.split("/invitation/")[1].split()[0]


@pytest.mark.behaviour("S1-12")
def test_an_invitation_is_printed_when_there_is_no_address(purpose: list[str]) -> None:
    letter = invitations.issue("test", actor=SystemActor("test"), birth_date=BORN)
    assert letter.channel == "letter"
    assert not OutgoingMail.objects.exists()
    code = invitations.code_to_print(letter, actor=SystemActor("test"))
    assert len(code.replace(" ", "")) == 12
    assert AuditEvent.objects.filter(action="invitation.printed").count() == 1
    assert open_it(Client(), letter, code=code).status_code == 302


@pytest.mark.behaviour("S1-14")
def test_code_and_date_of_birth_open_it_and_an_account_accepts_it(
    client: Client, invitation: Invitation, purpose: list[str]
) -> None:
    assert open_it(client, invitation).url == "/invitation/suite/"
    page = client.get("/invitation/suite/").content.decode()
    assert "A doctor invites you." in page
    assert client.post("/invitation/suite/", {"answer": "accept"}).status_code == 200
    assert purpose == []
    user = make_user()
    log_in(client, user)
    assert client.post("/invitation/suite/", {"answer": "accept"}).url == "/compte/"
    assert purpose == ["accepted"]
    row = Representation.objects.get()
    assert (row.user, row.patient_id, row.kind) == (user, invitation.patient_id, "self")


@pytest.mark.behaviour("S1-14")
@pytest.mark.parametrize("born", ["5/11/1962", "4/11/1963"])
def test_the_code_alone_opens_nothing(client: Client, invitation: Invitation, born: str) -> None:
    assert open_it(client, invitation, born).status_code == 200
    assert client.get("/invitation/suite/").status_code == 302


@pytest.mark.parametrize("shown", ["{} ", "{}".lower(), "  {}", "{}-"])
def test_a_code_may_be_typed_as_people_do(client: Client, invitation: Invitation, shown: str) -> None:
    code = shown.format(code_of(invitation)).lower().replace(" ", "-").replace("0", "o").replace("1", "l")
    assert open_it(client, invitation, code=code).status_code == 302


@pytest.mark.behaviour("S1-16")
@pytest.mark.asvs("6.4.1")
def test_a_code_works_forty_two_days(client: Client, invitation: Invitation) -> None:
    code = code_of(invitation)
    with travelling(42 * DAY + 1):
        assert open_it(client, invitation, code=code).status_code == 200
    with travelling(42 * DAY - 60):
        assert open_it(client, invitation, code=code).status_code == 302


@pytest.mark.behaviour("S1-16")
def test_a_code_works_once(client: Client, invitation: Invitation) -> None:
    code = code_of(invitation)
    log_in(client, make_user())
    open_it(client, invitation)
    client.post("/invitation/suite/", {"answer": "accept"})
    assert open_it(Client(), invitation, code=code).status_code == 200
    assert code_of(invitation) == ""


@pytest.mark.behaviour("S1-16")
def test_the_code_is_stored_as_a_keyed_hash_alone(invitation: Invitation) -> None:
    code = code_of(invitation).replace(" ", "")
    row = Invitation.objects.filter(id=invitation.id).values().get()
    mail = OutgoingMail.objects.values().get()
    assert code not in str(row)
    assert code not in str(mail)
    assert len(row["code_hash"]) == 64


def test_five_wrong_dates_kill_the_code(client: Client, invitation: Invitation) -> None:
    for _ in range(5):
        open_it(client, invitation, "1/1/1970")
    assert open_it(client, invitation).status_code == 200


def test_wrong_codes_close_the_network(client: Client, invitation: Invitation) -> None:
    for _ in range(20):
        answer = client.post("/invitation/", {"code": "0000 0000 0000", "birth_date": "4/11/1962"})
    assert answer.status_code == 200
    assert client.post("/invitation/", {"code": "0000 0000 0000", "birth_date": "4/11/1962"}).status_code == 429
    assert open_it(client, invitation).status_code == 429
    assert open_it(Client(REMOTE_ADDR="203.0.113.1"), invitation).status_code == 302


@pytest.mark.behaviour("S1-17")
def test_an_expired_code_is_replaced_on_request(client: Client, invitation: Invitation) -> None:
    old = code_of(invitation)
    with travelling(50 * DAY):
        client.post("/invitation/nouveau-code/", {"email": ADDRESS, "birth_date": "4/11/1962"})
        new = code_of(invitation)
        assert new
        assert new != old
        assert open_it(client, invitation, code=old).status_code == 200
        assert open_it(client, invitation, code=new).status_code == 302


@pytest.mark.behaviour("S1-17")
@pytest.mark.parametrize(("email", "born"), [("other@example.org", "4/11/1962"), (ADDRESS, "5/11/1962")])
def test_the_answer_to_a_request_is_the_same_whether_there_is_one(
    client: Client, invitation: Invitation, email: str, born: str
) -> None:
    right = client.post("/invitation/nouveau-code/", {"email": ADDRESS, "birth_date": "4/11/1962"}, follow=True)
    wrong = Client().post("/invitation/nouveau-code/", {"email": email, "birth_date": born}, follow=True)
    pages = ["".join(li for li in p.content.decode().splitlines() if "csrf" not in li) for p in (right, wrong)]
    assert pages[0] == pages[1]
    assert mails_to(email)[-1] == "account.no_invitation"
    invitation.refresh_from_db()
    assert invitation.issued == 2


@pytest.mark.behaviour("S1-17")
def test_requests_for_new_codes_are_limited(client: Client, invitation: Invitation) -> None:
    data = {"email": ADDRESS, "birth_date": "4/11/1962"}
    assert [client.post("/invitation/nouveau-code/", data).status_code for _ in range(4)] == [302] * 3 + [429]


@pytest.mark.behaviour("S1-18")
@pytest.mark.parametrize("refusal", ["not_me", "refused"])
def test_the_code_alone_refuses_without_an_account(
    client: Client, invitation: Invitation, purpose: list[str], refusal: str
) -> None:
    code = code_of(invitation)
    answer = client.post("/invitation/refus/", {"code": code, "refusal": refusal})
    assert answer.status_code == 200
    invitation.refresh_from_db()
    assert invitation.refused_at
    assert invitation.refusal == refusal
    assert purpose == [f"refused {refusal}"]
    assert open_it(client, invitation, code=code).status_code == 200


@pytest.mark.behaviour("S1-18")
def test_an_opened_invitation_is_refused_without_an_account(
    client: Client, invitation: Invitation, purpose: list[str]
) -> None:
    open_it(client, invitation)
    client.post("/invitation/suite/", {"answer": "not_me"})
    assert purpose == ["refused not_me"]


@pytest.mark.behaviour("S1-18")
def test_the_page_of_invitations_names_the_phone(client: Client, settings: Any) -> None:
    settings.SERVICE_PHONE = "01 99 00 00 00"
    assert "01\u00a099\u00a000\u00a000\u00a000" in client.get("/invitation/").content.decode()


def test_a_get_answers_nothing(client: Client, invitation: Invitation, purpose: list[str]) -> None:
    open_it(client, invitation)
    log_in(client, make_user())
    for path in ("/invitation/suite/?answer=accept", "/invitation/suite/", "/invitation/refus/"):
        client.get(path)
    invitation.refresh_from_db()
    assert invitation.is_open
    assert purpose == []


def test_another_browser_cannot_accept_what_one_browser_opened(client: Client, invitation: Invitation) -> None:
    open_it(client, invitation)
    other = Client()
    log_in(other, make_user())
    assert other.post("/invitation/suite/", {"answer": "accept"}).url == "/invitation/"


def test_accepting_twice_is_quiet_and_by_another_is_refused(invitation: Invitation, purpose: list[str]) -> None:
    from errors import Conflict

    first, second = make_user(), make_user()
    actor = SystemActor("test")
    invitations.accept(invitation, first, actor=actor)
    invitations.accept(invitation, first, actor=actor)
    assert purpose == ["accepted"]
    with pytest.raises(Conflict):
        invitations.accept(invitation, second, actor=actor)
    with pytest.raises(Conflict):
        invitations.refuse(invitation, "refused", actor=actor)


def test_what_fails_in_the_handler_leaves_the_invitation_open(invitation: Invitation, purpose: list[str]) -> None:
    from errors import Conflict

    owner, late = make_user(), make_user()
    patient = Patient.objects.get()
    services.represent(owner, patient, "self", actor=SystemActor("test"))
    with pytest.raises(Conflict):
        invitations.accept(invitation, late, actor=SystemActor("test"))
    invitation.refresh_from_db()
    assert invitation.is_open
