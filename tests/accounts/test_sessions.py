"""Sessions: how long they last, how they end, and what is kept of what was being written."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import KeptPost, User, UserSession
from audit import SystemActor
from tests.accounts.logins import PASSWORD, log_in, mails_to, make_user, travelling

pytestmark = pytest.mark.django_db

MINUTE, HOUR = 60, 3600
# A page of this package that takes a text, to be sent after the end of a session.
FORM = "/compte/profil/"


@pytest.fixture
def user(client: Client) -> User:
    """Somebody logged in."""
    person = make_user()
    log_in(client, person)
    return person


def alive(client: Client) -> bool:
    """Whether the session still opens a page."""
    return client.get("/compte/").status_code == 200


@pytest.mark.asvs("7.3.1")
def test_a_session_ends_after_twenty_minutes_without_activity(client: Client, user: User) -> None:
    with travelling(19 * MINUTE + 50):
        assert alive(client)
    with travelling(40 * MINUTE):
        assert not alive(client)
    assert UserSession.objects.get().end == "idle"
    assert not alive(client)


@pytest.mark.behaviour("S4-23")
@pytest.mark.asvs("7.3.2")
def test_a_session_ends_after_four_hours_though_active(client: Client, user: User) -> None:
    for step in range(1, 16):
        with travelling(step * 16 * MINUTE - 5):
            assert alive(client), step
    with travelling(4 * HOUR + 1):
        assert not alive(client)
    assert UserSession.objects.get().end == "absolute"


def test_an_instance_may_shorten_both(client: Client, user: User, settings: Any) -> None:
    settings.SESSION_IDLE_SECONDS = 5 * MINUTE
    with travelling(5 * MINUTE + 1):
        assert not alive(client)


def test_reported_activity_keeps_the_session(client: Client, user: User) -> None:
    for step in range(1, 4):
        with travelling(step * 15 * MINUTE):
            answer = client.post("/compte/presence/", headers={"accept": "application/json"})
            assert answer.status_code == 200
            assert answer.json()["idle"] > 19 * MINUTE
    with travelling(60 * MINUTE):
        assert alive(client)


def test_background_requests_are_no_activity(client: Client, user: User) -> None:
    for step in range(1, 3):
        with travelling(step * 9 * MINUTE):
            client.post("/compte/presence/", headers={"x-background": "1"})
            client.get("/compte/", headers={"x-background": "1"})
    with travelling(20 * MINUTE + 1):
        assert not alive(client)


def test_a_script_learns_that_the_session_is_over(client: Client, user: User) -> None:
    with travelling(21 * MINUTE):
        answer = client.post("/compte/presence/", headers={"accept": "application/json"})
        assert answer.status_code == 401
        assert answer.json()["url"] == "/connexion/"


@pytest.mark.asvs("7.4.1")
def test_a_cookie_opens_nothing_after_logout(client: Client, user: User) -> None:
    cookies = (
        client.cookies["sessionid"].value
        if "sessionid" in client.cookies
        else next(m.value for n, m in client.cookies.items() if n.endswith("sessionid"))
    )
    name = next(n for n in client.cookies if n.endswith("sessionid"))
    answer = client.post("/deconnexion/")
    assert answer.url == "/connexion/"
    assert "cache" in answer.headers["Clear-Site-Data"]
    thief = Client()
    thief.cookies[name] = cookies
    assert thief.get("/compte/").status_code == 302
    assert UserSession.objects.get().end == "logout"


def test_a_row_that_ended_opens_nothing_even_with_a_living_browser_session(client: Client, user: User) -> None:
    UserSession.objects.update(ended_at="2026-01-01T00:00:00Z", end="revoked")
    assert not alive(client)


def test_what_is_sent_from_another_tab_after_logout_is_said_to_be_lost(client: Client) -> None:
    client.post("/deconnexion/")
    answer = client.post("/patient/", {"body": "Un long message."}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/connexion/")
    assert "n’a pas été reçu" in answer.content.decode()


def test_logging_out_needs_a_post(client: Client, user: User) -> None:
    assert client.get("/deconnexion/").status_code == 405
    assert alive(client)


@pytest.mark.asvs("7.2.4")
def test_the_session_key_changes_at_login_and_logout(client: Client) -> None:
    person = make_user()
    client.get("/connexion/")
    before = client.session.session_key
    log_in(client, person)
    during = client.session.session_key
    client.post("/deconnexion/")
    assert len({before, during, client.session.session_key}) == 3


def test_pages_of_a_session_are_in_no_cache(client: Client, user: User) -> None:
    for path in ("/compte/", "/espace/", "/compte/profil/"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


@pytest.mark.asvs("7.4.2")
def test_a_suspended_account_is_out_at_once(client: Client, user: User) -> None:
    from accounts import services

    services.suspend_account(user, actor=SystemActor("test"))
    assert not alive(client)
    services.resume_account(User.objects.get(pk=user.pk), actor=SystemActor("test"))
    assert not alive(client)


def test_an_account_made_inactive_by_any_way_is_out_at_once(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not alive(client)
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert not alive(client)


def test_a_login_that_skipped_the_code_opens_nothing(client: Client) -> None:
    client.force_login(make_user())
    assert not alive(client)


def test_another_persons_row_opens_nothing(client: Client, user: User) -> None:
    other = Client()
    log_in(other, make_user())
    session = client.session
    session["account_session"] = other.session["account_session"]
    session.save()
    assert not alive(client)


@pytest.mark.asvs("7.5.2")
def test_one_sees_and_ends_ones_other_sessions(client: Client, user: User) -> None:
    other = Client()
    with travelling(60):
        log_in(other, user, HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/140.0")
        row = UserSession.objects.order_by("-started_at").first()
        assert row is not None
        assert row.browser == "Firefox, Linux"
        assert "Firefox, Linux" in client.get("/compte/").content.decode()
        client.post(f"/compte/sessions/{row.id}/fin/")
        assert not alive(other)
        assert alive(client)


def test_one_ends_all_other_sessions_at_once(client: Client, user: User) -> None:
    others = [Client(), Client()]
    for step, other in enumerate(others, 1):
        with travelling(step * 40):
            log_in(other, user)
    with travelling(120):
        client.post("/compte/sessions/fin/")
        assert [alive(c) for c in (client, *others)] == [True, False, False]


def test_somebody_elses_session_cannot_be_ended(client: Client, user: User) -> None:
    other = Client()
    log_in(other, make_user())
    row = UserSession.objects.exclude(user=user).get()
    assert client.post(f"/compte/sessions/{row.id}/fin/").status_code == 404
    assert client.post(f"/compte/sessions/{uuid4()}/fin/").status_code == 404
    assert alive(other)


@pytest.mark.asvs("7.4.3")
def test_a_changed_password_ends_other_sessions_and_keeps_this_one(client: Client, user: User) -> None:
    other = Client()
    with travelling(40):
        log_in(other, user)
        new = "another plain sentence"
        assert client.post("/compte/mot-de-passe/", {"current_password": PASSWORD, "password": new}).status_code == 302
        assert alive(client)
        assert not alive(other)
    assert "account.password_set" in mails_to(user.email)


@pytest.mark.behaviour("S4-22")
@pytest.mark.asvs("7.4.4")
def test_every_page_of_a_session_shows_the_name_and_the_way_out(client: Client, user: User) -> None:
    for path in ("/compte/", "/compte/profil/", "/compte/fermer/", "/expert/"):
        page = client.get(path).content.decode()
        assert "Camille Durand" in page, path
        assert 'action="/deconnexion/"' in page, path


# --- what is kept


def late_post(client: Client, minutes: int = 30, path: str = FORM, **more: Any) -> Any:
    """Send a form after the session has ended."""
    data = more.pop("data", {"title": "Mme", "full_name": "What I was\nwriting, at length", "language": "fr"})
    with travelling(minutes * MINUTE):
        return client.post(path, data, **more)


def test_what_was_being_written_is_kept_offered_and_never_sent_by_itself(client: Client, user: User) -> None:
    answer = late_post(client)
    assert answer.url == "/connexion/"
    with travelling(31 * MINUTE):
        page = client.get("/connexion/").content.decode()
        assert "24" in page
        kept = KeptPost.objects.get()
        landing = log_in(client, user)
        assert landing.url == f"/compte/reprise/{kept.id}/"
        page = client.get(landing.url).content.decode()
        assert "What I was\nwriting, at length" in page
        assert f'action="{FORM}?kept={kept.id}"' in page
        # Whoever reads in the other language by then sends it to the page it was written on all the same.
        assert f'action="{FORM}?kept={kept.id}"' in client.get(f"/en{landing.url}").content.decode()
        user.refresh_from_db()
        assert user.full_name == "Camille Durand"


def test_its_author_sends_it_with_a_new_token_and_it_is_gone(client: Client, user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    late_post(client, data={"title": "", "full_name": "Camille Dupont", "language": "fr"})
    kept = KeptPost.objects.get()
    with travelling(31 * MINUTE):
        log_in(client, user)
        sent = dict(KeptPost.objects.get().fields)
        assert strict.post(f"{FORM}?kept={kept.id}", sent).status_code == 403
        assert client.post(f"{FORM}?kept={kept.id}", sent).status_code == 302
    user.refresh_from_db()
    assert user.full_name == "Camille Dupont"
    assert not KeptPost.objects.exists()


def test_it_is_encrypted_and_for_its_author_alone(client: Client, user: User) -> None:
    late_post(client)
    kept = KeptPost.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT page, path, fields FROM accounts_keptpost")
        assert all(b"writing" not in bytes(cell) and b"profil" not in bytes(cell) for cell in cursor.fetchone())
    other = Client()
    log_in(other, make_user())
    with travelling(31 * MINUTE):
        log_in(other, make_user())
        assert b"What I was" not in other.get(f"/compte/reprise/{kept.id}/", follow=True).content
    assert KeptPost.objects.filter(id=kept.id).exists()


def test_it_is_thrown_away_after_a_day(client: Client, user: User) -> None:
    from accounts.tasks import forget_old_rows

    late_post(client)
    kept = KeptPost.objects.get()
    with travelling(25 * HOUR):
        log_in(client, user)
        assert client.get(f"/compte/reprise/{kept.id}/").status_code == 302
        forget_old_rows.func()
    assert not KeptPost.objects.exists()


def test_its_author_throws_it_away(client: Client, user: User) -> None:
    late_post(client)
    kept = KeptPost.objects.get()
    with travelling(31 * MINUTE):
        log_in(client, user)
        client.post(f"/compte/reprise/{kept.id}/")
    assert not KeptPost.objects.exists()


def test_files_are_left_out_and_said_so(client: Client, user: User) -> None:
    file = SimpleUploadedFile("scan.pdf", b"%PDF-secret", content_type="application/pdf")
    late_post(client, data={"title": "x", "full_name": "A text of mine", "file": file})
    kept = KeptPost.objects.get()
    assert kept.files_left_out == 1
    assert "secret" not in str(kept.fields)
    with travelling(31 * MINUTE):
        log_in(client, user)
        assert "1 file was not kept" in client.get(f"/en/compte/reprise/{kept.id}/").content.decode()


def test_passwords_and_codes_are_never_kept(client: Client, user: User) -> None:
    late_post(client, data={"current_password": PASSWORD, "otp_token": "123456", "note": "a note of mine"})
    assert [name for name, _value in KeptPost.objects.get().fields] == ["note"]


def test_a_form_that_is_not_ours_is_not_kept(user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    log_in_strictly(strict, user)
    with travelling(60 * MINUTE):
        answer = strict.post(FORM, {"full_name": "planted by another site"})
    assert answer.status_code == 403
    assert not KeptPost.objects.exists()


def log_in_strictly(client: Client, user: User) -> None:
    """Log in with CSRF checks on, by borrowing the cookies of a client without them."""
    loose = Client()
    with travelling(40):
        log_in(loose, user)
    client.cookies = loose.cookies


def test_too_much_is_not_kept(client: Client, user: User) -> None:
    late_post(client, data={"full_name": "x" * 300_000})
    assert not KeptPost.objects.exists()


def test_at_most_ten_are_kept(client: Client, user: User) -> None:
    for step in range(12):
        with travelling(step * HOUR):
            log_in(client, user)
        with travelling(step * HOUR + 31 * MINUTE):
            client.post(FORM, {"full_name": f"text number {step}"})
    assert KeptPost.objects.count() == 10
    assert "text number 11" in str(KeptPost.objects.first().fields)  # type: ignore[union-attr]


def test_an_autosave_and_the_form_after_it_are_kept_once(client: Client, user: User) -> None:
    page = {"referer": "http://testserver/compte/profil/"}
    late_post(client, headers={**page, "accept": "application/json"})
    late_post(client, minutes=31, headers=page, data={"full_name": "The same text, and more"})
    assert KeptPost.objects.count() == 1
    assert "and more" in str(KeptPost.objects.get().fields)


def test_nothing_is_kept_when_the_session_was_ended_on_purpose(client: Client, user: User) -> None:
    client.post("/deconnexion/")
    client.post(FORM, {"full_name": "A text of mine"})
    assert not KeptPost.objects.exists()


def test_a_page_of_another_site_is_no_page_to_go_back_to(client: Client, user: User) -> None:
    late_post(client, headers={"referer": "https://evil.example/compte/profil/"})
    assert KeptPost.objects.get().page == FORM
