"""Documents one by one, messages with the service, alerts: the same for each side, under its own address."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from access import decide
from cases.everyone.forms import AlertForm, IncidentForm, MessageForm
from cases.models import Case, Document
from cases.models.messages import Thread
from cases.pages import attempt, case_page, require_on_page, rights_on
from cases.selectors import message_bubbles, pages_of
from cases.services import alerts, desk
from cases.services import messages as words
from errors import Missing
from ui.typography import phone_words


def namespace(request: HttpRequest) -> str:
    """The side whose address this is: «patient», «requester», «expert» or «desk»."""
    match = request.resolver_match
    return match.namespaces[-1] if match and match.namespaces else "patient"


def frame(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What the shared templates need besides their own content."""
    space = namespace(request)
    return {"case": case, "ns": space, "home": f"{space}:case", "actor": request.actor}  # type: ignore[attr-defined]


@require_GET
@case_page("case.read", event="document.shown")
def document(request: HttpRequest, case: Case, document_id: UUID) -> HttpResponse:
    """One document: what is said of it, its pages, its original."""
    found = _document(request, case, document_id)
    request.shown["document"] = [found.pk]  # type: ignore[attr-defined]
    context = {**frame(request, case), "document": found, "pages": pages_of(found)}
    return render(request, "cases/everyone/document.html", context)


def _document(request: HttpRequest, case: Case, document_id: UUID) -> Document:
    found = case.documents.select_related("file", "added_by").filter(pk=document_id).first()
    if found is None:
        raise Missing(_("This document does not exist, or is not yours to see."))
    require_on_page(request, case, "document.read", found)
    return found


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def wrong_document(request: HttpRequest, case: Case, document_id: UUID) -> HttpResponse:
    """«Ce document n’est pas de ce patient»: hidden at once, the case on hold, the DPO told."""
    found = case.documents.filter(pk=document_id).first()
    if found is None:
        raise Missing(_("This document does not exist, or is not yours to see."))
    form = AlertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor = request.actor  # type: ignore[attr-defined]
        note = form.cleaned_data["note"]
        done = _("Thank you. The document is hidden and the file waits until it is checked.")
        if attempt(request, form, lambda: alerts.report_wrong_document(document_id, actor=actor, note=note), done=done):
            space = namespace(request)
            # A third party may no longer open the case on hold: its list is where it goes.
            return redirect(f"{space}:case", case.pk) if space in ("patient", "desk") else redirect(f"{space}:home")
    context = {**frame(request, case), "form": form, "document": found}
    return render(request, "cases/everyone/wrong_document.html", context, status=_status(request))


def _with_whom(thread: str, role: str) -> str:
    """Whom a reader in this role writes to here."""
    if thread == Thread.EXPERT:
        return _("Messages with the professional who asks") if role == "expert" else _("Messages with the expert")
    if thread == Thread.DESK_EXPERT:
        return _("Messages with the coordinator") if role == "expert" else _("Messages with the expert")
    desk = role in ("coordinator", "care_coordinator")
    return _("Messages with the requester") if desk else _("Messages with the team")


def _conversation(
    request: HttpRequest, case: Case, thread: Thread, write: Callable[..., Any], *, writes: bool = True
) -> HttpResponse:
    """The messages of a thread, oldest first, and the box to write one for whom may."""
    actor = request.actor  # type: ignore[attr-defined]
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        body = form.cleaned_data["body"]
        if attempt(request, form, lambda: write(case.pk, body, actor=actor), done=_("Message sent.")):
            return redirect(request.path)
    bubbles = message_bubbles(case, thread, actor)
    if request.method == "GET":
        words.mark_read(case, thread, actor=actor)
    context = {**frame(request, case), "form": form, "bubbles": bubbles, "with_whom": _with_whom(thread, actor.role)}
    context["writes"] = writes
    # Not to an expert who has not accepted, and of no use to the patient herself.
    others = actor.role not in ("patient", "representative")
    context["named"] = others and rights_on(request).to("case.read_identity").allowed
    return render(request, "cases/everyone/messages.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
@case_page("case.read_messages", event="case.messages_read")
def messages_page(request: HttpRequest, case: Case) -> HttpResponse:
    """The words between the requester's side and the service."""
    writes = rights_on(request).to("case.message_service").allowed
    return _conversation(request, case, Thread.SERVICE, words.write_to_service, writes=writes)


@require_http_methods(["GET", "POST"])
@case_page("case.message_expert", event="case.messages_read")
def colleague_messages(request: HttpRequest, case: Case) -> HttpResponse:
    """The words between the professional who asked and the expert; both sides mount this page (S2-21)."""
    return _conversation(request, case, Thread.EXPERT, words.write_between_requester_and_expert)


@require_http_methods(["GET", "POST"])
@case_page("case.message_desk_expert", event="case.messages_read")
def desk_expert_messages(request: HttpRequest, case: Case) -> HttpResponse:
    """The words between the coordinator and the expert; both sides mount this page."""
    return _conversation(request, case, Thread.DESK_EXPERT, words.write_between_desk_and_expert)


@require_http_methods(["GET", "POST"])
@case_page("case.raise_alert", event="case.danger_opened")
def danger(request: HttpRequest, case: Case) -> HttpResponse:
    """«Danger immédiat»: whom to call first, at once; then the alert to the service."""
    actor = request.actor  # type: ignore[attr-defined]
    form = AlertForm(request.POST or None)
    raised = None
    if request.method == "POST" and form.is_valid():
        raised = alerts.raise_danger(case.pk, actor=actor, note=form.cleaned_data["note"])
    contacts = contacts_of(case) if decide(actor, "case.read_identity", case).allowed else {}
    context = {**frame(request, case), "form": form, "raised": raised, "contacts": contacts}
    return render(request, "cases/everyone/danger.html", context, status=200 if raised else _status(request))


def contacts_of(case: Case) -> dict[str, str]:
    """Phone, emergency contact and doctor: shown without waiting for anybody's consent."""
    from cases.answers import whole

    # A tele-expertise has no questionnaire: its professional wrote the contact beside the identity.
    answers = {**(case.patient.profile or {}), **whole(case).answers}
    doctor = case.treating_doctor or {}
    told = {
        _("Patient"): phone_words(answers.get("phone") or case.patient.phone),
        _("Emergency contact"): " ".join(
            phone_words(str(answers[name])) for name in ("emergency_name", "emergency_phone") if answers.get(name)
        ),
        _("Treating doctor"): " ".join(
            phone_words(str(doctor[name])) for name in ("name", "phone") if doctor.get(name)
        ),
    }
    return {label: value for label, value in told.items() if value}


@require_http_methods(["GET", "POST"])
@case_page("case.report_incident")
def incident(request: HttpRequest, case: Case) -> HttpResponse:
    """A technical incident of the case."""
    actor = request.actor  # type: ignore[attr-defined]
    form = IncidentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]

        def act() -> None:
            desk.report_incident(case.pk, "reported", text, actor=actor)

        if attempt(request, form, act, done=_("The incident is recorded; it will be printed in the report.")):
            return redirect(f"{namespace(request)}:case", case.pk)
    context = {**frame(request, case), "form": form}
    return render(request, "cases/everyone/incident.html", context, status=_status(request))


def _status(request: HttpRequest) -> int:
    """A page shown again after a refusal is a 422."""
    return 422 if request.method == "POST" else 200
