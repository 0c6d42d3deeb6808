"""One screen for a case: questions and file, the document in view, the opinion being written."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.checks import new_pieces, questions_of
from cases.composing import first_opinion_of
from cases.expert import forms
from cases.expert.selectors import usual_request
from cases.machine import may, perform
from cases.models import Case, Document, Opinion
from cases.models.opinions import Written
from cases.models.states import AFTER_DELIVERY, State
from cases.pages import attempt, case_page, rights_on
from cases.presenters import by_when
from cases.reading import answer_sections
from cases.selectors import delivered_versions, documents_of, pages_of
from cases.services import documents as pieces
from cases.services import snippets as kept
from cases.services.corrections import correction_of
from cases.services.opinions import StaleDraft, draft_of, save_draft
from errors import DomainError, Invalid, Missing
from ui.dates import say_time


@require_GET
@case_page("case.see", event="case.page_read")
def page(request: HttpRequest, case: Case) -> HttpResponse:
    """The workspace of a case he holds; a proposal or what he signed otherwise."""
    if case.state == State.PROPOSED:
        return redirect("expert:proposal", case.pk)
    rights = rights_on(request)
    correcting = case.state in AFTER_DELIVERY and rights.to("case.write_draft").allowed
    if not correcting and case.state == State.FOLLOW_UP and rights.to("case.write_addendum").allowed:
        return redirect("expert:follow_up", case.pk)
    if not correcting and (case.state in AFTER_DELIVERY or not rights.to("case.read").allowed):
        return _kept(request, case)
    draft = draft_of(case) if correcting or case.state in (State.IN_REVIEW, State.EXPERT_QUESTION) else None
    form = _form(case, draft) if draft is not None else None
    return workspace_page(request, case, form, draft=draft)


def _form(case: Case, draft: Written) -> forms.OpinionForm:
    initial = forms.OpinionForm.initial_of(draft.content)
    return forms.OpinionForm(questions_of(case), initial=initial, correction=draft.replaced is not None)


def _kept(request: HttpRequest, case: Case) -> HttpResponse:
    """After delivery he keeps what he signed; on hold or withdrawn he reads nothing."""
    rights = rights_on(request)
    readable = rights.to("case.read_opinion")
    versions = delivered_versions(case) if readable.allowed else []
    request.shown["opinion"] = [version.pk for version in versions]  # type: ignore[attr-defined]
    context = {
        "case": case,
        "versions": versions,
        "refusal": "" if readable.allowed else readable.message,
        "may_correct": rights.to("case.correct").allowed,
        "asked": correction_of(case) if rights.to("case.correct").allowed else None,
        "can_write_desk": rights.to("case.message_desk_expert").allowed,
    }
    return render(request, "cases/expert/kept.html", context)


def workspace_page(
    request: HttpRequest,
    case: Case,
    form: forms.OpinionForm | None,
    *,
    draft: Written | None = None,
    status: int = 200,
    other: Any = None,
) -> HttpResponse:
    """The three columns.

    Args:
        form: the opinion being written; None once it is signed.
        draft: the stored one, where it was read already.
        other: both texts of each field that differs, after a stale save.
    """
    actor = request.actor  # type: ignore[attr-defined]
    rights = rights_on(request)
    documents = documents_of(case, actor, rights=rights)
    shown = _chosen(request, documents)
    request.shown["document"] = [document.pk for document in documents]  # type: ignore[attr-defined]
    if draft is None and form is not None:
        draft = draft_of(case)
    if shown is not None:
        pieces.note_opened(shown, actor=actor)
    context = {
        "case": case,
        "paused": case.state == State.EXPERT_QUESTION,
        "due": by_when(case.due_at) if case.state == State.IN_REVIEW else "",
        "documents": documents,
        "shown": shown,
        "pages": pages_of(shown) if shown else [],
        "questions": questions_of(case),
        "first_opinion": first_opinion_of(case),
        "form": form,
        "draft": draft,
        "other": other,
        "expert_questions": list(case.expert_questions.select_related("content_key")),
        "new_pieces": new_pieces(case),
        "additions": case.additions.count(),
        "snippets": kept.snippets_of(actor),
        "returned": _returned(case),
        "moves": {name: may(name, case, actor, rights=rights) for name in _MOVES},
        "can_write_desk": rights.to("case.message_desk_expert").allowed,
        "may_sign": case.state == State.IN_REVIEW or (draft is not None and draft.replaced is not None),
        "corrected": draft.replaced if draft is not None else None,
        "asked": correction_of(case) if draft is not None and draft.replaced is not None else None,
        "may_answer": case.state == State.FOLLOW_UP and rights.to("case.write_addendum").allowed,
    }
    return render(request, "cases/expert/workspace.html", context, status=status)


def _returned(case: Case) -> Opinion | None:
    """The version that came back unsigned for its form, while he writes again."""
    if case.state != State.IN_REVIEW:
        return None
    rows = case.opinions.filter(standing=Opinion.Standing.RETRACTED).select_related("content_key")
    return rows.order_by("-number").first()


_MOVES = ("ask_question", "continue_without_answer", "hand_back", "retract")


def _chosen(request: HttpRequest, documents: list[Document]) -> Document | None:
    """The document in view: the one asked for, else the first."""
    wanted = request.GET.get("piece", "")
    return next((row for row in documents if str(row.pk) == wanted), documents[0] if documents else None)


@require_GET
@case_page("case.read")
def answers(request: HttpRequest, case: Case) -> HttpResponse:
    """The answers of the patient, or the request of the professional."""
    context = {
        "case": case,
        "sections": answer_sections(case, get_language() or "fr"),
        "additions": list(case.additions.select_related("author")),
        "referral": case.referral or {},
    }
    return render(request, "cases/expert/answers.html", context)


@require_GET
@case_page("case.read")
def compare(request: HttpRequest, case: Case) -> HttpResponse:
    """Two documents side by side, each with its date."""
    actor = request.actor  # type: ignore[attr-defined]
    documents = documents_of(case, actor, rights=rights_on(request))
    chosen = [next((d for d in documents if str(d.pk) == request.GET.get(side, "")), None) for side in ("a", "b")]
    left = chosen[0] or (documents[0] if documents else None)
    right = chosen[1] or (documents[-1] if documents else None)
    shown = [document for document in (left, right) if document is not None]
    for document in shown:
        pieces.note_opened(document, actor=actor)
    request.shown["document"] = [document.pk for document in shown]  # type: ignore[attr-defined]
    sides = [("a", left, pages_of(left) if left else []), ("b", right, pages_of(right) if right else [])]
    return render(request, "cases/expert/compare.html", {"case": case, "documents": documents, "sides": sides})


@require_POST
@case_page("case.write_draft")
def save(request: HttpRequest, case: Case) -> HttpResponse:
    """Save the draft: by the page's script as he types (JSON), or by its button."""
    actor = request.actor  # type: ignore[attr-defined]
    background = "application/json" in request.headers.get("Accept", "")
    form = forms.OpinionForm(questions_of(case), request.POST, correction=case.correcting_since is not None)
    version = request.POST.get("version", "")
    if not form.is_valid():
        if background:
            errors = {name: str(found[0]) for name, found in form.errors.items()}
            return JsonResponse({"errors": errors}, status=422)
        return workspace_page(request, case, form, status=422)
    try:
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1
        draft = save_draft(case.pk, form.content, number, actor=actor)
    except StaleDraft as stale:
        fields = forms.OpinionForm.initial_of(stale.stored)
        if background:
            return JsonResponse({"version": stale.version, "fields": fields}, status=409)
        form.add_error(None, f"{stale.message} {stale.next_step}")
        return workspace_page(request, case, form, status=409, other=_differences(form, fields))
    except (Missing, Invalid) as error:
        if background:
            return JsonResponse({"errors": {"": str(error.message)}}, status=error.status)
        form.add_error(None, str(error.message))
        return workspace_page(request, case, form, status=error.status)
    if background:
        return JsonResponse({"version": draft.version, "saved_at": say_time(draft.saved_at)})
    if "read_again" in request.POST:
        return redirect("expert:read_again", case.pk)
    return redirect("expert:case", case.pk)


