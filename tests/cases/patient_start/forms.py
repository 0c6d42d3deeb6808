"""Reading the forms of a page and sending them as a browser without scripts does."""

import re
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


class _Forms(HTMLParser):
    """The forms of a page: action and the values a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._area: str = ""
        self._select: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": given.get("action", ""), "values": {}, "names": set(), "buttons": []})
        if not self.forms:
            return
        form, name = self.forms[-1], given.get("name", "")
        if tag in ("input", "textarea", "select") and name:
            form["names"].add(name)
        if tag == "button":
            form["buttons"].append((name, given.get("value", "")))
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind in ("radio", "checkbox"):
                if "checked" in given:
                    form["values"].setdefault(name, []).append(given.get("value", "on"))
            elif kind != "file":
                form["values"][name] = [given.get("value", "")]
        elif tag == "textarea" and name:
            self._area = name
            form["values"][name] = [""]
        elif tag == "select" and name:
            self._select = name
            form["values"][name] = [""]
        elif tag == "option" and self._select and "selected" in given:
            form["values"][self._select] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1]["values"][self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def forms_of(answer: HttpResponse) -> list[dict[str, Any]]:
    """Every form of a page but the log-out of its header."""
    parser = _Forms()
    parser.feed(answer.content.decode())
    return [form for form in parser.forms if "deconnexion" not in form["action"]]


def form_with(answer: HttpResponse, name: str) -> dict[str, Any]:
    """The form that has this field, button or action."""
    for form in forms_of(answer):
        if name in form["names"] or name in form["action"] or any(name == button for button, _v in form["buttons"]):
            return form
    raise AssertionError(f"no form with {name!r}: {forms_of(answer)}")


def send(client: Client, answer: HttpResponse, name: str, url: str = "", /, **values: Any) -> HttpResponse:
    """Fill in the form that has `name` and send it.

    Args:
        url: of the page, for a form that posts to its own address.
        values: what is typed; a list for several ticks, None to leave a field empty.
    """
    form = form_with(answer, name)
    data = {**form["values"], **values}
    data = {key: value for key, value in data.items() if value is not None}
    return client.post(form["action"] or url or answer.request["PATH_INFO"], data)


def words_of(answer: HttpResponse) -> str:
    """The text of a page, without marks, spaces as one."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ")).strip()
