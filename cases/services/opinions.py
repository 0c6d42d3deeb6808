"""The expert's draft, the paper he reads again, and its signature.

Rendering, hashing and signing happen before the transaction; one short transaction then locks, checks again and
stores. The bytes signed are exactly those the expert saw: his one-time code stands for their SHA-256.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from access import require
from accounts.models import CodeChallenge
from audit import Actor, record
from cases.composing import CORRECTION_WHY, EMPTY_DRAFT, addendum_of, content_of
from cases.machine import perform
from cases.models import Case, Correction, FollowUp, Opinion, OpinionDraft
from cases.models.opinions import Written, next_place
from cases.models.states import State
from cases.opinions.codes import hash_code, new_code
from cases.opinions.render import render_annex, render_opinion
from cases.opinions.sign import load_signer, sign_pdf
from cases.services.corrections import correction_of, sign_correction
from cases.services.locking import locked_case, subjects
from clock import now
from errors import Conflict, Invalid, Missing
from experts.certificates import living_key
from vault.files import delete_file, read_file, write_file
from vault.models import StoredFile

MAX_TEXT = 40_000


class StaleDraft(Conflict):
    """The draft was changed elsewhere; the page shows both texts.

    Args:
        stored: the fields as they are stored.
        version: their version.
    """

    def __init__(self, stored: dict[str, Any], version: int) -> None:
        super().__init__(
            _("This opinion was changed on another page or device."),
            _("Both texts are below: keep what is right, then save again."),
        )
        self.stored = stored
        self.version = version


@dataclass(frozen=True)
class SignedBytes:
    """A signed paper already in the vault, ready to be recorded by the move `sign`.

    Args:
        source_sha256: of the unsigned bytes the expert saw and his code stands for.
        sha256: of the signed bytes.
    """

    file_id: UUID
    source_sha256: str
    sha256: str
    level: str
    verification_hash: str
    annex_id: UUID | None = None
    opinion_id: UUID = field(default_factory=uuid.uuid4)
    content: dict[str, Any] = field(default_factory=dict)


def draft_of(case: Case) -> Written:
    """What the expert is writing: the opinion, or the correction of the one delivered.

    Raises:
        Missing: nobody is writing.
    """
    if case.correcting_since is not None:
        correction = correction_of(case)
        if correction is not None and correction.begun_at is not None:
            return correction
    drafts = OpinionDraft.objects.select_related("content_key", "assignment")
    draft = drafts.filter(assignment__case=case, assignment__ended_at__isnull=True).first()
    if draft is None:
        raise Missing(_("No opinion is being written."))
    return draft


@transaction.atomic
def save_draft(case_id: UUID, fields: Mapping[str, Any], version: int, *, actor: Actor) -> Written:
    """Save what the expert wrote.

    Args:
        fields: the fields of `EMPTY_DRAFT` that changed.
        version: the version the page was opened with.

    Raises:
        StaleDraft: the stored draft is newer; nothing is overwritten.
        Invalid: a text is longer than the paper can take.
    """
    case = locked_case(case_id, actor=actor, action="case.write_draft")
    draft = draft_of(case)
    if draft.version != version:
        raise StaleDraft({**EMPTY_DRAFT, **draft.content}, draft.version)
    names = {*EMPTY_DRAFT, CORRECTION_WHY} if draft.replaced else set(EMPTY_DRAFT)
    known = {name: value for name, value in fields.items() if name in names}
    long = [name for name, value in known.items() if len(str(value)) > MAX_TEXT]
    if long:
        words = _("At most %(most)s characters.") % {"most": MAX_TEXT}
        raise Invalid(_("This text is too long."), fields=dict.fromkeys(long, words))
    draft.content = {**EMPTY_DRAFT, **draft.content, **known}
    draft.version += 1
    draft.saved_at = now()
    draft.save()
    record(
        "opinion.draft_saved",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"fields": sorted(known)},
    )
    return draft


def prepare_reading(case_id: UUID, *, actor: Actor) -> Written:
    """«Relire et signer»: render the paper into the vault and note its SHA-256.

    Raises:
        Invalid: the opinion is not complete, or holds characters no paper can hold.
        Conflict: the draft changed while it was being rendered.
    """
    case = Case.objects.select_related("assigned_expert__user").filter(pk=case_id).first()
    if case is None:
        raise Missing(_("This case does not exist, or is not yours to see."))
    require(actor, "case.write_draft", case)
    draft = draft_of(case)
    version, at, code = draft.version, now(), new_code()
    number = next_place(case.opinions.only("type"), Opinion.Type.OPINION)
    content = content_of(case, draft.content, at=at, code=code, version=number, replaces=draft.replaced)
    gaps = content.problems()
    if gaps:
        raise Invalid(_("The opinion is not complete."), fields=gaps)
    rendered = render_opinion(content)
    annex = render_annex(content) if content.has_annex else None
    stored = write_file(case.content_key, [rendered.pdf], media_type="application/pdf")
    stored_annex = (
        write_file(case.content_key, [annex.pdf], media_type="application/pdf") if annex is not None else None
    )
    with transaction.atomic():
        locked_case(case_id, actor=actor, action="case.write_draft")
        draft = draft_of(case)
        if draft.version != version:
            raise Conflict(_("The opinion was changed while the paper was being made."), _("Read it again."))
        draft.rendered, draft.rendered_annex = stored, stored_annex
        draft.rendered_version = version
        draft.rendered_sha256 = hashlib.sha256(rendered.pdf).hexdigest()
        draft.rendered_code_hash = hash_code(code)
        draft.rendered_replaced = list(rendered.replaced)
        draft.save()
        record(
            "opinion.read_again",
            actor=actor,
            case_id=case.pk,
            subjects=subjects(case),
            detail={"sha256": draft.rendered_sha256},
        )
    return draft


def sign_opinion(case_id: UUID, proof: CodeChallenge, *, actor: Actor) -> Case:
    """Sign the paper the expert read again.

    Args:
        proof: the fresh one-time code, which stands for the SHA-256 of the paper.

    Raises:
        Conflict: the paper is no longer the one read, or the case moved on.
        Invalid: the code is not fresh, or the opinion is not complete.
    """
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise Missing(_("This case does not exist, or is not yours to see."))
    if case.state == State.SIGNED:
        return perform("sign", case_id, actor=actor)
    require(actor, "case.write_draft", case)
    draft = draft_of(case)
    if draft.rendered is None:
        raise Conflict(_("Read the opinion again before you sign."))
    signed = _signed(
        case,
        actor,
        source=draft.rendered,
        source_sha256=draft.rendered_sha256,
        code_hash=draft.rendered_code_hash,
        annex=draft.rendered_annex,
    )
    if isinstance(draft, Correction):
        return _kept(signed, lambda: sign_correction(case_id, actor=actor, signed=signed, proof=proof, draft=draft))
    return _recorded("sign", case_id, actor, signed, proof=proof, draft=draft)


def sign_addendum(case_id: UUID, proof: CodeChallenge, *, actor: Actor) -> Case:
    """Sign the answer to the follow-up question the expert read again."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise Missing(_("This case does not exist, or is not yours to see."))
    if case.state == State.DELIVERED:
        return perform("answer_follow_up", case_id, actor=actor)
    require(actor, "case.write_addendum", case)
    follow_up = open_follow_up(case)
    if follow_up.rendered is None or follow_up.rendered_version != follow_up.draft_version:
        raise Conflict(_("Read the answer again before you sign."))
    signed = _signed(
        case,
        actor,
        source=follow_up.rendered,
        source_sha256=follow_up.rendered_sha256,
        code_hash=follow_up.rendered_code_hash,
        content={"answer": follow_up.answer_draft or ""},
    )
    return _recorded("answer_follow_up", case_id, actor, signed, proof=proof)


