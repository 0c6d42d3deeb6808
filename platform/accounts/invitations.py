"""Invitations: a code by mail or letter, the date of birth as second element, and a way to refuse.

S1-12, S1-14, S1-16, S1-17, S1-18; ASVS 6.4.1. The code is a truncated HMAC, computed when it is mailed or printed; only
a keyed hash of it is stored. What an invitation leads to is known to the package that issues it, which registers a
handler for its purpose.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import limits, mails
from accounts.events import pseudonym, record_event
from accounts.keys import server_keys
from accounts.models.invitations import Invitation
from accounts.models.patients import Patient
from accounts.models.users import User, fold_email
from accounts.network import client_network
from audit import Actor, record
from clock import now
from errors import Conflict, Invalid, Missing, Text

LIFETIME = timedelta(days=42)
# A code dies after this many wrong dates of birth; a new one can be asked for.
MAX_WRONG = 5
# Crockford's alphabet: no letter that looks like a digit or like another letter. 12 characters are 60 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_SESSION_KEY = "invitation"


@dataclass(frozen=True)
class Purpose:
    """What an invitation of one kind means.

    Args:
        code: as stored in `Invitation.purpose`.
        title: what the person is invited to, in words without health data.
        explain: a paragraph for this invitation: who invites, to what, and what happens next.
        accept: called in the transaction of the acceptance.
        refuse: called in the transaction of the refusal, while the invitation is still open.
        landing: address of the page after the acceptance.
        details: more about this invitation as safe HTML, shown only to whoever has opened it with the date of birth.
        accept_words: of the button that accepts.
    """

    code: str
    title: Text
    explain: Callable[[Invitation], Text]
    accept: Callable[[Invitation, User, Actor], None]
    refuse: Callable[[Invitation, Actor], None]
    landing: Callable[[Invitation], str]
    details: Callable[[Invitation], SafeString | str] = lambda _invitation: ""
    accept_words: Text = _("Accept")


_purposes: dict[str, Purpose] = {}


def register_purpose(purpose: Purpose) -> None:
    """Tell what invitations of a purpose mean; called in `AppConfig.ready()`."""
    _purposes[purpose.code] = purpose


def purpose_of(invitation: Invitation) -> Purpose:
    """What this invitation means.

    Raises:
        Missing: the package that issued it is no longer there.
    """
    if invitation.purpose not in _purposes:
        raise Missing(_("This invitation can no longer be used."))
    return _purposes[invitation.purpose]


# --- the code


def clean_code(text: str) -> str:
    """A typed code in its one form: capitals, no blanks or hyphens, look-alikes taken for what was meant.

    Raises:
        Invalid: it cannot be a code.
    """
    code = re.sub(r"[\W_]+", "", text[:100]).upper().translate(_LOOKALIKES)
    if len(code) != _LENGTH or any(character not in _ALPHABET for character in code):
        message = _("The code has twelve letters and digits.")
        raise Invalid(message, fields={"code": message})
    return code


def show_code(code: str) -> str:
    """A code as it is printed: three groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, _LENGTH, 4))


def _computed(invitation: Invitation, key: bytes) -> str:
    text = f"{invitation.id}\x1f{invitation.issued}".encode()
    number = int.from_bytes(hmac.new(key, bytes(invitation.nonce) + text, hashlib.sha256).digest()[:8])
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in range(_LENGTH))


def _hash(code: str, key: bytes) -> str:
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest()


def _new_code(invitation: Invitation) -> None:
    invitation.nonce = secrets.token_bytes(16)
    invitation.code_hash = _hash(_computed(invitation, server_keys("invitations")[0]), server_keys("invitations")[0])
    invitation.expires_at = now() + LIFETIME
    invitation.wrong_tries = 0


def _current_code(invitation: Invitation) -> str:
    """The code, computed with the key it was made with."""
    for key in server_keys("invitations"):
        code = _computed(invitation, key)
        if hmac.compare_digest(_hash(code, key), invitation.code_hash):
            return code
    return ""


def code_to_mail(invitation_id: UUID, *, issue: int) -> str:
    """The code of an invitation, computed while its mail leaves; empty when it is no longer of use.

    Args:
        invitation_id: which.
        issue: the number of the mail: only the latest one still has a code.
    """
    invitation = Invitation.objects.filter(id=invitation_id).first()
    if invitation is None or not invitation.is_open or invitation.issued != issue:
        return ""
    return show_code(_current_code(invitation))


