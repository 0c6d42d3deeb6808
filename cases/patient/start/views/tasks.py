"""The task list, the identity, and the end of a draft that is not wanted any more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.services import save_identity
from cases.models import Case
from cases.pages import attempt, rights_on
from cases.patient.start.flow import onward
from cases.patient.start.forms import PatientIdentityForm
from cases.patient.start.pages import actor, draw, prepare_page
from cases.patient.start.preparation import Preparation
from cases.patient.start.spaces import space_of
from cases.patient.start.tasks import TaskList
from cases.services import drafting


@require_GET
@prepare_page("case.see")
def prepare(request: HttpRequest, case: Case) -> HttpResponse:
    """What is done and what remains, in any order, from any device."""
    preparation = Preparation(case)
    tasks = TaskList(preparation, space_of(request), actor(request))
    context = {
        "tasks": tasks,
        "next_task": tasks.next_after(),
        # Whoever only brings documents reads no answer, and no warning about one.
        "alert": preparation.open_alert if rights_on(request).to("case.fill").allowed else None,
        "signs": preparation.flags,
        "may_send": rights_on(request).to("case.request_consent").allowed,
        "may_discard": rights_on(request).to("case.discard").allowed,
    }
    return draw(request, "prepare.html", case, context)


@require_http_methods(["GET", "POST"])
@prepare_page("case.choose")
def identity(request: HttpRequest, case: Case) -> HttpResponse:
    """The identity, corrected or completed."""
    patient = case.patient
    initial = {name: getattr(patient, name) for name in PatientIdentityForm.field_order}
    form = PatientIdentityForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if attempt(request, form, lambda: save_identity(patient, actor=actor(request), **values)):
            return onward(request, case, "prepare_identity")
    return draw(request, "identity.html", case, {"form": form}, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@prepare_page("case.discard")
def discard(request: HttpRequest, case: Case) -> HttpResponse:
    """Destroy the draft: its key first, so that nothing of it can be read again."""
    if request.method == "POST":
        reference = drafting.discard_draft(case.pk, actor=actor(request))
        messages.success(request, _("The draft %(reference)s is destroyed.") % {"reference": reference})
        return redirect(space_of(request).url("home"))
    return draw(request, "discard.html", case, {"count": len(Preparation(case).documents)})
