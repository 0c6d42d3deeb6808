"""The case page of the desk, and what is read from it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from cases.answers import pieces_wanted
from cases.billing.papers import bill_of
from cases.checks import pieces_open
from cases.desk import forms, selectors
from cases.desk.admission import before_admission
from cases.desk.confirmations import MOVE_PAGES
from cases.machine import may
from cases.machine.guards import CHECKLIST, IDENTITY_MEANS, same_request_open
from cases.models import Case
from cases.models.states import OVERRIDES, State
from cases.pages import MOTIVES, case_page, keep_motive, require_on_page, rights_on
from cases.presenters import by_when, next_action, silence_ends
from cases.reading import answer_sections
from cases.selectors import documents_of, history_of, in_words, signed_papers, unread_messages
from cases.services.corrections import corrections_of

HISTORY_PAGE = 50
LAST_STEPS = 8


@require_GET
@case_page("case.see")
def page(request: HttpRequest, case: Case) -> HttpResponse:
    """Everything about one case: what to do now first."""
    actor = request.actor  # type: ignore[attr-defined]
    rights = rights_on(request)
    reads = rights.to("case.read", motive=_motive(request, case)).allowed
    can = {name: rights.to(f"case.{name}").allowed for name in _ACTIONS}
    # What the case went through says what there can be to read of it.
    past = list(case.transitions.order_by("-seq"))
    made = {step.name for step in past}
    documents = documents_of(case, actor, rights=rights) if reads else []
    request.shown["document"] = [document.pk for document in documents]  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "case": case,
        "action": next_action(case),
        "due": by_when(case.due_at),
        "until": silence_ends(case, selectors.question_asked_at(case)),
        "paused": case.state in (State.INFORMATION_REQUESTED, State.EXPERT_QUESTION, State.ON_HOLD),
        "reads": reads,
        "knows_disease": selectors.knows_disease(case, actor),
        "documents": documents,
        # What an alert says is for those who answer it.
        "alerts": list(
            case.alerts.filter(closed_at__isnull=True).select_related("taken_by", "raised_by", "content_key")
        )
        if can["take_alert"]
        else [],
        "calls": list(case.call_tasks.filter(done_at__isnull=True).select_related("content_key", "tried_by")),
        "transitions": past[:LAST_STEPS],
        "assignments": list(case.assignments.select_related("expert__user")) if "propose" in made else [],
        "unread": unread_messages(case, actor),
        "can": can,
        "can_override": (case.state in OVERRIDES or case.state == State.STOPPED)
        and may("override", case, actor, rights=rights),
        "bill": bill_of(case) if can["read_billing"] and case.is_second_opinion else None,
        **_moves(case, request),
    }
    context["can_place"] = may("propose", case, actor, rights=rights)
    context["waits_here"] = context["can_place"] or any(move["first"] for move in context["moves"])
    if reads:
        context |= _clinical(case, made, checks=can["check"])
    if any(move["name"] == "admit" for move in context["moves"]):
        context["gaps"] = before_admission(case, actor, pieces=context.get("pieces_open", []))
    if can["ask_correction"] or can["end_correction"]:
        context["correction"], context["correction_ended"] = corrections_of(case)
    return render(request, "cases/desk/case.html", context)


_ACTIONS = (
    "check",
    "read_billing",
    "own",
    "note",
    "call",
    "take_alert",
    "raise_alert",
    "ask_stop",
    "message_service",
    "message_desk_expert",
    "add_document",
    "read_opinion",
    "read_history",
    "report_incident",
    "ask_correction",
    "end_correction",
    "renew_consent",
    "send_copy",
)


def _motive(request: HttpRequest, case: Case) -> str:
    return str(request.session.get("reading_motives", {}).get(str(case.pk), ""))


def _moves(case: Case, request: HttpRequest) -> dict[str, list[dict[str, Any]]]:
    """The buttons of the moves open now, in the order of the table; apart, those that end something."""
    actor, rights = request.actor, rights_on(request)  # type: ignore[attr-defined]
    found = [
        {"name": name, "label": page.button, "first": page.first, "danger": page.danger}
        for name, page in MOVE_PAGES.items()
        if may(name, case, actor, rights=rights)
    ]
    return {
        "moves": [move for move in found if not move["danger"]],
        "grave_moves": [move for move in found if move["danger"]],
    }


def _clinical(case: Case, made: set[str], *, checks: bool) -> dict[str, Any]:
    """The checks, the pieces, the open request, the notes, the twins.

    Args:
        made: names of the moves made so far: what no move made is not looked for.
        checks: whether the reader may check the file now.
    """
    missing = list(case.missing_pieces.select_related("content_key"))
    wanted = pieces_wanted(case) if missing or checks else []
    labels = {piece["code"]: piece["label"].get(get_language() or "fr", "") for piece in wanted}
    lacking = pieces_open(case, wanted, [piece.prerequisite for piece in missing]) if checks else []
    # Once the opinion is delivered it is the other request that has something to ask about this one.
    twins = Case.objects.filter(pk__in=same_request_open(case)) if case.delivered_at is None else Case.objects.none()
    stops = case.stop_requests.filter(settled_at__isnull=True).select_related("asked_by", "content_key")
    return {
        "questions": case.questions or [],
        **_checks(case),
        "owner": forms.OwnerForm(
            selectors.coordinators(),
            initial={"owner": str(case.coordinator_id or ""), "deputy": str(case.deputy_id or "")},
        ),
        "pieces_open": [labels.get(code, code) for code in lacking],
        "missing": [(labels.get(piece.prerequisite, piece.prerequisite), piece.why) for piece in missing],
        "notes": list(case.desk_notes.select_related("author", "content_key")[:20]),
        "note_form": forms.NoteForm(),
        "call_form": forms.CallForm(),
        "stop_request": stops.first(),
        "twins": list(twins.only("pk", "reference", "state")),
        **_past(case, made),
    }


def _checks(case: Case) -> dict[str, Any]:
    """The checklist and the identity, as recorded."""
    return {
        "checklist": forms.ChecklistForm(initial={line: bool(case.checklist.get(line)) for line in CHECKLIST}),
        "checklist_done": all(case.checklist.get(line) for line in CHECKLIST),
        "identity": forms.IdentityForm(initial={"means": case.identity_means}),
        "identity_words": IDENTITY_MEANS.get(case.identity_means, ""),
    }


def _past(case: Case, made: set[str]) -> dict[str, Any]:
    """What moves left behind: the last request for information, the expert's questions, a hold, the end, overrides."""
    information = None
    if "request_information" in made:
        information = case.information_requests.select_related("asked_by", "answered_by", "content_key").first()
    questions = case.expert_questions.select_related("content_key") if "ask_question" in made else []
    overrides = case.overrides.select_related("made_by", "content_key") if "override" in made else []
    holds = case.holds.filter(released_at__isnull=True).select_related("content_key")
    return {
        "information": information,
        "information_answers": list((information.item_answers or {}).items()) if information else [],
        "expert_questions": list(questions),
        "overrides": list(overrides),
        "hold": holds.first() if case.state == State.ON_HOLD else None,
        "ending": case.endings.select_related("content_key").first() if case.ended_at else None,
    }


