"""Moves of the desk, each confirmed on a page that says what it means."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.codes import Purpose, check_code, request_code
from cases.desk import forms, selectors
from cases.desk.admission import before_admission, pieces_lacking
from cases.desk.confirmations import MOVE_PAGES
from cases.desk.receiving import wish_of
from cases.machine import STAGE, may, perform
from cases.models import Case
from cases.models.states import OVERRIDES, State
from cases.pages import attempt, case_page, require_on_page, rights_on
from cases.services import desk
from errors import Missing
from experts.models import ExpertProfile


def _refuse_who_never_could(request: HttpRequest, case: Case, name: str) -> None:
    """Whoever may not make this move at any stage does not see its page; a wrong stage is said on the page."""
    action = f"case.{name}"
    decision = rights_on(request).to(action)
    if not decision.allowed and decision.reason not in STAGE:
        require_on_page(request, case, action)


@require_http_methods(["GET", "POST"])
@case_page("case.see")
def move(request: HttpRequest, case: Case, name: str) -> HttpResponse:
    """One move of `MOVE_PAGES`."""
    page = MOVE_PAGES.get(name)
    if page is None:
        raise Missing(_("This page does not exist."))
    _refuse_who_never_could(request, case, name)
    if name == "stop":
        return _stop(request, case)
    actor = request.actor  # type: ignore[attr-defined]
    form = page.form(request.POST or None) if page.form is not forms.EmptyForm else forms.EmptyForm(request.POST)
    if request.method == "POST" and form.is_valid():
        inputs = page.inputs(form.cleaned_data)
        if attempt(request, form, lambda: perform(name, case.pk, actor=actor, **inputs), done=str(page.done)):
            return redirect("desk:case", case.pk)
    allowed = may(name, case, actor)
    more: dict[str, Any] = {}
    if name == "admit" and allowed:
        more["gaps"] = before_admission(case, actor, pieces=pieces_lacking(case))
    if name == "deliver" and allowed:
        more["wish"] = wish_of(case)
    return _confirm(request, case, page, form, allowed=allowed, **more)


def _stop(request: HttpRequest, case: Case) -> HttpResponse:
    """One person asks for the stop, another confirms it."""
    actor = request.actor  # type: ignore[attr-defined]
    page = MOVE_PAGES["stop"]
    asked = case.stop_requests.filter(settled_at__isnull=True).select_related("asked_by").first()
    form = forms.EmptyForm(request.POST) if asked else forms.StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if asked:
            act, done = (lambda: perform("stop", case.pk, actor=actor)), _("The case is stopped.")
        else:
            data = form.cleaned_data
            act = lambda: desk.ask_stop(case.pk, data["code"], data["motive"], actor=actor)  # type: ignore[assignment, return-value]  # noqa: E731
            done = _("The stop is asked for: a second person must confirm it.")
        if attempt(request, form, act, done=done):
            return redirect("desk:case", case.pk)
    return _confirm(request, case, page, form, allowed=may("stop", case, actor), asked=asked)


def _confirm(request: HttpRequest, case: Case, page: Any, form: Any, *, allowed: bool, **more: Any) -> HttpResponse:
    refused = request.method == "POST"
    context = {"case": case, "page": page, "form": form, "allowed": allowed, "refused": refused, "asked": None, **more}
    return render(request, "cases/desk/confirm.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def propose(request: HttpRequest, case: Case, expert_id: UUID) -> HttpResponse:
    """Propose the case to one expert, with the reason."""
    _refuse_who_never_could(request, case, "propose")
    actor = request.actor  # type: ignore[attr-defined]
    expert = ExpertProfile.objects.select_related("user").filter(pk=expert_id).first()
    if expert is None:
        raise Missing(_("This expert does not exist."))
    form = forms.WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        done = _("The case is proposed; the patient is told the name.")
        if attempt(request, form, lambda: perform("propose", case.pk, actor=actor, expert=expert, why=why), done=done):
            return redirect("desk:case", case.pk)
    chosen = next((c for c in selectors.expert_choices(case, actor) if c.expert.pk == expert.pk), None)
    context = {"case": case, "form": form, "expert": expert, "choice": chosen, "allowed": may("propose", case, actor)}
    return render(request, "cases/desk/propose.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@case_page("case.see")
def override_code(request: HttpRequest, case: Case) -> HttpResponse:
    """Send the code an override needs."""
    _refuse_who_never_could(request, case, "override")
    sent = request_code(request, Purpose.OVERRIDE, payload=str(case.pk))
    if sent.mailed:
        messages.success(request, _("A code was sent to your address."))
    else:
        messages.info(request, _("The code of the last mail still works."))
    motive = request.POST.get("motive", "")
    if motive.strip():
        # The code was asked for in the middle of writing.
        return _override_page(request, case, forms.OverrideForm(initial={"motive": motive}))
    return redirect("desk:override", case.pk)


@require_http_methods(["GET", "POST"])
@case_page("case.see")
def override(request: HttpRequest, case: Case) -> HttpResponse:
    """Override the ordinary rules, with a motive and a fresh code, in the open."""
    _refuse_who_never_could(request, case, "override")
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.OverrideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def act() -> None:
            proof = check_code(request, Purpose.OVERRIDE, data["code"], payload=str(case.pk))
            perform("override", case.pk, actor=actor, motive=data["motive"], proof=proof)

        if attempt(request, form, act, done=_("Done. The patient and the expert are told.")):
            return redirect("desk:case", case.pk)
    return _override_page(request, case, form, status=422 if request.method == "POST" else 200)


def _override_page(request: HttpRequest, case: Case, form: forms.OverrideForm, *, status: int = 200) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    target = case.stopped_from if case.state == State.STOPPED else OVERRIDES.get(State(case.state), "")
    context = {
        "case": case,
        "form": form,
        "allowed": may("override", case, actor),
        "target": State(target).label if target else "",
    }
    return render(request, "cases/desk/override.html", context, status=status)
