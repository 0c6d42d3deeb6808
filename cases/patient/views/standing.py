"""Where the file stands, and what it holds: the list, the case, documents, answers, who has seen it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from access import Rights, rights_of
from cases.answers import pieces_wanted
from cases.billing.accounts import was_billed
from cases.checks import reception_asked_again
from cases.machine import may
from cases.models import Case
from cases.models.states import AFTER_DELIVERY, State
from cases.pages import case_page, rights_on
from cases.patient import forms
from cases.patient.views.opinion import can_follow_up
from cases.presenters import Standing, path_of, standing_for_requester
from cases.selectors import (
    cases_of,
    delivered_versions,
    documents_of,
    done_by_others,
    history_of,
    in_words,
    unread_messages,
)
from cases.services.renewals import asked_again
from cases.tele_presenters import path_for_patient, standing_for_patient

HISTORY_PAGE = 50
#: Lines beside the case, and the events they are made of.
LAST_SEEN, LOOKED_AT = 4, 20


def standing_of(case: Case, rights: Rights) -> Standing:
    """Where a case stands for the patient's side, whoever asked for the opinion."""
    if case.is_second_opinion:
        return standing_for_requester(case)
    return standing_for_patient(case, may_read=rights.to("case.read_opinion").allowed)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The requests this person reaches; his only one opens at once."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = list(cases_of(actor)[:100])
    living = [row for row in rows if row.state not in (State.WITHDRAWN, State.EXPIRED, State.STOPPED)]
    if len(rows) == 1 and len(living) == 1 and "tous" not in request.GET:
        return redirect("patient:case", living[0].pk)
    standings = [(row, standing_of(row, rights_of(actor, row))) for row in rows]
    standings.sort(key=lambda pair: not pair[1].mine)
    shown = [{"case": row, "standing": standing} for row, standing in standings]
    return render(request, "cases/patient/home.html", {"rows": shown})


@require_GET
@case_page("case.see")
def case(request: HttpRequest, case: Case) -> HttpResponse:
    """Where the file stands: what waits for me first, the path beside it, who saw it one glance away."""
    actor = request.actor  # type: ignore[attr-defined]
    rights = rights_on(request)
    if case.state == State.DRAFT and case.is_second_opinion and rights.to("case.fill").allowed:
        return redirect("patient:prepare", case.pk)
    reads = rights.to("case.read").allowed
    documents = documents_of(case, actor, rights=rights) if reads else []
    request.shown["document"] = [document.pk for document in documents]  # type: ignore[attr-defined]
    standing = standing_of(case, rights)
    may_read_history = rights.to("case.read_history").allowed
    others = done_by_others(case, actor)[:LOOKED_AT] if may_read_history else []
    context = {
        "case": case,
        "several": cases_of(actor).exclude(pk=case.pk).exists(),
        "standing": standing,
        "steps": path_of(case) if case.is_second_opinion else path_for_patient(case, standing),
        "documents": documents,
        "missing": list(case.missing_pieces.all()) if reads else [],
        "reads": reads,
        "may_read_history": may_read_history,
        "seen": in_words(others, get_language() or "fr")[:LAST_SEEN],
        "unread": unread_messages(case, actor),
        "can_message": rights.to("case.message_service").allowed,
        "can_read_messages": rights.to("case.read_messages").allowed,
        "can_add": rights.to("case.add_document").allowed,
        "can_follow_up": can_follow_up(case, actor, rights=rights),
        "reception_again": reception_asked_again(case) and rights.to("case.choose").allowed,
        "can_alert": rights.to("case.raise_alert").allowed,
        "can_see_billing": rights.to("case.read_billing").allowed and was_billed(case),
        "moves": {name: may(name, case, actor, rights=rights) for name in _MOVES},
        **_waiting(request, case, reads=reads),
    }
    return render(request, "cases/patient/case.html", context)


