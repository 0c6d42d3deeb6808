"""A request once it left its draft: where it stands, what is asked of its professional, adding, ending."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from access import Rights
from cases.checks import questions_of
from cases.machine import may, perform
from cases.models import Case
from cases.models.messages import Thread
from cases.models.states import AFTER_DELIVERY, State
from cases.pages import attempt, case_page, rights_on
from cases.patient.forms import InformationForm
from cases.requester import checking
from cases.requester.forms import AdditionForm, AnswerForm
from cases.requester.pages import draw, refused
from cases.requester.views.consent import invitation_context
from cases.selectors import documents_of, unread_messages
from cases.services import drafting
from cases.tele_presenters import path_for_professional, refusals_of, standing_for_professional

_MOVES = ("provide_information", "answer_question", "ask_follow_up", "withdraw", "close", "resume", "revise")


@require_GET
@case_page("case.see")
def case(request: HttpRequest, case: Case) -> HttpResponse:
    """Where the request stands: what waits for me first, the path beside it, then the file."""
    actor = request.actor  # type: ignore[attr-defined]
    if case.state == State.DRAFT:
        return redirect("requester:prepare", case.pk)
    rights = rights_on(request)
    reads = rights.to("case.read").allowed
    named = rights.to("case.read_identity").allowed
    documents = documents_of(case, actor, rights=rights) if reads else []
    request.shown["document"] = [document.pk for document in documents]  # type: ignore[attr-defined]
    context = {
        "standing": standing_for_professional(case),
        "path_steps": path_for_professional(case),
        "refusals": refusals_of(case),
        "reads": reads,
        "named": named,
        "documents": documents,
        "questions": questions_of(case) if reads else [],
        "unread": unread_messages(case, actor),
        "unread_expert": unread_messages(case, actor, Thread.EXPERT),
        "can_message": rights.to("case.message_service").allowed,
        "can_talk": rights.to("case.message_expert").allowed,
        "can_add": rights.to("case.add_document").allowed,
        "can_alert": rights.to("case.raise_alert").allowed,
        "can_report": rights.to("case.report_incident").allowed,
        "moves": {name: may(name, case, actor, rights=rights) for name in _MOVES},
        **_waiting(case, rights, reads=reads),
        **invitation_context(case, rights),
    }
    return draw(request, "case.html", case, context)


def _waiting(case: Case, rights: Rights, *, reads: bool) -> dict[str, Any]:
    """What waits for the professional, or what he was told last."""
    found: dict[str, Any] = {
        "question": None,
        "answer_form": None,
        "information": None,
        "hold": None,
        "ending": None,
        "report_open": False,
    }
    if case.state == State.ON_HOLD:
        found["hold"] = case.holds.filter(released_at__isnull=True).first()
    elif case.state in (State.DECLINED, State.STOPPED, State.EXPIRED, State.WITHDRAWN):
        found["ending"] = case.endings.first()
    if not reads:
        return found
    if case.state == State.EXPERT_QUESTION:
        found["question"] = case.expert_questions.filter(closed_at__isnull=True).first()
        found["answer_form"] = AnswerForm()
    elif case.state == State.INFORMATION_REQUESTED:
        found["information"] = case.information_requests.filter(closed_at__isnull=True).first()
    if case.state in AFTER_DELIVERY:
        found["report_open"] = rights.to("case.read_opinion").allowed
    return found


@require_GET
@case_page("case.read")
def content(request: HttpRequest, case: Case) -> HttpResponse:
    """What was sent, and what was added since."""
    documents = documents_of(case, request.actor, rights=rights_on(request))  # type: ignore[attr-defined]
    request.shown["document"] = [document.pk for document in documents]  # type: ignore[attr-defined]
    context = {
        "sections": [
            checking.Section(_("The question"), checking.question_rows(case)),
            checking.Section(_("The patient"), checking.patient_rows(case)),
            checking.Section(_("The file"), checking.file_rows(case)),
            checking.Section(_("Documents"), checking.document_rows(case)),
        ],
        "additions": list(case.additions.select_related("author")),
        "exchanges": list(case.expert_questions.filter(closed_at__isnull=False)),
        "can_add": rights_on(request).to("case.add_to_answers").allowed,
    }
    return draw(request, "content.html", case, context)


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def answer(request: HttpRequest, case: Case) -> HttpResponse:
    """Answer the expert's question."""
    question = case.expert_questions.filter(closed_at__isnull=True).first()
    if question is None and request.method == "GET":
        return redirect("requester:case", case.pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        inputs = {"answer": form.cleaned_data["answer"], "unknown": bool(form.cleaned_data["unknown"])}

        def act() -> None:
            perform("answer_question", case.pk, actor=request.actor, **inputs)  # type: ignore[attr-defined]

        if attempt(request, form, act, done=_("Your answer is with the expert. The time limit goes on.")):
            return redirect("requester:case", case.pk)
    return draw(request, "answer.html", case, {"form": form, "question": question}, status=refused(request))


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def information(request: HttpRequest, case: Case) -> HttpResponse:
    """Answer the service's request; that one cannot obtain it is an answer."""
    asked = case.information_requests.filter(closed_at__isnull=True).select_related("asked_by").first()
    if asked is None:
        return redirect("requester:case", case.pk)
    form = InformationForm(list(asked.items or []), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            perform(
                "provide_information",
                case.pk,
                actor=request.actor,  # type: ignore[attr-defined]
                answer=form.cleaned_data["answer"],
                item_answers=form.item_answers,
            )

        if attempt(request, form, act, done=_("Thank you: we have your answer and go on.")):
            return redirect("requester:case", case.pk)
    return draw(request, "information.html", case, {"form": form, "asked": asked}, status=refused(request))


@require_http_methods(["GET", "POST"])
@case_page("case.add_to_answers")
def add(request: HttpRequest, case: Case) -> HttpResponse:
    """Add something to a request already sent: dated, beside it, never instead."""
    form = AdditionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]

        def act() -> None:
            drafting.add_to_answers(case.pk, text, actor=request.actor)  # type: ignore[attr-defined]

        if attempt(request, form, act, done=_("It is added, with today’s date.")):
            return redirect("requester:content", case.pk)
    return draw(request, "add.html", case, {"form": form}, status=refused(request))


# --- moves confirmed on a page of their own


def _confirmations() -> dict[str, dict[str, str]]:
    """Title, what it means, words of the button, what is said afterwards."""
    return {
        "withdraw": {
            "title": _("Cancel this request"),
            "text": _(
                "The request ends now, and nobody reads the file any more, you included; the patient’s copy stays with "
                "the patient. It cannot be taken up again: to ask anew, begin another request."
            ),
            "button": _("Cancel this request"),
            "done": _("The request is cancelled."),
        },
        "close": {
            "title": _("Close this request"),
            "text": _("You have read the report and need nothing more. It stays here for you and for your patient."),
            "button": _("Close this request"),
            "done": _("The request is closed."),
        },
        "resume": {
            "title": _("Take this request up again"),
            "text": _("Everything is still there. You go on where you were; the agreement is asked for again."),
            "button": _("Take it up again"),
            "done": _("The request is a draft again."),
        },
    }


def _confirmed(name: str) -> Any:
    @require_http_methods(["GET", "POST"])
    @case_page("case.see")
    def view(request: HttpRequest, case: Case) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        words = _confirmations()[name]
        if request.method == "POST":
            attempt(request, None, lambda: perform(name, case.pk, actor=actor), done=words["done"])
            return redirect("requester:case", case.pk)
        return draw(request, "confirm.html", case, {"words": words, "allowed": may(name, case, actor)})

    view.__name__ = name
    view.__doc__ = f"Confirm the move {name}."
    return view


withdraw = _confirmed("withdraw")
close = _confirmed("close")
resume = _confirmed("resume")
