"""A correction of a delivered opinion, as the desk asks for it or ends it; the expert alone writes it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.desk import forms
from cases.models import Case
from cases.pages import attempt, case_page
from cases.services import corrections


@require_http_methods(["GET", "POST"])
@case_page("case.ask_correction")
def ask(request: HttpRequest, case: Case) -> HttpResponse:
    """Ask the expert to correct the opinion he signed, with the reason he reads."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.AskCorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        done = _("The expert is asked; he begins the correction, or says why none is needed.")
        if attempt(request, form, lambda: corrections.ask_correction(case.pk, why, actor=actor), done=done):
            return redirect("desk:case", case.pk)
    words = {
        "title": _("Ask for a correction"),
        "text": _(
            "Only the expert who signed decides and corrects. Readers are told to wait once he begins. If the opinion "
            "must not be used in the meantime, put the case on hold."
        ),
    }
    refusal = "" if corrections.correction_of(case) else corrections.cannot_correct(case)
    context = {"case": case, "form": form, "words": words, "refusal": refusal}
    return render(request, "cases/desk/correction.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
@case_page("case.end_correction")
def end(request: HttpRequest, case: Case) -> HttpResponse:
    """Take the request back, or end a correction the expert cannot finish."""
    actor = request.actor  # type: ignore[attr-defined]
    correction = corrections.correction_of(case)
    form = forms.EndCorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        done = _("The correction is ended: the opinion on file stands.")
        if attempt(request, form, lambda: corrections.end_correction(case.pk, why, actor=actor), done=done):
            return redirect("desk:case", case.pk)
    words = {
        "title": _("End the correction"),
        "text": _("No new version is made: the opinion on file stands. Whoever was told to wait is told so."),
    }
    refusal = ""
    if correction is None:
        refusal = _("No correction is asked for or under way.")
    elif not corrections.desk_may_end(case, correction):
        refusal = _("The expert is writing the correction: it is his to sign or to give up.")
    context = {"case": case, "form": form, "words": words, "refusal": refusal}
    return render(request, "cases/desk/correction.html", context, status=_status(request))


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
