"""The report: received first by the professional, read, acknowledged, told to the patient; one follow-up question."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.machine import may, perform
from cases.models import Case, Opinion
from cases.opinions.content import Relevance
from cases.opinions.words import divergence_told, relevance_words
from cases.pages import attempt, case_page, rights_on
from cases.presenters import follow_up_until, until_day
from cases.requester.forms import FollowUpForm
from cases.requester.pages import draw, refused
from cases.selectors import delivered_versions
from cases.services import delivery
from cases.tele_presenters import from_when


@require_GET
@case_page("case.read_opinion", event="opinion.page_read")
def report(request: HttpRequest, case: Case) -> HttpResponse:
    """The answer to the question first, then what it rests on; the signed papers beside it."""
    versions = delivered_versions(case)
    latest = next((row for row in versions if row.type != Opinion.Type.ADDENDUM), None)
    actor, rights = request.actor, rights_on(request)  # type: ignore[attr-defined]
    if latest is not None:
        delivery.open_opinion(case.pk, latest.pk, actor=actor)
        # This reading may be the first: what it makes possible is offered at once.
        case.refresh_from_db(fields=["first_opened_at"])
    request.shown["opinion"] = [row.pk for row in versions]  # type: ignore[attr-defined]
    content: dict[str, Any] = (latest.content if latest else None) or {}
    context = {
        "versions": versions,
        "latest": latest,
        "content": content,
        "answers": list(zip(case.questions or [], content.get("answers") or [], strict=False)),
        "divergence": divergence_told(content),
        "relevance": relevance_words(Relevance(content["relevance"]) if content.get("relevance") else None),
        "relevance_reason": content.get("relevance_reason") or "",
        "options": [option for option in content.get("options") or [] if option.get("title")],
        "follow_up": case.follow_ups.select_related("addendum").order_by("-asked_at").first(),
        "opens": _opens(case),
        "can_message": rights.to("case.message_service").allowed,
        "can_acknowledge": rights.to("case.acknowledge").allowed,
        "moves": {name: may(name, case, actor, rights=rights) for name in ("ask_follow_up", "close")},
    }
    return draw(request, "report.html", case, context)


def _opens(case: Case) -> str:
    """From when the patient may open the report without having been told, in words."""
    moment = case.opens_by_itself_at
    return from_when(moment) if moment else ""


@require_POST
@case_page("case.acknowledge")
def acknowledge(request: HttpRequest, case: Case) -> HttpResponse:
    """«I have received this report»."""

    def act() -> None:
        delivery.acknowledge_report(case.pk, actor=request.actor)  # type: ignore[attr-defined]

    attempt(request, None, act, done=_("Thank you: your receipt is recorded with its date."))
    return redirect("requester:report", case.pk)


@require_http_methods(["GET", "POST"])
@case_page("case.acknowledge")
def told(request: HttpRequest, case: Case) -> HttpResponse:
    """«I have told my patient»: from now on the report is open to her."""
    if request.method == "POST":

        def act() -> None:
            delivery.say_patient_told(case.pk, actor=request.actor)  # type: ignore[attr-defined]

        attempt(request, None, act, done=_("Recorded. Your patient may read the report from now on."))
        return redirect("requester:case", case.pk)
    return draw(request, "told.html", case, {"opens": _opens(case)})


@require_http_methods(["GET", "POST"])
@case_page("case.read_opinion")
def follow_up(request: HttpRequest, case: Case) -> HttpResponse:
    """The one follow-up question; it is shown again before it is sent, since there is no other."""
    actor = request.actor  # type: ignore[attr-defined]
    form = FollowUpForm(request.POST if request.method == "POST" else None)
    allowed, end = may("ask_follow_up", case, actor), follow_up_until(case)
    context = {"form": form, "allowed": allowed, "until": until_day(end) if end else ""}
    if request.method == "POST" and form.is_valid():
        question = form.cleaned_data["question"]
        if "change" in request.POST:
            return draw(request, "follow_up.html", case, context)
        if allowed and "confirmed" not in request.POST:
            shown = {"case": case, "question": question, "back": reverse("requester:report", args=[case.pk])}
            return render(request, "cases/everyone/follow_up_confirm.html", {**context, **shown})

        def act() -> None:
            perform("ask_follow_up", case.pk, actor=actor, question=question)

        if attempt(request, form, act, done=_("Your question is with the expert.")):
            return redirect("requester:case", case.pk)
    return draw(request, "follow_up.html", case, context, status=refused(request))