_MOVES = (
    "give_consent",
    "provide_information",
    "answer_question",
    "object_to_expert",
    "withdraw",
    "close",
    "resume",
)


def _waiting(request: HttpRequest, case: Case, *, reads: bool) -> dict[str, Any]:
    """What waits for the reader, or what he was told last."""
    found: dict[str, Any] = {}
    if not reads:
        return found
    if case.state == State.EXPERT_QUESTION:
        question = found["question"] = case.expert_questions.filter(closed_at__isnull=True).first()
        if question is not None:
            found["goes_on"] = question.asked_at + timedelta(days=settings.QUESTION_DAYS)
        found["answer_form"] = forms.AnswerForm()
    elif case.state == State.INFORMATION_REQUESTED:
        found["information"] = case.information_requests.filter(closed_at__isnull=True).first()
    elif case.state == State.ON_HOLD:
        found["hold"] = case.holds.filter(released_at__isnull=True).first()
        found["asked_again"] = asked_again(case)
    elif case.state in (State.DECLINED, State.STOPPED, State.EXPIRED, State.WITHDRAWN):
        found["ending"] = case.endings.first()
    if case.state in AFTER_DELIVERY and rights_on(request).to("case.read_opinion").allowed:
        found["opinions"] = delivered_versions(case)
    return found


@require_GET
@case_page("case.read_history", event="case.history_read")
def seen(request: HttpRequest, case: Case) -> HttpResponse:
    """Who read or did what in my file, newest first (S1-30); what I did myself on demand."""
    actor = request.actor  # type: ignore[attr-defined]
    mine_too = "tout" in request.GET
    events = history_of(case, actor)
    pages = Paginator(events if mine_too else events.exclude(actor_id=actor.person), HISTORY_PAGE)
    page = pages.get_page(request.GET.get("page"))
    lines = in_words(page.object_list, get_language() or "fr")
    return render(
        request, "cases/patient/seen.html", {"case": case, "page_obj": page, "lines": lines, "mine_too": mine_too}
    )


@require_GET
@case_page("case.read")
def documents(request: HttpRequest, case: Case) -> HttpResponse:
    """Every document of the file, with who can read it."""
    actor = request.actor  # type: ignore[attr-defined]
    rights = rights_on(request)
    rows = documents_of(case, actor, rights=rights)
    request.shown["document"] = [row.pk for row in rows]  # type: ignore[attr-defined]
    context = {
        "case": case,
        "documents": rows,
        "can_add": rights.to("case.add_document").allowed,
        "missing": _missing(case),
        "readers": _readers(case),
    }
    return render(request, "cases/patient/documents.html", context)


def _missing(case: Case) -> list[dict[str, Any]]:
    """The documents that could not be obtained, called as they were asked for."""
    pieces = list(case.missing_pieces.all())
    language = get_language() or "fr"
    labels = {piece["code"]: piece["label"].get(language, "") for piece in pieces_wanted(case)} if pieces else {}
    return [
        {"label": labels.get(piece.prerequisite) or _("Document"), "why": piece.why, "declared_at": piece.declared_at}
        for piece in pieces
    ]


def _readers(case: Case) -> str:
    """The people who may read the documents now."""
    people = [case.coordinator.get_full_name()] if case.coordinator else []
    if case.assigned_expert and case.accepted_at and not case.consent_withdrawn_at and case.state != State.ON_HOLD:
        people.insert(0, case.assigned_expert.name)
    return ", ".join(people) or _("our team, when it checks the file")


@require_GET
@case_page("case.read")
def answers(request: HttpRequest, case: Case) -> HttpResponse:
    """What I answered, and what I added since."""
    from cases.reading import answer_sections

    context = {
        "case": case,
        "sections": answer_sections(case, get_language() or "fr"),
        "referral": case.referral or {},
        "additions": list(case.additions.select_related("author")),
        "can_add": rights_on(request).to("case.add_to_answers").allowed,
    }
    return render(request, "cases/patient/answers.html", context)
