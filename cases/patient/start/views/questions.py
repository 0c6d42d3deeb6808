"""The questionnaire: one subject a page, saved at each step and while one writes; warning signs stop the page."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Case
from cases.pages import attempt
from cases.patient.start.flow import onward
from cases.patient.start.pages import actor, draw, is_checking, prepare_page
from cases.patient.start.preparation import BlockPage, Preparation
from cases.patient.start.spaces import space_of
from cases.services import drafting
from clock import now
from errors import Conflict, Missing
from experts.questionnaires.answers import RedFlag, answer_text, is_answered, red_flags
from experts.questionnaires.fields import localised
from experts.questionnaires.forms import BlockForm, block_form
from ui.dates import say_time


def _language() -> str:
    return (get_language() or "fr")[:2]


def _page(case: Case, number: int) -> tuple[Preparation, BlockPage]:
    preparation = Preparation(case)
    page = preparation.block(number)
    if page is None:
        raise Missing(_("This page does not exist."))
    return preparation, page


def _form(preparation: Preparation, page: BlockPage, request: HttpRequest, *, partial: bool = False) -> BlockForm:
    """The questions of the subject. Shown for the first time, they hold what is known already."""
    answers = dict(preparation.whole.answers)
    if request.method == "GET" and not page.confirmed:
        answers = {**preparation.known, **answers}
    data = request.POST if request.method == "POST" else None
    return block_form(page.block, answers, _language(), data, body=preparation.whole.body, partial=partial)


def _safe_part(preparation: Preparation, page: BlockPage, form: BlockForm) -> dict[str, Any]:
    """What may be stored before the person goes on: everything in order, save a warning sign she has not been told."""
    given = form.valid_answers
    together = {**preparation.whole.answers, **given}
    flagged = {flag.question for flag in red_flags(preparation.whole.body, together, block=page.code)}
    return {code: value for code, value in given.items() if code not in flagged}


@require_http_methods(["GET", "POST"])
@prepare_page("case.fill")
def block(request: HttpRequest, case: Case, number: int) -> HttpResponse:
    """One subject of the questionnaires."""
    preparation, page = _page(case, number)
    form = _form(preparation, page, request)
    if request.method == "GET":
        return _draw(request, case, preparation, page, form)
    if request.POST.get("version", page.version) != page.version:
        return _draw(request, case, preparation, page, form, status=409)
    if not form.is_valid():
        # What is in order is kept, and a warning sign is told at once, whatever else is missing.
        part = form.valid_answers
        if part and attempt(request, form, lambda: _save(case, page, part, request)):
            before = preparation.flags
            preparation, page = _page(Case.objects.get(pk=case.pk), number)
            if _stops(preparation, page, before):
                return redirect(space_of(request).url("prepare_warning", case.pk))
        return _draw(request, case, preparation, page, form, status=422)
    more = bool(form.revealed)
    if not attempt(request, form, lambda: _save(case, page, form.answers, request, done=not more)):
        return _draw(request, case, preparation, page, form, status=409)
    if _stops(Preparation(Case.objects.get(pk=case.pk)), page, preparation.flags):
        return redirect(space_of(request).url("prepare_warning", case.pk))
    if more:
        messages.info(request, _("Saved. Your answers bring a few more questions, below."))
        return redirect(f"{request.get_full_path()}#id_{form.revealed[0]}")
    return onward(request, case, f"prepare_block:{number}")


def _stops(preparation: Preparation, page: BlockPage, before: list[RedFlag]) -> bool:
    """Whether an answer of this subject waits for somebody of the service; taken back, it may wait all the same."""
    signs = [*preparation.flags, *(flag for flag in before if flag.needs_person)]
    return preparation.open_alert is not None and any(flag.block == page.code for flag in signs)


def _save(case: Case, page: BlockPage, answers: Mapping[str, Any], request: HttpRequest, *, done: bool = False) -> None:
    drafting.save_answers(
        case.pk, page.sheet.pk, page.code, answers, actor=actor(request), version=page.sheet.version, done=done
    )


def _draw(
    request: HttpRequest, case: Case, preparation: Preparation, page: BlockPage, form: BlockForm, *, status: int = 200
) -> HttpResponse:
    pages, language = preparation.blocks, _language()
    place = [other.number for other in pages].index(page.number)
    space = space_of(request)
    back = space.url("prepare", case.pk)
    if place and not is_checking(request):
        back = space.url("prepare_block", case.pk, pages[place - 1].number)
    known = request.method == "GET" and not page.confirmed and _uses_known(preparation, page)
    context = {
        "form": form,
        "page": page,
        "block_title": page.title(language),
        "intro": localised(page.block["intro"], language) if "intro" in page.block else "",
        "source": _source(preparation, page, language),
        "version": page.version,
        "place": place + 1,
        "total": len(pages),
        "back": space.url("prepare_check", case.pk) if is_checking(request) else back,
        "autosave_url": space.url("prepare_autosave", case.pk, page.number),
        "known": known,
        "theirs": _differences(page, form, language) if status == 409 else [],
    }
    return draw(request, "block.html", case, context, status=status)


def _uses_known(preparation: Preparation, page: BlockPage) -> bool:
    """Whether the page shows something the person gave elsewhere."""
    codes = {question["code"] for question in page.block["questions"]}
    return any(code in codes and not is_answered(preparation.whole.answers.get(code)) for code in preparation.known)


def _source(preparation: Preparation, page: BlockPage, language: str) -> str:
    """The guideline this subject follows."""
    for source in preparation.whole.body["sources"]:
        if source["id"] == page.block.get("source"):
            return f"{localised(source['title'], language)}, {source['publisher']}, {source['year']}"
    return ""


def _differences(page: BlockPage, form: BlockForm, language: str) -> list[dict[str, str]]:
    """The stored answers another device gave, where they differ from those just sent."""
    mine, stored = form.valid_answers, page.sheet.answers or {}
    return [
        {"label": localised(question["label"], language), "text": answer_text(question, stored.get(code), language)}
        for question in page.block["questions"]
        if stored.get(code := question["code"]) != mine.get(code) and is_answered(stored.get(code))
    ]


@require_POST
@prepare_page("case.fill")
def autosave(request: HttpRequest, case: Case, number: int) -> JsonResponse:
    """Store what is in order while the person writes; an older page gets the other text instead of overwriting it."""
    preparation, page = _page(case, number)
    form = _form(preparation, page, request, partial=True)
    if request.POST.get("version", "") != page.version:
        return _conflict(page)
    try:
        _save(case, page, _safe_part(preparation, page, form), request)
    except Conflict:
        return _conflict(_page(Case.objects.get(pk=case.pk), number)[1])
    _after, page = _page(Case.objects.get(pk=case.pk), number)
    return JsonResponse({"version": page.version, "saved_at": say_time(now())})


def _conflict(page: BlockPage) -> JsonResponse:
    codes = [question["code"] for question in page.block["questions"]]
    stored = page.sheet.answers or {}
    texts = {code: stored[code] for code in codes if isinstance(stored.get(code), str)}
    return JsonResponse({"version": page.version, "fields": texts}, status=409)


@require_GET
@prepare_page("case.fill")
def warning(request: HttpRequest, case: Case) -> HttpResponse:
    """What to do now about an answer that cannot wait; how to correct a mistake, and how to come back."""
    preparation = Preparation(case)
    if preparation.open_alert is None:
        return redirect(space_of(request).url("prepare", case.pk))
    numbers = {page.code: page.number for page in preparation.blocks}
    signs = [
        {
            "text": flag.text(_language()),
            "advice": flag.advice,
            "number": numbers.get(flag.block),
        }
        for flag in preparation.flags
    ]
    actions = {flag.action for flag in preparation.flags}
    # An answer taken back is no sign any more; the alert with its note, and our call, remain.
    dark = "call_3114" in actions or bool(preparation.open_alert.note)
    context = {"signs": signs, "urgent": "call_15" in actions, "dark": dark}
    return draw(request, "warning.html", case, context)
