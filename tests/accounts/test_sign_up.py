"""Opening an account and setting a new password: both by a code, both silent about who has an account."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts import terms
from accounts.models import CodeChallenge, User, UserSession
from tests.accounts.logins import (
    PASSWORD,
    give_code,
    give_password,
    last_code,
    log_in,
    mails_to,
    make_user,
    travelling,
)

pytestmark = pytest.mark.django_db

ADDRESS = "new.person@example.org"


def sign_up(client: Client, *, path: str = "/inscription/", follow: bool = False, **more: str) -> Any:
    """Send the form."""
    data = {
        "full_name": "Anne Martin",
        "email": ADDRESS,
        "password": PASSWORD,
        "language": "fr",
        "terms": "on",
        **more,
    }
    return client.post(path, data, follow=follow)


@pytest.mark.behaviour("S2-10")
def test_an_account_opens_when_the_code_is_right(client: Client) -> None:
    assert sign_up(client).url == "/inscription/code/"
    assert not User.objects.exists()
    answer = client.post("/inscription/code/", {"code": last_code(ADDRESS)})
    assert answer.status_code == 302
    user = User.objects.get(email=ADDRESS)
    assert user.check_password(PASSWORD)
    assert user.has_role("patient")
    assert user.email_confirmed_at
    assert user.terms_version == terms.VERSION
    assert client.get("/compte/").status_code == 200
    assert UserSession.objects.count() == 1


@pytest.mark.parametrize("path", ["/inscription/", "/inscription/professionnel/"])
def test_what_must_have_been_read_is_linked_where_it_is_accepted(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    hint = page.split('id="id_terms_hint"')[1].split("</p>")[0]
    assert 'href="/conditions/"' in hint and 'href="/donnees-personnelles/"' in hint
    footer = page.split("site-footer")[1]
    assert 'href="/conditions/"' in footer and 'href="/donnees-personnelles/"' in footer


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_anyone_reads_the_terms_and_the_notice_without_a_cookie(client: Client, settings: Any, prefix: str) -> None:
    settings.SERVICE_CONTROLLER, settings.SERVICE_DPO_EMAIL = "Clinique d’Essai", "dpo@essai.example"
    settings.SERVICE_PHONE = ""
    told = {"conditions": "Clinique d’Essai", "donnees-personnelles": "dpo@essai.example"}
    for name, words in told.items():
        answer = client.get(f"{prefix}/{name}/")
        page = answer.content.decode()
        assert answer.status_code == 200 and not answer.cookies
        assert words in page and terms.VERSION in page and "{" not in page.split("<main")[1].split("</main>")[0]
        assert "Téléphone" not in page and "Phone:" not in page
        assert client.post(f"{prefix}/{name}/").status_code == 405
    assert ("an emergency service" if prefix else "un service d’urgence") in client.get(
        f"{prefix}/conditions/"
    ).content.decode()
    assert "CNIL" in page


def test_a_text_that_was_published_cannot_be_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in terms.SHA256:
        words = (Path(terms.__file__).parent / "terms_texts" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(words + "Encore.", encoding="utf-8")
    assert {f"{terms.VERSION}.{text}.{language}.txt" for text in terms.Text for language in ("fr", "en")} <= set(
        terms.SHA256
    )
    terms._words.cache_clear()
    monkeypatch.setattr(terms, "_FOLDER", tmp_path)
    with pytest.raises(ValueError, match="give it a new version"):
        terms.sections(terms.Text.TERMS, "fr")


def test_a_wrong_code_opens_nothing(client: Client) -> None:
    sign_up(client)
    code = last_code(ADDRESS)
    client.post("/inscription/code/", {"code": f"{(int(code) + 1) % 1000000:06d}"})
    assert not User.objects.exists()


def test_the_code_belongs_to_the_browser_that_signed_up(client: Client) -> None:
    sign_up(client)
    other = Client()
    assert other.post("/inscription/code/", {"code": last_code(ADDRESS)}).url == "/inscription/"
    assert not User.objects.exists()


def test_the_password_is_kept_nowhere_before_the_account_exists(client: Client) -> None:
    sign_up(client)
    assert PASSWORD not in str(dict(client.session))


@pytest.mark.parametrize("link", ["/inscription/code/", "/mot-de-passe/code/", "/invitation/", "/connexion/"])
def test_opening_a_page_by_a_link_changes_nothing(client: Client, link: str) -> None:
    sign_up(client)
    before = list(CodeChallenge.objects.values())
    client.get(link)
    assert list(CodeChallenge.objects.values()) == before
    assert not User.objects.exists()


@pytest.mark.asvs("6.3.8")
def test_an_address_that_has_an_account_gets_the_same_pages_and_another_mail() -> None:
    make_user(email="taken1@example.org")
    pages = []
    for email in ("taken1@example.org", "taken2@example.org"):
        client = Client()
        first = sign_up(client, email=email)
        second = client.get("/inscription/code/").content.decode()
        third = client.post("/inscription/code/", {"code": "000000"}).content.decode()
        pages.append((first.status_code, first.url, plain(second), plain(third)))
    assert pages[0] == pages[1]
    assert mails_to("taken1@example.org") == ["account.exists"]
    assert mails_to("taken2@example.org") == ["account.sign_up_code"]


def plain(page: str) -> str:
    """The page without its tokens."""
    return "".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_no_code_opens_an_account_on_an_address_that_has_one(client: Client) -> None:
    make_user(email=ADDRESS)
    sign_up(client)
    from accounts.codes import _computed
    from accounts.keys import server_keys

    code = _computed(CodeChallenge.objects.get(), server_keys("codes")[0])
    assert client.post("/inscription/code/", {"code": code}).status_code == 200
    assert User.objects.count() == 1
    assert not UserSession.objects.exists()


@pytest.mark.asvs("6.2.1")
@pytest.mark.parametrize("password", ["short words", "justinbieber", "1q2w3e4r5t6y", "new.person@example.org"])
def test_weak_passwords_are_refused(client: Client, password: str) -> None:
    assert sign_up(client, password=password).status_code == 200
    assert not CodeChallenge.objects.exists()


@pytest.mark.parametrize(
    "password", ["a" * 12 + "b c d", "é" * 6 + "日本語日本語", " padded with blanks ", "x y" * 42 + "zz"]
)
def test_any_characters_and_up_to_128_of_them_are_welcome(client: Client, password: str) -> None:
    assert len(password) <= 128
    assert sign_up(client, password=password).status_code == 302
    client.post("/inscription/code/", {"code": last_code(ADDRESS)})
    client.post("/deconnexion/")
    assert "token-otp_token" in give_password(client, ADDRESS, password).content.decode()


def test_more_than_128_characters_are_refused_and_said(client: Client) -> None:
    answer = sign_up(client, password="a b" * 50)
    assert answer.status_code == 200
    assert "128" in answer.content.decode()


@pytest.mark.asvs("2.4.1")
def test_sign_ups_are_limited_per_address_and_per_network(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [sign_up(Client()).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    from accounts import limits

    monkeypatch.setattr(limits, "SIGN_UP_NETWORK", limits.Rule("sign_up_network", 6, limits.HOUR))
    assert sign_up(Client(), email="x1@example.org").status_code == 429
    assert sign_up(Client(REMOTE_ADDR="203.0.113.1"), email="x1@example.org").status_code == 302


def test_the_same_code_is_sent_again_on_request(client: Client) -> None:
    sign_up(client)
    code = last_code(ADDRESS)
    with travelling(40):
        client.post("/inscription/code/", {"resend": "1"})
        assert mails_to(ADDRESS) == ["account.sign_up_code"] * 2
        assert last_code(ADDRESS) == code


def test_after_five_wrong_codes_the_page_offers_another_one_and_nothing_else(client: Client) -> None:
    sign_up(client)
    code = last_code(ADDRESS)
    wrong = f"{(int(code) + 1) % 1000000:06d}"
    for _ in range(4):
        alive = client.post("/en/inscription/code/", {"code": wrong}).content.decode()
        assert "works until" in alive and "same code" in alive and "Send me another code" not in alive
    dead = client.post("/en/inscription/code/", {"code": wrong}).content.decode()
    for page in (dead, client.get("/en/inscription/code/").content.decode()):
        assert "Your code no longer works. Ask for another one." in page
        assert "Send me another code" in page
        assert "works until" not in page and "same code" not in page and "Send the code again" not in page
    with travelling(40):
        fresh = client.post("/en/inscription/code/", {"resend": "1"}).content.decode()
        assert "It works until" in fresh and "Send the code again" in fresh
        assert last_code(ADDRESS) != code


def test_a_professional_signs_up_and_waits_for_his_check(client: Client) -> None:
    sign_up(client, path="/inscription/professionnel/")
    assert client.post("/inscription/code/", {"code": last_code(ADDRESS)}).url == "/compte/inscription-professionnelle/"
    assert User.objects.get().has_role("requester")
    assert client.get("/requerant/").url == "/compte/inscription-professionnelle/"


def test_signing_up_keeps_what_the_visitor_had_begun(client: Client) -> None:
    session = client.session
    session["draft"] = "x"
    session.save()
    sign_up(client, next="/compte/profil/")
    assert client.post("/inscription/code/", {"code": last_code(ADDRESS)}).url == "/compte/profil/"
    assert client.session["draft"] == "x"


# --- a new password


def ask_reset(client: Client, email: str) -> Any:
    """Ask for the code."""
    return client.post("/mot-de-passe/", {"email": email})


NEW = "another plain sentence"


@pytest.mark.asvs("6.4.3")
def test_a_new_password_by_code_still_needs_the_second_step(client: Client) -> None:
    user = make_user()
    ask_reset(client, user.email)
    answer = client.post("/mot-de-passe/code/", {"code": last_code(user.email), "password": NEW})
    assert answer.url == "/connexion/"
    assert client.get("/compte/").status_code == 302
    assert "token-otp_token" in give_password(client, user.email, NEW).content.decode()
    assert client.get("/compte/").status_code == 302
    assert give_code(client, last_code(user.email)).status_code == 302
    assert "account.password_set" in mails_to(user.email)


def test_a_new_password_ends_every_session(client: Client) -> None:
    user = make_user()
    log_in(client, user)
    other = Client()
    ask_reset(other, user.email)
    other.post("/mot-de-passe/code/", {"code": last_code(user.email), "password": NEW})
    assert client.get("/compte/").status_code == 302
    assert UserSession.objects.get().end == "password"


@pytest.mark.behaviour("S1-17")
@pytest.mark.asvs("6.3.8")
def test_the_answer_is_the_same_for_an_address_nobody_has() -> None:
    make_user(email="known1@example.org")
    pages = []
    for email in ("known1@example.org", "known2@example.org"):
        client = Client()
        first = ask_reset(client, email)
        second = client.get("/mot-de-passe/code/").content.decode()
        third = client.post("/mot-de-passe/code/", {"code": "000000", "password": NEW}).content.decode()
        pages.append((first.status_code, first.url, plain(second), plain(third)))
    assert pages[0] == pages[1]
    assert mails_to("known2@example.org") == ["account.unknown"]


def test_a_weak_password_does_not_use_up_the_code(client: Client) -> None:
    user = make_user()
    ask_reset(client, user.email)
    code = last_code(user.email)
    client.post("/mot-de-passe/code/", {"code": code, "password": "short"})
    assert client.post("/mot-de-passe/code/", {"code": code, "password": NEW}).status_code == 302


def test_a_login_code_sets_no_password(client: Client) -> None:
    user = make_user()
    ask_reset(client, user.email)
    with travelling(1):
        give_password(client, user.email)
        code = last_code(user.email)
    client.post("/mot-de-passe/code/", {"code": code, "password": NEW})
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.behaviour("S1-20")
def test_a_closed_account_opens_again_by_a_new_password(client: Client) -> None:
    user = make_user()
    log_in(client, user)
    assert client.post("/compte/fermer/", {"current_password": PASSWORD}).url == "/connexion/"
    assert client.get("/compte/").status_code == 302
    assert "token-otp_token" not in give_password(client, user.email).content.decode()
    user.refresh_from_db()
    assert user.closed_at
    assert not user.is_active
    ask_reset(client, user.email)
    client.post("/mot-de-passe/code/", {"code": last_code(user.email), "password": NEW})
    give_password(client, user.email, NEW)
    assert give_code(client, last_code(user.email)).status_code == 302
    user.refresh_from_db()
    assert user.closed_at is None
    assert user.has_role("patient")


def test_a_suspended_account_does_not(client: Client) -> None:
    user = make_user()
    User.objects.filter(pk=user.pk).update(is_active=False)
    ask_reset(client, user.email)
    assert mails_to(user.email) == ["account.unknown"]


@pytest.mark.asvs("2.4.1")
def test_resets_are_limited_per_address() -> None:
    user = make_user()
    assert [ask_reset(Client(), user.email).status_code for _ in range(6)] == [302] * 5 + [429]


@pytest.mark.behaviour("S1-52")
def test_the_login_page_says_what_the_identifier_is(client: Client) -> None:
    page = client.get("/en/connexion/").content.decode()
    assert "Your identifier is the e-mail address" in page


HOSTILE = ["\x00", "a" * 1_000_000, "🙂" * 50, "\u202eabc", '"><svg onload=x>', "{{7*7}}", "a\r\nBcc: b@example.org"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/connexion/", ["auth-username", "auth-password"]),
        ("/inscription/", ["full_name", "email", "password", "language", "terms"]),
        ("/mot-de-passe/", ["email"]),
        ("/invitation/", ["code", "birth_date"]),
        ("/invitation/refus/", ["code", "refusal"]),
        ("/invitation/nouveau-code/", ["email", "birth_date"]),
    ],
)
@pytest.mark.asvs("2.2.1")
def test_hostile_input_is_answered_clearly(client: Client, path: str, fields: list[str], text: str) -> None:
    base = {"login_view-current_step": "auth"} if path == "/connexion/" else {}
    answer = client.post(path, {**base, **dict.fromkeys(fields, text)})
    assert answer.status_code < 500
    assert "<svg onload" not in answer.content.decode()


@pytest.mark.parametrize(("address", "words"), [("/en/", "At least 12 characters"), ("/", "Au moins 12 caractères")])
def test_the_rule_of_passwords_is_said_in_the_language_of_the_page(client: Client, address: str, words: str) -> None:
    assert words in client.get(f"{address}inscription/").content.decode()
