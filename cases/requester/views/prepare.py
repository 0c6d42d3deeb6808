"""A request being prepared: the list, the question and the patient, the file, reading again, discarding."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import while_checked
from cases.checks import live_documents
from cases.everyone.forms import LET_SERVICE
from cases.invitations import has_account
from cases.models import Case
from cases.models.case import Kind
from cases.pages import attempt
from cases.patient.start.experts import experts_to_choose
from cases.patient.start.pages import actor
from cases.requester import selectors
from cases.requester.checking import gaps_of, is_minor, sections_of
from cases.requester.draft_forms import AgreeForm, FileForm, PatientForm, RequestForm
from cases.requester.forms import ExpertForm
from cases.requester.pages import STEPS, draft_page, draw, is_ready, language, refused
from cases.services import drafting, requesting
from cases.services.drafting import Agreed
from clock import now
from consent.texts import current_text, words_shown
from experts.models import ExpertProfile
from experts.selectors import by_name, offered_pathologies

PER_PAGE = 25
LATER, DOCUMENTS = "later", "documents"


@while_checked
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """My requests, what waits for me first."""
    me = actor(request)
    page = Paginator(selectors.requests_of(me), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": selectors.lines(page.object_list, me),
        "ready": is_ready(request),
        "professional": getattr(request.user, "professional", None),
    }
    return render(request, "cases/requester/home.html", context)


# --- the question and the patient


@while_checked
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first page of a new request; the draft opens when it is sent for the first time."""
    text = current_text("draft_notice", Kind.TELE_EXPERTISE)
    if request.method == "GET":
        agree = AgreeForm(initial={"shown_text": text.pk, "draft_id": uuid4()})
        return _new_page(request, RequestForm(), PatientForm(), agree)
    form, patient, agree = _first_forms(request), PatientForm(request.POST), AgreeForm(request.POST)
    if LATER in request.POST:
        patient.relax()
    valid = [part.is_valid() for part in (form, patient, agree)]
    if all(valid):
        opened: list[Case] = []

        def act() -> None:
            agreed = Agreed(agree.cleaned_data["shown_text"], now(), language())
            opened.append(
                requesting.open_request(
                    agree.cleaned_data["draft_id"],
                    identity=_identity(patient),
                    content=form.content,  # type: ignore[arg-type]
                    agreed=agreed,
                    actor=actor(request),
                    language=language(),
                )
            )

        if attempt(request, form, act):
            return _onward(request, opened[0], "requester:prepare_file")
    return _new_page(request, form, patient, agree, status=422)


def _new_page(
    request: HttpRequest, form: RequestForm, patient: PatientForm, agree: AgreeForm, *, status: int = 200
) -> HttpResponse:
    text = current_text("draft_notice", Kind.TELE_EXPERTISE)
    _title, _blank, body = words_shown(text, language()).partition("\n\n")
    context = {
        "form": form,
        "patient": patient,
        "agree": agree,
        "notice": body,
        "notice_text": text,
        "diseases": _diseases(),
        "steps": STEPS,
    }
    return render(request, "cases/requester/question.html", context, status=status)


def _first_forms(request: HttpRequest) -> RequestForm:
    form = RequestForm(request.POST)
    if LATER in request.POST:
        form.relax()
    return form


def _identity(form: PatientForm) -> dict[str, Any]:
    """The identity to store: a trait left empty in a draft stays unknown."""
    return dict(form.cleaned_data)


def _diseases() -> list[str]:
    return [pathology.name for pathology in by_name(offered_pathologies())]


def _onward(request: HttpRequest, case: Case, following: str) -> HttpResponse:
    """The next page, the documents, or the list of requests."""
    if LATER in request.POST:
        messages.success(request, _("Your draft %(reference)s is kept.") % {"reference": case.reference})
        return redirect("requester:home")
    if DOCUMENTS in request.POST:
        return redirect("requester:prepare_document_add", case.pk)
    return redirect(following, case.pk)


