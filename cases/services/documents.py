"""Documents of a case: adding, checking, withdrawing. The file itself is already encrypted in the vault."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from access import require
from audit import Actor, record
from cases.checks import PARIS
from cases.models import Assignment, Document
from cases.models.documents import DocumentType, PieceReview
from cases.services.locking import locked_case, subjects
from clock import now
from errors import Conflict, Invalid, Missing
from vault.models import StoredFile

MAX_DOCUMENTS = 200
_ORIGINS = {"requester": Document.Origin.PROFESSIONAL, "expert": Document.Origin.PROFESSIONAL}
_SERVICE = ("coordinator", "care_coordinator")


@dataclass(frozen=True)
class Described:
    """What the person says of a document.

    Args:
        type: one of `DocumentType`.
        title: how it is called in lists; the file's own name when left empty.
        dated_on: date of the document, not of the upload.
        author: who wrote it.
        prerequisite: code of the wanted document it answers, or "".
    """

    type: str
    title: str
    dated_on: date | None = None
    author: str = ""
    note: str = ""
    prerequisite: str = ""


@transaction.atomic
def add_document(case_id: UUID, stored: StoredFile, described: Described, *, actor: Actor) -> Document:
    """Attach an encrypted file to a case; it is read by nobody but its author until it is scanned.

    Raises:
        Conflict: the case holds too many documents, is past its signature, or holds this very file already.
        Invalid: the type is unknown, or the date lies in the future.
    """
    from cases.tasks import check_document

    case = locked_case(case_id, actor=actor, action="case.add_document")
    if stored.content_key_id != case.content_key_id:
        raise Conflict(_("This file does not belong to this case."))
    if described.type not in DocumentType.values:
        raise Invalid(_("Choose the type of the document."), fields={"type": _("Choose the type of the document.")})
    if described.dated_on is not None and described.dated_on > now().astimezone(PARIS).date():
        raise Invalid(_("The date lies in the future."), fields={"dated_on": _("The date lies in the future.")})
    if case.documents.filter(removed_at__isnull=True).count() >= MAX_DOCUMENTS:
        raise Conflict(_("This case already holds %(most)s documents.") % {"most": MAX_DOCUMENTS})
    # Hashes are sealed like everything else about a file: they are compared here, not in the database.
    living = case.documents.filter(removed_at__isnull=True, hidden_at__isnull=True).select_related("file")
    twin = next((document for document in living if document.file.sha256 == stored.sha256), None)
    if twin is not None:
        raise Conflict(
            _("This file is already among the documents: “%(title)s”.") % {"title": twin.title},
            _("It does not need to be added twice. Choose another file, or go back to the list."),
        )
    origin = Document.Origin.SERVICE if actor.role in _SERVICE else _ORIGINS.get(actor.role, Document.Origin.PATIENT)
    document = Document.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        type=described.type,
        title=described.title.strip() or str(DocumentType(described.type).label),
        dated_on=described.dated_on,
        author_name=described.author.strip(),
        note=described.note.strip(),
        prerequisite=described.prerequisite[:40],
        origin=origin,
        added_by_id=actor.person,
        added_at=now(),
        file=stored,
    )
    if described.prerequisite:
        case.missing_pieces.filter(prerequisite=described.prerequisite[:40]).delete()
    record(
        "document.added",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case, document=[document.pk]),
        detail={"type": document.type},
    )
    check_document.enqueue(str(document.pk))
    return document


@transaction.atomic
def describe_document(document_id: UUID, described: Described, *, actor: Actor) -> Document:
    """Correct what was said of a document, by its author."""
    document = _mine(document_id, actor, "case.add_document")
    document.type = described.type
    document.title = described.title.strip() or str(DocumentType(described.type).label)
    document.dated_on, document.author_name = described.dated_on, described.author.strip()
    document.note, document.prerequisite = described.note.strip(), described.prerequisite[:40]
    document.save()
    record(
        "document.described",
        actor=actor,
        case_id=document.case_id,
        subjects=subjects(document.case, document=[document.pk]),
        detail={"type": document.type},
    )
    return document


@transaction.atomic
def remove_document(document_id: UUID, reason: str, *, actor: Actor) -> Document:
    """Withdraw a document, by its author only: it stays, hidden, with the trace (S1-38)."""
    document = _mine(document_id, actor, "case.remove_document")
    if document.removed_at is not None:
        return document
    document.removed_at = now()
    document.removed_reason = reason.strip()
    document.save()
    record(
        "document.removed",
        actor=actor,
        case_id=document.case_id,
        subjects=subjects(document.case, document=[document.pk]),
    )
    return document


def _mine(document_id: UUID, actor: Actor, action: str) -> Document:
    found = Document.objects.filter(pk=document_id).first()
    if found is None:
        raise Missing(_("This document does not exist, or is not yours to see."))
    locked_case(found.case_id, actor=actor, action=action)
    document = Document.objects.select_for_update(of=("self",)).get(pk=document_id)
    if document.added_by_id != actor.id:
        raise Conflict(_("Only the person who added this document can do this."))
    return document


@transaction.atomic
def note_opened(document: Document, *, actor: Actor) -> None:
    """The expert opened a piece: one added meanwhile no longer stands in the way of the signature."""
    assignment = _assignment(document, actor)
    if assignment is not None:
        PieceReview.objects.get_or_create(
            document=document,
            assignment=assignment,
            defaults={"content_key_id": document.content_key_id, "opened_at": now()},
        )


@transaction.atomic
def set_aside(document_id: UUID, reason: str, *, actor: Actor) -> PieceReview:
    """The expert signs without a piece added meanwhile, and says why."""
    document = Document.objects.select_related("case").filter(pk=document_id).first()
    if document is None:
        raise Missing(_("This document does not exist, or is not yours to see."))
    require(actor, "case.write_draft", document.case)
    if not reason.strip():
        raise Invalid(_("Say why you set it aside."), fields={"reason": _("Fill in this field.")})
    assignment = _assignment(document, actor)
    if assignment is None:
        raise Conflict(_("No expert holds this case."))
    review, _created = PieceReview.objects.update_or_create(
        document=document,
        assignment=assignment,
        defaults={"content_key_id": document.content_key_id, "set_aside_reason": reason.strip()},
    )
    record(
        "document.set_aside",
        actor=actor,
        case_id=document.case_id,
        subjects=subjects(document.case, document=[document.pk]),
    )
    return review


def _assignment(document: Document, actor: Actor) -> Assignment | None:
    living = document.case.assignments.filter(ended_at__isnull=True, accepted_at__isnull=False)
    return living.filter(expert__user_id=actor.person).first()
