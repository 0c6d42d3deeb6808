"""The pages in a real browser: on a phone, without scripts, while saving, when nobody is there."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import engines
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

import ui
from ui import forms, navigation
from ui.gallery import PAGES, gallery

pytestmark = pytest.mark.browser
STATIC = Path(str(ui.__file__)).parent / "static"
ROOT = Path(__file__).resolve().parents[2]
SITE = "http://localhost"
# WCAG 1.4.12.
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    " p { margin-bottom: 2em !important }"
)


class Draft(forms.Form):
    """A draft as experts and patients write it."""

    summary = forms.LongTextField(label="Résumé", required=False, max_length=100)
    limits = forms.LongTextField(label="Limites", required=False)
    code = forms.CodeField(required=False)


EDITOR = """{% extends "ui/base.html" %}{% load ui %}{% block title %}Avis{% endblock %}{% block main %}<h1>Avis</h1>
<form method="post" action="/sent/" novalidate data-autosave-url="/save/" data-version="3">{% csrf_token %}
<input type="hidden" name="version" value="3">{% save_state %}{% fields form %}
<button class="button">Signer</button></form>
{% endblock %}"""


class Site:
    """A site of our templates and static files, answered inside the browser: no server, no database.

    `answer` is called for posts to /save/ and gives status and JSON; None breaks the connection.
    """

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages
        self.posts: list[tuple[str, str]] = []
        # True for somebody's activity, False for a question by the page alone.
        self.reports: list[bool] = []
        self.over = False
        self.absolute = 4 * 3600
        self.answer: Callable[[int], tuple[int, dict[str, Any]] | None] = lambda n: (
            200,
            {"version": 3 + n, "saved_at": "21 h 14"},
        )

    def __call__(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE).split("?")[0].split("#")[0]
        if route.request.method == "POST":
            self.posts.append((path, route.request.post_data or ""))
            if path == "/save/":
                told = self.answer(sum(p == "/save/" for p, _ in self.posts))
                if told is None:
                    route.abort("internetdisconnected")
                else:
                    route.fulfill(status=told[0], content_type="application/json", body=json.dumps(told[1]))
                return
            if path == "/activite/":
                self.reports.append("x-background" not in route.request.headers)
                left = {"idle": 1200, "absolute": self.absolute}
                route.fulfill(status=401 if self.over else 200, content_type="application/json", body=json.dumps(left))
                return
            route.fulfill(content_type="text/html", body="<title>sent</title>")
        elif path.startswith("/static/vendor/"):
            found = ROOT / "static_build" / path.removeprefix("/static/vendor/")
            route.fulfill(path=found) if found.exists() else route.fulfill(status=404)
        elif path.startswith("/static/"):
            route.fulfill(path=STATIC / path.removeprefix("/static/"))
        elif path in self.pages:
            route.fulfill(content_type="text/html", body=self.pages[path])
        else:
            route.fulfill(status=404, content_type="text/html", body="<title>nothing</title>")

    def saved(self) -> list[str]:
        """What was posted by the autosave."""
        return [body for path, body in self.posts if path == "/save/"]


@pytest.fixture
def site(ask: Callable[..., HttpRequest], small_site: None, evening: Any, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(navigation, "_menus", {})
    for number, label in enumerate(("Mon dossier", "Mes documents", "Qui a vu mon dossier", "Mes choix")):
        navigation.register("patient", label, str(number), number, address=lambda r, n=number: f"/patient/{n}/")  # type: ignore[misc]
    pages = {}
    for name in ("", *PAGES):
        for query in ("", "?erreurs=1"):
            html = gallery(ask(f"/demo/composants/{query}", role="patient"), name).content.decode()
            pages[f"/{name}{'-wrong' if query else ''}"] = html
    editor = engines["django"].from_string(EDITOR)
    pages["/draft/"] = editor.render({"form": Draft(initial={"summary": "ancien"})}, ask("/draft/", role="expert"))
    return Site(pages)


@pytest.fixture
def at(page: Page, site: Site) -> Callable[[str], Page]:
    """`at("/patient")`: the page of the small site."""
    page.route("**/*", site)

    def opened(path: str) -> Page:
        page.goto(SITE + path)
        return page

    return opened


@pytest.fixture
def quiet(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A phone with scripts switched off."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.route("**/*", site)
    yield context
    context.close()


# --- reading


@pytest.mark.parametrize("width", [320, 390, 730, 999, 1280])
def test_no_page_is_wider_than_the_window(at: Callable[[str], Page], width: int) -> None:
    for name in ("", *PAGES):
        for variant in ("", "-wrong"):
            page = at(f"/{name}{variant}")
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, variant)


def test_text_spacing_cuts_nothing(at: Callable[[str], Page]) -> None:
    for name in ("", *PAGES):
        page = at(f"/{name}")
        page.set_viewport_size({"width": 390, "height": 800})
        page.add_style_tag(content=SPACING)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        cut = page.evaluate(
            "[...document.querySelectorAll('p, li, dd, a, button, label, .tag')].filter(e => e.clientHeight > 1 &&"
            " getComputedStyle(e).overflow !== 'visible' && e.scrollHeight > e.clientHeight + 1).length"
        )
        assert cut == 0, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(at: Callable[[str], Page], page: Page, scheme: str) -> None:
    axe = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    assert axe.exists(), "run `make setup`: axe-core is missing"
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for name in ("", "-wrong", *PAGES, "patient-wrong", "question-wrong"):
        at(f"/{name}").add_script_tag(path=axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == [], name


def test_main_targets_are_44_px_and_others_24_on_a_phone(at: Callable[[str], Page]) -> None:
    for name in ("", *PAGES):
        page = at(f"/{name}")
        page.set_viewport_size({"width": 390, "height": 800})
        small = page.evaluate(
            """[...document.querySelectorAll('.button, .menu-button summary, .choice label, .back a, .tabs a, .pager a,'
            + 'input:not([type=hidden], [type=radio], [type=checkbox]), select, .pane-switch label')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
        )
        assert small == [], name
        tiny = page.evaluate(
            """[...document.querySelectorAll('button, input, .footer-links a, .task a, .summary-change a')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 24
            && !e.closest('.pane-switch')).map(e => e.outerHTML)"""
        )
        assert tiny == [], name


