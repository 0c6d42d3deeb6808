"""Signing: first the expert, then a coordinator for the service, each with a fresh code that stands for these words."""

import hashlib
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.security import CodeChallenge
from audit import Actor
from clock import now
from errors import Conflict
from experts.conventions.texts import current_text, ends_on, fingerprint, words_for
from experts.facts import SOON
from experts.models import Convention, ConventionSignature, ConventionText, ExpertProfile
from experts.notices import tell_desk, tell_expert
from experts.services import journal, locked_expert
from ui.dates import paris_day

Side = ConventionSignature.Side
#: A code counts for the signature it was typed for, at once.
_FRESH = timedelta(minutes=10)


def payload(words: str) -> str:
    """What a code stands for: this convention, in these words."""
    return f"convention:{fingerprint(words)}"


def waiting(expert: ExpertProfile) -> Convention | None:
    """The convention the expert has signed on line and the service has not, if its text is still the current one."""
    rows = expert.conventions.filter(
        signatures__side=Side.EXPERT, signed_by_service_at__isnull=True, signatures__text=current_text()
    )
    return rows.order_by("-recorded_at").first()


def may_sign(expert: ExpertProfile) -> bool:
    """Whether the expert is to sign: none holds for long on the current text, and none waits for the service."""
    if expert.status == ExpertProfile.Status.ENDED or waiting(expert) is not None:
        return False
    day, text = paris_day(now()), current_text()
    for convention in expert.conventions.all():
        # The form opens on the very day of the first reminder: `ends_on` is the first day without it.
        lasting = convention.ends_on is None or convention.ends_on - timedelta(days=1) - day > SOON
        # A paper convention holds until it ends, whatever the text on line.
        own = not convention.is_electronic or convention.version == str(text.version)
        if convention.holds(day) and lasting and own:
            return False
    return True


def _check_code(proof: CodeChallenge, words: str, actor: Actor) -> None:
    """The code was typed by this person, for these words, a moment ago."""
    bound = hashlib.sha256(payload(words).encode()).hexdigest()
    used = proof.used_at
    if proof.user_id != actor.person or proof.binding != bound or used is None or now() - used > _FRESH:
        raise Conflict(_("The text has changed since the code was sent. Read it again and ask for another code."))


def sign_as_expert(
    expert_id: UUID, text_id: UUID, language: str, words: str, proof: CodeChallenge, *, actor: Actor
) -> Convention:
    """Store what the expert has signed, and ask the coordinators to sign for the service.

    Args:
        words: exactly as he was shown them; the code stands for them.
        proof: the used challenge of his code.

    Raises:
        Conflict: nothing is to be signed, or the text is not what he was shown.
    """
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.sign_convention")
        text = ConventionText.objects.get(pk=text_id)
        day = paris_day(now())
        if words != words_for(text, expert, language, on=day) or text != current_text():
            raise Conflict(_("The text has changed since the code was sent. Read it again and ask for another code."))
        _check_code(proof, words, actor)
        if not may_sign(expert):
            raise Conflict(_("There is no convention for you to sign."))
        convention = Convention.objects.create(
            expert=expert, version=str(text.version), signed_by_expert_at=now(), ends_on=ends_on(day)
        )
        _sign(convention, Side.EXPERT, text, language, words, actor)
        journal("expert.convention_signed", actor, expert, side="expert", version=text.version)
        tell_desk("expert.convention_to_sign", str(convention.pk), but=expert.user_id)
        return convention


def sign_for_service(convention_id: UUID, proof: CodeChallenge, *, actor: Actor) -> Convention:
    """Store the service's signature under the very words the expert signed: the convention is concluded.

    Raises:
        Conflict: it is concluded, or was replaced, or the code was not for it.
    """
    with transaction.atomic():
        convention = Convention.objects.get(pk=convention_id)
        expert = locked_expert(convention.expert_id, actor, "expert.record")
        convention.refresh_from_db()
        first = convention.signatures.filter(side=Side.EXPERT).first()
        if first is None or waiting(expert) != convention:
            raise Conflict(_("There is nothing for the service to sign here."))
        _check_code(proof, first.shown, actor)
        convention.signed_by_service_at = now()
        convention.save(update_fields=["signed_by_service_at"])
        _sign(convention, Side.SERVICE, first.text, first.language, first.shown, actor)
        journal("expert.convention_signed", actor, expert, side="service", version=first.text.version)
        tell_expert("expert.convention_concluded", expert, str(convention.pk))
        return convention


def _sign(convention: Convention, side: Side, text: ConventionText, language: str, words: str, actor: Actor) -> None:
    ConventionSignature(
        convention=convention,
        side=side,
        signer_id=actor.person,
        signer_name=User.objects.get(pk=actor.person).get_full_name(),
        text=text,
        language=language,
        shown=words,
        shown_sha256=fingerprint(words),
    ).save()