def _differences(form: forms.OpinionForm, stored: dict[str, Any]) -> list[dict[str, Any]]:
    """Both texts of each field that differs, for a page without script."""
    return [
        {"label": form.fields[name].label, "mine": form.cleaned_data.get(name) or "", "stored": stored.get(name) or ""}
        for name in form.fields
        if (form.cleaned_data.get(name) or "") != (stored.get(name) or "")
    ]


@require_http_methods(["GET", "POST"])
@case_page("case.write_draft")
def set_aside(request: HttpRequest, case: Case, document_id: UUID) -> HttpResponse:
    """Sign without a piece added meanwhile, and say why."""
    actor = request.actor  # type: ignore[attr-defined]
    document = case.documents.filter(pk=document_id).first()
    if document is None:
        raise Missing(_("This document does not exist, or is not yours to see."))
    form = forms.AsideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(request, form, lambda: pieces.set_aside(document_id, reason, actor=actor), done=_("Set aside.")):
            return redirect("expert:case", case.pk)
    context = {"case": case, "form": form, "document": document}
    return render(request, "cases/expert/set_aside.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def ask(request: HttpRequest, case: Case) -> HttpResponse:
    """Ask the requester a question, or what the expert usually asks of those who name him."""
    actor = request.actor  # type: ignore[attr-defined]
    usual = usual_request(case)
    form = forms.QuestionForm(request.POST or None, initial={"text": usual if "habituelles" in request.GET else ""})
    if form.initial["text"]:
        form.fields["text"].widget.attrs["rows"] = 12
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        done = _("Your question is sent. The clock waits for the answer.")
        if attempt(request, form, lambda: perform("ask_question", case.pk, actor=actor, text=text), done=done):
            return redirect("expert:case", case.pk)
    context = {"case": case, "form": form, "allowed": may("ask_question", case, actor), "usual": usual}
    return render(request, "cases/expert/ask.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def go_on(request: HttpRequest, case: Case) -> HttpResponse:
    """Go on without the answer; the silence is written among the limits."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            perform("continue_without_answer", case.pk, actor=actor)
        except (Missing, DomainError) as error:
            if error.status in (403, 404):
                raise
        return redirect("expert:case", case.pk)
    context = {"case": case, "allowed": may("continue_without_answer", case, actor)}
    return render(request, "cases/expert/go_on.html", context)