@require_POST
@case_page("case.see")
def motive(request: HttpRequest, case: Case) -> HttpResponse:
    """Say why an ended case is read, then go on to its page."""
    chosen, wanted = request.POST.get("motive", ""), request.POST.get("next", "")
    # A motive opens nothing to whoever reads no file.
    require_on_page(request, case, "case.read", motive=chosen or "asked")
    if chosen not in MOTIVES:
        context = {"case": case, "motives": MOTIVES, "next": wanted, "missing": True}
        return render(request, "cases/motive.html", context, status=422)
    keep_motive(request, case, chosen)
    home = reverse("desk:case", args=[case.pk])
    return redirect(wanted if wanted.startswith(home) else home)


@require_GET
@case_page("case.read")
def answers(request: HttpRequest, case: Case) -> HttpResponse:
    """The answers, by subject."""
    context = {
        "case": case,
        "sections": answer_sections(case, get_language() or "fr"),
        "additions": list(case.additions.select_related("author")),
        "referral": case.referral or {},
    }
    return render(request, "cases/desk/answers.html", context)


@require_GET
@case_page("case.read_history", event="case.history_read")
def history(request: HttpRequest, case: Case) -> HttpResponse:
    """Everything done or read in this case."""
    pages = Paginator(history_of(case, request.actor), HISTORY_PAGE)  # type: ignore[attr-defined]
    page_obj = pages.get_page(request.GET.get("page"))
    lines = in_words(page_obj.object_list, get_language() or "fr")
    return render(request, "cases/desk/history.html", {"case": case, "page_obj": page_obj, "lines": lines})


@require_GET
@case_page("case.read_opinion", event="opinion.page_read")
def opinion(request: HttpRequest, case: Case) -> HttpResponse:
    """The signed versions, to check their form before delivery."""
    versions = signed_papers(case)
    request.shown["opinion"] = [version.pk for version in versions]  # type: ignore[attr-defined]
    context = {"case": case, "versions": versions, **_moves(case, request)}
    return render(request, "cases/desk/opinion.html", context)


@require_GET
@case_page("case.read")
def experts(request: HttpRequest, case: Case) -> HttpResponse:
    """Choose an expert, with the reasons for and against each."""
    actor = request.actor  # type: ignore[attr-defined]
    context = {
        "case": case,
        "choices": selectors.expert_choices(case, actor),
        "may_propose": may("propose", case, actor, rights=rights_on(request)),
        "past": list(case.assignments.filter(ended_at__isnull=False).select_related("expert__user")),
    }
    return render(request, "cases/desk/experts.html", context)
