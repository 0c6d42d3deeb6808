"""The frame of a page: who is here, in which role, where one can go, which language, whom to call."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpRequest
from django.shortcuts import render
from django.test import RequestFactory
from django.utils import translation

from ui import navigation
from ui.context_processors import Shell

Ask = Callable[..., HttpRequest]


@pytest.fixture(autouse=True)
def own_menus(monkeypatch: pytest.MonkeyPatch, small_site: None) -> None:
    monkeypatch.setattr(navigation, "_menus", {})
    monkeypatch.setattr(navigation, "_footer", [])
    navigation.register("patient", "My documents", "patient-documents", 20)
    navigation.register("patient", "My case", "patient-home", 10)
    navigation.register("expert", "My cases", "nowhere", 10)
    navigation.register("public", "Log in", "accounts:login", 90)
    navigation.register_footer("Legal notice", "legal")


def frame(request: HttpRequest, template: str = "ui/base.html", **context: Any) -> BeautifulSoup:
    return BeautifulSoup(render(request, template, context).content, "lxml")


def test_name_and_role_stand_on_every_page_of_a_person(ask: Ask) -> None:
    page = frame(ask("/patient/", role="coordinator"))
    assert page.select_one(".person-name").text == "Dr Zoé <b>Martin</b>"
    assert str(navigation.ROLE_LABELS["coordinator"]) in page.select_one(".person-role").text


def test_every_role_has_a_label() -> None:
    roles = "patient representative helper requester treating_doctor expert coordinator care_coordinator assistant"
    assert set(navigation.ROLE_LABELS) == {
        *roles.split(),
        "committee",
        "payer",
        "dpo",
        "editor",
        "administrator",
        "account",
    }


def test_log_out_is_a_post_with_a_token(ask: Ask) -> None:
    form = frame(ask("/patient/", role="patient")).select_one(".person form")
    assert (form["method"], form["action"]) == ("post", "/deconnexion/")
    assert form.select_one("[name=csrfmiddlewaretoken]") is not None


@pytest.mark.parametrize(("role", "verified"), [("", True), ("patient", False)])
def test_without_a_verified_session_the_frame_shows_a_visitor(ask: Ask, role: str, verified: bool) -> None:
    page = frame(ask("/patient/", role=role, verified=verified))
    assert page.select_one(".person") is None
    assert page.select_one("#idle") is None
    assert [a.text for a in page.select(".site-nav a")] == ["Log in"]
    # No cookie before login: nothing that needs a token may be on a visitor's page.
    assert page.select("form, [name=csrfmiddlewaretoken]") == []


def test_the_menu_is_the_roles_own_in_its_order_and_marks_the_place(ask: Ask) -> None:
    page = frame(ask("/patient/documents/", role="patient"))
    assert [a.text for a in page.select(".site-nav a")] == ["My case", "My documents"]
    assert [a.get("aria-current") for a in page.select(".site-nav a")] == [None, "page"]
    deeper = frame(ask("/patient/documents/17/", role="patient"))
    assert [a.get("aria-current") for a in deeper.select(".site-nav a")] == [None, "true"]


def test_one_link_needs_no_button_to_unfold_it(ask: Ask) -> None:
    assert frame(ask("/")).select(".menu-button") == []
    assert frame(ask("/", role="patient")).select_one(".menu-button summary").text.strip()


def test_an_entry_that_leads_nowhere_is_left_out_and_reported(ask: Ask) -> None:
    assert frame(ask("/", role="expert")).select(".site-nav a") == []
    assert [m.id for m in navigation.check_names(None)] == ["ui.W001"]


def test_an_entry_may_depend_on_the_request(ask: Ask) -> None:
    navigation.register("patient", "Here", "x", 1, address=lambda request: request.path + "x/")
    navigation.register("patient", "Hidden", "y", 2, address=lambda request: None)
    links = frame(ask("/patient/", role="patient")).select(".site-nav a")
    assert [(a.text, a["href"]) for a in links][0] == ("Here", "/patient/x/")
    assert "Hidden" not in [a.text for a in links]


def test_registering_a_name_again_replaces_it(ask: Ask) -> None:
    navigation.register("patient", "Mine", "patient-home", 10)
    links = frame(ask("/", role="patient")).select(".site-nav a")
    assert [a.text for a in links] == ["Mine", "My documents"]


@pytest.mark.parametrize(
    ("language", "path", "other"),
    [
        ("fr", "/patient/documents/?page=2&q=a", "/en/patient/documents/?page=2&q=a"),
        ("en", "/en/patient/documents/?page=2", "/patient/documents/?page=2"),
        ("fr", "/nothing/here/", "/en/"),
        ("en", "/en/nothing/here/", "/"),
    ],
)
def test_the_language_switch_keeps_the_page(ask: Ask, language: str, path: str, other: str) -> None:
    with translation.override(language):
        links = frame(ask(path)).select(".site-footer a[hreflang]")
    assert [(a["href"], a["lang"]) for a in links] == [(other, "en" if language == "fr" else "fr")]


def test_a_view_may_name_its_page_in_the_other_language(ask: Ask) -> None:
    request = ask("/hernie-discale/")
    request.translations = {"en": "/en/slipped-disc/"}  # type: ignore[attr-defined]
    assert frame(request).select_one("a[hreflang=en]")["href"] == "/en/slipped-disc/"


def test_the_footer_says_whom_to_call(ask: Ask, settings: Any) -> None:
    settings.SERVICE_PHONE, settings.SERVICE_EMAIL = "01 23 45 67 89", "aide@exemple.fr"
    footer = frame(ask("/")).select_one(".site-footer")
    assert [a["href"] for a in footer.select(".footer-emergency a")] == ["tel:15", "tel:112", "sms:114"]
    assert footer.select_one("a[href='tel:0123456789']") is not None
    assert footer.select_one("a[href='/mentions/']").text == "Legal notice"


def test_the_idle_limit_is_told_to_the_page_of_a_person(ask: Ask, settings: Any) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_WARNING_SECONDS = 1200, 120
    dialog = frame(ask("/patient/", role="patient")).select_one("dialog#idle")
    assert dialog["data-idle-url"] == "/activite/"
    assert (dialog["data-idle-seconds"], dialog["data-idle-warning"]) == ("1200", "120")
    assert dialog.select_one("[data-idle-login]")["href"] == "/connexion/"


def test_the_skip_link_leads_to_the_main_part(ask: Ask) -> None:
    page = frame(ask("/"))
    assert page.select_one("body a")["href"] == "#main"
    assert page.select_one("main#main")["tabindex"] == "-1"


def test_only_one_column_is_drawn_when_nothing_stands_aside(ask: Ask) -> None:
    assert frame(ask("/")).select_one(".aside-column").decode_contents() == ""


@pytest.mark.parametrize("name", ["400", "403", "404", "405", "409", "413", "422", "429", "csrf"])
def test_an_error_page_says_what_happened_and_what_to_do(ask: Ask, name: str) -> None:
    page = frame(ask("/"), f"ui/errors/{name}.html", message="", next_step="", reference="")
    assert page.select_one("h1").text.strip()
    assert len([p for p in page.select("main p") if p.text.strip()]) >= 2
    told = frame(ask("/"), f"ui/errors/{name}.html", message="Because <b>", next_step="Do this.", reference="K7")
    assert "Because <b>" in told.select_one("main").text
    assert "Do this." in told.text
    assert "K7" in told.text


def test_the_page_of_a_breakdown_needs_nothing_of_the_site() -> None:
    """No request, no context processor, no database: any of them may be what broke."""
    from django.template.loader import get_template

    page = BeautifulSoup(get_template("ui/errors/500.html").render({"reference": "K7"}), "lxml")
    assert page.select_one("h1").text
    assert "K7" in page.text
    assert page.select_one("a[href='tel:15']") is not None
    assert page.select("script, form") == []


def test_the_shell_asks_nothing_before_it_is_drawn() -> None:
    """A page that does not use the frame pays nothing: not even the user is looked at."""
    Shell(RequestFactory().get("/"))
