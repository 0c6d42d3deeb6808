"""The look of the public pages: drawings of ours that run nothing, for each disease one, and a light first view."""

import gzip
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from cms.content import path_of

ROOT = Path(settings.BASE_DIR)
DRAWINGS = sorted(
    path
    for folder in ("platform/ui/templates/ui/drawings", "cms/templates/cms/drawings")
    for path in (ROOT / folder).rglob("*.html")
    if path.stem != "none"
)
STYLES = (ROOT / "platform/ui/static/ui/ui.css").read_text(encoding="utf-8")
KILOBYTE = 1024


def test_every_disease_has_its_drawing() -> None:
    index = json.loads((ROOT / "experts/pathologies/index.json").read_text(encoding="utf-8"))
    drawn = {path.stem for path in DRAWINGS if path.parent.name == "pathologies"}
    assert {disease["code"] for disease in index["pathologies"]} == drawn


def test_a_drawing_is_small_runs_nothing_and_takes_its_colours_from_the_scheme() -> None:
    assert len(DRAWINGS) > 15
    for path in DRAWINGS:
        text = path.read_text(encoding="utf-8")
        svg = BeautifulSoup(text, "html.parser").svg
        assert svg is not None, path
        assert len(text.encode()) <= 3 * KILOBYTE, path
        assert 'aria-hidden="true"' in text, path
        for tag in (svg, *svg.find_all(True)):
            assert tag.name in {"svg", "title", "path", "circle", "ellipse", "rect", "line"}, (path, tag.name)
            assert not {"style", "href", "stroke"} & set(tag.attrs), (path, tag)
            assert tag.get("fill", "none") == "none", (path, tag)
            assert not any(name.startswith("on") or "url(" in str(value) for name, value in tag.attrs.items()), path
            for name in tag.get("class") or []:
                assert re.search(rf"\.{name}\b", STYLES), (path, name)


@pytest.mark.django_db
def test_the_first_view_of_a_public_page_weighs_little_and_asks_for_few_files(client: Client) -> None:
    addresses = ("/", *(path_of(code, "fr") for code in ("how", "faq", "experts", "pathologies", "pathologies/crohn")))
    for address in addresses:
        html = client.get(address).content
        page = BeautifulSoup(html, "lxml")
        files = {str(tag.get("href") or tag.get("src")) for tag in page.select("link[rel~=stylesheet], link[rel=icon]")}
        files |= {str(tag.get("href") or tag["src"]) for tag in page.select("link[rel=preload], script[src], img[src]")}
        weight = len(gzip.compress(html, 6))
        for file in files:
            found = finders.find(file.removeprefix(settings.STATIC_URL))
            assert isinstance(found, str), file
            data = Path(found).read_bytes()
            weight += len(data) if found.endswith(".woff2") else len(gzip.compress(data, 6))
        assert len(files) + 1 <= 15, address
        assert weight <= 100 * KILOBYTE, (address, weight)
