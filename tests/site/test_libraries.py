"""The addresses of the libraries (the editors' and the technical administration): nobody without the right sees one."""

import re

import pytest
from django.urls import resolve

from tests.site.asking import ask, browser_of, undone
from tests.site.people import CANARY
from tests.site.rows import LOGIN
from tests.site.stage import Stage
from tests.site.traces import ALWAYS
from tests.site.walking import Address, addresses

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]

#: Prefix, and everybody who has a role and no right there.
# The administrator runs both; an editor writes in the first.
_ROLES = "owner guardian helper requester expert coordinator nurse assistant dpo"
_ALL = f"{_ROLES} editor administrator root"
PREFIXES = {"cms/": _ROLES, "django-admin/": f"{_ROLES} editor", "documents/": _ALL, "_util/": _ALL}
_NIL = "00000000-0000-0000-0000-000000000001"
_KINDS = {"int": "1", "uuid": _NIL, "slug": "x", "str": "x", "path": "x"}
#: Public: the pages of the site, and the files editors put there; and the pattern that shuts others.
_PUBLIC = {"wagtail_serve", "wagtaildocs_serve", "wagtail_shut"}


def path_of(address: Address) -> str:
    """An address that this pattern answers."""
    plain = re.sub(r"\(\?P<\w+>([^)|]*)[^)]*\)", r"\1", address.route)
    plain = re.sub(r"<(?:(\w+):)?\w+>", lambda found: _KINDS[found.group(1) or "str"], plain)
    for pattern, value in ((r"\d+", "1"), (".*", "x"), (r"\.", ".")):
        plain = plain.replace(pattern, value)
    return "/" + re.sub(r"[\^$()]", "", plain)


LIBRARY = [found for found in addresses() if not found.is_ours and found.name not in _PUBLIC]


def test_every_library_stands_under_a_prefix_that_is_tried() -> None:
    assert [found.route for found in LIBRARY if not found.route.startswith(tuple(PREFIXES))] == []
    reached = {":".join((*match.namespaces, match.url_name or "")) for match in map(resolve, map(path_of, LIBRARY))}
    # Shut: accounts are managed in the technical space alone, and no page fails on purpose.
    shut = {found.name for found in LIBRARY} - reached
    assert all(name.startswith(("wagtailusers_users:", "wagtailadmin_error_test")) for name in shut), shut


@pytest.mark.asvs("8.2.1")
def test_nobody_manages_accounts_past_the_technical_space(stage: Stage) -> None:
    person = stage.people.users["owner"].pk
    users = ("users/", "users/new/", f"users/edit/{person}/", f"users/delete/{person}/")
    pages = (*users, "bulk/accounts/user/delete/", "failwhale/")
    for who in ("administrator", "root", "editor"):
        for page in pages:
            for method in ("GET", "POST"):
                with undone():
                    answer = ask(browser_of(stage, who), method, f"/cms/{page}?id={person}")
                # Who holds no role at all is refused before.
                wanted = 403 if who == "root" else 404
                assert (answer.status, answer.written - ALWAYS) == (wanted, set()), (who, page)
        with undone():
            assert b"/cms/users/" not in ask(browser_of(stage, who), "GET", "/cms/").body


def wrong_in(stage: Stage, prefix: str, *, one_in: int = 1) -> list[str]:
    """What those without the right are given under a prefix.

    Args:
        one_in: each address is asked by one in so many of the roles, the next address by the next ones.
    """
    wrong = []
    under = [address for address in LIBRARY if address.route.startswith(prefix)]
    for number, address in enumerate(under):
        for who in ("anonymous", "unverified", *PREFIXES[prefix].split()[number % one_in :: one_in]):
            with undone():
                answer = ask(browser_of(stage, who), "GET", path_of(address))
            told = CANARY.encode() in answer.body.lower()
            if answer.status not in (LOGIN, 302, 403, 404, 405) or told or answer.written - ALWAYS:
                wrong.append(f"{path_of(address)} as {who}: {answer.status} {sorted(answer.written - ALWAYS)}")
            elif who in ("anonymous", "unverified") and answer.status != LOGIN:
                wrong.append(f"{path_of(address)} as {who}: {answer.status}, not the login")
    return wrong


@pytest.mark.asvs("8.2.1")
@pytest.mark.parametrize("prefix", PREFIXES)
def test_nobody_without_the_right_gets_a_page_of_a_library(stage: Stage, prefix: str) -> None:
    """A third of the roles at each address; all of them in the part `matrix` of `make proof`."""
    wrong = wrong_in(stage, prefix, one_in=3)
    assert not wrong, "\n".join(wrong)
