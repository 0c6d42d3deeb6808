"""Every page the site answers with: what each reader gets at each address of the matrix, in both languages.

Taken from the rows of the matrix, so that a new address cannot be forgotten. Whoever gets a page gets it here too: what
the matrix says he should get is not asked.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.test import Client

from cms.content import codes, path_of
from tests.cases import world
from tests.site.asking import browser_of, undone
from tests.site.rows import DONE, MEMBERS, Row, expected
from tests.site.stage import Stage
from tests.site.walking import Address, addresses, url_of

LANGUAGES = ("fr", "en")
#: One of each role, for what lies in no role's space, and who has no role or too many.
ONE_OF_EACH = [
    *("anonymous", "owner", "helper", "parent", "requester", "expert", "coordinator"),
    *("unchecked", "nurse", "assistant", "member", "manager", "dpo", "editor", "administrator", "root"),
]
#: Whose pages differ from those of another of the same space.
SPACE_READERS: dict[str, str] = {
    "patient": "owner stranger helper bringer parent",
    "requerant": "requester other_requester",
    "expert": "expert other_expert",
    "bureau/telephone": "nurse",
    "bureau": "coordinator deputy nurse assistant",
    "conseil": "member aside",
    "payeur": "manager",
    "dpo": "dpo",
    "technique": "administrator",
}
#: An address of nothing.
NOWHERE = "/nulle-part/"


@dataclass(frozen=True)
class Page:
    """A page as it was answered.

    Args:
        label: row of the matrix, and how it was asked for.
        who: of `EVERYBODY`.
        url: its address.
        status: 200, or that of a form shown again or a refusal.
        html: its source.
        headers: those of the answer.
    """

    label: str
    who: str
    language: str
    url: str
    status: int
    html: str
    headers: dict[str, str] = field(hash=False, compare=False)

    def __str__(self) -> str:
        return f"{self.label} [{self.who} {self.language} {self.status}]"


@cache
def by_name() -> dict[str, Address]:
    """The addresses of ours."""
    return {found.name: found for found in addresses() if found.is_ours}


def space_of(row: Row) -> str:
    """The space of a row's address, the narrowest there is; "" for none."""
    route = by_name()[row.name].route
    return max((prefix for prefix in MEMBERS if route.startswith(f"{prefix}/")), key=len, default="")


def readers(row: Row) -> list[str]:
    """Who may be shown something else than others at this address."""
    found = SPACE_READERS.get(space_of(row))
    return found.split() if found else ONE_OF_EACH


def address_of(row: Row, stage: Stage, language: str) -> str:
    """The address of a row, in a language."""
    return url_of(row, by_name()[row.name].parameters, stage, language=language)


def prepared(stage: Stage, row: Row, who: str, language: str = "fr") -> Any:
    """A browser of this person that has posted what the row says comes before."""
    client = browser_of(stage, who)
    for name, data in row.before:
        before = Row(name, row.at, data=data)
        client.post(address_of(before, stage, language), before.posted(stage, who))
    return client


def _shown(label: str, who: str, language: str, url: str, response: Any) -> Iterator[Page]:
    """The page of an answer; none for a redirect, a file or data.

    Raises:
        AssertionError: the site broke.
    """
    if response.status_code >= 500:
        raise AssertionError(f"{label} [{who} {language}] {response.status_code} {getattr(response, 'exc_info', '')}")
    html = response.headers.get("Content-Type", "").startswith("text/html")
    if html and not getattr(response, "streaming", False) and response.status_code not in (301, 302):
        text = response.content.decode()
        yield Page(label, who, language, url, response.status_code, text, dict(response.headers))


def answers(stage: Stage, row: Row, who: str, language: str) -> Iterator[Page]:
    """What this reader is shown at this address: on the first visit, with nothing filled in, with what is refused."""
    url = address_of(row, stage, language)
    asks: list[tuple[str, Callable[[Any], Any]]] = []
    if row.get:
        asks.append(("GET", lambda client: client.get(url)))
    if row.post:
        asks.append(("POST nothing", lambda client: client.post(url, {})))
        # What is done leads to another page, which is asked for there.
        if expected(row, space_of(row), who, "POST") != DONE:
            asks.append(("POST", lambda client: client.post(url, row.posted(stage, who))))
    for name, ask in asks:
        with undone():
            response = ask(prepared(stage, row, who, language))
            found = list(_shown(f"{name} {row.label}", who, language, url, response))
        yield from found
        if response.status_code in (403, 404):
            # Not for him: that nothing else is either is the business of the matrix.
            return


_DIFFERS = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|[0-9a-f]{8}-[0-9a-f-]{27}|<span class="person-name">[^<]*</span>'
)


def pages_of_rows(stage: Stage, rows: Iterable[Row], language: str, *, first_only: bool = False) -> Iterator[Page]:
    """The pages of these rows, each once however many are shown it, and each kind of refusal once.

    Args:
        first_only: only the first reader of each row who is not refused.
    """
    seen: set[object] = set()
    for row in rows:
        for who in readers(row):
            shown = list(answers(stage, row, who, language))
            for page in shown:
                refused = page.status not in (200, 422)
                known = (page.status, who) if refused else _DIFFERS.sub("", page.html)
                if known not in seen:
                    seen.add(known)
                    yield page
            if first_only and any(page.status in (200, 422) for page in shown):
                break


def elsewhere(stage: Stage) -> Iterator[Page]:
    """The public pages, those of errors, and the second step of the login."""
    password = {
        "login_view-current_step": "auth",
        "auth-username": stage.people.users["owner"].email,
        "auth-password": world.PASSWORD,
    }
    wrong_code = {"login_view-current_step": "token", "token-otp_token": "000000"}
    for language in LANGUAGES:
        prefix = "/en" if language == "en" else ""
        for name, url in (("home", f"{prefix}/"), ("unknown", f"{prefix}{NOWHERE}")):
            for who in ("anonymous", "owner", "expert", "coordinator", "requester"):
                with undone():
                    yield from _shown(f"GET {name}", who, language, url, browser_of(stage, who).get(url))
        for code in codes():
            url = path_of(code, language)
            yield from _shown(f"GET {code}", "anonymous", language, url, browser_of(stage, "anonymous").get(url))
        login = f"{prefix}/connexion/"
        with undone():
            client, strict = browser_of(stage, "anonymous"), Client(enforce_csrf_checks=True)
            client.get(login)
            for label, response in (
                ("POST password", client.post(login, password)),
                ("POST wrong code", client.post(login, wrong_code)),
                ("POST forged", strict.post(login)),
            ):
                yield from _shown(label, "anonymous", language, login, response)
