"""Addresses and embedded content in a text, disguised ones included."""

import re
from collections.abc import Collection, Iterator

from cms.compliance.findings import Code, Finding, Severity
from cms.compliance.reading import Reading
from cms.compliance.rules import link_rules

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOT = r"(?:\.|\[\.\]|\(\.\)| ?[\[(](?:dot|point)[\])] ?| {1,2}(?:dot|point) {1,2})"
_DOMAIN = re.compile(
    rf"(?<![\w.@-])(?P<scheme>h(?:tt|xx)ps?:/{{1,2}})?(?P<host>(?:{_LABEL}{_DOT}){{1,6}}(?P<ending>[a-z]{{2,12}}))(?![\w@-])"
)
_EMBED = re.compile(
    r"<\s{0,3}(?:iframe|script|embed|object|video|audio|img|a(?=\s)|link(?=\s))|\b(?:iframes?|widgets?)\b|\b(?:h(?:tt|xx)ps?|ftp)://"
)
_HANDLE = re.compile(r"(?<![\w.@+-])@[a-z_][\w.]{2,40}")
_EMAIL = re.compile(r"(?<![\w.])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")


def _allowed(host: str, hosts: Collection[str]) -> bool:
    """Whether a host is one of these or lies under one."""
    parts = host.split(".")
    return any(".".join(parts[start:]) in hosts for start in range(len(parts)))


def _written_as_one(host: str, match: re.Match[str], reading: Reading) -> bool:
    """Whether words joined by full stops are an address, and no sentences without a space between them."""
    start, end = match.span("ending")
    ending = reading.original[reading.origins[start] : reading.origins[end - 1] + 1]
    sentence_begins = ending[0].isupper() and not ending.isupper()
    return match["host"] == host and not sentence_begins and all(len(label) > 2 for label in host.split("."))


def find_links(reading: Reading, *, own_hosts: Collection[str]) -> Iterator[Finding]:
    """Addresses elsewhere and embedded content: blocking, save sources of public bodies and e-mail addresses.

    Args:
        own_hosts: the site's own domains.
    """
    rules = link_rules()
    plain, taken = reading.plain, [match.span() for match in _EMAIL.finditer(reading.plain)]

    def finding(start: int, end: int, severity: Severity) -> Finding:
        first, last = reading.origins[start], reading.origins[end - 1] + 1
        words = reading.original[first:last]
        return Finding(Code.LINK, severity, first, last, words, rules.article, "link")

    for start, end in taken:
        yield finding(start, end, Severity.WARNING)
    for match in _DOMAIN.finditer(plain):
        host = re.sub(_DOT, ".", match["host"])
        known = match["scheme"] or host.startswith("www.") or plain[match.end() : match.end() + 1] == "/"
        if not known and match["ending"] not in rules.endings and not _written_as_one(host, match, reading):
            continue
        if (
            not match["scheme"]
            and re.search(r" (?:dot|point) ", match["host"])
            and match["ending"] not in rules.endings
        ):
            continue
        taken.append(match.span())
        if _allowed(host, own_hosts):
            continue
        public = _allowed(host, rules.public) or host.endswith((".gouv.fr", ".gov", ".gov.uk", ".nhs.uk", ".europa.eu"))
        yield finding(*match.span(), Severity.WARNING if public else Severity.BLOCKING)
    for match in (*_EMBED.finditer(plain), *_HANDLE.finditer(plain)):
        if not any(start <= match.start() < end for start, end in taken):
            yield finding(*match.span(), Severity.BLOCKING)
