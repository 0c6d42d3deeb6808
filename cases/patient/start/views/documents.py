"""Documents: those that are wanted and why, those that are there, adding, describing, withdrawing, «je ne l’ai pas»."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Case, Document
from cases.models.referral import ReferralRule
from cases.models.states import State
from cases.pages import attempt, rights_on
from cases.patient.start.flow import onward
from cases.patient.start.forms import DescriptionForm, DocumentForm, MissingForm, RemoveForm
from cases.patient.start.pages import actor, draw, prepare_page
from cases.patient.start.preparation import Piece, Preparation
from cases.patient.start.spaces import space_of
from cases.policy import OPEN_FILE
from cases.referral import is_referred, rule_now, rule_words
from cases.services import documents as service
from cases.services import drafting
from cases.services.documents import Described
from cases.services.receiving import MAX_PHOTOS, one_file
from errors import Missing
from vault import conf
from vault.exceptions import FileRefused
from vault.files import delete_file
from vault.models import StoredFile
from vault.scan import is_demo
from vault.upload import receive, receives_files

# Pieces may be added until the signature, from the same pages.
_page = prepare_page("case.add_document", states=OPEN_FILE)


def _language() -> str:
    return (get_language() or "fr")[:2]


def _piece(case: Case, number: int) -> Piece:
    piece = Preparation(case).piece(number)
    if piece is None:
        raise Missing(_("This document is not asked for."))
    return piece


def _own(request: HttpRequest, case: Case, document_id: UUID) -> Document:
    """A document this person added and may still change."""
    document = case.documents.filter(
        pk=document_id, added_by_id=actor(request).id, removed_at__isnull=True, hidden_at__isnull=True
    ).first()
    if document is None:
        raise Missing(_("This document does not exist, or is not yours to change."))
    return document


# --- the list


@require_GET
@_page
def documents(request: HttpRequest, case: Case) -> HttpResponse:
    """What is wanted and why, what is there, and how far each file's check is."""
    return _list(request, case)


def _list(request: HttpRequest, case: Case, *, problem: str = "", status: int = 200) -> HttpResponse:
    preparation, language, space = Preparation(case), _language(), space_of(request)
    me = actor(request).id
    rows = {document.pk: document_row(document, mine=document.added_by_id == me) for document in preparation.documents}
    request.shown["document"] = list(rows)  # type: ignore[attr-defined]
    pieces = [
        {
            "piece": piece,
            "label": piece.label(language),
            "why": piece.why(language),
            "rows": [rows[document.pk] for document in piece.documents],
        }
        for piece in preparation.pieces
    ]
    context = {
        "pieces": pieces,
        "others": [rows[document.pk] for document in preparation.other_documents],
        "open_count": len(preparation.pieces_open),
        "is_draft": case.state == State.DRAFT,
        "done": preparation.documents_done,
        "may_finish": rights_on(request).to("case.fill").allowed,
        "problem": problem,
        "referral": rule_words() if _wants_letter(case) else "",
        "demo_scanner": is_demo(),
        "back": space.url("prepare", case.pk) if case.state == State.DRAFT else space.case_url(case.pk),
    }
    return draw(request, "documents.html", case, context, status=status)


def _wants_letter(case: Case) -> bool:
    """Whether the patient is still asked, or advised, to be referred by a doctor."""
    asks = case.is_second_opinion and case.state == State.DRAFT and rule_now() != ReferralRule.OFF
    return asks and not is_referred(case)


def document_row(document: Document, *, mine: bool) -> dict[str, Any]:
    """A document as the list shows it: what it is, how far its check is, and what to do when it was refused."""
    state, words, advice = "neutral", pgettext("document", "received"), ""
    if document.status == Document.Status.PENDING:
        state, words = "pause", _("being checked")
    elif document.status == Document.Status.REFUSED:
        state, words = "late", _("refused by the check")
        advice = (
            _("The malware check found a dangerous file. Remove it, and ask whoever gave it to you for a new copy.")
            if document.status_code == StoredFile.Scan.INFECTED
            else _("This file could not be checked. Remove it, and add it as PDF or as photos of its pages.")
        )
    return {"document": document, "state": state, "words": words, "advice": advice, "mine": mine}


@require_POST
@prepare_page("case.fill")
def finish(request: HttpRequest, case: Case) -> HttpResponse:
    """«Tout est là»: refused while a required document is neither there nor declared unobtainable."""
    gaps = len(Preparation(case).pieces_open)
    if gaps:
        words = ngettext(
            "%(count)d document is still wanted: add it, or say why you cannot obtain it.",
            "%(count)d documents are still wanted: add them, or say why you cannot obtain them.",
            gaps,
        )
        return _list(request, case, problem=words % {"count": gaps}, status=422)
    attempt(request, None, lambda: drafting.set_documents_done(case.pk, True, actor=actor(request)))
    return onward(request, case, "prepare_documents")


# --- adding


