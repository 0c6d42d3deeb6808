"""The opinion: before it, on it, and the one follow-up question after it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access import Rights
from audit import Actor
from cases.checks import wants_doctor_copy
from cases.machine import may, perform
from cases.models import CallTask, Case
from cases.opinions.words import divergence_told, is_deep
from cases.pages import actor_of, attempt, case_page, rights_on
from cases.patient import forms
from cases.presenters import follow_up_until, follow_up_words, until_day
from cases.selectors import delivered_versions
from cases.services import delivery, desk
from cases.services.copies import copies_of
from clock import now
from consent.services import is_blocked


def can_follow_up(case: Case, actor: Actor, *, rights: Rights) -> bool:
    """Whether the one follow-up question can be asked now."""
    end = follow_up_until(case)
    if end is None or now() > end or not may("ask_follow_up", case, actor, rights=rights):
        return False
    expert = case.assigned_expert
    return expert is None or not is_blocked(case.patient_id, expert.user_id)


@require_GET
@case_page("case.read_opinion", event="opinion.page_read")
def opinion(request: HttpRequest, case: Case) -> HttpResponse:
    """The reading page: plain summary first, whom to call, «plus tard»; prognosis apart."""
    actor, rights = request.actor, rights_on(request)  # type: ignore[attr-defined]
    versions = delivered_versions(case)
    latest = next((row for row in versions if row.type != "addendum"), None)
    if latest is not None:
        delivery.open_opinion(case.pk, latest.pk, actor=actor)
        # This reading may be the first: what it makes possible is offered at once.
        case.refresh_from_db(fields=["first_opened_at"])
        request.shown["opinion"] = [row.pk for row in versions]  # type: ignore[attr-defined]
    follow_up = case.follow_ups.select_related("addendum", "content_key").first()
    content: dict[str, Any] = (latest.content if latest else None) or {}
    may_ask = can_follow_up(case, actor, rights=rights)
    context = {
        "case": case,
        "versions": versions,
        "latest": latest,
        "questions": list(zip(case.questions or [], content.get("answers") or [], strict=False)),
        "content": content,
        "divergence": divergence_told(content),
        "deep": is_deep(content),
        "follow_up": follow_up,
        "may_ask": may_ask,
        "ask_until": follow_up_words(case) if may_ask else "",
        "expert": latest.assignment.expert if latest else None,
        "doctor_copies": copies_of(case),
        "doctor_waits": wants_doctor_copy(case),
        "can_message": rights.to("case.message_service").allowed,
    }
    return render(request, "cases/patient/opinion.html", context)


@require_GET
@case_page("case.read_opinion")
def before_opinion(request: HttpRequest, case: Case) -> HttpResponse:
    """The page before the opinion: whom to call, with whom to read it, or later; nothing of it is shown yet."""
    latest = case.signed_opinion
    return render(request, "cases/patient/before_opinion.html", {"case": case, "opinion": latest})


@require_POST
@case_page("case.see")
def ask_call(request: HttpRequest, case: Case) -> HttpResponse:
    """«Appelez-moi»: somebody of the service calls."""
    actor = actor_of(request, case)

    def act() -> None:
        desk.ask_for_call(case.pk, CallTask.Why.HELP, actor=actor)

    attempt(request, None, act, done=_("We will call you by the next working day. In an emergency, call 15."))
    return redirect("patient:case", case.pk)


@require_http_methods(["GET", "POST"])
@case_page("case.read_opinion")
def follow_up(request: HttpRequest, case: Case) -> HttpResponse:
    """The one follow-up question; it is shown again before it is sent, since there is no other."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.FollowUpForm(request.POST or None)
    allowed, end = can_follow_up(case, actor, rights=rights_on(request)), follow_up_until(case)
    context = {"case": case, "form": form, "allowed": allowed, "until": until_day(end) if end and allowed else ""}
    if request.method == "POST" and form.is_valid():
        question = form.cleaned_data["question"]
        if "change" in request.POST:
            return render(request, "cases/patient/follow_up.html", context)
        if allowed and "confirmed" not in request.POST:
            context |= {"question": question, "back": reverse("patient:case", args=[case.pk])}
            return render(request, "cases/everyone/follow_up_confirm.html", context)

        def act() -> None:
            perform("ask_follow_up", case.pk, actor=actor, question=question)

        if attempt(request, form, act, done=_("Your question is with the expert.")):
            return redirect("patient:case", case.pk)
    return render(request, "cases/patient/follow_up.html", context, status=_status(request))


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
