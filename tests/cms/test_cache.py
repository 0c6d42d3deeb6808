"""Public pages kept ready for a minute: the same for every visitor, and for nobody who carries a cookie."""

import gzip
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms import cache
from cms.models import HomePage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(settings: Any) -> None:
    settings.PAGE_CACHE = True


def asked(client: Client, address: str, **more: Any) -> int:
    """How often the page asked the database."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, **more).status_code == 200
    return len(queries)


def test_a_second_visitor_gets_what_the_first_one_got_without_a_query(client: Client) -> None:
    first = client.get("/")
    assert asked(client, "/") == 0
    second = client.get("/")
    assert second.content == first.content
    assert {**second.headers} == {**first.headers}
    assert "default-src" in second["Content-Security-Policy"]


def test_each_language_is_kept_apart(client: Client) -> None:
    client.get("/")
    assert 'lang="en"' in client.get("/en/").content.decode()
    assert 'lang="fr"' in client.get("/").content.decode()


def test_whoever_carries_a_cookie_asks_something_or_posts_is_answered_afresh(client: Client) -> None:
    client.get("/")
    assert asked(client, "/", headers={"cookie": "sessionid=anything"}) > 0
    assert asked(client, "/?page=2") > 0
    # What was answered to him is not kept for others either.
    other = Client()
    other.get("/", headers={"cookie": "sessionid=anything"})
    assert asked(other, "/") > 0


def test_what_an_editor_changed_is_seen_a_minute_later(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 1000.0
    monkeypatch.setattr(cache.time, "monotonic", lambda: moment)
    client.get("/")
    moment += HomePage.kept_seconds - 1
    assert asked(client, "/") == 0
    moment += 1
    assert asked(client, "/") > 0


def test_no_page_is_kept_that_does_not_say_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(HomePage, "kept_seconds")
    client.get("/")
    assert asked(client, "/") > 0


def test_a_refusal_is_not_kept(client: Client) -> None:
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400
    assert client.get("/nowhere/").status_code == 404
    assert asked(client, "/") > 0


def test_it_forgets_rather_than_grow(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST", 1)
    client.get("/")
    client.get("/en/")
    assert asked(client, "/en/") == 0
    assert asked(client, "/") > 0


def test_a_page_goes_small_to_a_visitor_and_as_it_is_where_somebody_carries_a_cookie(client: Client) -> None:
    plain = client.get("/")
    asks = {"accept-encoding": "br, gzip"}
    small = [client.get("/", headers=asks) for _time in range(2)]
    assert [page.headers["Content-Encoding"] for page in small] == ["gzip", "gzip"]
    assert {gzip.decompress(page.content) for page in small} == {plain.content}
    assert len(small[0].content) < len(plain.content) / 2
    # Kept apart from what goes to those who cannot read it.
    assert "Content-Encoding" not in client.get("/").headers
    assert "Content-Encoding" not in client.get("/", headers=asks | {"cookie": "sessionid=anything"}).headers
    assert "Content-Encoding" not in client.get("/connexion/", headers=asks).headers
    assert "Content-Encoding" not in Client().post("/recherche/", {"q": "hernie"}, headers=asks).headers


def test_each_page_says_what_it_is_about_and_where_its_twin_is(client: Client) -> None:
    for address in ("/", "/tarifs/", "/pathologies/endometriose/"):
        head = BeautifulSoup(client.get(address).content, "lxml").head
        assert head is not None
        assert len(head.select_one("meta[name=description]")["content"]) > 30  # type: ignore[index]
        twins = {link["hreflang"]: str(link["href"]) for link in head.select("link[hreflang]")}
        assert twins.keys() == {"fr", "en"}
        assert twins["fr"] == settings.SITE_ORIGIN + address