@pytest.mark.parametrize("size", [(1280, 800), (390, 500)])
@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_every_tab_stop_shows_the_ring_and_is_not_covered(
    at: Callable[[str], Page], size: tuple[int, int], key: str
) -> None:
    page = at("/expert")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("document.getElementById('pane-write').checked = true")
    if key == "Shift+Tab":
        page.locator(".site-footer a").last.focus()
    seen = 0
    for _ in range(60):
        page.keyboard.press(key)
        state = page.evaluate(
            """(() => { const e = document.activeElement; if (e === document.body) return null;
            const shown = e.name === 'pane' ? e.nextElementSibling : e;
            const s = getComputedStyle(shown), r = shown.getBoundingClientRect();
            const top = document.elementFromPoint(r.x + r.width / 2, r.y + Math.min(r.height / 2, 10));
            return {ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3, html: e.outerHTML.slice(0, 80),
                    covered: !(top && (shown.contains(top) || top.contains(shown)))} })()"""
        )
        if state is None:
            break
        seen += 1
        assert state["ring"], state["html"]
        assert not state["covered"], state["html"]
    assert seen > 10


def test_a_table_becomes_cards_that_name_their_columns_on_a_phone(at: Callable[[str], Page]) -> None:
    page = at("/bureau")
    page.set_viewport_size({"width": 390, "height": 800})
    cells = page.locator("tbody tr").first.locator("td")
    lefts = {cells.nth(n).bounding_box()["x"] for n in range(cells.count())}  # type: ignore[index]
    assert len(lefts) == 1
    named = cells.nth(2).evaluate("e => getComputedStyle(e, '::before').content")
    assert named == '"Pathologie\u00a0: "'
    page.set_viewport_size({"width": 1280, "height": 800})
    lefts = {cells.nth(n).bounding_box()["x"] for n in range(cells.count())}  # type: ignore[index]
    assert len(lefts) == 6


def test_a_question_mark_never_begins_a_line(at: Callable[[str], Page]) -> None:
    for width in (320, 390, 500, 760, 1280):
        page = at("/patient")
        page.set_viewport_size({"width": width, "height": 800})
        apart = page.evaluate(
            """(() => { const text = document.querySelector('blockquote').firstChild, at = text.data.indexOf('?');
            const top = i => { const r = document.createRange(); r.setStart(text, i); r.setEnd(text, i + 1);
                               return r.getBoundingClientRect().top };
            return top(at) - top(at - 2) })()"""
        )
        assert apart == 0, width


# --- without scripts


def test_the_menu_of_a_phone_opens_without_scripts(quiet: BrowserContext) -> None:
    page = quiet.new_page()
    page.goto(f"{SITE}/patient")
    documents = page.get_by_role("link", name="Mes documents")
    expect(documents).to_be_hidden()
    page.locator(".menu-button summary").click()
    expect(documents).to_be_visible()
    assert documents.bounding_box()["height"] >= 44  # type: ignore[index]