def _signed(
    case: Case,
    actor: Actor,
    *,
    source: StoredFile,
    source_sha256: str,
    code_hash: str,
    annex: StoredFile | None = None,
    content: dict[str, Any] | None = None,
) -> SignedBytes:
    """Sign the stored bytes with the expert's own key and put the result into the vault."""
    expert = case.assigned_expert
    key = living_key(expert.user) if expert and expert.user_id == actor.id else None
    if key is None:
        raise Conflict(_("You have no signing certificate."), _("Call the coordinator."))
    pdf = b"".join(read_file(source))
    if hashlib.sha256(pdf).hexdigest() != source_sha256:
        raise Conflict(_("The paper is not the one you read."), _("Read it again, then sign."))
    signer = load_signer(key)
    words = {"reason": "avis médical" if case.language != "en" else "medical opinion", "location": "France"}
    paper = sign_pdf(pdf, signer, **words)
    stored = write_file(case.content_key, [paper.pdf], media_type="application/pdf")
    signed_annex = None
    if annex is not None:
        annex_paper = sign_pdf(b"".join(read_file(annex)), signer, **words)
        signed_annex = write_file(case.content_key, [annex_paper.pdf], media_type="application/pdf")
    return SignedBytes(
        file_id=stored.pk,
        source_sha256=source_sha256,
        sha256=paper.sha256,
        level=paper.level,
        verification_hash=code_hash,
        annex_id=signed_annex.pk if signed_annex else None,
        content=content or {},
    )


