"""No page asks anybody but this site, and no public page leaves a cookie: what the matrix does not hold.

That is the public pages as their links reach them, those of experts, and Wagtail's own; `test_frame` and
`test_accessible` look at the pages of the matrix.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import resolve
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from cms.models import InformationPage
from tests.accounts.logins import log_in, make_user
from tests.cases.clients import verified_client
from tests.cases.world import make_world, staff
from tests.cms.test_profiles import agree, an_expert, write
from tests.experts.people import logged_in
from tests.harness.browser import Watch
from tests.site.walking import addresses

#: Forms of accounts carry a token, whose cookie no other public page sets.
ACCOUNTS = re.compile(r"/(?:en/)?(?:connexion|inscription|mot-de-passe|invitation|devenir-expert/candidature)/")
#: What a browser asks for by itself.
LOADED = ("src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href")
_IN_STYLES = re.compile(r"(?:url\(|@import)\s*[\"']?(?!data:|#)([^\"')\s;]+)")
_LEAVES = re.compile(r"logout|deconnexion|/django-admin/|/documents/|\.(?:txt|xml)$")


def crawl(client: Client, *starts: str, below: str = "") -> Iterator[tuple[str, Any, BeautifulSoup]]:
    """Every page that links lead to, with its answer; of those below a prefix one of each kind, and no other."""
    waiting, seen, kinds = list(starts), set(starts), set[str]()
    while waiting:
        address = waiting.pop(0)
        kind = resolve(address).view_name if below else ""
        if kind in kinds and address not in starts:
            continue
        answer: Any = client.get(address)
        if answer.status_code != 200:
            # Wagtail shows links to pages that its editors may not open, or not without a choice made first.
            assert below or answer.status_code in (301, 302), (address, answer.status_code)
            continue
        if not answer["Content-Type"].startswith("text/html"):
            continue
        if kind:
            kinds.add(kind)
        page = BeautifulSoup(answer.content, "lxml")
        yield address, answer, page
        for link in page.select("a[href]"):
            parts = urlsplit(urljoin(address, str(link["href"])))
            path = unquote(parts.path)
            if not parts.scheme and not parts.netloc and path.startswith(below or "/") and path not in seen:
                seen.add(path)
                if not _LEAVES.search(path):
                    waiting.append(path)


def asked_of_others(page: BeautifulSoup) -> Iterator[str]:
    """What a browser would ask another site for when it shows this page."""
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            if name == "style":
                yield from (f"style={found}" for found in _IN_STYLES.findall(value) if urlsplit(found).netloc)
            elif name == "href" and "alternate" in (tag.get("rel") or []):
                continue  # where the page stands in the other language, or its news; nobody asks for it by himself
            elif name in LOADED or (name == "href" and tag.name in ("link", "use", "image", "base")):
                wanted = (one.strip() for one in re.split(r",\s+", str(value)))
                yield from (f"<{tag.name} {name}={one}>" for one in wanted if urlsplit(one).netloc)
        if tag.name == "style":
            yield from (f"style: {found}" for found in _IN_STYLES.findall(tag.text) if urlsplit(found).netloc)


def faults_of(client: Client, *starts: str, below: str = "", cookies: bool = True) -> tuple[int, list[str]]:
    """How many pages there were, and what is wrong with them."""
    wrong, styles, count = [], set[str](), 0
    for address, answer, page in crawl(client, *starts, below=below):
        count += 1
        wrong += [f"{address}: {fault}" for fault in asked_of_others(page)]
        policy = answer.headers.get("Content-Security-Policy", "")
        if not policy or re.search(r"\*|//|https?:", policy):
            wrong.append(f"{address}: its policy lets others in: {policy}")
        if not cookies and answer.cookies and not ACCOUNTS.match(address):
            wrong.append(f"{address}: sets {list(answer.cookies)}")
        styles |= {str(tag["href"]).split("?")[0] for tag in page.select("link[rel~=stylesheet]")}
    for style in sorted(styles):
        file = finders.find(style.removeprefix(settings.STATIC_URL))
        assert file, style
        words = Path(str(file)).read_text(encoding="utf-8")
        wrong += [f"{style}: {found}" for found in _IN_STYLES.findall(words) if urlsplit(found).netloc]
    return count, wrong


@pytest.mark.once
@pytest.mark.django_db
def test_public_pages_set_no_cookie_and_ask_nobody_else() -> None:
    browser = logged_in(an_expert().user)
    write(browser)
    agree(browser)
    count, wrong = faults_of(Client(), "/", "/en/", cookies=False)
    assert count > 80
    assert not wrong, "\n".join(wrong)


@pytest.mark.once
@pytest.mark.django_db
def test_wagtails_own_pages_ask_nobody_else(client: Client) -> None:
    log_in(client, make_user("editor"))
    # One of its addresses breaks on purpose, others without a choice made before; `test_libraries` looks at refusals.
    client.raise_request_exception = False
    page = InformationPage.objects.get(code="how", locale__language_code="fr")
    # Its menu is no list of links: where it leads is read from the addresses.
    plain = [f"/{one.route}" for one in addresses() if one.route.startswith("cms/") and not one.parameters]
    starts = [one for one in plain if re.fullmatch(r"[\w/-]+", one) and not _LEAVES.search(one)]
    count, wrong = faults_of(client, f"/cms/pages/{page.pk}/edit/", *starts, below="/cms/")
    assert count > 30
    assert not wrong, "\n".join(wrong)


def test_the_crawl_sees_what_would_be_asked() -> None:
    html = b"""<link rel=icon href=//a.example/x><img srcset="/x 1x, https://b.example/y 2x"><style>
    @import "//c.example"
    </style><p style="background: url(https://d.example/z)"><a href="https://e.example/">not asked</a><iframe src=/x>"""
    assert len(list(asked_of_others(BeautifulSoup(html, "lxml")))) == 4


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_is_led_to_nobody_else_on_any_kind_of_page(
    browser_context: BrowserContext, watch: Watch, live_server: LiveServer
) -> None:
    scene, origin = make_world(), live_server.url
    case = scene.walk().open()
    tab = browser_context.new_page()

    def look(*addresses: str, who: User | None = None, role: str = "") -> None:
        browser_context.clear_cookies()
        if who is not None:
            client = verified_client(who, role)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            browser_context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": origin}])
        for address in addresses:
            answer = tab.goto(origin + address, wait_until="load")
            assert answer is not None
            assert answer.status == 200, address
            assert tab.url == origin + address
        if who is None:
            assert not browser_context.cookies(), addresses

    look("/", "/en/", "/pathologies/endometriose/", "/questions/", "/medecins-experts/", "/recherche/", "/tarifs/")
    look(f"/patient/{case.pk}/preparer/", "/compte/", who=scene.patient_user, role="patient")
    look("/expert/", "/expert/fiche/", who=scene.expert.user, role="expert")
    look("/bureau/", "/bureau/experts/", "/bureau/textes/", who=scene.coordinator, role="coordinator")
    editor = staff("Paul Plume", "editor")
    page = InformationPage.objects.get(code="how", locale__language_code="fr")
    look("/cms/", f"/cms/pages/{page.pk}/edit/", "/cms/images/", "/cms/reports/site-history/", who=editor)
    # Wagtail's own scripts may grumble; whom they ask is what matters here.
    watch.faults[:] = [fault for fault in watch.faults if "third party" in fault]