def code_to_print(invitation: Invitation, *, actor: Actor) -> str:
    """The code for a letter that is being printed now (S1-12); recorded.

    Raises:
        Conflict: answered or expired.
    """
    if not invitation.is_open:
        raise Conflict(_("This invitation can no longer be used."), _("Issue a new one."))
    record("invitation.printed", actor=actor, subjects=_subjects(invitation))
    return show_code(_current_code(invitation))


# --- issuing


def issue(
    purpose: str,
    *,
    actor: Actor,
    birth_date: date,
    email: str = "",
    patient: Patient | None = None,
    kind: str = "self",
    scope: Iterable[str] = (),
    target_id: UUID | None = None,
    language: str = "fr",
) -> Invitation:
    """Invite somebody; with an address the code is mailed, without one it is printed by `code_to_print`.

    Args:
        purpose: a registered one.
        actor: who invites.
        birth_date: of the invited person: he must type it with the code.
        email: his address, if he has one.
        patient: whom he will reach by accepting, if the purpose gives such an access.
        kind: and as what: "self", "parent", "guardian", "helper".
        scope: of a helper.
        target_id: the row of the issuing package it is about.
        language: of the mail and the letter.
    """
    if purpose not in _purposes:
        raise ValueError(f"no invitation purpose {purpose!r}")
    with transaction.atomic():
        invitation = Invitation(
            purpose=purpose,
            target_id=target_id,
            patient=patient,
            kind=kind,
            scope=sorted(set(scope)),
            email=fold_email(email),
            birth_date=birth_date,
            channel=Invitation.Channel.EMAIL if email else Invitation.Channel.LETTER,
            language=language,
            invited_by_id=actor.id if actor.kind == "user" else None,
        )
        _new_code(invitation)
        invitation.save()
        record(
            "invitation.issued",
            actor=actor,
            subjects=_subjects(invitation),
            detail={"purpose": purpose, "channel": str(invitation.channel), "kind": kind},
        )
        if email:
            mails.send_invitation(invitation, days=LIFETIME.days)
    return invitation


def _subjects(invitation: Invitation) -> dict[str, list[UUID]]:
    subjects = {"invitation": [invitation.id]}
    if invitation.patient_id is not None:
        subjects["patient"] = [invitation.patient_id]
    return subjects


def reissue(request: HttpRequest, email: str, birth_date: date) -> None:
    """Mail a new code for every open or expired invitation of this address and date of birth (S1-17).

    The answer is the same whether there is one or not.

    Raises:
        TooMany: asked too often for this address or from this network.
    """
    address = fold_email(email)
    limits.reserve(limits.INVITATION_REISSUE_NETWORK, client_network(request))
    limits.reserve(limits.INVITATION_REISSUE, address)
    with transaction.atomic():
        found = Invitation.objects.select_for_update(of=("self",)).filter(
            email=address, birth_date=birth_date, accepted_at__isnull=True, refused_at__isnull=True
        )
        if not found:
            # The same steps, so that neither the answer nor its time tells that there is none.
            mails.tell_no_invitation(address)
            record_event("invitation.reissued", request, subjects={"user": [pseudonym(address)]}, outcome="refused")
        for invitation in found:
            _mail_again(invitation)
            record_event("invitation.reissued", request, subjects=_subjects(invitation))


