"""Menus, role names and footer links: a registry that the packages above fill in `AppConfig.ready()`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy

Text = str | Promise
#: Gives the address for a request; None hides the entry.
Address = Callable[[HttpRequest], str | None]
# Visitors who are not logged in.
PUBLIC = "public"

# What somebody is here for, in words that say nothing of whether a man or a woman does it.
ROLE_LABELS: dict[str, Text] = {
    "patient": pgettext_lazy("role", "patient"),
    "representative": pgettext_lazy("role", "legal representative"),
    "helper": pgettext_lazy("role", "family helper"),
    "requester": pgettext_lazy("role", "requesting professional"),
    "treating_doctor": pgettext_lazy("role", "treating doctor"),
    "expert": pgettext_lazy("role", "expert physician"),
    "coordinator": pgettext_lazy("role", "coordinating physician"),
    "care_coordinator": pgettext_lazy("role", "coordinating nurse"),
    "assistant": pgettext_lazy("role", "administrative assistant"),
    "committee": pgettext_lazy("role", "scientific committee"),
    "payer": pgettext_lazy("role", "payer manager"),
    "dpo": pgettext_lazy("role", "data protection officer"),
    "editor": pgettext_lazy("role", "editor"),
    "administrator": pgettext_lazy("role", "technical administrator"),
    # The pages of one's own account belong to no role.
    "account": pgettext_lazy("account", "my account"),
}


@dataclass(frozen=True)
class Entry:
    """A place in a menu.

    Args:
        label: words of the link.
        url_name: name of an address without arguments.
        order: low numbers first.
        address: gives the address for a request instead of `url_name`; None hides the entry.
    """

    label: Text
    url_name: str
    order: int
    address: Address | None = None


@dataclass(frozen=True)
class Link:
    """A menu entry as drawn: where it leads, and whether the reader is there."""

    label: Text
    url: str
    current: bool


_menus: dict[str, list[Entry]] = {}
_footer: list[Entry] = []


def register(
    role: str,
    label: Text,
    url_name: str,
    order: int = 50,
    *,
    address: Address | None = None,
) -> None:
    """Add an entry to the menu of a role (`public` for visitors); the same name again replaces it.

    Args:
        role: code of design §1, or "public".
        label: words of the link, lazily translated.
        url_name: name of an address without arguments.
        order: low numbers first.
        address: gives the address for a request where a fixed name does not do; None hides the entry.
    """
    _add(_menus.setdefault(role, []), Entry(label, url_name, order, address))


def register_footer(label: Text, url_name: str, order: int = 50, *, address: Address | None = None) -> None:
    """Add a link (legal notice, privacy …) to the footer of every page; as `register`."""
    _add(_footer, Entry(label, url_name, order, address))


def _add(entries: list[Entry], entry: Entry) -> None:
    entries[:] = sorted([e for e in entries if e.url_name != entry.url_name] + [entry], key=lambda e: e.order)


def address_of(url_name: str) -> str | None:
    """The address of this name in the present language, found once; None where there is none."""
    return _found(url_name, get_language(), settings.ROOT_URLCONF, get_script_prefix())


@cache
def _found(url_name: str, _language: str | None, _root: str, _prefix: str) -> str | None:
    """What `reverse` answers depends on these alone."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def _address(entry: Entry, request: HttpRequest | None) -> str | None:
    if entry.address is not None:
        return entry.address(request) if request is not None else None
    # One that does not exist is said by the check below at start; a page must not break for it.
    return address_of(entry.url_name)


def menu(role: str, request: HttpRequest) -> list[Link]:
    """The links of a role's menu, the longest one that leads to the present page marked as current."""
    found = [(e, url) for e in _menus.get(role, []) if (url := _address(e, request)) is not None]
    here = max((url for _, url in found if request.path.startswith(url)), key=len, default=None)
    return [Link(e.label, url, url == here) for e, url in found]


def footer_links(request: HttpRequest) -> list[Link]:
    """The links of the footer."""
    return [Link(e.label, url, False) for e in _footer if (url := _address(e, request)) is not None]


def check_names(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn of menu entries whose address does not exist (ui.W001)."""
    entries = [e for menu_entries in _menus.values() for e in menu_entries] + _footer
    return [
        checks.Warning(f"The menu names an unknown address: {e.url_name}", id="ui.W001")
        for e in entries
        if e.address is None and _address(e, None) is None
    ]