def _recorded(move: str, case_id: UUID, actor: Actor, signed: SignedBytes, **inputs: Any) -> Case:
    return _kept(signed, lambda: perform(move, case_id, actor=actor, signed=signed, **inputs))


def _kept(signed: SignedBytes, act: Callable[[], Case]) -> Case:
    """Record the paper; when that is refused, or was done meanwhile, the paper nobody refers to is destroyed."""
    try:
        case = act()
    except Exception:
        _drop(signed)
        raise
    if not case.opinions.filter(pk=signed.opinion_id).exists():
        _drop(signed)
    return case


def _drop(signed: SignedBytes) -> None:
    for stored in StoredFile.objects.filter(pk__in=[signed.file_id, signed.annex_id]):
        delete_file(stored)


def open_follow_up(case: Case) -> FollowUp:
    """The follow-up question that waits for its answer.

    Raises:
        Missing: none does.
    """
    found = case.follow_ups.filter(addendum__isnull=True, released_at__isnull=True).first()
    if found is None:
        raise Missing(_("No follow-up question waits for an answer."))
    return found


@transaction.atomic
def save_addendum(case_id: UUID, answer: str, version: int, *, actor: Actor) -> FollowUp:
    """Save what the expert wrote in answer to the follow-up question."""
    case = locked_case(case_id, actor=actor, action="case.write_addendum")
    follow_up = open_follow_up(case)
    if follow_up.draft_version != version:
        raise StaleDraft({"answer": follow_up.answer_draft or ""}, follow_up.draft_version)
    follow_up.answer_draft = answer[:MAX_TEXT]
    follow_up.draft_version += 1
    follow_up.save()
    record(
        "opinion.draft_saved",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case),
        detail={"fields": ["follow_up"]},
    )
    return follow_up


def prepare_addendum(case_id: UUID, *, actor: Actor) -> FollowUp:
    """Render the addendum the expert is about to sign."""
    case = Case.objects.select_related("assigned_expert__user").filter(pk=case_id).first()
    if case is None:
        raise Missing(_("This case does not exist, or is not yours to see."))
    require(actor, "case.write_addendum", case)
    follow_up = open_follow_up(case)
    if not (follow_up.answer_draft or "").strip():
        raise Invalid(_("Write your answer."), fields={"answer": _("Fill in this field.")})
    version, code = follow_up.draft_version, new_code()
    content = addendum_of(
        case,
        follow_up,
        follow_up.answer_draft or "",
        at=now(),
        code=code,
    )
    rendered = render_opinion(content)
    stored = write_file(case.content_key, [rendered.pdf], media_type="application/pdf")
    with transaction.atomic():
        locked_case(case_id, actor=actor, action="case.write_addendum")
        follow_up = open_follow_up(case)
        if follow_up.draft_version != version:
            raise Conflict(_("The answer was changed while the paper was being made."), _("Read it again."))
        follow_up.rendered, follow_up.rendered_version = stored, version
        follow_up.rendered_sha256 = hashlib.sha256(rendered.pdf).hexdigest()
        follow_up.rendered_code_hash = hash_code(code)
        follow_up.save()
        record("opinion.read_again", actor=actor, case_id=case.pk, subjects=subjects(case))
    return follow_up
