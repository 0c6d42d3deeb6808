"""Sessions: when they start, how long they last, how they end.

A browser's session holds the id of a `UserSession` row; the row says whether it still holds. So a session ends for
good wherever it was ended from, and a cookie used again opens nothing (ASVS 7.4.1, 7.4.2).
"""

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from accounts import mails, pro_sante_connect
from accounts.events import ACCOUNT_ROLE, record_event
from accounts.models.security import EmailCode, UserSession
from accounts.models.users import User
from accounts.network import client_network
from accounts.pro_sante_connect import Proof
from audit import Actor, record
from clock import now
from errors import NotAllowed

End = UserSession.End
Means = UserSession.Means

# Where the browser's session keeps the id of its row.
SESSION_KEY = "account_session"
# What ends the session at Pro Santé Connect, kept in the browser's session on this side until the logout.
ID_TOKEN_KEY = "psc_id_token"  # noqa: S105 (the name of a key)
# Activity is written down at most this often: several requests of one page cost one write.
WRITE_EVERY = timedelta(seconds=10)

_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS)/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)


def browser_words(user_agent: str) -> str:
    """Browser and system as people call them, e.g. "Firefox, Windows"; empty when neither is known.

    Args:
        user_agent: the header a browser sends; only these words of it are kept.
    """
    found = [
        next((name for name, pattern in known if re.search(pattern, user_agent)), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(word for word in found if word)


def idle_limit(row: UserSession) -> timedelta:
    """How long this session lives without activity."""
    by_psc = row.means == Means.PSC
    return pro_sante_connect.idle_limit() if by_psc else timedelta(seconds=settings.SESSION_IDLE_SECONDS)


def absolute_limit(row: UserSession) -> timedelta:
    """How long after its proof this session lives at all (S4-23)."""
    by_psc = row.means == Means.PSC
    return pro_sante_connect.absolute_limit() if by_psc else timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)


def start(
    request: HttpRequest, user: User, device: EmailCode | None = None, *, proof: Proof | None = None
) -> UserSession:
    """Log in: a new session key, and the row that says since when and by which means (ASVS 7.2.4).

    Args:
        request: of the browser whose code was right, or that came back from Pro Santé Connect.
        user: with `backend` set, as `authenticate` leaves him, or by `person_of`.
        device: the second step that was passed.
        proof: or what Pro Santé Connect has said in its place.

    Raises:
        NotAllowed: neither or both, the device is not his, or the account is no longer active.
    """
    own = device is None or device.user_id == user.pk
    if (device is None) == (proof is None) or not own or not user.is_active:
        raise NotAllowed("this session cannot start")
    earlier = row_of(request)
    browser = browser_words(request.headers.get("User-Agent", "")[:500])
    network = client_network(request)
    with transaction.atomic():
        if earlier is not None:
            end(earlier, End.REPLACED)
        known = UserSession.objects.filter(user=user)
        new_place = known.exists() and not known.filter(browser=browser, network=network).exists()
        if device is not None:
            user.otp_device = device  # type: ignore[attr-defined]
        login(request, user)
        row = UserSession(user=user, device=device, browser=browser, network=network)
        pro_sante_connect.forget(request)
        request.session.pop(ID_TOKEN_KEY, None)
        detail: dict[str, str | bool] = {"new_place": new_place}
        if proof is not None:
            row.means, row.proved_at = Means.PSC, min(proof.proved_at, row.started_at)
            request.session[ID_TOKEN_KEY] = proof.id_token
            detail |= {"level": proof.level, "acr": proof.acr}
        row.save()
        request.session[SESSION_KEY] = str(row.id)
        record_event(
            "account.logged_in",
            request,
            user=user,
            subjects={"user": [user.pk], "session": [row.id]},
            detail={**detail, "means": row.means},
        )
        if new_place:
            mails.tell_new_login(user, row)
    return row


def row_of(request: HttpRequest) -> UserSession | None:
    """The row this browser's session names, ended or not, with its person and his professional side."""
    named = request.session.get(SESSION_KEY)
    if not named:
        return None
    rows = UserSession.objects.select_related("device", "user__professional")
    return rows.filter(id=UUID(named)).first()


def verdict(row: UserSession, instant: datetime) -> str:
    """Why this session does not hold at that instant: a value of `End`, empty when it holds."""
    if row.ended_at is not None:
        return row.end
    if instant - row.proved_at >= absolute_limit(row):
        return End.ABSOLUTE
    if instant - row.active_at >= idle_limit(row):
        return End.IDLE
    return End.NONE


def touch(row: UserSession) -> None:
    """The person did something now."""
    instant = now()
    if instant - row.active_at >= WRITE_EVERY:
        row.active_at = instant
        UserSession.objects.filter(id=row.id, ended_at__isnull=True).update(active_at=instant)


def seconds_left(row: UserSession) -> tuple[int, int]:
    """Seconds until the idle limit and until the absolute limit."""
    instant = now()
    idle = row.active_at + idle_limit(row) - instant
    absolute = row.proved_at + absolute_limit(row) - instant
    return max(0, int(idle.total_seconds())), max(0, int(absolute.total_seconds()))


def end(row: UserSession, reason: str, *, actor: Actor | None = None) -> None:
    """End one session; ending it twice is quiet.

    Args:
        row: the session.
        reason: a value of `End`.
        actor: who ended it; its own user unless given.
    """
    with transaction.atomic():
        changed = UserSession.objects.filter(id=row.id, ended_at__isnull=True).update(ended_at=now(), end=reason)
        if changed:
            who = actor or Actor(kind="user", id=row.user_id, role=ACCOUNT_ROLE, network=row.network)
            action = "account.logged_out" if reason == End.LOGOUT else "account.session_ended"
            record(
                action,
                actor=who,
                subjects={"user": [row.user_id], "session": [row.id]},
                detail={"reason": str(reason)},
            )


def leave(request: HttpRequest) -> bool:
    """Empty the browser's session once a login is over, but for what ends the session at Pro Santé Connect.

    Returns:
        Whether that one may go on: the next person at a shared computer would be let in by it (S4-22).
    """
    id_token = request.session.get(ID_TOKEN_KEY, "")
    request.session.flush()
    if not id_token or not pro_sante_connect.enabled():
        return False
    pro_sante_connect.remember(request, pro_sante_connect.ENDING, id_token=id_token)
    return True


def end_all(user: User, reason: str, *, actor: Actor, keep: UUID | None = None) -> int:
    """End every session of a user.

    Args:
        user: whose.
        reason: a value of `End`.
        actor: who ends them.
        keep: a session that stays open.

    Returns:
        How many ended.
    """
    rows = [row for row in UserSession.objects.filter(user=user, ended_at__isnull=True) if row.id != keep]
    for row in rows:
        end(row, reason, actor=actor)
    return len(rows)