@require_http_methods(["GET", "POST"])
@draft_page()
def question(request: HttpRequest, case: Case) -> HttpResponse:
    """The first page again: what it says may be corrected until the request is sent."""
    known = has_account(case)
    if request.method == "GET":
        form = RequestForm(initial=RequestForm.initial_of(case))
        patient = PatientForm(initial=PatientForm.initial_of(case.patient))
        return _question_page(request, case, form, patient, known=known)
    form, patient = _first_forms(request), PatientForm(request.POST)
    if LATER in request.POST:
        patient.relax()
    valid = [part.is_valid() for part in ([form] if known else [form, patient])]
    if all(valid):

        def act() -> None:
            requesting.fill_request(case.pk, form.content, actor=actor(request))  # type: ignore[arg-type]
            if not known:
                requesting.save_patient(case.pk, _identity(patient), actor=actor(request))

        if attempt(request, form, act):
            return _onward(request, case, "requester:prepare_file")
    return _question_page(request, case, form, patient, known=known, status=422)


def _question_page(
    request: HttpRequest, case: Case, form: RequestForm, patient: PatientForm, *, known: bool, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "patient": patient,
        "known": known,
        "diseases": _diseases(),
        # Only on the page of a new request.
        "agree": None,
    }
    return draw(request, "question.html", case, context, status=status)


# --- the file


@require_http_methods(["GET", "POST"])
@draft_page()
def file(request: HttpRequest, case: Case) -> HttpResponse:
    """History, allergies, treatments; then what there is besides, and the documents."""
    form = FileForm(request.POST if request.method == "POST" else None, initial=FileForm.initial_of(case))
    if request.method == "POST" and (LATER in request.POST or DOCUMENTS in request.POST):
        form.relax()
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            requesting.fill_request(case.pk, form.content, actor=actor(request))  # type: ignore[arg-type]
            if not has_account(case):
                requesting.save_patient(case.pk, form.contact, actor=actor(request))

        if attempt(request, form, act):
            return _onward(request, case, "requester:prepare_check")
    documents = list(live_documents(case).order_by("added_at"))
    request.shown["document"] = [document.pk for document in documents]  # type: ignore[attr-defined]
    context = {"form": form, "documents": documents, "departments": selectors.departments()}
    return draw(request, "file.html", case, context, status=refused(request))


# --- reading again, and the expert


@require_http_methods(["GET", "POST"])
@draft_page()
def check(request: HttpRequest, case: Case) -> HttpResponse:
    """Everything the expert will read, what is missing, and who gives the opinion."""
    experts = experts_to_choose(case)
    chosen = str(case.requested_expert_id) if case.requested_expert_id else LET_SERVICE
    initial = {"expert": chosen if case.expert_settled_at or case.requested_expert_id else ""}
    form = ExpertForm(request.POST if request.method == "POST" else None, initial=initial, experts=experts)
    gaps = gaps_of(case)
    if request.method == "POST" and form.is_valid():
        expert = ExpertProfile.objects.filter(pk=form.expert_id).first() if form.expert_id else None

        def act() -> None:
            drafting.choose_expert(case.pk, expert, actor=actor(request))

        if attempt(request, form, act) and not gaps:
            return redirect("requester:consent", case.pk)
    context = {
        "form": form,
        "gaps": gaps,
        "sections": sections_of(case),
        "minor": is_minor(case),
        "refused": request.method == "POST" and bool(gaps),
    }
    return draw(request, "check.html", case, context, status=refused(request))


@require_http_methods(["GET", "POST"])
@draft_page("case.discard")
def discard(request: HttpRequest, case: Case) -> HttpResponse:
    """Destroy the draft: its key first, so that nothing of it can be read again."""
    if request.method == "POST":
        reference = drafting.discard_draft(case.pk, actor=actor(request))
        messages.success(request, _("The draft %(reference)s is destroyed.") % {"reference": reference})
        return redirect("requester:home")
    return draw(request, "discard.html", case, {"count": live_documents(case).count()})
