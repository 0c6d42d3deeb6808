"""Hostile input sent to the addresses of the matrix by somebody who may post there; what comes of it."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from bs4 import BeautifulSoup
from django.core.files.uploadedfile import UploadedFile
from django.test import Client

from tests.site import hostile
from tests.site.asking import undone
from tests.site.pages import address_of, by_name, prepared
from tests.site.rows import AGAIN, DONE, PAGE, Outcomes, Row
from tests.site.stage import Stage

#: One request: the row, what was sent, what is wrong with the answer.
Trial = tuple[str, str, list[str]]
#: Fields a page empties on purpose: what was typed there is of no use a second time.
SECRETS = {"code", "token-otp_token", "auth-password", "password", "current_password"}


def sender(outcomes: Outcomes) -> str:
    """Somebody who may ask for this."""
    for names, status in outcomes.items():
        if names and status in (PAGE, DONE, AGAIN):
            first = names.split()[0]
            return {"everybody": "anonymous", "others": "owner"}.get(first, first)
    return ""


def _fresh(before: Client) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies = copy.deepcopy(before.cookies)
    return client


def posts(stage: Stage, row: Row, every: int = 1, first: int = 0) -> Iterator[Trial]:
    """Wrong bodies for one row.

    Args:
        every: only one of so many, from the `first` on.
    """
    who = sender(row.post)
    if not who:
        return
    url = address_of(row, stage, "fr")
    with undone():
        browser = prepared(stage, row, who)
        with undone():
            shown = _fresh(browser).get(url)
        is_page = shown.status_code == 200 and shown.headers.get("Content-Type", "").startswith("text/html")
        form = hostile.forms_of(shown.content if is_page and not shown.streaming else b"", url)
        posted = {k: v for k, v in row.posted(stage, who).items() if not isinstance(v, UploadedFile)}
        base = {**form.fields, **posted}
        for what, body, kind in list(hostile.requests(base, sorted(base)))[first % every :: every]:
            with undone():
                answer = hostile.sent(_fresh(browser), url, body, kind)
                wrong = list(hostile.faults(answer))
                name, _colon, word = what.partition(": ")
                again = answer.status_code == AGAIN and name in form.texts - SECRETS and word in hostile.VALUES
                if again and not hostile.kept(answer, url, name, hostile.VALUES[word]):
                    wrong.append("what was typed is gone")
            yield row.label, what, wrong


def _parameters(html: bytes) -> set[str]:
    """Names of the query that the links and forms of a page use."""
    soup = BeautifulSoup(html, "lxml")
    found = {name for a in soup.select("a[href*='?']") for name, _ in parse_qsl(urlsplit(str(a["href"])).query)}
    for form in soup.select("form"):
        if form.get("method", "get").lower() == "get":
            found |= {str(control["name"]) for control in form.select("[name]")}
    return found


def gets(stage: Stage, row: Row, every: int = 1, first: int = 0) -> Iterator[Trial]:
    """Wrong queries, and wrong parts of the address, for one row."""
    who = sender(row.get)
    if not who:
        return
    url = address_of(row, stage, "fr")
    with undone():
        browser = prepared(stage, row, who)
        with undone():
            shown = _fresh(browser).get(url)
        html = shown.content if not getattr(shown, "streaming", False) else b""
        names = sorted({"page", "q", "next"} | _parameters(html))
        queries = [
            (f"?{name}= {what}", urlencode({name: value[:4000]}))
            for name in names
            for what, value in hostile.VALUES.items()
        ]
        queries += [(f"?{name}= broken", f"{name}=%FF%ED%A0%80") for name in names]
        asked = [(what, f"{url}?{query}") for what, query in queries]
        asked = asked[first % every :: every] + list(_wrong_parts(url, row, stage))
        for what, address in asked:
            with undone():
                wrong = list(hostile.faults(_fresh(browser).get(address)))
            yield row.label, what, wrong


def _wrong_parts(url: str, row: Row, stage: Stage) -> Iterable[tuple[str, str]]:
    """Addresses with one part that is none: beyond any number, NUL, broken bytes."""
    parameters: dict[str, Any] = dict.fromkeys(by_name()[row.name].parameters)
    for part in [part for part in url.split("/") if part]:
        if part.isdigit() or part in {str(value) for value in row.args.values()}:
            for wrong in ("0", "99999999999999999999999", "%00", "%FF%FE", "%ED%A0%80", "-1", "é", "{{7}}"):
                yield f"part {wrong} for {part}", url.replace(f"/{part}/", f"/{wrong}/")
    if parameters:
        yield "part NUL at the end", f"{url}%00"


def summary(trials: Iterable[Trial]) -> str:
    """One line for each fault of a row; nothing when there is none."""
    lines: dict[tuple[str, str], list[str]] = {}
    for row, what, faults in trials:
        for fault in faults:
            lines.setdefault((row, fault), []).append(what)
    return "\n".join(f"{row}: {fault}: {', '.join(sent[:6])} ({len(sent)})" for (row, fault), sent in lines.items())
