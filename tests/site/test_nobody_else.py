"""No page asks anybody but this site, and no public page leaves a cookie: what the matrix does not hold.

That is the public pages as their links reach them, those of experts, and Wagtail's own; `test_frame` and
`test_accessible` look at the pages of the matrix.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from cms.models import InformationPage
from tests.accounts.logins import log_in, make_user
from tests.cases.clients import verified_client
from tests.cases.world import make_world
from tests.cms.test_profiles import agree, an_expert, write
from tests.experts.people import logged_in
from tests.harness.browser import Watch

#: Forms of accounts carry a token, whose cookie no other public page sets.
ACCOUNTS = re.compile(r"/(?:en/)?(?:connexion|inscription|mot-de-passe|invitation|devenir-expert/candidature)/")
#: What a browser asks for by itself.
LOADED = ("src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href")
_IN_STYLES = re.compile(r"(?:url\(|@import)\s*[\"']?(?!data:|#)([^\"')\s;]+)")
_LEAVES = re.compile(r"logout|deconnexion|/django-admin/|/documents/|\.(?:txt|xml)$")


def crawl(client: Client, *starts: str, once_each: str = "") -> Iterator[tuple[str, object]]:
    """Every page that links lead to; below `once_each` one of each kind."""
    waiting, seen, kinds = list(starts), set(starts), set[str]()
    while waiting:
        address = waiting.pop(0)
        answer = client.get(address)
        kind = answer.resolver_match.view_name if answer.resolver_match else ""
        if answer.status_code != 200 or (once_each and address.startswith(once_each) and kind in kinds):
            # Wagtail shows links to pages that its editors may not open, or not without a choice made first.
            assert once_each or answer.status_code in (200, 301, 302), (address, answer.status_code)
            continue
        if not answer["Content-Type"].startswith("text/html"):
            continue
        kinds.add(kind)
        yield address, answer
        for link in BeautifulSoup(answer.content, "lxml").select("a[href]"):
            parts = urlsplit(urljoin(address, str(link["href"])))
            if not parts.scheme and not parts.netloc and parts.path not in seen and not _LEAVES.search(parts.path):
                seen.add(parts.path)
                waiting.append(unquote(parts.path))


def asked_of_others(html: bytes) -> Iterator[str]:
    """What a browser would ask another site for when it shows this page."""
    page = BeautifulSoup(html, "lxml")
    for tag in page.find_all(True):
        names = (*LOADED, "href") if tag.name in ("link", "use", "image", "base") else LOADED
        for name in names:
            for value in re.split(r",\s+", str(tag.get(name, ""))):
                if urlsplit(value.strip()).netloc:
                    yield f"<{tag.name} {name}={value}>"
        words = f"{tag.get('style', '')} {tag.string or ''}" if tag.name == "style" or tag.get("style") else ""
        yield from (f"style: {found}" for found in _IN_STYLES.findall(words) if urlsplit(found).netloc)


def styles_of(html: bytes) -> set[str]:
    found = BeautifulSoup(html, "lxml").select("link[rel~=stylesheet]")
    return {str(tag["href"]).split("?")[0] for tag in found}


def faults_of(client: Client, *starts: str, once_each: str = "", cookies: bool = True) -> tuple[int, list[str]]:
    """How many pages there were, and what is wrong with them."""
    wrong, styles, count = [], set[str](), 0
    for address, answer in crawl(client, *starts, once_each=once_each):
        count += 1
        content: bytes = answer.content  # type: ignore[attr-defined]
        wrong += [f"{address}: {fault}" for fault in asked_of_others(content)]
        policy = answer.headers.get("Content-Security-Policy", "")  # type: ignore[attr-defined]
        if not policy or re.search(r"\*|//|https?:", policy.replace("https: ", "")):
            wrong.append(f"{address}: its policy lets others in: {policy}")
        if not cookies and answer.cookies and not ACCOUNTS.match(address):  # type: ignore[attr-defined]
            wrong.append(f"{address}: sets {list(answer.cookies)}")  # type: ignore[attr-defined]
        styles |= styles_of(content)
    for style in sorted(styles):
        file = finders.find(style.removeprefix(settings.STATIC_URL))
        assert file, style
        with open(str(file), encoding="utf-8") as sheet:
            wrong += [f"{style}: {found}" for found in _IN_STYLES.findall(sheet.read()) if urlsplit(found).netloc]
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
    page = InformationPage.objects.get(code="how", locale__language_code="fr")
    count, wrong = faults_of(client, "/cms/", f"/cms/pages/{page.pk}/edit/", once_each="/cms/")
    assert count > 30
    assert not wrong, "\n".join(wrong)


def test_the_crawl_sees_what_would_be_asked() -> None:
    html = b"""<link rel=icon href=//a.example/x><img srcset="/x 1x, https://b.example/y 2x"><style>
    @import "//c.example"
    </style><p style="background: url(https://d.example/z)"><a href="https://e.example/">not asked</a><iframe src=/x>"""
    assert len(list(asked_of_others(html))) == 4


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
    editor = make_user("editor")
    page = InformationPage.objects.get(code="how", locale__language_code="fr")
    look("/cms/", f"/cms/pages/{page.pk}/edit/", "/cms/images/", "/cms/reports/site-history/", who=editor)
    # Wagtail's own scripts may grumble; whom they ask is what matters here.
    watch.faults[:] = [fault for fault in watch.faults if "third party" in fault]
