"""The report for the treating doctor: what to send, the letter that goes with it, and the record that it left."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods

from cases.desk import forms
from cases.models import Case
from cases.opinions.fonts import printable
from cases.opinions.render import print_letter
from cases.pages import attempt, case_page
from cases.services import copies
from clock import now
from errors import Conflict
from ui.dates import say_date
from ui.forms import today


@require_http_methods(["GET", "POST"])
@case_page("case.send_copy")
def page(request: HttpRequest, case: Case) -> HttpResponse:
    """The papers to send, the letter to print, and «sent»."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.SentForm(request.POST or None, initial={"sent_on": today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def act() -> None:
            copies.record_sending(case.pk, data["means"], data["sent_on"], actor=actor)

        if attempt(request, form, act, done=_("The sending is recorded; the patient sees it.")):
            return redirect("desk:case", case.pk)
    refusal = copies.refusal_to_send(case)
    context = {
        "case": case,
        "form": form,
        "doctor": (case.treating_doctor or {}) if not refusal else {},
        "refusal": refusal,
        "versions": [] if refusal else copies.unsent_versions(case),
        "sent": copies.copies_of(case),
    }
    return render(request, "cases/desk/copies.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@case_page("case.send_copy", event="opinion.copy_printed")
def letter(request: HttpRequest, case: Case) -> HttpResponse:
    """The letter to the treating doctor, as a PDF to print."""
    refusal = copies.refusal_to_send(case)
    if refusal:
        raise Conflict(refusal)
    versions = copies.unsent_versions(case) or [copy.opinion for copy in copies.copies_of(case)][:1]
    request.shown["opinion"] = [version.pk for version in versions]  # type: ignore[attr-defined]
    doctor: dict[str, Any] = case.treating_doctor or {}
    language = "en" if case.language == "en" else "fr"
    with override(language):
        papers = [{"words": version.name, "signed": say_date(version.signed_at, "full")} for version in versions]
        context = {
            "language": language,
            "service": settings.SERVICE_NAME,
            "contact": settings.SERVICE_CONTACT,
            "reference": case.reference,
            "doctor": printable(str(doctor.get("name") or ""))[0],
            "doctor_address": printable(str(doctor.get("address") or ""))[0],
            "patient": printable(case.patient.full_name)[0],
            "born": say_date(case.patient.birth_date, "full") if case.patient.birth_date else "",
            "expert": printable(versions[0].signed_by.get_full_name())[0] if versions else "",
            "papers": papers,
            "writer": printable(request.user.get_full_name())[0],  # type: ignore[union-attr]
            "today": say_date(now(), "full"),
            "verify": f"{settings.SITE_ORIGIN.rstrip('/')}{reverse('verify:start')}",
        }
        pdf = print_letter(render_to_string("cases/desk/copy_paper.html", context))
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{case.reference}-{_("letter")}.pdf"'
    answer["Cache-Control"] = "no-store, private"
    return answer
