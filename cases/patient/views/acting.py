"""What the patient says or does: answers, additions, the moves confirmed on a page of their own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.machine import may, perform
from cases.models import Case
from cases.pages import attempt, case_page
from cases.patient import forms
from cases.services import drafting


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def answer(request: HttpRequest, case: Case) -> HttpResponse:
    """Answer the expert's question."""
    actor = request.actor  # type: ignore[attr-defined]
    question = case.expert_questions.filter(closed_at__isnull=True).first()
    if question is None and request.method == "GET":
        return redirect("patient:case", case.pk)
    form = forms.AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        inputs = {"answer": form.cleaned_data["answer"], "unknown": bool(form.cleaned_data["unknown"])}

        def act() -> None:
            perform("answer_question", case.pk, actor=actor, **inputs)

        if attempt(request, form, act, done=_("Your answer is with the expert. The time limit goes on.")):
            return redirect("patient:case", case.pk)
    context = {"case": case, "form": form, "question": question}
    return render(request, "cases/patient/answer.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def information(request: HttpRequest, case: Case) -> HttpResponse:
    """Answer the service's request for information; «je ne peux pas l’obtenir» is an answer."""
    actor = request.actor  # type: ignore[attr-defined]
    asked = case.information_requests.filter(closed_at__isnull=True).select_related("asked_by").first()
    if asked is None:
        return redirect("patient:case", case.pk)
    form = forms.InformationForm(list(asked.items or []), request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            perform(
                "provide_information",
                case.pk,
                actor=actor,
                answer=form.cleaned_data["answer"],
                item_answers=form.item_answers,
            )

        if attempt(request, form, act, done=_("Thank you: we have your answer and go on.")):
            return redirect("patient:case", case.pk)
    context = {"case": case, "form": form, "asked": asked}
    return render(request, "cases/patient/information.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def add(request: HttpRequest, case: Case) -> HttpResponse:
    """Add something to answers already sent."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.AdditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        if attempt(request, form, lambda: drafting.add_to_answers(case.pk, text, actor=actor), done=_("Added.")):
            return redirect("patient:case", case.pk)
    return render(request, "cases/patient/add.html", {"case": case, "form": form}, status=_status(request))


#: Moves confirmed on a page of their own: title, what it means, words of the button, what is said afterwards.
def _confirmations() -> dict[str, dict[str, str]]:
    return {
        "withdraw": {
            "title": _("Withdraw my request"),
            "text": _(
                "Your request ends now. The expert and every doctor lose access to your file at once, and no opinion "
                "will be given. The coordinating team can open it again only by giving a reason, which you read in the "
                "history. Your own file stays readable for you."
            ),
            "button": _("Withdraw my request"),
            "done": _(
                "Your request is withdrawn. No expert or doctor can open the file any more; the coordinating team only "
                "by giving a reason, which you read in the history."
            ),
        },
        "withdraw_tele_expertise": {
            "title": _("I no longer want this opinion"),
            "text": _(
                "The request your doctor made for you ends now. He and the expert lose access to this file at once, "
                "and no report will be given. The coordinating team can open it again only by giving a reason, which "
                "you read in the history. Your doctor is told, without a reason; your care goes on as before."
            ),
            "button": _("End the request"),
            "done": _(
                "The request has ended. No expert or doctor can open this file any more; the coordinating team only by "
                "giving a reason, which you read in the history."
            ),
        },
        "object_to_expert": {
            "title": _("Refuse this expert"),
            "text": _(
                "This expert can no longer open your file from now on. We look for another one. You give no reason, "
                "and nothing changes in the way you are looked after."
            ),
            "button": _("Refuse this expert"),
            "done": _("The expert has no access any more. We are looking for another one."),
        },
        "close": {
            "title": _("Close my file"),
            "text": _("You have read the opinion and need nothing more. Everything stays here for you."),
            "button": _("Close my file"),
            "done": _("Your file is closed."),
        },
        "resume": {
            "title": _("Take my request up again"),
            "text": _(
                "Your answers and documents are still there. You go on where you were, and agree again at the end."
            ),
            "button": _("Take it up again"),
            "done": _("Your request is open again."),
        },
    }


def _confirmed(name: str) -> Any:
    @require_http_methods(["GET", "POST"])
    @case_page("case.see")
    def view(request: HttpRequest, case: Case) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        tele = name == "withdraw" and not case.is_second_opinion
        words = _confirmations()["withdraw_tele_expertise" if tele else name]
        if request.method == "POST":
            attempt(request, None, lambda: perform(name, case.pk, actor=actor), done=words["done"])
            return redirect("patient:case", case.pk)
        if not may(name, case, actor):
            messages.info(request, _("This is not possible at this stage of the case."))
            return redirect("patient:case", case.pk)
        return render(request, "cases/patient/confirm.html", {"case": case, "words": words})

    view.__name__ = name
    view.__doc__ = f"Confirm the move {name}."
    return view


withdraw = _confirmed("withdraw")
object_to_expert = _confirmed("object_to_expert")
close = _confirmed("close")
resume = _confirmed("resume")


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
