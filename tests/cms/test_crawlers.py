"""What machines read of the public site."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

import clock
from accounts.roles import SPACES
from cms.content import LANGUAGES, codes, path_of

pytestmark = pytest.mark.django_db
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def test_the_map_names_every_public_page_and_its_twin(client: Client) -> None:
    answer = client.get("/sitemap.xml")
    assert answer["Content-Type"].startswith("application/xml")
    tree = ElementTree.fromstring(answer.content)
    found = {}
    for url in tree.findall("s:url", NAMES):
        address = str(url.findtext("s:loc", namespaces=NAMES))
        assert address.startswith(settings.SITE_ORIGIN)
        twins = {link.get("hreflang"): str(link.get("href")) for link in url.findall("x:link", NAMES)}
        assert set(twins) == set(LANGUAGES)
        assert address in twins.values()
        found[urlsplit(address).path] = url.findtext("s:lastmod", namespaces=NAMES)
    pages = {path_of(code, language) for code in codes() for language in LANGUAGES}
    assert pages | {"/", "/en/", "/commencer/", "/en/conditions/"} <= set(found)
    assert {found[address] for address in pages} == {"2026-11-22"}
    for address in found:
        assert Client().get(address).status_code == 200, address
    assert not client.cookies


def test_search_engines_are_kept_out_of_the_spaces_and_of_a_demo(client: Client, settings: Any) -> None:
    words = client.get("/robots.txt").content.decode()
    for space in SPACES:
        assert f"Disallow: /{space}/\n" in words
        assert f"Disallow: /en/{space}/\n" in words
    assert "Disallow: /\n" not in words
    assert f"Sitemap: {settings.SITE_ORIGIN}/sitemap.xml" in words
    settings.DEMO = True
    assert "Disallow: /\n" in client.get("/robots.txt").content.decode()


def test_whom_to_tell_of_a_weakness(client: Client) -> None:
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = [line.split(": ", 1) for line in answer.content.decode().splitlines()]
    told = dict(reversed(fields))
    assert told["Contact"] == f"mailto:{settings.SERVICE_EMAIL}"
    until = datetime.fromisoformat(told["Expires"])
    assert timedelta(days=90) < until - clock.now() < timedelta(days=365)
    assert client.get(urlsplit(told["Policy"]).path).status_code == 200