def test_the_experts_three_parts_are_reached_without_scripts(quiet: BrowserContext) -> None:
    page = quiet.new_page()
    page.goto(f"{SITE}/expert")
    expect(page.locator(".pane-file")).to_be_visible()
    expect(page.locator(".pane-write")).to_be_hidden()
    page.locator("label[for=pane-write]").click()
    expect(page.locator(".pane-write")).to_be_visible()
    expect(page.locator(".pane-file")).to_be_hidden()
    # Whose file it is stays in view.
    page.mouse.wheel(0, 4000)
    expect(page.locator(".case-bar h1")).to_be_in_viewport()


def test_a_wide_screen_shows_the_experts_three_parts_at_once(at: Callable[[str], Page]) -> None:
    page = at("/expert")
    for part in ("file", "view", "write"):
        expect(page.locator(f".pane-{part}")).to_be_visible()
    expect(page.locator(".pane-switch")).to_be_hidden()


# --- errors


def test_the_summary_of_errors_has_the_focus_and_leads_to_the_field(at: Callable[[str], Page]) -> None:
    page = at("/-wrong")
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").first.click()
    expect(page.locator("#id_name")).to_be_focused()
    expect(page.locator("label[for=id_name]")).to_be_in_viewport()


# --- while writing


def test_text_is_saved_while_one_writes_with_the_version_it_was_read_at(at: Callable[[str], Page], site: Site) -> None:
    page = at("/draft/")
    page.fill("#id_summary", "un")
    expect(page.locator("[data-save-state]")).to_contain_text("21 h 14")
    page.fill("#id_summary", "un deux")
    page.wait_for_function("document.querySelector('[name=version]').value === '5'")
    first, second = site.saved()
    assert "version=3" in first
    assert "summary=un&" in first
    assert "version=4" in second
    assert "csrfmiddlewaretoken=" in first


def test_a_link_waits_until_what_was_typed_is_kept(at: Callable[[str], Page], site: Site) -> None:
    page = at("/draft/")
    seen: list[str] = []
    page.on("requestfinished", lambda request: seen.append("kept") if request.method == "POST" else None)
    page.on("request", lambda request: seen.append("left") if request.is_navigation_request() else None)
    page.fill("#id_summary", "un mot de plus")
    page.locator("header a[href]").first.click()
    page.wait_for_url(lambda url: "/draft/" not in url)
    assert seen[:2] == ["kept", "left"]
    assert "summary=un+mot+de+plus" in site.saved()[0]


def test_two_windows_show_both_texts_and_lose_neither(at: Callable[[str], Page], site: Site) -> None:
    theirs = "autre <b>texte</b>"
    site.answer = lambda n: (
        (409, {"version": 9, "fields": {"summary": theirs, "limits": ""}})
        if n == 1
        else (200, {"version": 10, "saved_at": "1 h"})
    )
    page = at("/draft/")
    page.clock.install()
    page.fill("#id_summary", "mon texte")
    page.clock.run_for(3000)
    box = page.locator(".conflict")
    expect(box).to_have_count(1)
    assert page.input_value("#id_summary") == "mon texte"
    assert page.input_value("#id_summary_theirs") == theirs
    # Nothing is overwritten before the choice.
    page.locator("#id_limits").type("x")
    page.clock.run_for(10_000)
    page.wait_for_timeout(100)
    assert len(site.saved()) == 1
    box.locator("button").nth(1).click()
    page.clock.run_for(1000)
    expect(page.locator("[data-save-state]")).to_contain_text("1 h")
    assert page.input_value("#id_summary") == theirs
    assert "version=9" in site.saved()[1]
    expect(box).to_have_count(0)


def test_without_connection_the_text_stays_and_is_sent_again(at: Callable[[str], Page], site: Site) -> None:
    site.answer = lambda n: None if n == 1 else (503, {}) if n == 2 else (200, {"version": 4, "saved_at": "21 h 20"})
    page = at("/draft/")
    page.clock.install()
    page.fill("#id_summary", "hors ligne")
    page.clock.run_for(3000)
    page.wait_for_function("document.querySelector('[data-save-state]').textContent.length > 30")
    page.clock.run_for(6000)
    page.wait_for_timeout(50)
    page.clock.run_for(12000)
    expect(page.locator("[data-save-state]")).to_contain_text("21 h 20")
    assert page.input_value("#id_summary") == "hors ligne"
    assert len(site.saved()) == 3


def test_leaving_with_unsaved_text_warns_and_sending_does_not(at: Callable[[str], Page], site: Site) -> None:
    site.answer = lambda n: (403, {})
    page = at("/draft/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#id_summary").type("a")
    page.locator("[data-save-state]:not(:empty)").wait_for()
    page.locator(".brand").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url == f"{SITE}/draft/"
    page.get_by_role("button", name="Signer").click()
    page.wait_for_url(f"{SITE}/sent/")
    assert asked == ["beforeunload"]


