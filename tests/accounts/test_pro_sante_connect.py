"""Login of professionals by Pro Santé Connect, against a certified OpenID provider and one that answers wrongly."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from joserfc.jwk import OctKey, RSAKey

from accounts import limits, openid, services
from accounts.models import Professional, User, UserSession
from accounts.undertakings import accept
from audit import Actor, SystemActor
from audit.models import AuditEvent
from clock import now
from experts.selectors import obstacles
from tests.accounts.logins import last_code, log_in, make_professional, make_user, travelling
from tests.accounts.provider import (
    CARD,
    E_CPS,
    Stub,
    There,
    query_of,
    says,
    settings_for,
    started,
    stubbed,
)
from tests.experts.people import make_expert

pytestmark = pytest.mark.django_db
BUTTON, BACK = "/connexion/pro-sante-connect/", "/connexion/pro-sante-connect/retour/"
REFUSED, OUT = "/connexion/pro-sante-connect/refus/", "/deconnexion/pro-sante-connect/"
HOUR = 3600


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    with started() as found:
        yield found


@pytest.fixture
def psc(issuer: str, settings: Any) -> Iterator[There]:
    """The site is connected; a browser there."""
    settings.PRO_SANTE_CONNECT = settings_for(issuer)
    there = There()
    yield there
    there.close()


@pytest.fixture
def expert() -> User:
    return make_user("expert", name="Camille Durand")


def rpps_of(user: User) -> str:
    return Professional.objects.get(user=user).rpps


def come(client: Client, there: There, person: Any, begin: str = BUTTON) -> Any:
    """The whole way: the button, the login there, and the way back."""
    sent = client.get(begin)
    return client.get(there.go(sent["Location"], **{"as": json.dumps(person)}))


def refusals() -> list[str]:
    events = AuditEvent.objects.filter(action="account.psc_refused").order_by("at")
    return [event.detail["reason"] for event in events]


@pytest.mark.behaviour("S4-16")
@pytest.mark.behaviour("S4-18")
def test_an_expert_comes_to_his_space_by_card_or_by_e_cps(psc: There, expert: User) -> None:
    for means in (CARD, E_CPS):
        client, there, person = Client(), There(), says(rpps_of(expert), **means)
        assert f'href="{BUTTON}?next=/compte/"' in client.get("/connexion/?next=/compte/").content.decode()
        assert come(client, there, person, f"{BUTTON}?next=/compte/").url == "/compte/"
        page = client.get("/compte/").content.decode()
        assert "Pro Santé Connect vous a reconnu comme Camille Durand" in page and ", Pro Santé Connect" in page
        assert client.get("/espace/").url == "/expert/"
        row = UserSession.objects.get(user=expert, ended_at=None)
        assert (row.means, row.device) == ("psc", None)
        event = AuditEvent.objects.filter(action="account.logged_in").latest("at")
        assert event.detail == {"means": "psc", "acr": means["acr"], "level": "APPPRIP3", "new_place": False}
        # Nobody is sent to another site by it.
        other = Client()
        assert come(other, there, person, f"{BUTTON}?next=https://evil.example/").url == "/espace/"
        UserSession.objects.all().delete()
        there.close()


@pytest.mark.behaviour("S4-18")
def test_it_says_who_somebody_is_and_gives_no_right(psc: There, client: Client) -> None:
    nobody = make_user("", name="Camille Durand")
    services.answer_registration(
        make_professional(nobody, confirmed=False),
        confirmed=True,
        identity_means="id_document",
        actor=SystemActor("test"),
    )
    known = User.objects.count(), Professional.objects.count()
    come(client, psc, says(rpps_of(nobody)))
    assert client.get("/compte/").status_code == 200
    assert [client.get(f"/{space}/").status_code for space in ("expert", "bureau", "requerant")] == [403] * 3
    # What is promised before the first page with data is promised here too.
    new = make_user("expert", name="Camille Neuve", ready=False)
    make_professional(new)
    other, there = Client(), There()
    come(other, there, says(rpps_of(new), "Neuve"))
    there.close()
    assert other.get("/expert/").url == "/compte/engagement/"
    assert (User.objects.count(), Professional.objects.count()) == (known[0] + 1, known[1] + 1)


@pytest.mark.behaviour("S4-18")
@pytest.mark.behaviour("S4-22")
def test_whoever_came_by_it_signs_with_a_fresh_code_and_needs_his_convention(psc: There, client: Client) -> None:
    expert = make_expert(full_name="Anne Salvat")
    expert.conventions.all().delete()
    accept(expert.user, "fr", actor=Actor(kind="user", id=expert.user_id, role="account"))
    come(client, psc, says(rpps_of(expert.user), "Salvat"))
    assert client.get("/expert/").status_code == 200
    today = now().date()
    missing = obstacles(expert, pathology=None, on=today, open_case_count=0, month_case_count=0)
    assert [one.code for one in missing] == ["no_convention"]
    convention = "/expert/convention/"
    client.post(convention, {"code": "000000"})
    assert not expert.conventions.exists()
    client.post(convention, {"send_code": "1"})
    assert client.post(convention, {"code": last_code(expert.user.email)}).status_code == 302
    assert expert.conventions.get().signatures.count() == 1


@pytest.mark.behaviour("S4-17")
@pytest.mark.behaviour("S4-27")
def test_who_is_not_let_in_learns_why_and_what_to_do(psc: There, expert: User) -> None:
    closed, unchecked = make_user("expert"), make_user("expert", ready=False)
    services.suspend_account(closed, actor=Actor(kind="user", id=expert.pk, role="administrator"))
    make_professional(unchecked, confirmed=False)
    number = rpps_of(expert)
    identified = [
        ("unknown", says("10009999993"), "Aucun compte"),
        ("unknown", says(number, SubjectNameID="ANS20231122132732"), "ANS20231122132732"),
        ("profession", says(number, profession="60"), "profession"),
        ("profession", says(number, SubjectRefPro={}), "profession"),
        ("name", says(number, "Dupont"), "nom"),
    ]
    others = [
        ("level", says(number, level="APPPRIP2"), "grise"),
        ("level", says(number, Palier_Authentification=""), "grise"),
        ("level", says("10009999993", level="APPPRIP2"), "grise"),
        ("closed", says(rpps_of(closed)), "compte"),
        ("unchecked", says(rpps_of(unchecked)), "inscription"),
    ]
    for reason, person, words in [*identified, *others]:
        client, there = Client(), There()
        answer = come(client, there, person)
        assert answer.url == REFUSED, reason
        page = client.get(REFUSED).content.decode()
        assert words in page and 'href="/connexion/"' in page and f'href="{OUT}suite/"' in page, reason
        shown = (reason, person, words) in identified
        assert (person["SubjectNameID"] in page) is shown
        assert ("service client e-CPS" in page) is shown
        assert client.get("/compte/").status_code == 302
        there.close()
    assert refusals() == [reason for reason, *_more in [*identified, *others]]
    assert not UserSession.objects.exists()
    told = json.dumps([event.detail for event in AuditEvent.objects.filter(action="account.psc_refused")])
    assert number not in told and "ANS2023" not in told
    # Whoever reads English is told in English, though the way back is one.
    client = Client()
    assert come(client, psc, says("10009999993"), f"/en{BUTTON}").url == f"/en{REFUSED}"
    assert "No account here" in client.get(f"/en{REFUSED}").content.decode()
    # The ordinary login stays as it is.
    assert log_in(Client(), expert).status_code == 302


def test_a_way_back_counts_once_in_the_browser_that_began_and_not_for_long(psc: There, expert: User) -> None:
    person = {"as": json.dumps(says(rpps_of(expert)))}
    client, thief = Client(), Client()
    back = psc.go(client.get(BUTTON)["Location"], **person)
    # Somebody else's browser, and one that has begun another login.
    assert thief.get(back).url == REFUSED
    thief.get(BUTTON)
    assert thief.get(back).url == REFUSED
    # Too late, tampered with, refused there, or without a code; each ends the login that had begun.
    for more in ("late", "state", "error", "code"):
        other = Client()
        there = psc.go(other.get(BUTTON)["Location"], **person)
        query = query_of(there)
        if more == "late":
            with travelling(601):
                assert other.get(there).url == REFUSED
        elif more == "error":
            there = psc.go(other.get(BUTTON)["Location"] + "&prompt=login", error="access_denied")
            assert other.get(there).url == REFUSED
            assert "4G" in other.get(REFUSED).content.decode()
        else:
            del query[more]
            assert other.get(BACK, query).url == REFUSED
        assert other.get(there).url == REFUSED
    assert not UserSession.objects.exists()
    assert refusals() == ["interrupted", "interrupted", "failed", "failed"]
    # The right one gets in; its code, used again with all that belonged to it, does not.
    begun = client.session["psc_begun"]
    assert client.get(back).url == "/espace/"
    assert client.get(back).url == "/espace/"
    again = Client()
    again.get(BUTTON)
    session = again.session
    session["psc_begun"] = begun
    session.save()
    assert again.get(back).url == REFUSED
    assert refusals()[-1] == "unanswered"
    assert UserSession.objects.count() == 1


@pytest.mark.behaviour("S4-22")
def test_a_logout_offers_to_end_the_session_there_too(psc: There, expert: User) -> None:
    client = Client()
    come(client, psc, says(rpps_of(expert)))
    # Until then the next person at this computer would be taken for him without being asked.
    colleague = Client()
    assert colleague.get(psc.go(colleague.get(BUTTON)["Location"])).url == "/espace/"
    answer = client.post("/deconnexion/")
    assert answer.url == OUT and "cache" in answer["Clear-Site-Data"]
    assert f'href="{OUT}suite/"' in client.get(OUT).content.decode()
    assert UserSession.objects.filter(ended_at=None).count() == 1
    sent = client.get(f"{OUT}suite/")["Location"]
    assert query_of(sent)["id_token_hint"]
    back = psc.log_out(sent)
    assert urlsplit(back).path == OUT
    assert client.get(back).url == OUT
    assert "plus personne" in client.get(OUT).content.decode()
    # There, nobody is known any more: whoever comes must say who he is.
    with pytest.raises(AssertionError, match="/interaction/"):
        psc.go(Client().get(BUTTON)["Location"])


@pytest.mark.behaviour("S4-23")
def test_a_session_counts_from_the_proof_there(psc: There, expert: User, settings: Any) -> None:
    # An instance that lets others stay for a day.
    settings.SESSION_ABSOLUTE_SECONDS = settings.SESSION_IDLE_SECONDS = 24 * HOUR
    client, person = Client(), says(rpps_of(expert))
    with travelling(3.9 * HOUR):
        assert come(client, psc, person).url == "/espace/"
        assert client.get("/compte/").status_code == 200
    with travelling(4 * HOUR + 1):
        assert client.get("/compte/").status_code == 302
    assert UserSession.objects.get().end == "absolute"
    idle = Client()
    come(idle, psc, person)
    with travelling(0.5 * HOUR + 1):
        # Whoever comes next to this computer is told that the former may still be known there.
        assert idle.get("/compte/").status_code == 302
        assert f'href="{OUT}suite/"' in idle.get("/connexion/").content.decode()
    assert UserSession.objects.filter(end="idle").count() == 1
    with travelling(4.1 * HOUR):
        late = Client()
        assert come(late, psc, person).url == REFUSED
    assert refusals() == ["old"]


def test_only_right_answers_are_believed(expert: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = settings.PRO_SANTE_CONNECT["client_secret"]
    with stubbed(says(rpps_of(expert))) as stub:
        settings.PRO_SANTE_CONNECT = settings_for(stub.issuer)

        def answered(change: Callable[[Stub], Any]) -> Any:
            client = Client()
            stub.reset("")
            asked = query_of(client.get(BUTTON)["Location"])
            assert asked["code_challenge_method"] == "S256"
            stub.reset(asked["nonce"])
            stub.documents |= change(stub)
            return client.get(BACK, {"code": "one", "state": asked["state"]})

        def token(**changed: Any) -> Callable[[Stub], Any]:
            return lambda one: {"token": one.token(**changed)}

        for change in (token(), token(alg="ES256"), token(aud=["second-regard"]), token(acr="eidas3")):
            assert answered(change).url == "/espace/"
        other = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
        rpps = says(rpps_of(expert))
        wrong: list[Callable[[Stub], Any]] = [
            token(alg="HS256", key=OctKey.import_key(secret)),
            token(key=other),
            *(token(**{name: None}) for name in ("iss", "aud", "exp", "nonce", "acr", "auth_time", "sub")),
            token(iss="https://elsewhere.example"),
            token(aud="another-service"),
            token(aud="another-service", azp="second-regard"),
            token(aud=["second-regard", "another-service"], azp="another-service"),
            token(exp=1_700_000_000),
            token(nonce="of another login"),
            token(acr="eidas0"),
            token(auth_time=10**300),
            token(auth_time="yesterday"),
            token(sub="f:two"),
            lambda one: {"token": one.token() | {"id_token": unsigned(one)}},
            lambda one: {"token": {name: text for name, text in one.token().items() if name != "id_token"}},
            lambda _: {"token": {"error": "invalid_grant"}},
            *(lambda _, found=found: {"token": found} for found in (b"<html>", [], 302, 400, 500)),
            *(lambda _, found=found: {"userinfo": found} for found in (b"{", b"[" * 9999, [], "x", 302, 401, 503)),
            lambda _: {"userinfo": b" " * (openid.LONGEST + 1)},
            *(
                lambda _, told=told: {"userinfo": {"sub": "f:one", **told}}
                for told in (
                    {},
                    rpps | {"SubjectNameID": 8},
                    rpps | {"SubjectNameID": "<b>"},
                    rpps | {"SubjectRefPro": []},
                    rpps | {"SubjectRefPro": {"exercices": ["10"]}},
                    rpps | {"Palier_Authentification": {"APPPRIP3": 1}},
                )
            ),
        ]
        UserSession.objects.all().delete()
        for number, change in enumerate(wrong):
            assert answered(change).url == REFUSED, number
            assert "elsewhere" not in stub.asked
        monkeypatch.setattr(openid, "TIMEOUT", 0.2)
        begun = time.monotonic()
        assert answered(lambda _: {"token": 0.6}).url == REFUSED
        assert time.monotonic() - begun < 0.6
        assert not UserSession.objects.exists()
        assert set(refusals()) == {"unanswered"}


def unsigned(stub: Stub) -> str:
    """The same claims under «none»."""
    header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"one"}').rstrip(b"=").decode()
    return f"{header}.{stub.token()['id_token'].split('.')[1]}."


def test_nobody_there_is_said_calmly_and_asked_no_more_than_the_limit(client: Client) -> None:
    answer = client.get(BUTTON)
    assert answer.url == REFUSED
    page = client.get(REFUSED)
    assert page.status_code == 200 and "ne répond pas" in page.content.decode()
    for _ in range(limits.PSC_NETWORK.count - 1):
        limits.reserve(limits.PSC_NETWORK, "127.0.0.0/24")
    answer = client.get(BUTTON)
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0


def test_without_settings_there_is_no_button_and_no_address(client: Client, expert: User, settings: Any) -> None:
    settings.PRO_SANTE_CONNECT = {}
    assert "Pro Santé Connect" not in client.get("/connexion/").content.decode()
    log_in(client, expert)
    for browser in (client, Client()):
        for address in (BUTTON, BACK, REFUSED, OUT, f"{OUT}suite/"):
            assert browser.get(address).status_code == 404
