"""Login by Pro Santé Connect: whom a proof lets in, how long, and what a browser's session remembers on the way.

It says who a person is; what he may do stays what it is here (S4-18).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models.professionals import Professional
from accounts.models.users import User
from accounts.names import fold_name
from accounts.practitioners import PROFESSIONS
from clock import now

#: What the browser's session remembers on this side, for ten minutes: a login that has begun, a refusal to be
#: explained, what ends the session there.
BEGUN, REFUSED, ENDING = "psc_begun", "psc_refused", "psc_ending"
REMEMBERED = timedelta(minutes=10)

# How the national identifier of somebody with an RPPS number begins.
RPPS_PREFIX = "8"
# What Pro Santé Connect allows a session that began by it, idle and from the proof on; the settings may allow less.
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=4)


@dataclass(frozen=True)
class Proof:
    """What Pro Santé Connect has said of a person, signed.

    Args:
        identifier: the national identifier, «8» and the RPPS number for those who have one.
        family_names: those he has, the one he practises under included.
        professions: codes of TRE_G15 in which he is registered.
        level: code of TRE_R231 (`Palier_Authentification`), "" when it says none.
        acr: level of the identification, by eIDAS.
        proved_at: when he proved who he is, by card or application.
        id_token: what ends the session there.
    """

    identifier: str
    family_names: tuple[str, ...]
    professions: frozenset[str]
    level: str
    acr: str
    proved_at: datetime
    id_token: str


class Refused(Exception):
    """Pro Santé Connect recognised somebody, and he is not let in by it.

    Args:
        reason: a code of the journal and of the page that says why.
        user: whose account it is about, if any.
    """

    def __init__(self, reason: str, user: User | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.user = user


def enabled() -> bool:
    """Whether this instance is connected to it: without settings there is no button, and its addresses are none."""
    return bool(settings.PRO_SANTE_CONNECT)


def remember(request: HttpRequest, key: str, **what: str) -> None:
    """Keep something for the next page of the way: `BEGUN`, `REFUSED` or `ENDING`."""
    request.session[key] = {**what, "at": now().timestamp()}


def remembered(request: HttpRequest, key: str) -> dict[str, Any]:
    """What was kept under this key; nothing once it is too old."""
    found: dict[str, Any] = request.session.get(key, {})
    return found if found and now().timestamp() - found["at"] < REMEMBERED.total_seconds() else {}


def forget(request: HttpRequest) -> None:
    """Keep none of it any longer: somebody has logged in."""
    for key in (BEGUN, REFUSED, ENDING):
        request.session.pop(key, None)


def idle_limit() -> timedelta:
    """How long a session by it lives without activity."""
    return min(IDLE, timedelta(seconds=settings.SESSION_IDLE_SECONDS))


def absolute_limit() -> timedelta:
    """How long after its proof a session by it lives at all (S4-23)."""
    return min(ABSOLUTE, timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS))


def person_of(proof: Proof) -> User:
    """The person a proof is about, found by the national identifier alone: never by a name or an address.

    Nobody is made by it, and no registration is confirmed by it: only one that was checked counts, since anybody can
    state a number that is not his.

    Raises:
        Refused: "level", "old", "unknown", "closed", "unchecked", "profession" or "name".
    """
    professional = _professional(proof.identifier)
    user = professional.user if professional is not None else None
    if proof.level not in settings.PRO_SANTE_CONNECT["levels"]:
        # Before anything is said of an account: this proof is not enough to be told (S4-27).
        raise Refused("level", user)
    if now() - proof.proved_at >= absolute_limit():
        raise Refused("old", user)
    if professional is None or user is None:
        raise Refused("unknown")
    if not user.is_active:
        raise Refused("closed", user)
    if not professional.is_checked:
        raise Refused("unchecked", user)
    if professional.profession not in {PROFESSIONS.get(code) for code in proof.professions}:
        raise Refused("profession", user)
    if not _same_name(user, proof.family_names):
        raise Refused("name", user)
    return user


def _professional(identifier: str) -> Professional | None:
    if not identifier.startswith(RPPS_PREFIX):
        return None
    rows = Professional.objects.select_related("user")
    return rows.filter(rpps=identifier.removeprefix(RPPS_PREFIX)).first()


def _same_name(user: User, family_names: tuple[str, ...]) -> bool:
    """Whether one of the family names stands in the name recorded here, as when a registration is checked."""
    words = set(fold_name(user.full_name).split())
    families = [set(fold_name(name).split()) for name in family_names]
    return any(family and family <= words for family in families)
