"""Correcting a delivered opinion: begun by the expert, given up by him; written and signed in the workspace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.expert import forms
from cases.models import Case
from cases.pages import attempt, case_page
from cases.services import corrections


@require_http_methods(["GET", "POST"])
@case_page("case.correct")
def begin(request: HttpRequest, case: Case) -> HttpResponse:
    """What a correction means, what the coordinator asks, and the button that begins it."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        done = _("You are writing on a copy of the opinion. Readers are told to wait for the new version.")
        if attempt(request, None, lambda: corrections.begin_correction(case.pk, actor=actor), done=done):
            return redirect("expert:case", case.pk)
    asked = corrections.correction_of(case)
    if asked is not None and asked.begun_at is not None:
        return redirect("expert:case", case.pk)
    status = 409 if request.method == "POST" else 200
    return render(request, "cases/expert/correct.html", {"case": case, "asked": asked}, status=status)


@require_http_methods(["GET", "POST"])
@case_page("case.end_correction")
def give_up(request: HttpRequest, case: Case) -> HttpResponse:
    """End it without a new version: what is on file stands."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.GiveUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        done = _("The correction is ended: the opinion on file stands.")
        if attempt(request, form, lambda: corrections.end_correction(case.pk, why, actor=actor), done=done):
            return redirect("expert:case", case.pk)
    words = {
        "title": _("End the correction"),
        "text": _("No new version is made: the opinion on file stands. Whoever was told to wait is told so."),
    }
    context = {"case": case, "form": form, "words": words, "allowed": corrections.correction_of(case) is not None}
    return render(request, "cases/expert/leave.html", context, status=422 if request.method == "POST" else 200)
