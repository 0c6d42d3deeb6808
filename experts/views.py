"""The expert's own pages: what is recorded about him and what is missing, and his absences."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import require_role
from errors import Missing
from experts import services
from experts.calendar import calendar_page
from experts.facts import record_of
from experts.forms import AbsenceForm, CapacityForm, submit
from experts.models.profiles import LANGUAGES
from experts.presenters import fact_rows, status_tag
from experts.selectors import own_profile
from ui.forms import today

reading = require_http_methods(["GET", "HEAD"])
reading_and_writing = require_http_methods(["GET", "HEAD", "POST"])


@reading
@require_role("expert")
def profile(request: HttpRequest) -> HttpResponse:
    """What the service has on file about the expert who reads, and what is missing."""
    expert = own_profile(request.actor)  # type: ignore[attr-defined]
    facts = record_of(expert, on=today())
    kind, words = status_tag(expert)
    context = {
        "expert": expert,
        "professional": getattr(expert.user, "professional", None),
        "rows": fact_rows(facts),
        "blocking": [fact for fact in facts if fact.forbids],
        "languages": [label for code, label in LANGUAGES if code in expert.languages],
        "kind": kind,
        "status": words,
    }
    return render(request, "experts/profile.html", context)


@reading_and_writing
@require_role("expert")
def capacity(request: HttpRequest) -> HttpResponse:
    """How many cases a month the expert who reads takes at most."""
    expert = own_profile(request.actor)  # type: ignore[attr-defined]
    form = CapacityForm(request.POST or None, initial={"capacity_per_month": expert.capacity_per_month})
    if request.method == "POST" and submit(
        form,
        lambda: services.set_capacity(
            expert.pk,
            int(form.cleaned_data["capacity_per_month"]),
            actor=request.actor,  # type: ignore[attr-defined]
        ),
    ):
        messages.success(request, _("Recorded: it holds from the next proposal."))
        return redirect("experts:profile")
    return render(request, "experts/capacity.html", {"form": form}, status=422 if form.errors else 200)


@reading_and_writing
@require_role("expert")
def absences(request: HttpRequest) -> HttpResponse:
    """The absences of the expert who reads, as a calendar and a list, and a form to plan one."""
    expert = own_profile(request.actor)  # type: ignore[attr-defined]
    form = AbsenceForm(request.POST or None)
    if request.method == "POST" and submit(
        form,
        lambda: services.add_absence(expert.pk, actor=request.actor, **form.cleaned_data),  # type: ignore[attr-defined]
    ):
        messages.success(request, _("Your absence is planned: no case is proposed to you on these days."))
        return redirect("experts:absences")
    planned = [absence for absence in expert.absences.all() if absence.end >= today()]
    context = {
        "form": form,
        "rows": [
            {"absence": absence, "url": reverse("experts:remove_absence", args=[absence.pk])} for absence in planned
        ],
        "calendar": calendar_page(planned, request.GET.get("mois", ""), today()),
    }
    return render(request, "experts/absences.html", context, status=422 if form.errors else 200)


@reading_and_writing
@require_role("expert")
def remove_absence(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """Ask before an absence is removed, then remove it."""
    expert = own_profile(request.actor)  # type: ignore[attr-defined]
    absence = expert.absences.filter(pk=absence_id).first()
    if absence is None:
        raise Missing(_("This absence is no longer planned."))
    if request.method == "POST":
        services.remove_absence(absence.pk, actor=request.actor)  # type: ignore[attr-defined]
        messages.success(request, _("Your absence is removed."))
        return redirect("experts:absences")
    return render(request, "experts/remove_absence.html", {"absence": absence, "back": reverse("experts:absences")})