@receives_files
@require_http_methods(["GET", "POST"])
@_page
def add(request: HttpRequest, case: Case, number: int = 0) -> HttpResponse:
    """Add a document; for a wanted one its type is known. The right and the token are decided before the first byte."""
    piece = _piece(case, number) if number else None
    if request.method == "GET":
        return _add_page(request, case, piece, DocumentForm(initial=_initial(piece)))
    try:
        received = receive(request, key_for=lambda fields: case.content_key, max_files=MAX_PHOTOS)
    except FileRefused as refused:
        return _refused(request, case, piece, refused.form, refused)
    form = DocumentForm(received.fields)
    if not form.is_valid():
        if received.files and not _by_script(request):
            form.add_error("file", _("Choose the file again: it was not kept, because something else was to correct."))
        received.discard()
        return _add_page(request, case, piece, form, status=422)
    title = form.cleaned_data["title"] or (piece.label(_language()) if piece else "")
    try:
        stored = one_file(received)
    except FileRefused as refused:
        return _refused(request, case, piece, received.fields, refused)
    described = _described(form, title=title, prerequisite=piece.code if piece else "")

    def act() -> None:
        service.add_document(case.pk, stored, described, actor=actor(request))

    if not attempt(request, form, act, done=_("The document is added.")):
        delete_file(stored)
        return _add_page(request, case, piece, form, status=409)
    to = space_of(request).url("prepare_documents", case.pk)
    return JsonResponse({"to": to}) if _by_script(request) else redirect(to)


def _by_script(request: HttpRequest) -> bool:
    """Whether the page's own script sends the form: it is answered in data, and the page stays."""
    return request.headers.get("Accept") == "application/json"


def _initial(piece: Piece | None) -> dict[str, Any]:
    return {"type": piece.body["document_type"]} if piece else {}


def _described(form: DescriptionForm, *, title: str, prerequisite: str) -> Described:
    data = form.cleaned_data
    return Described(
        type=data["type"],
        title=title,
        dated_on=data["dated_on"],
        author=data["author"],
        note=data["note"],
        prerequisite=prerequisite,
    )


def _refused(
    request: HttpRequest, case: Case, piece: Piece | None, fields: QueryDict | None, refused: FileRefused
) -> HttpResponse:
    """The same page with what was typed, and why the file is not accepted at its field."""
    form = DocumentForm(fields if fields is not None else QueryDict(""))
    form.is_valid()
    form.add_error("file", f"{refused.message} {refused.next_step}".strip())
    return _add_page(request, case, piece, form, status=refused.status)


def _add_page(
    request: HttpRequest, case: Case, piece: Piece | None, form: DocumentForm, *, status: int = 200
) -> HttpResponse:
    if status != 200 and _by_script(request):
        # The page still holds the files: that they are to be chosen again is said to browsers without scripts only.
        told = {
            name: [str(error) if name in ("file", "__all__") else f"{form[name].label} – {error}" for error in errors]
            for name, errors in form.errors.items()
        }
        return JsonResponse({"errors": told}, status=status)
    context = {
        "form": form,
        "piece": piece,
        "label": piece.label(_language()) if piece else "",
        "why": piece.why(_language()) if piece else "",
        "max_megabytes": conf.max_file_bytes() // (1024 * 1024),
        "max_photos": MAX_PHOTOS,
    }
    return draw(request, "document_add.html", case, context, status=status)


# --- describing, withdrawing


@require_http_methods(["GET", "POST"])
@_page
def describe(request: HttpRequest, case: Case, document_id: UUID) -> HttpResponse:
    """Correct what was said of a document, or to which wanted one it answers."""
    document = _own(request, case, document_id)
    initial = {
        "type": document.type,
        "title": document.title,
        "dated_on": document.dated_on,
        "author": document.author_name,
        "note": document.note,
    }
    form = DescriptionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        described = _described(form, title=form.cleaned_data["title"], prerequisite=document.prerequisite)
        if attempt(request, form, lambda: service.describe_document(document.pk, described, actor=actor(request))):
            return redirect(space_of(request).url("prepare_documents", case.pk))
    context = {"form": form, "document": document}
    return draw(request, "document_describe.html", case, context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@_page
def remove(request: HttpRequest, case: Case, document_id: UUID) -> HttpResponse:
    """Withdraw a document, once its consequences are read (S1-38)."""
    document = _own(request, case, document_id)
    form = RemoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]

        def act() -> None:
            service.remove_document(document.pk, reason, actor=actor(request))

        if attempt(request, form, act, done=_("The document is removed.")):
            return redirect(space_of(request).url("prepare_documents", case.pk))
    context = {"form": form, "document": document}
    return draw(request, "document_remove.html", case, context, status=422 if request.method == "POST" else 200)


# --- «je ne peux pas l'obtenir»


@require_http_methods(["GET", "POST"])
@_page
def missing(request: HttpRequest, case: Case, number: int) -> HttpResponse:
    """Say that a wanted document cannot be obtained, and why; or ask for it with a ready letter."""
    piece = _piece(case, number)
    form = MissingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.reason
        if attempt(request, form, lambda: drafting.declare_missing(case.pk, piece.code, reason, actor=actor(request))):
            return redirect(space_of(request).url("prepare_documents", case.pk))
    context = {"form": form, "piece": piece, "label": piece.label(_language()), "why": piece.why(_language())}
    return draw(request, "document_missing.html", case, context, status=422 if request.method == "POST" else 200)


@require_POST
@_page
def found(request: HttpRequest, case: Case, number: int) -> HttpResponse:
    """It can be obtained after all."""
    piece = _piece(case, number)
    attempt(request, None, lambda: drafting.undo_missing(case.pk, piece.code, actor=actor(request)))
    return redirect(space_of(request).url("prepare_documents", case.pk))
