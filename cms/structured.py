"""What a public page says of itself to machines (schema.org, as JSON-LD): facts the page shows, and nothing else.

Never a doctor, a rating, a review or a price: the Order's rules refuse to advertise with them (C-DEO-1, -6). A block of
data is no script: browsers run nothing of it, and the strict content policy lets it stand without a nonce.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

Data = dict[str, Any]
#: What could end the element or begin another, written as JSON may write it.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def as_script(parts: Iterable[Data]) -> SafeString:
    """The element that carries these descriptions; "" for none."""
    graph = list(parts)
    if not graph:
        return SafeString("")
    words = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).translate(_ESCAPES)
    # Nothing in it is markup any more.
    return mark_safe(f'<script type="application/ld+json">{words}</script>')  # noqa: S308


def full(path: str) -> str:
    """An address of this site, whole."""
    return settings.SITE_ORIGIN + path


def _organisation() -> Data:
    return {"@type": "Organization", "@id": full("/#organisation"), "name": settings.SERVICE_CONTROLLER}


def site(path: str, language: str) -> list[Data]:
    """The site and who publishes it, for the first page.

    Args:
        path: of the first page in this language.
    """
    return [
        _organisation(),
        {
            "@type": "WebSite",
            "@id": full(f"{path}#site"),
            "url": full(path),
            "name": settings.SERVICE_NAME,
            "inLanguage": language,
            "publisher": {"@id": full("/#organisation")},
        },
    ]


def breadcrumbs(trail: Iterable[Mapping[str, str]], path: str) -> Data:
    """Where the page stands.

    Args:
        trail: as `SitePage.trail` gives it; its last part is the page itself.
        path: of the page.
    """
    items = [
        {"@type": "ListItem", "position": number, "name": str(part["label"]), "item": full(part["url"] or path)}
        for number, part in enumerate(trail, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def questions(entries: Iterable[tuple[str, str]]) -> Data:
    """Questions and answers in plain words, as the page shows them."""
    found = [
        {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
        for question, answer in entries
    ]
    return {"@type": "FAQPage", "mainEntity": found}


def medical_page(page: Any, path: str) -> Data:
    """A page about a disease, with the day of its last review."""
    return {
        "@type": "MedicalWebPage",
        "url": full(path),
        "name": page.title,
        "inLanguage": page.locale.language_code,
        "lastReviewed": page.reviewed_on.isoformat(),
        "about": {"@type": "MedicalCondition", "name": page.pathology.name_in(page.locale.language_code)},
        "publisher": _organisation(),
    }