def test_a_double_click_sends_once(at: Callable[[str], Page], site: Site) -> None:
    page = at("/draft/")
    page.evaluate("(f => f.addEventListener('submit', () => setTimeout(() => f.requestSubmit())))(document.forms[1])")
    page.get_by_role("button", name="Signer").dblclick()
    page.wait_for_url(f"{SITE}/sent/")
    assert [path for path, _ in site.posts] == ["/sent/"]


def test_a_code_is_pasted_with_its_spaces(at: Callable[[str], Page]) -> None:
    page = at("/draft/")
    page.locator("#id_code").focus()
    page.keyboard.insert_text("012 345")
    assert page.input_value("#id_code") == "012345"


def test_characters_are_counted_as_people_count_them(at: Callable[[str], Page]) -> None:
    page = at("/draft/")
    page.fill("#id_summary", "😀" * 98)
    count = page.locator("#id_summary_count")
    expect(count).to_have_text(f"2\u00a0{page.locator('#ui-words').get_attribute('data-left')}")
    page.fill("#id_summary", "x" * 103)
    expect(count).to_have_text(f"3\u00a0{page.locator('#ui-words').get_attribute('data-over')}")
    # Nothing typed is cut.
    assert len(page.input_value("#id_summary")) == 103


# --- when nobody is there


@pytest.fixture
def away(at: Callable[[str], Page], page: Page) -> Page:
    page.clock.install()
    at("/draft/")
    return page


def test_the_page_warns_two_minutes_before_the_session_ends(away: Page, site: Site) -> None:
    dialog = away.locator("dialog#idle")
    away.clock.run_for(17 * 60_000)
    expect(dialog).to_be_hidden()
    away.clock.run_for(65_000)
    expect(dialog).to_be_visible()
    with away.expect_response("**/activite/"):
        dialog.get_by_role("button").first.press("Enter")
    expect(dialog).to_be_hidden()
    assert site.reports == [True]
    away.clock.run_for(17 * 60_000)
    expect(dialog).to_be_hidden()


def test_writing_counts_as_being_there_and_is_reported_once_a_minute(away: Page, site: Site) -> None:
    for _ in range(8):
        away.locator("#id_code").press("1")
        away.clock.run_for(30_000)
    away.wait_for_timeout(100)
    assert 2 <= len(site.reports) <= 4
    away.clock.run_for(17 * 60_000)
    expect(away.locator("dialog#idle")).to_be_hidden()


def test_after_the_end_the_page_hides_what_it_showed_and_keeps_what_was_written(away: Page, site: Site) -> None:
    site.answer = lambda n: (403, {})
    away.fill("#id_summary", "ce que j’écrivais")
    away.clock.run_for(21 * 60_000)
    expect(away.locator("main")).to_be_hidden()
    site.over = True
    away.locator("[data-idle-login]").click()
    away.wait_for_url(f"{SITE}/sent/")
    assert site.reports[-1] is False
    assert "summary=ce+que+j" in site.posts[-1][1]


def test_a_form_is_never_sent_for_good_while_the_session_still_lives(away: Page, site: Site) -> None:
    site.answer = lambda n: (403, {})
    away.fill("#id_summary", "ce que j’écrivais")
    away.clock.run_for(21 * 60_000)
    away.locator("[data-idle-login]").click()
    expect(away.locator("main")).to_be_visible()
    assert away.input_value("#id_summary") == "ce que j’écrivais"
    assert "/sent/" not in [path for path, _ in site.posts]


def test_a_session_found_over_while_saving_hides_the_page(away: Page, site: Site) -> None:
    site.answer = lambda n: (401, {})
    away.fill("#id_summary", "a")
    away.clock.run_for(4000)
    expect(away.locator("#idle-over")).to_be_visible()
    expect(away.locator("main")).to_be_hidden()


def test_the_last_minutes_of_the_longest_session_are_announced_once(away: Page, site: Site) -> None:
    site.absolute = 170
    for _ in range(3):
        away.locator("#id_code").press("1")
        away.clock.run_for(40_000)
    away.wait_for_timeout(50)
    away.clock.run_for(80_000)
    expect(away.locator("#idle-limit")).to_be_visible()
    away.locator("[data-idle-part=limit] button").click()
    expect(away.locator("dialog#idle")).to_be_hidden()
    away.clock.run_for(10_000)
    expect(away.locator("dialog#idle")).to_be_hidden()


def test_after_the_end_of_a_session_without_text_one_logs_in_and_comes_back(away: Page, site: Site) -> None:
    away.clock.run_for(21 * 60_000)
    expect(away.locator("#idle-over")).to_be_visible()
    away.keyboard.press("Escape")
    expect(away.locator("#idle-over")).to_be_visible()
    assert away.locator("[data-idle-login]").get_attribute("href") == f"{SITE}/connexion/?next=%2Fdraft%2F"
