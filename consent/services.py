"""Recording and withdrawing consent. Called inside the transaction of the move that needs it."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit import Actor, record
from clock import now
from consent.models import OPTIONAL, REQUIRED, SHARINGS, Block, ConsentRecord, ConsentText, Means, Purpose
from consent.texts import current_text, words_shown
from errors import Invalid


def purposes_for(sharing: str) -> list[str]:
    """The purposes put to the patient, required ones first.

    Args:
        sharing: «named» or «delegated», the way the expert is chosen.
    """
    named = Purpose.SHARING_NAMED if sharing == "named" else Purpose.SHARING_DELEGATED
    return [*REQUIRED, named, *OPTIONAL]


def record_choices(
    *,
    case_id: UUID,
    patient_id: UUID,
    kind: str,
    sharing: str,
    round_number: int,
    choices: Mapping[str, bool],
    shown_texts: Mapping[str, UUID],
    actor: Actor,
    means: str = Means.ONLINE,
    language: str = "fr",
    expert: str = "",
    collected_on: date | None = None,
    purposes: Iterable[str] | None = None,
) -> list[ConsentRecord]:
    """Store each choice of one round with the words shown.

    Args:
        choices: yes or no by purpose; a purpose left out is refused.
        shown_texts: id of the text shown by purpose; each must still be the current one.
        means: how the choice was expressed, one of `Means`.
        collected_on: the day a professional collected it, when it was not on this site.
        purposes: limits the purposes put (a professional attests 1 to 3 only).

    Raises:
        Invalid: a required purpose is refused, or a text has changed since it was shown.
    """
    put = list(purposes) if purposes is not None else purposes_for(sharing)
    missing = [p for p in put if p in (*REQUIRED, *SHARINGS) and not choices.get(p)]
    if missing:
        raise Invalid(
            _("The opinion cannot be asked for without these agreements."),
            _("You may accept them, or leave your request as a draft."),
            fields={str(p): _("This agreement is needed.") for p in missing},
        )
    moment = now()
    records = []
    for purpose in put:
        text = current_text(purpose, kind)
        if shown_texts.get(purpose) != text.id:
            raise Invalid(
                _("A text has changed since you opened this page."),
                _("Read the new text below, then choose again."),
                fields={str(purpose): _("New text.")},
            )
        given = bool(choices.get(purpose))
        shown = words_shown(text, language, expert=expert)
        records.append(
            ConsentRecord.objects.create(
                case_id=case_id,
                patient_id=patient_id,
                round=round_number,
                purpose=purpose,
                decision=ConsentRecord.Decision.GIVEN if given else ConsentRecord.Decision.REFUSED,
                **_evidence(text, shown, language, means, actor),
                collected_on=collected_on,
                at=moment,
            )
        )
        record(
            "consent.given" if given else "consent.refused",
            actor=actor,
            case_id=case_id,
            subjects={"patient": [patient_id]},
            detail={"purpose": str(purpose), "version": text.version, "means": str(means)},
        )
    return records


def record_notice(
    *,
    case_id: UUID,
    patient_id: UUID,
    kind: str,
    notice: str,
    shown_text: UUID | None,
    round_number: int,
    actor: Actor,
    means: str = Means.ONLINE,
    language: str = "fr",
    at: datetime | None = None,
) -> ConsentRecord:
    """Store that a text was read and accepted: keeping a draft, what a refusal may change (R.4127-58).

    Args:
        notice: purpose of the text, «draft_notice» or «treating_doctor_refusal».
        shown_text: id of the text shown; it must still be the current one.
        at: when it was accepted, if that was before this transaction.

    Raises:
        Invalid: the text has changed since it was shown, or none was.
    """
    text = current_text(notice, kind)
    if shown_text != text.id:
        raise Invalid(
            _("A text has changed since you opened this page."), _("Read the new text below, then choose again.")
        )
    same = ConsentRecord.objects.filter(case_id=case_id, round=round_number, purpose=notice, text=text)
    known = same.filter(actor_kind=actor.kind, actor_id=actor.id, means=means).first()
    if known is not None:
        # The same page sent twice: it was read and accepted once.
        return known
    row = ConsentRecord.objects.create(
        case_id=case_id,
        patient_id=patient_id,
        round=round_number,
        purpose=notice,
        decision=ConsentRecord.Decision.GIVEN,
        **_evidence(text, words_shown(text, language), language, means, actor),
        at=at or now(),
    )
    record(
        "consent.notice_read",
        actor=actor,
        case_id=case_id,
        subjects={"patient": [patient_id]},
        detail={"notice": notice, "version": text.version, "means": str(means)},
    )
    return row


def _evidence(text: ConsentText, shown: str, language: str, means: str, actor: Actor) -> dict[str, object]:
    return {
        "text": text,
        "text_version": text.version,
        "text_sha256": text.sha256,
        "language": language,
        "shown": shown,
        "shown_sha256": hashlib.sha256(shown.encode()).hexdigest(),
        "means": means,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_role": actor.role,
    }


def withdraw_purpose(
    *, case_id: UUID, round_number: int, purpose: str, actor: Actor, means: str = Means.ONLINE
) -> bool:
    """Record the withdrawal of one living consent.

    Returns:
        Whether there was one to withdraw.
    """
    latest = _latest(case_id, round_number).get(purpose)
    if latest is None or latest.decision != ConsentRecord.Decision.GIVEN:
        return False
    ConsentRecord.objects.create(
        case_id=case_id,
        patient_id=latest.patient_id,
        round=round_number,
        purpose=purpose,
        decision=ConsentRecord.Decision.WITHDRAWN,
        **_evidence(latest.text, latest.shown, latest.language, means, actor),
        at=now(),
    )
    record(
        "consent.withdrawn",
        actor=actor,
        case_id=case_id,
        subjects={"patient": [latest.patient_id]},
        detail={"purpose": purpose, "version": latest.text_version, "means": str(means)},
    )
    return True


def _latest(case_id: UUID, round_number: int) -> dict[str, ConsentRecord]:
    """The last record of each purpose in this round."""
    rows = ConsentRecord.objects.filter(case_id=case_id, round=round_number, purpose__in=Purpose.values)
    rows = rows.select_related("text").annotate(kind=F("case__kind")).order_by("pk")
    return {row.purpose: row for row in rows}


def given_purposes(case_id: UUID, round_number: int) -> set[str]:
    """The purposes whose last word is «given» in this round of consent, on whatever words."""
    return set(_given(case_id, round_number))


def outdated_purposes(case_id: UUID, round_number: int) -> set[str]:
    """Of these, the ones to be asked again: a newer text of theirs is marked `renew`."""
    given = _given(case_id, round_number)
    renewing = list(ConsentText.objects.filter(renew=True, purpose__in=list(given)).only("purpose", "kind", "version"))
    return {purpose for purpose, row in given.items() if _is_outdated(row, renewing)}


def living_purposes(case_id: UUID, round_number: int) -> set[str]:
    """The purposes consented to in this round, on words that still hold."""
    return given_purposes(case_id, round_number) - outdated_purposes(case_id, round_number)


def _given(case_id: UUID, round_number: int) -> dict[str, ConsentRecord]:
    latest = _latest(case_id, round_number)
    return {purpose: row for purpose, row in latest.items() if row.decision == ConsentRecord.Decision.GIVEN}


def _is_outdated(row: ConsentRecord, renewing: list[ConsentText]) -> bool:
    """Whether a text newer than the one agreed to, and the one in force for this kind of request, asks again."""
    kind = row.kind  # type: ignore[attr-defined]
    asking = [text for text in renewing if text.purpose == row.purpose and text.kind in (kind, "")]
    if not asking:
        return False
    current = current_text(row.purpose, kind)
    agreed = row.text.version if row.text.kind == current.kind else 0
    return any(text.kind == current.kind and text.version > agreed for text in asking)


def is_living(case_id: UUID, round_number: int, sharing: str) -> bool:
    """Whether the act and the sharing in force are both consented to."""
    named = Purpose.SHARING_NAMED if sharing == "named" else Purpose.SHARING_DELEGATED
    return {Purpose.ACT, named} <= living_purposes(case_id, round_number)


def choices_of(case_id: UUID, round_number: int) -> dict[str, ConsentRecord]:
    """The last record of each purpose, for the page where the patient sees and changes his choices."""
    return _latest(case_id, round_number)


def place_block(*, patient_id: UUID, professional_id: UUID, actor: Actor) -> Block:
    """Refuse one professional for all cases of a patient (S1-27); quiet when already refused."""
    block, created = Block.objects.get_or_create(
        patient_id=patient_id,
        professional_id=professional_id,
        lifted_at=None,
        defaults={"placed_by_id": actor.person},
    )
    if created:
        subjects = {"patient": [patient_id], "user": [professional_id]}
        record("consent.block_placed", actor=actor, subjects=subjects)
    return block


def lift_block(*, patient_id: UUID, professional_id: UUID, actor: Actor) -> None:
    """Accept again a professional refused before."""
    changed = Block.objects.filter(
        patient_id=patient_id, professional_id=professional_id, lifted_at__isnull=True
    ).update(lifted_at=now())
    if changed:
        subjects = {"patient": [patient_id], "user": [professional_id]}
        record("consent.block_lifted", actor=actor, subjects=subjects)


def is_blocked(patient_id: UUID, professional_id: UUID) -> bool:
    """Whether the patient refuses this professional."""
    return Block.objects.filter(
        Q(lifted_at__isnull=True), patient_id=patient_id, professional_id=professional_id
    ).exists()


__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "SHARINGS",
    "Means",
    "Purpose",
    "choices_of",
    "given_purposes",
    "is_blocked",
    "is_living",
    "lift_block",
    "living_purposes",
    "outdated_purposes",
    "place_block",
    "purposes_for",
    "record_choices",
    "withdraw_purpose",
]
