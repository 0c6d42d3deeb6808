"""Input nobody should send, for every field of every form, and what a good answer to it is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from bs4 import BeautifulSoup
from django.core.files.uploadedfile import UploadedFile
from django.test import Client

FORM = "application/x-www-form-urlencoded"
#: Written so that neither a template engine nor a browser may make anything of it.
SVG = '"><svg onload=x>'
SUM, RESULT = "{{1234*4321}}{% debug %}", "5332114"

#: One value for a field each, by name.
VALUES: dict[str, str] = {
    "NUL": "avant\x00apres",
    "megabyte": "m" * 1_000_000,
    "emoji": "👩🏽\u200d⚕️ 𝒳 🏳️\u200d🌈",
    "right to left": "\u202eאבג مرحبا\u202c",
    "svg": SVG,
    "template": SUM,
    "lines": "un\r\nBcc: x@example.org\r\n\r\ndeux",
    "number": "99999999999999999999999",
    "negative": "-1",
    "fraction": "1e309",
    "no number": "NaN",
    "date": "0001-01-01",
    "far": "31/12/9999",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "words": "' OR 1=1 -- %s %(x)s {0} \\",
    "path": "../../etc/passwd",
    "spaces": " \u00a0\u2003\u200b ",
}
#: Bytes no text is made of: half a pair, a broken sequence, an overlong slash.
BROKEN = (b"%ED%A0%80", b"%FF%FE", b"%C0%AF", b"%E9", b"%uD800")
CONTENT_TYPES = ("application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "")

_TEXT_INPUTS = ("text", "tel", "email", "url", "search", "number", "date")


@dataclass(frozen=True)
class Form:
    """A form as it is rendered.

    Args:
        fields: names, and the values a browser would send.
        texts: names of those in which one writes, and would be sorry to have to write again.
    """

    fields: Mapping[str, str]
    texts: frozenset[str]


def forms_of(html: bytes | str, url: str) -> Form:
    """What the forms of a page that post to this address hold, together."""
    soup = BeautifulSoup(html, "lxml")
    fields: dict[str, str] = {}
    texts: set[str] = set()
    for form in soup.find_all("form"):
        if form.get("method", "get").lower() != "post" or form.get("action", url) not in ("", url):
            continue
        for control in form.select("input[name], textarea[name], select[name], button[name]"):
            name, kind = str(control["name"]), str(control.get("type", "text"))
            if name == "csrfmiddlewaretoken" or kind == "file":
                continue
            if control.name == "textarea" or (control.name == "input" and kind in _TEXT_INPUTS):
                texts.add(name)
                fields[name] = control.get_text() if control.name == "textarea" else str(control.get("value", ""))
            elif control.name == "select":
                chosen = control.select_one("option[selected]") or control.select_one("option")
                fields.setdefault(name, str(chosen.get("value", "")) if chosen else "")
            elif kind in ("radio", "checkbox"):
                if control.has_attr("checked") or name not in fields:
                    fields[name] = str(control.get("value", "on")) if control.has_attr("checked") else ""
            elif control.name != "button":
                fields.setdefault(name, str(control.get("value", "")))
    return Form(fields, frozenset(texts))


def encoded(data: Mapping[str, Any]) -> bytes:
    """A body of a form, of texts alone; bytes are put in as they are."""
    pairs = []
    for name, value in data.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, UploadedFile):
                continue
            text = one if isinstance(one, bytes) else quote_plus(str(one)).encode()
            pairs.append(quote_plus(name).encode() + b"=" + text)
    return b"&".join(pairs)


def requests(base: Mapping[str, Any], names: list[str]) -> Iterator[tuple[str, bytes, str]]:
    """Every wrong body for these fields: what is wrong, the body, its content type."""
    for name in names:
        for what, value in VALUES.items():
            yield f"{name}: {what}", encoded({**base, name: value}), FORM
        for number, value in enumerate(BROKEN):
            yield f"{name}: broken {number}", encoded({**base, name: value}), FORM
        yield f"{name}: a list", encoded({**base, name: [base.get(name, ""), "x", "y"]}), FORM
        yield f"{name}: brackets", encoded({**{k: v for k, v in base.items() if k != name}, f"{name}[]": "x"}), FORM
        yield f"{name}: missing", encoded({k: v for k, v in base.items() if k != name}), FORM
    for what, value in VALUES.items():
        small = value[: 4_000_000 // max(1, len(names)) // 2]
        yield f"everywhere: {what}", encoded(dict.fromkeys(names, small)), FORM
    for number, value in enumerate(BROKEN):
        yield f"everywhere: broken {number}", encoded(dict.fromkeys(names, value)), FORM
    yield "everywhere: a list", encoded({name: ["x", "y"] for name in names}), FORM
    yield "an empty body", b"", FORM
    for kind in CONTENT_TYPES:
        yield f"as {kind or 'nothing'}", encoded(base), kind
    yield "broken JSON", b'{"a":', "application/json"
    yield (
        "a broken file",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="\x00"\r\n\r\nabc',
        ("multipart/form-data; boundary=x"),
    )


def sent(client: Client, url: str, body: bytes, content_type: str) -> Any:
    """The answer to a body as it stands."""
    return client.generic("POST", url, body, content_type=content_type)


def faults(response: Any) -> Iterator[str]:
    """What is wrong with an answer."""
    if response.status_code >= 500:
        yield f"{response.status_code} {_why(response)}"
    if not response.headers.get("Content-Type", "").startswith("text/html") or getattr(response, "streaming", False):
        return
    html = response.content.decode()
    if re.search(r"<svg[^>]*onload", html):
        yield "a tag that was typed is one on the page"
    if RESULT in html:
        yield "a template that was typed was worked out"
    if response.status_code >= 400 and "<h1" not in html:
        yield f"{response.status_code} without a page"
    for name, value in response.headers.items():
        if "\n" in value or name.lower() == "bcc":
            yield "a line that was typed is a header"


def _why(response: Any) -> str:
    found = getattr(response, "exc_info", None)
    if not found:
        return ""
    where = found[2]
    places = []
    while where is not None:
        code = where.tb_frame.f_code
        if ".venv" not in code.co_filename:
            places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{where.tb_lineno}")
        where = where.tb_next
    return f"{found[1]!r:.160} at {' '.join(places[-3:])}"


def kept(response: Any, url: str, name: str, value: str) -> bool:
    """Whether the form shown again holds what was typed in this field."""
    found = forms_of(response.content, url)
    words = re.findall(r"\w+", value)
    return name not in found.fields or all(word in found.fields[name] for word in words)