def renew(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Give an invitation a new code, mailed where there is an address; the former code works no more (S1-17).

    Args:
        invitation: an open or expired one.
        actor: who invites again.

    Raises:
        Conflict: it was answered.
    """
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).get(id=invitation.id)
        if locked.accepted_at is not None or locked.refused_at is not None:
            raise Conflict(_("This invitation has already been answered."))
        _mail_again(locked)
        record("invitation.reissued", actor=actor, subjects=_subjects(locked))
    return locked


def withdraw(invitation: Invitation, *, actor: Actor) -> None:
    """End an invitation nobody has answered, such as one sent to a mistyped address; again is quiet."""
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).get(id=invitation.id)
        if locked.is_open:
            locked.expires_at = now()
            # The re-issue by its address finds it no more.
            locked.email = ""
            locked.save(update_fields=["expires_at", "email"])
            record("invitation.withdrawn", actor=actor, subjects=_subjects(locked))


def _mail_again(invitation: Invitation) -> None:
    """A new code on a locked invitation, and its mail."""
    invitation.issued += 1
    _new_code(invitation)
    invitation.save()
    if invitation.email:
        mails.send_invitation(invitation, days=LIFETIME.days)


# --- answering


def find_by_code(request: HttpRequest, code: str) -> Invitation:
    """The open invitation of a code. The code alone lets somebody refuse, nothing else (S1-18).

    Raises:
        Invalid: no open invitation has this code.
        TooMany: too many wrong codes from this network.
    """
    clean = clean_code(code)
    tried = limits.reserve(limits.INVITATION_NETWORK, client_network(request))
    hashes = [_hash(clean, key) for key in server_keys("invitations")]
    invitation = Invitation.objects.filter(code_hash__in=hashes).select_related("patient").first()
    if invitation is None or not invitation.is_open or invitation.wrong_tries >= MAX_WRONG:
        record_event("invitation.code_refused", request, outcome="refused")
        raise _unknown()
    limits.forgive(limits.INVITATION_NETWORK, tried, client_network(request))
    return invitation


def open_with(request: HttpRequest, code: str, birth_date: date) -> Invitation:
    """Open an invitation with its code and the date of birth; this browser may then accept it (S1-14).

    Raises:
        Invalid: the two do not belong together; which of them is wrong is not said.
        TooMany: too many wrong tries from this network.
    """
    invitation = find_by_code(request, code)
    if invitation.birth_date != birth_date:
        limits.reserve(limits.INVITATION_NETWORK, client_network(request))
        with transaction.atomic():
            locked = Invitation.objects.select_for_update(of=("self",)).get(id=invitation.id)
            locked.wrong_tries += 1
            locked.save(update_fields=["wrong_tries"])
            record_event(
                "invitation.code_refused",
                request,
                subjects=_subjects(locked),
                detail={"tries": locked.wrong_tries},
                outcome="refused",
            )
        raise _unknown()
    record_event("invitation.opened", request, subjects=_subjects(invitation))
    request.session[_SESSION_KEY] = str(invitation.id)
    return invitation


def _unknown() -> Invalid:
    message = _("We do not recognise this code with this date of birth.")
    return Invalid(message, _("Check both, or ask for a new code: a code works for 42 days."), fields={"code": message})


def opened(request: HttpRequest) -> Invitation | None:
    """The invitation this browser has opened with code and date of birth, while it is open."""
    named = request.session.get(_SESSION_KEY)
    if not named:
        return None
    invitation = Invitation.objects.filter(id=UUID(named)).select_related("patient").first()
    return invitation if invitation is not None and invitation.is_open else None


def forget(request: HttpRequest) -> None:
    """Let this browser forget the invitation it had opened."""
    request.session.pop(_SESSION_KEY, None)


def accept(invitation: Invitation, user: User, *, actor: Actor) -> Invitation:
    """Accept for a user who is logged in and whose browser opened the invitation. The code then works no more.

    Args:
        invitation: an opened one.
        user: who accepts.
        actor: the same person.

    Raises:
        Conflict: answered meanwhile, or expired; or the handler of the purpose objects.
    """
    purpose = purpose_of(invitation)
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).get(id=invitation.id)
        if locked.accepted_by_id == user.pk:
            return locked
        if not locked.is_open:
            raise Conflict(_("This invitation can no longer be used."), _("Ask for a new code."))
        locked.accepted_at, locked.accepted_by = now(), user
        locked.save(update_fields=["accepted_at", "accepted_by"])
        purpose.accept(locked, user, actor)
        record("invitation.accepted", actor=actor, subjects={**_subjects(locked), "user": [user.pk]})
    user.forget_roles()
    return locked


def refuse(invitation: Invitation, refusal: str, *, actor: Actor) -> Invitation:
    """Turn an invitation down, on the site with its code or by phone; refusing again is quiet (S1-18).

    Args:
        invitation: an open one.
        refusal: "not_me" or "refused".
        actor: a guest with the code, or the coordinator who took the call.

    Raises:
        Conflict: it was accepted, or is too old.
    """
    if refusal not in {Invitation.Refusal.NOT_ME, Invitation.Refusal.REFUSED}:
        raise ValueError("a refusal is not_me or refused")
    purpose = purpose_of(invitation)
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).get(id=invitation.id)
        if locked.refused_at is not None:
            return locked
        if locked.accepted_at is not None:
            raise Conflict(_("This invitation has already been accepted."))
        locked.refusal = Invitation.Refusal(refusal)
        # First the handler: what it does may rest on an invitation that is still open.
        purpose.refuse(locked, actor)
        locked.refused_at = now()
        locked.save(update_fields=["refused_at", "refusal"])
        record("invitation.refused", actor=actor, subjects=_subjects(locked), detail={"refusal": refusal})
    return locked
