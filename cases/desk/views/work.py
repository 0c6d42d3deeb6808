"""Work on a case that leaves its state alone: checks, owner, notes, calls, alerts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.desk import forms, selectors
from cases.desk.receiving import companion_of
from cases.everyone.views import contacts_of
from cases.machine import clocks
from cases.models import Alert, Case
from cases.pages import attempt, case_page
from cases.services import alerts, desk
from clock import now
from errors import Missing
from ui.forms import Form


def _posted(
    request: HttpRequest, case: Case, form: Form, act: Callable[[dict[str, Any]], Any], done: str
) -> HttpResponse:
    """Do what a small form of the case page asked, then show the case again."""
    if form.is_valid():
        attempt(request, None, lambda: act(form.cleaned_data), done=done)
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(str(words) for words in errors))
    return redirect("desk:case", case.pk)


@require_POST
@case_page("case.check")
def checklist(request: HttpRequest, case: Case) -> HttpResponse:
    """Tick the lines of the completeness checklist."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.ChecklistForm(request.POST)

    def act(data: dict[str, Any]) -> None:
        desk.tick_checklist(case.pk, {line: bool(value) for line, value in data.items()}, actor=actor)

    return _posted(request, case, form, act, _("The checklist is recorded."))


@require_POST
@case_page("case.check")
def identity(request: HttpRequest, case: Case) -> HttpResponse:
    """Record how the identity was checked."""
    actor = request.actor  # type: ignore[attr-defined]

    def act(data: dict[str, Any]) -> None:
        desk.record_identity_check(case.pk, data["means"], actor=actor)

    return _posted(request, case, forms.IdentityForm(request.POST), act, _("The identity check is recorded."))


@require_POST
@case_page("case.own")
def owner(request: HttpRequest, case: Case) -> HttpResponse:
    """Say who follows the case."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.OwnerForm(selectors.coordinators(), request.POST)

    def act(_data: dict[str, Any]) -> None:
        desk.set_owner(case.pk, form.person("owner"), form.person("deputy"), actor=actor)

    return _posted(request, case, form, act, _("Recorded."))


@require_POST
@case_page("case.note")
def note(request: HttpRequest, case: Case) -> HttpResponse:
    """Add a note of the service."""
    actor = request.actor  # type: ignore[attr-defined]

    def act(data: dict[str, Any]) -> None:
        desk.add_note(case.pk, data["text"], actor=actor)

    return _posted(request, case, forms.NoteForm(request.POST), act, _("The note is added."))


@require_POST
@case_page("case.call")
def add_call(request: HttpRequest, case: Case) -> HttpResponse:
    """Plan a call."""
    actor = request.actor  # type: ignore[attr-defined]

    def act(data: dict[str, Any]) -> None:
        desk.add_call(case.pk, data["why"], clocks.working_days_after(now(), 1), actor=actor)

    return _posted(request, case, forms.CallForm(request.POST), act, _("The call is on the list."))


@require_http_methods(["GET", "POST"])
@case_page("case.call")
def close_call(request: HttpRequest, case: Case, task_id: UUID) -> HttpResponse:
    """Record a call."""
    actor = request.actor  # type: ignore[attr-defined]
    task = case.call_tasks.filter(pk=task_id).first()
    if task is None:
        raise Missing(_("This call is not on the list."))
    form = forms.CallDoneForm(request.POST or None, tries=task.tries)
    if request.method == "POST" and form.is_valid():
        said, words = form.cleaned_data["reached"], form.cleaned_data["note"]

        def act() -> None:
            desk.close_call(task.pk, reached=said == "yes", note=words, actor=actor, give_up=said == "never")

        stays = _("Recorded: nobody answered. The call stays on the list.")
        if attempt(request, form, act, done=stays if said == "no" else _("The call is recorded.")):
            return redirect("desk:case", case.pk)
    context = {"case": case, "task": task, "form": form, "contacts": {**contacts_of(case), **companion_of(case)}}
    return render(request, "cases/desk/call.html", context, status=422 if request.method == "POST" else 200)


def _alert(case: Case, alert_id: UUID) -> Alert:
    """An alert of this case; that of another is not there."""
    alert: Alert | None = case.alerts.filter(pk=alert_id).first()
    if alert is None:
        raise Missing(_("This alert does not exist."))
    return alert


@require_POST
@case_page("case.take_alert")
def take_alert(request: HttpRequest, case: Case, alert_id: UUID) -> HttpResponse:
    """Take an alert."""
    actor = request.actor  # type: ignore[attr-defined]
    alert = _alert(case, alert_id)
    attempt(request, None, lambda: alerts.take_alert(alert.pk, actor=actor), done=_("The alert is yours."))
    return redirect("desk:case", case.pk)


@require_http_methods(["GET", "POST"])
@case_page("case.take_alert")
def close_alert(request: HttpRequest, case: Case, alert_id: UUID) -> HttpResponse:
    """Say what was done about an alert."""
    actor = request.actor  # type: ignore[attr-defined]
    alert = _alert(case, alert_id)
    form = forms.AlertDoneForm(request.POST or None)
    if alert.document_id is None:
        del form.fields["document_is_right"]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def act() -> None:
            right = data.get("document_is_right")
            alerts.close_alert(alert.pk, data["outcome"], actor=actor, document_is_right=right)

        if attempt(request, form, act, done=_("The alert is closed.")):
            return redirect("desk:case", case.pk)
    context = {"case": case, "alert": alert, "form": form}
    return render(request, "cases/desk/alert.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@case_page("case.ask_stop")
def drop_stop(request: HttpRequest, case: Case) -> HttpResponse:
    """Drop a stop nobody confirmed."""
    actor = request.actor  # type: ignore[attr-defined]
    attempt(request, None, lambda: desk.drop_stop(case.pk, actor=actor), done=_("The request to stop is dropped."))
    return redirect("desk:case", case.pk)
