"""A case proposed to the expert: accept it, decline it, or hand it back later."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.expert.forms import AcceptForm, LeaveForm
from cases.expert.selectors import summary_of
from cases.machine import may, perform
from cases.models import Case
from cases.models.states import State
from cases.pages import attempt, case_page


@require_GET
@case_page("case.read_summary", event="case.summary_read")
def page(request: HttpRequest, case: Case) -> HttpResponse:
    """What is needed to decide, and the clock; not the patient's name."""
    if case.state != State.PROPOSED:
        return redirect("expert:case", case.pk)
    return _page(request, case, AcceptForm())


def _page(request: HttpRequest, case: Case, form: AcceptForm, status: int = 200) -> HttpResponse:
    context = {"case": case, "summary": summary_of(case), "form": form}
    return render(request, "cases/expert/proposal.html", context, status=status)


@require_http_methods(["POST"])
@case_page("case.read_summary")
def accept(request: HttpRequest, case: Case) -> HttpResponse:
    """Accept: the file opens and the writing clock starts."""
    actor = request.actor  # type: ignore[attr-defined]
    form = AcceptForm(request.POST)
    if form.is_valid():
        declared = bool(form.cleaned_data["no_conflict"])
        done = _("The file is open. Thank you.")
        if attempt(request, form, lambda: perform("accept", case.pk, actor=actor, no_conflict=declared), done=done):
            return redirect("expert:case", case.pk)
    if case.state != State.PROPOSED:
        return redirect("expert:case", case.pk)
    return _page(request, case, form, 422)


@require_http_methods(["GET", "POST"])
@case_page("case.see")
def decline(request: HttpRequest, case: Case) -> HttpResponse:
    """Decline, with a reason out of the list."""
    return _leave(
        request,
        case,
        "decline_assignment",
        title=_("Decline this case"),
        text=_("It goes back to the coordinator. Your refusal and its date are kept."),
        done=_("You have declined the case."),
    )


@require_http_methods(["GET", "POST"])
@case_page("case.see")
def hand_back(request: HttpRequest, case: Case) -> HttpResponse:
    """Hand a case back; the draft is sealed."""
    return _leave(
        request,
        case,
        "hand_back",
        title=_("Hand this case back"),
        text=_("You lose access now. Your draft is sealed: the next expert never sees it."),
        done=_("You have handed the case back."),
    )


def _leave(request: HttpRequest, case: Case, name: str, *, title: str, text: str, done: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def act() -> None:
            perform(name, case.pk, actor=actor, reason_code=data["reason_code"], reason=data["reason"])

        if attempt(request, form, act, done=done):
            return redirect("expert:home")
    context = {"case": case, "form": form, "words": {"title": title, "text": text}, "allowed": may(name, case, actor)}
    return render(request, "cases/expert/leave.html", context, status=422 if request.method == "POST" else 200)
