"""How often something may be tried: exact sliding windows, one locked row per key.

A try is counted before it is judged (`reserve`), so that parallel tries cannot all slip past the same count; what
turns out to be right is given back (`forgive`). Keys are keyed hashes of account and network, the same whether an
account exists or not.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.keys import server_keys
from accounts.models.security import Limit
from clock import now
from errors import TooMany


@dataclass(frozen=True)
class Rule:
    """At most `count` tries in `window`; the one too many closes the key for `closed`.

    Args:
        kind: name of what is counted.
        count: tries allowed in the window.
        window: how far back tries count.
        closed: how long the key stays closed once the count is reached; zero means until the oldest try leaves
            the window.
    """

    kind: str
    count: int
    window: timedelta
    closed: timedelta = timedelta(0)


MINUTES_15 = timedelta(minutes=15)
HOUR = timedelta(hours=1)

# Per account and network: the sixth password from there is not even looked at (ASVS 6.1.1, 6.3.1).
PASSWORD = Rule("password", 5, MINUTES_15, closed=MINUTES_15)
# Per network over all accounts: one password tried on many addresses.
PASSWORD_NETWORK = Rule("password_network", 100, MINUTES_15)
# Per account over all networks: closes nothing (an attacker could lock the owner out), tells the owner.
PASSWORD_ACCOUNT = Rule("password_account", 30, HOUR)
# Logins begun at Pro Santé Connect: each costs a question there.
PSC_NETWORK = Rule("psc_network", 100, MINUTES_15)
SIGN_UP_ADDRESS = Rule("sign_up", 5, HOUR)
SIGN_UP_NETWORK = Rule("sign_up_network", 30, HOUR)
RESET_ADDRESS = Rule("reset", 5, HOUR)
RESET_NETWORK = Rule("reset_network", 30, HOUR)
# Mails with a code: per address and per network, whatever they are for (ASVS 6.6.3).
CODE_ADDRESS = Rule("code", 12, HOUR)
CODE_NETWORK = Rule("code_network", 120, HOUR)
# Wrong codes per address over all challenges: five guesses each would otherwise be endless. Only someone who has the
# password gets to guess a login code, so this closes the account to nobody who merely knows the address.
WRONG_CODE = Rule("wrong_code", 15, HOUR)
INVITATION_NETWORK = Rule("invitation_network", 20, HOUR)
INVITATION_REISSUE = Rule("invitation_reissue", 3, HOUR)
INVITATION_REISSUE_NETWORK = Rule("invitation_reissue_network", 20, HOUR)


def _key(rule: Rule, parts: Iterable[str]) -> str:
    text = "\x1f".join((rule.kind, *parts))
    return hmac.new(server_keys("limits")[0], text.encode(), hashlib.sha256).hexdigest()


def _locked(rule: Rule, parts: Iterable[str]) -> Limit:
    key = _key(rule, parts)
    row = Limit.objects.select_for_update().filter(key=key).first()
    if row is None:
        try:
            with transaction.atomic():
                Limit.objects.create(key=key, kind=rule.kind)
        except IntegrityError:
            # Another request made it first: wait for that one below. Nothing is lost.
            row = None
        row = Limit.objects.select_for_update().get(key=key)
    return row


def _prune(row: Limit, rule: Rule, instant: datetime) -> None:
    oldest = (instant - rule.window).timestamp()
    row.events = [event for event in row.events if event > oldest]
    if row.closed_until is not None and row.closed_until <= instant:
        row.closed_until = None


def _save(row: Limit, instant: datetime) -> None:
    row.updated_at = instant
    row.save(update_fields=["events", "closed_until", "updated_at"])


def _wait(row: Limit, rule: Rule, instant: datetime) -> int:
    if row.closed_until is not None:
        until = row.closed_until
    elif row.events and len(row.events) >= rule.count:
        until = datetime.fromtimestamp(row.events[-rule.count], tz=UTC) + rule.window
    else:
        return 0
    return max(1, int((until - instant).total_seconds()) + 1)


def too_many(seconds: int) -> TooMany:
    """The refusal that says when the next try can succeed.

    Args:
        seconds: how long to wait.
    """
    minutes = max(1, -(-seconds // 60))
    return TooMany(
        _("There have been too many tries."),
        _("Please wait %(minutes)s min, then try again.") % {"minutes": minutes},
        retry_after=seconds,
    )


def waiting_time(rule: Rule, *parts: str) -> int:
    """Seconds until the next try under this key can succeed; 0 when it can now. Counts nothing.

    Args:
        rule: what is counted.
        parts: what makes the key, for instance a folded address and a network.
    """
    row = Limit.objects.filter(key=_key(rule, parts)).first()
    if row is None:
        return 0
    instant = now()
    _prune(row, rule, instant)
    return _wait(row, rule, instant)


def reserve(rule: Rule, *parts: str) -> float:
    """Count a try before it is judged.

    Args:
        rule: what is counted.
        parts: what makes the key.

    Returns:
        The try, for `forgive` or `confirm`.

    Raises:
        TooMany: the key is closed or its count is reached; this try is not counted.
    """
    with transaction.atomic():
        row = _locked(rule, parts)
        instant = now()
        _prune(row, rule, instant)
        wait = _wait(row, rule, instant)
        if wait:
            raise too_many(wait)
        event = instant.timestamp()
        row.events.append(event)
        _save(row, instant)
    return event


def confirm(rule: Rule, *parts: str) -> int:
    """A counted try was wrong: close the key when the count is reached.

    Returns:
        Tries now in the window.
    """
    with transaction.atomic():
        row = _locked(rule, parts)
        instant = now()
        _prune(row, rule, instant)
        if rule.closed and len(row.events) >= rule.count:
            row.closed_until = instant + rule.closed
        _save(row, instant)
        return len(row.events)


def forgive(rule: Rule, event: float, *parts: str) -> None:
    """A counted try was right: take it back. Other tries still count.

    Args:
        rule: what is counted.
        event: what `reserve` returned.
        parts: what makes the key.
    """
    with transaction.atomic():
        row = _locked(rule, parts)
        if event in row.events:
            row.events.remove(event)
            _save(row, now())


def count(rule: Rule, *parts: str) -> int:
    """Count an event of a rule that closes nothing.

    Returns:
        Events now in the window, this one included; never more than one above the rule's count.
    """
    with transaction.atomic():
        row = _locked(rule, parts)
        instant = now()
        _prune(row, rule, instant)
        row.events = [*row.events, instant.timestamp()][-(rule.count + 1) :]
        _save(row, instant)
        return len(row.events)


def forget_old(before: datetime) -> int:
    """Delete rows nobody has touched since `before`.

    Returns:
        Rows deleted.
    """
    return Limit.objects.filter(updated_at__lt=before).delete()[0]
