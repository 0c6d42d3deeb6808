"""Six-digit codes by e-mail: for login, sign-up, reset, and again before signing, overriding or consenting.

A code is a truncated HMAC of the server's key, its challenge and a nonce: it is computed when the mail leaves and when
it is typed, and stored nowhere. It belongs to the browser that asked (the session holds the challenge), lives ten
minutes, works once and dies after five wrong tries (ASVS 6.3.1, 6.5.1 to 6.5.5, 6.6.2, 6.6.3; NIST SP 800-63B 5.1.3).
A code may stand for one payload only, for instance the SHA-256 of the PDF to sign.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import limits, mails
from accounts.events import record_event, user_subject
from accounts.keys import server_keys
from accounts.models.security import CodeChallenge
from accounts.models.users import User, fold_email
from accounts.network import client_network
from clock import now
from errors import DomainError, Invalid, NotAllowed

Purpose = CodeChallenge.Purpose

LENGTH = 6
LIFETIME = timedelta(minutes=10)
MAX_WRONG = 5
# The same code is mailed again at most this often, and not sooner than this after the last mail.
MAX_SENT = 4
RESEND_AFTER = timedelta(seconds=30)
# A code nobody can use is kept this long, for the journal's sake alone.
KEPT = timedelta(days=1)

_SESSION_KEY = "codes"
_TEMPLATES: dict[str, str] = {
    Purpose.LOGIN: "account.login_code",
    Purpose.SIGNUP: "account.sign_up_code",
    Purpose.RESET: "account.reset_code",
    Purpose.EMAIL: "account.email_code",
}
# What people paste around the digits: blanks of any width and hyphens.
_AROUND = re.compile("[\\s\u00a0\u202f\u2009\u200b\\-\u2010\u2011\u2013.]+")


@dataclass(frozen=True)
class Sent:
    """What happened when a code was asked for.

    Args:
        challenge: the request the code belongs to.
        mailed: whether a mail leaves now; False when the last one is too recent or the code was sent often enough.
        again: whether it is the code of an earlier mail.
    """

    challenge: CodeChallenge
    mailed: bool
    again: bool

    @property
    def next_mail_at(self) -> datetime | None:
        """When the code can be mailed again; None when it will not be."""
        sent_at = self.challenge.last_sent_at
        return sent_at + RESEND_AFTER if sent_at and self.challenge.sent < MAX_SENT else None


def clean_code(text: str) -> str:
    """The digits of a typed or pasted code.

    Raises:
        Invalid: it is not six digits. This does not count as a try: nothing was guessed.
    """
    digits = _AROUND.sub("", text[:100])
    if len(digits) != LENGTH or not digits.isascii() or not digits.isdigit():
        message = _("The code has six digits.")
        raise Invalid(message, fields={"code": message})
    return digits


def _computed(challenge: CodeChallenge, key: bytes) -> str:
    owner = challenge.user_id or challenge.email
    text = f"{challenge.purpose}\x1f{challenge.id}\x1f{owner}\x1f{challenge.binding}".encode()
    digest = hmac.new(key, bytes(challenge.nonce) + text, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**LENGTH:0{LENGTH}d}"


def code_to_mail(challenge_id: UUID) -> str:
    """The code of a challenge, computed for the mail that is leaving now; empty when it can no longer be used.

    Args:
        challenge_id: which challenge.
    """
    challenge = CodeChallenge.objects.filter(id=challenge_id).first()
    if challenge is None or challenge.decoy or not _usable(challenge):
        return ""
    return _computed(challenge, server_keys("codes")[0])


def _usable(challenge: CodeChallenge) -> bool:
    return challenge.used_at is None and challenge.dead_at is None and challenge.expires_at > now()


def _binding(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest() if payload else ""


def current(request: HttpRequest, purpose: str) -> CodeChallenge | None:
    """The usable challenge this browser asked for with this purpose, if any."""
    named = request.session.get(_SESSION_KEY, {}).get(purpose)
    if not named:
        return None
    challenge = CodeChallenge.objects.filter(id=UUID(named), purpose=purpose).first()
    return challenge if challenge is not None and _usable(challenge) else None


def request_code(
    request: HttpRequest,
    purpose: str,
    *,
    user: User | None = None,
    email: str = "",
    payload: str = "",
    template: str = "",
    decoy: bool = False,
) -> Sent:
    """Mail a code to this browser's user; asked again, mail the same code again and say whether it was.

    Args:
        request: of the browser the code will belong to.
        purpose: a value of `CodeChallenge.Purpose`.
        user: whose code it is; the user logged in unless given.
        email: where it goes, if not to the user's address.
        payload: what the code stands for; it fits nothing else.
        template: of the mail; the one of the purpose unless given.
        decoy: mail the template without any code, and accept none: the answer looks the same.

    Raises:
        TooMany: too many codes for this address or from this network.
        NotAllowed: nobody is logged in and no user or address is given.
    """
    if user is None and not email:
        if not request.user.is_authenticated:
            raise NotAllowed(_("Please log in first."))
        user = request.user
    address = fold_email(email or (user.email if user else ""))
    binding = _binding(payload)
    challenge = current(request, purpose)
    again = (
        challenge is not None
        and challenge.user_id == (user.pk if user else None)
        and challenge.email == address
        and challenge.binding == binding
    )
    if again and challenge is not None:
        early = challenge.last_sent_at is not None and now() < challenge.last_sent_at + RESEND_AFTER
        if early or challenge.sent >= MAX_SENT:
            return Sent(challenge, mailed=False, again=True)
    limits.reserve(limits.CODE_NETWORK, client_network(request))
    limits.reserve(limits.CODE_ADDRESS, address)
    with transaction.atomic():
        if not again or challenge is None:
            if challenge is not None:
                CodeChallenge.objects.filter(id=challenge.id).update(dead_at=now())
            challenge = CodeChallenge.objects.create(
                purpose=purpose,
                user=user,
                email=address,
                binding=binding,
                nonce=secrets.token_bytes(16),
                decoy=decoy,
                expires_at=now() + LIFETIME,
            )
        _mail(request, challenge, template or _TEMPLATES.get(purpose, "account.step_up_code"))
    held = request.session.get(_SESSION_KEY, {})
    request.session[_SESSION_KEY] = {**held, purpose: str(challenge.id)}
    return Sent(challenge, mailed=True, again=again)


def _mail(request: HttpRequest, challenge: CodeChallenge, template: str) -> None:
    challenge.sent += 1
    challenge.last_sent_at = now()
    challenge.save(update_fields=["sent", "last_sent_at"])
    mails.send_code(template, challenge)
    record_event(
        "account.code_sent",
        request,
        user=challenge.user,
        subjects=user_subject(challenge.user, challenge.email),
        detail={"purpose": challenge.purpose, "sent": challenge.sent},
    )


def check_code(request: HttpRequest, purpose: str, code: str, *, payload: str = "") -> CodeChallenge:
    """Use up the code this browser asked for.

    Call it outside any transaction: a wrong try stays counted whatever happens next. What the code opens is then done
    in a transaction of its own; if that fails, another code is asked for.

    Args:
        request: of the browser that asked.
        purpose: what the code was asked for.
        code: as typed; blanks and hyphens around the digits are ignored.
        payload: what the code must stand for.

    Returns:
        The challenge, now used.

    Raises:
        Invalid: wrong, too old, used, of another browser or for something else; `fields["code"]` says which of these
            the person can act on.
        TooMany: too many wrong codes for this account.
    """
    digits = clean_code(code)
    named = request.session.get(_SESSION_KEY, {}).get(purpose)
    if not named:
        raise _refused(_("Ask for a code first: there is none in this browser."))
    with transaction.atomic(durable=True):
        # The row is locked: of two requests with the right code the second finds it used.
        challenge = CodeChallenge.objects.select_for_update().filter(id=UUID(named), purpose=purpose).first()
        refusal = None if challenge is None else _judge(request, challenge, digits, payload)
    if challenge is None:
        raise _refused(_("Ask for a code first: there is none in this browser."))
    if refusal is not None:
        raise refusal
    held = dict(request.session.get(_SESSION_KEY, {}))
    held.pop(purpose, None)
    request.session[_SESSION_KEY] = held
    return challenge


def _judge(request: HttpRequest, challenge: CodeChallenge, digits: str, payload: str) -> DomainError | None:
    """Decide about a locked challenge and write down the outcome; the refusal is raised after the commit."""
    if challenge.used_at is not None:
        return _refused(_("This code has already been used. Ask for another one."))
    if challenge.dead_at is not None:
        return _refused(_("This code no longer works. Ask for another one."))
    if challenge.expires_at <= now():
        return _refused(_("This code is more than ten minutes old. Ask for another one."))
    wait = limits.waiting_time(limits.WRONG_CODE, challenge.email)
    if wait:
        return limits.too_many(wait)
    step_up = challenge.purpose not in {Purpose.LOGIN, Purpose.SIGNUP, Purpose.RESET}
    if step_up and (not request.user.is_authenticated or challenge.user_id != request.user.pk):
        return _refused(_("This code belongs to someone else's session. Ask for another one."))
    if not hmac.compare_digest(challenge.binding, _binding(payload)):
        return _refused(_("What this code was meant for has changed since. Ask for another one."))
    right = not challenge.decoy and any(
        hmac.compare_digest(_computed(challenge, key), digits) for key in server_keys("codes")
    )
    if right:
        challenge.used_at = now()
        challenge.save(update_fields=["used_at"])
        return None
    challenge.wrong_tries += 1
    if challenge.wrong_tries >= MAX_WRONG:
        challenge.dead_at = now()
    challenge.save(update_fields=["wrong_tries", "dead_at"])
    wrong_in_all = limits.count(limits.WRONG_CODE, challenge.email)
    if wrong_in_all == limits.WRONG_CODE.count and challenge.user is not None:
        mails.warn_of_wrong_codes(challenge.user)
    record_event(
        "account.code_refused",
        request,
        user=challenge.user,
        subjects=user_subject(challenge.user, challenge.email),
        detail={"purpose": challenge.purpose, "tries": challenge.wrong_tries},
        outcome="refused",
    )
    if challenge.dead_at is not None:
        return _refused(_("Five wrong codes: this one no longer works. Ask for another one."))
    return _refused(_("This is not the code we sent. Look at the latest mail and try again."))


def _refused(message: object) -> Invalid:
    return Invalid(message, fields={"code": message})  # type: ignore[arg-type,dict-item]


def forget_old() -> int:
    """Delete challenges nobody can use any more.

    Returns:
        Rows deleted.
    """
    return CodeChallenge.objects.filter(expires_at__lt=now() - KEPT).delete()[0]
