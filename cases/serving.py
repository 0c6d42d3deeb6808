"""Serving files of a case: decide, journal, then stream. The same views under each role's address."""

import uuid
from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit import record_read
from cases.models import Case, Document, Opinion
from cases.pages import actor_of, find_case, require_on_page
from cases.services.delivery import open_opinion
from cases.services.documents import note_opened
from cases.services.locking import subjects
from errors import Missing
from vault.files import read_file
from vault.models import PreviewPage, StoredFile

_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/heic": "heic",
    "image/webp": "webp",
    "application/dicom": "dcm",
    "application/zip": "zip",
}


def stream(stored: StoredFile, name: str, *, inline: bool) -> StreamingHttpResponse:
    """The clear bytes, decrypted chunk by chunk; originals are attachments, never shown by the browser itself."""
    response = StreamingHttpResponse(read_file(stored), content_type=stored.media_type)
    extension = _EXTENSIONS.get(stored.media_type, "bin")
    safe = "".join(mark if mark.isalnum() or mark in " -_" else "-" for mark in name)[:80].strip() or "document"
    kind = "inline" if inline else "attachment"
    plain = f"document.{extension}"
    response["Content-Disposition"] = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(f'{safe}.{extension}')}"
    response["Content-Length"] = str(stored.size)
    response["Cache-Control"] = "no-store, private"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _document(request: HttpRequest, case_id: UUID, document_id: UUID) -> Document:
    case = find_case(request, case_id)
    document = Document.objects.select_related("case", "file").filter(pk=document_id, case=case).first()
    if document is None:
        raise Missing(_("This document does not exist, or is not yours to see."))
    require_on_page(request, case, "document.read", document)
    return document


def _journal(request: HttpRequest, document: Document, event: str) -> None:
    case = document.case
    actor = actor_of(request, case)
    with transaction.atomic():
        record_read(
            event,
            actor=actor,
            case_id=case.pk,
            subjects=subjects(case, document=[document.pk]),
            request_key=uuid.uuid4().hex,
        )
        if actor.role == "expert":
            note_opened(document, actor=actor)


@require_GET
def document_file(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponseBase:
    """The original, as an attachment."""
    document = _document(request, case_id, document_id)
    _journal(request, document, "document.file_read")
    return stream(document.file, document.title or "", inline=False)


@require_GET
def document_page(request: HttpRequest, case_id: UUID, document_id: UUID, number: int) -> HttpResponseBase:
    """The image of one page, made by the service from the original."""
    document = _document(request, case_id, document_id)
    page = (
        PreviewPage.objects.select_related("image").filter(preview__source_id=document.file_id, number=number).first()
    )
    if page is None:
        raise Missing(_("This page does not exist."))
    _journal(request, document, "document.page_read")
    return stream(page.image, document.title or "", inline=True)


@require_GET
def opinion_file(request: HttpRequest, case_id: UUID, opinion_id: UUID) -> HttpResponseBase:
    """The signed paper, byte for byte."""
    return _opinion_part(request, case_id, opinion_id, lambda opinion: opinion.pdf)


@require_GET
def opinion_annex(request: HttpRequest, case_id: UUID, opinion_id: UUID) -> HttpResponseBase:
    """The prognosis on a paper of its own, for whoever asks for it."""
    return _opinion_part(request, case_id, opinion_id, lambda opinion: opinion.annex)


def _opinion_part(
    request: HttpRequest, case_id: UUID, opinion_id: UUID, part: Callable[[Opinion], StoredFile | None]
) -> HttpResponseBase:
    case: Case = find_case(request, case_id)
    opinion = case.opinions.select_related("pdf", "annex").filter(pk=opinion_id).first()
    if opinion is None:
        raise Missing(_("This opinion does not exist, or is not yours to see."))
    actor = actor_of(request, case)
    require_on_page(request, case, "case.read_opinion")
    stored = part(opinion)
    if stored is None:
        # Asking for a part there is not opens nothing.
        raise Missing(_("This opinion has no such part."))
    open_opinion(case_id, opinion_id, actor=actor, request_key=uuid.uuid4().hex)
    sort = "-complement" if opinion.type == Opinion.Type.ADDENDUM else ""
    return stream(stored, f"{case.reference}{sort}-{opinion.place}", inline=False)
