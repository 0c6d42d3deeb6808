"""The patient's pages once the request is sent: where it stands, answers, choices, who has seen it, the ends."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access import decide
from cases.machine import may, perform
from cases.models import CallTask, Case
from cases.models.states import AFTER_DELIVERY, State
from cases.pages import actor_of, attempt, case_page
from cases.patient import forms
from cases.patient.choices import choice_rows
from cases.presenters import path_of, standing_for_requester
from cases.selectors import cases_of, delivered_versions, documents_of, history_of, in_words, unread_messages
from cases.services import delivery, desk, drafting
from clock import now
from consent import services as consent

HISTORY_PAGE = 50


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The requests this person reaches; his only one opens at once."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = list(cases_of(actor)[:100])
    living = [row for row in rows if row.state not in (State.WITHDRAWN, State.EXPIRED, State.STOPPED)]
    if len(rows) == 1 and len(living) == 1 and "tous" not in request.GET:
        return redirect("patient:case", living[0].pk)
    standings = [(row, standing_for_requester(row)) for row in rows]
    standings.sort(key=lambda pair: not pair[1].mine)
    shown = [{"case": row, "standing": standing} for row, standing in standings]
    return render(request, "cases/patient/home.html", {"rows": shown})


@require_GET
@case_page("case.see")
def case(request: HttpRequest, case: Case) -> HttpResponse:
    """Where the file stands: what waits for me first, the path beside it, who saw it one glance away."""
    actor = request.actor  # type: ignore[attr-defined]
    if case.state == State.DRAFT and case.is_second_opinion and decide(actor, "case.fill", case).allowed:
        return redirect("patient:prepare", case.pk)
    reads = decide(actor, "case.read", case).allowed
    documents = documents_of(case, actor) if reads else []
    request.shown["document"] = [document.pk for document in documents]  # type: ignore[attr-defined]
    seen = in_words(history_of(case, actor)[:4], get_language() or "fr") if _may_read_history(request, case) else []
    context = {
        "case": case,
        "standing": standing_for_requester(case),
        "steps": path_of(case),
        "documents": documents,
        "missing": list(case.missing_pieces.all()) if reads else [],
        "reads": reads,
        "seen": seen,
        "unread": unread_messages(case, actor),
        "can_message": decide(actor, "case.message_service", case).allowed,
        "can_add": decide(actor, "case.add_document", case).allowed,
        "can_alert": decide(actor, "case.raise_alert", case).allowed,
        "moves": {name: may(name, case, actor) for name in _MOVES},
        **_waiting(request, case, reads=reads),
    }
    return render(request, "cases/patient/case.html", context)


_MOVES = (
    "give_consent",
    "provide_information",
    "answer_question",
    "object_to_expert",
    "ask_follow_up",
    "withdraw",
    "close",
    "resume",
)


def _may_read_history(request: HttpRequest, case: Case) -> bool:
    return decide(request.actor, "case.read_history", case).allowed  # type: ignore[attr-defined]


def _waiting(request: HttpRequest, case: Case, *, reads: bool) -> dict[str, Any]:
    """What waits for the reader, or what he was told last."""
    found: dict[str, Any] = {}
    if not reads:
        return found
    if case.state == State.EXPERT_QUESTION:
        found["question"] = case.expert_questions.filter(closed_at__isnull=True).first()
        found["answer_form"] = forms.AnswerForm()
    elif case.state == State.INFORMATION_REQUESTED:
        found["information"] = case.information_requests.filter(closed_at__isnull=True).first()
    elif case.state == State.ON_HOLD:
        found["hold"] = case.holds.filter(released_at__isnull=True).first()
    elif case.state in (State.DECLINED, State.STOPPED, State.EXPIRED, State.WITHDRAWN):
        found["ending"] = case.endings.first()
    if case.state in AFTER_DELIVERY and decide(request.actor, "case.read_opinion", case).allowed:  # type: ignore[attr-defined]
        found["opinions"] = delivered_versions(case)
    return found


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def answer(request: HttpRequest, case: Case) -> HttpResponse:
    """Answer the expert's question."""
    actor = request.actor  # type: ignore[attr-defined]
    question = case.expert_questions.filter(closed_at__isnull=True).first()
    if question is None:
        return redirect("patient:case", case.pk)
    form = forms.AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        inputs = {"answer": form.cleaned_data["answer"], "unknown": bool(form.cleaned_data["unknown"])}

        def act() -> None:
            perform("answer_question", case.pk, actor=actor, **inputs)

        if attempt(request, form, act, done=_("Your answer is with the expert. The time limit goes on.")):
            return redirect("patient:case", case.pk)
    context = {"case": case, "form": form, "question": question}
    return render(request, "cases/patient/answer.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def information(request: HttpRequest, case: Case) -> HttpResponse:
    """Answer the service's request for information; «je ne peux pas l’obtenir» is an answer."""
    actor = request.actor  # type: ignore[attr-defined]
    asked = case.information_requests.filter(closed_at__isnull=True).select_related("asked_by").first()
    if asked is None:
        return redirect("patient:case", case.pk)
    form = forms.InformationForm(list(asked.items or []), request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            perform(
                "provide_information",
                case.pk,
                actor=actor,
                answer=form.cleaned_data["answer"],
                item_answers=form.item_answers,
            )

        if attempt(request, form, act, done=_("Thank you: we have your answer and go on.")):
            return redirect("patient:case", case.pk)
    context = {"case": case, "form": form, "asked": asked}
    return render(request, "cases/patient/information.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
@case_page("case.read")
def add(request: HttpRequest, case: Case) -> HttpResponse:
    """Add something to answers already sent."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.AdditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        if attempt(request, form, lambda: drafting.add_to_answers(case.pk, text, actor=actor), done=_("Added.")):
            return redirect("patient:case", case.pk)
    return render(request, "cases/patient/add.html", {"case": case, "form": form}, status=_status(request))


@require_GET
@case_page("case.read_opinion", event="opinion.page_read")
def opinion(request: HttpRequest, case: Case) -> HttpResponse:
    """The reading page: plain summary first, whom to call, «plus tard»; prognosis apart."""
    versions = delivered_versions(case)
    latest = next((row for row in versions if row.type != "addendum"), None)
    if latest is not None:
        delivery.open_opinion(
            case.pk,
            latest.pk,
            actor=request.actor,  # type: ignore[attr-defined]
            request_key=f"page-{latest.pk.hex}-{now():%Y%m%d%H%M%S%f}",
        )
        request.shown["opinion"] = [row.pk for row in versions]  # type: ignore[attr-defined]
    follow_up = case.follow_ups.select_related("addendum").first()
    context = {
        "case": case,
        "versions": versions,
        "latest": latest,
        "questions": list(zip(case.questions or [], (latest.content or {}).get("answers", []), strict=False))
        if latest
        else [],
        "content": latest.content if latest else {},
        "follow_up": follow_up,
        "may_ask": may("ask_follow_up", case, request.actor),  # type: ignore[attr-defined]
        "expert": case.assigned_expert,
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
    """The one follow-up question."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.FollowUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        question = form.cleaned_data["question"]

        def act() -> None:
            perform("ask_follow_up", case.pk, actor=actor, question=question)

        if attempt(request, form, act, done=_("Your question is with the expert.")):
            return redirect("patient:case", case.pk)
    context = {"case": case, "form": form, "allowed": may("ask_follow_up", case, actor)}
    return render(request, "cases/patient/follow_up.html", context, status=_status(request))


#: Moves confirmed on a page of their own: title, what it means, words of the button, what is said afterwards.
def _confirmations() -> dict[str, dict[str, str]]:
    return {
        "withdraw": {
            "title": _("Withdraw my request"),
            "text": _(
                "Your request ends now. Every professional loses access to your file at once, and no opinion will be "
                "given. Your own file stays readable for you."
            ),
            "button": _("Withdraw my request"),
            "done": _("Your request is withdrawn. Nobody but you can open the file any more."),
        },
        "object_to_expert": {
            "title": _("Refuse this expert"),
            "text": _(
                "This expert can no longer open your file from now on. We look for another one. You give no reason, "
                "and nothing changes in the way you are looked after."
            ),
            "button": _("Refuse this expert"),
            "done": _("The expert has no access any more. We are looking for another one."),
        },
        "close": {
            "title": _("Close my file"),
            "text": _("You have read the opinion and need nothing more. Everything stays here for you."),
            "button": _("Close my file"),
            "done": _("Your file is closed."),
        },
        "resume": {
            "title": _("Take my request up again"),
            "text": _(
                "Your answers and documents are still there. You go on where you were, and agree again at the end."
            ),
            "button": _("Take it up again"),
            "done": _("Your request is open again."),
        },
    }


def _confirmed(name: str) -> Any:
    @require_http_methods(["GET", "POST"])
    @case_page("case.see")
    def view(request: HttpRequest, case: Case) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        words = _confirmations()[name]
        if request.method == "POST":
            attempt(request, None, lambda: perform(name, case.pk, actor=actor), done=words["done"])
            return redirect("patient:case", case.pk)
        allowed = may(name, case, actor)
        return render(request, "cases/patient/confirm.html", {"case": case, "words": words, "allowed": allowed})

    view.__name__ = name
    view.__doc__ = f"Confirm the move {name}."
    return view


withdraw = _confirmed("withdraw")
object_to_expert = _confirmed("object_to_expert")
close = _confirmed("close")
resume = _confirmed("resume")


@require_GET
@case_page("case.read_choices")
def choices(request: HttpRequest, case: Case) -> HttpResponse:
    """My choices: consents, how to receive the opinion, professionals I refuse."""
    context = {
        "case": case,
        "rows": choice_rows(case, get_language() or "fr"),
        "reception": case.get_reception_display() if case.reception else "",
        "blocks": list(case.patient.blocks.filter(lifted_at__isnull=True).select_related("professional")),
        "expert": case.assigned_expert,
        "may_choose": decide(request.actor, "case.choose", case).allowed,  # type: ignore[attr-defined]
        "delivered": case.delivered_at is not None,
    }
    return render(request, "cases/patient/choices.html", context)


@require_http_methods(["GET", "POST"])
@case_page("case.choose")
def reception(request: HttpRequest, case: Case) -> HttpResponse:
    """Change how the opinion is received, until it is delivered."""
    actor = request.actor  # type: ignore[attr-defined]
    person = case.reception_person or {}
    initial = {
        "reception": case.reception,
        "person_name": person.get("name", ""),
        "person_phone": person.get("phone", ""),
    }
    form = forms.ReceptionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        named = {"name": data["person_name"], "phone": data["person_phone"]}

        def act() -> None:
            drafting.set_reception(case.pk, data["reception"], named, actor=actor)

        if attempt(request, form, act, done=_("Your choice is recorded.")):
            return redirect("patient:choices", case.pk)
    return render(request, "cases/patient/reception.html", {"case": case, "form": form}, status=_status(request))


@require_http_methods(["GET", "POST"])
@case_page("case.read_choices")
def withdraw_consent(request: HttpRequest, case: Case, purpose: str) -> HttpResponse:
    """Take one consent back, after its consequences are shown."""
    actor = request.actor  # type: ignore[attr-defined]
    if purpose not in consent.living_purposes(case.pk, case.consent_round):
        return redirect("patient:choices", case.pk)
    if request.method == "POST":

        def act() -> None:
            delivery.withdraw_consent(case.pk, purpose, actor=actor)

        attempt(request, None, act, done=_("Your agreement is withdrawn, from now on."))
        return redirect("patient:choices", case.pk)
    required = purpose in {str(p) for p in (*consent.REQUIRED, *consent.SHARINGS)}
    label = dict(consent.Purpose.choices)[purpose]
    context = {"case": case, "label": label, "required": required, "delivered": case.delivered_at is not None}
    return render(request, "cases/patient/withdraw_consent.html", context)


@require_http_methods(["GET", "POST"])
@case_page("case.choose")
def give_consent(request: HttpRequest, case: Case, purpose: str) -> HttpResponse:
    """Accept later an optional purpose, on its current text."""
    from consent.texts import current_text, words_shown

    actor = request.actor  # type: ignore[attr-defined]
    if purpose not in {str(p) for p in consent.OPTIONAL}:
        return redirect("patient:choices", case.pk)
    language = get_language() or "fr"
    text = current_text(purpose, case.kind)
    if request.method == "POST":
        shown = request.POST.get("text", "")

        def act() -> None:
            delivery.give_optional_consent(
                case.pk,
                purpose,
                actor=actor,
                text_id=UUID(shown) if _is_uuid(shown) else UUID(int=0),
                language=language,
            )

        if attempt(request, None, act, done=_("Your agreement is recorded.")):
            return redirect("patient:choices", case.pk)
    title, _sep, body = words_shown(text, language).partition("\n\n")
    context = {"case": case, "title": title, "body": body, "text": text}
    return render(request, "cases/patient/give_consent.html", context, status=_status(request))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@require_POST
@case_page("case.choose")
def block(request: HttpRequest, case: Case) -> HttpResponse:
    """Refuse, or accept again, the expert of this case for all my cases (S1-27)."""
    from cases.services import blocking

    actor = request.actor  # type: ignore[attr-defined]
    person = request.POST.get("professional", "")
    if not _is_uuid(person):
        return redirect("patient:choices", case.pk)
    if request.POST.get("lift"):
        attempt(request, None, lambda: blocking.lift(case.pk, UUID(person), actor=actor), done=_("Done."))
    else:
        done = _("This professional can no longer open any of your files.")
        attempt(request, None, lambda: blocking.place(case.pk, UUID(person), actor=actor), done=done)
    return redirect("patient:choices", case.pk)


@require_GET
@case_page("case.read_history", event="case.history_read")
def seen(request: HttpRequest, case: Case) -> HttpResponse:
    """Who read or did what in my file, newest first (S1-30)."""
    pages = Paginator(history_of(case, request.actor), HISTORY_PAGE)  # type: ignore[attr-defined]
    page = pages.get_page(request.GET.get("page"))
    lines = in_words(page.object_list, get_language() or "fr")
    return render(request, "cases/patient/seen.html", {"case": case, "page_obj": page, "lines": lines})


@require_GET
@case_page("case.read")
def documents(request: HttpRequest, case: Case) -> HttpResponse:
    """Every document of the file, with who can read it."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = documents_of(case, actor)
    request.shown["document"] = [row.pk for row in rows]  # type: ignore[attr-defined]
    context = {
        "case": case,
        "documents": rows,
        "can_add": decide(actor, "case.add_document", case).allowed,
        "missing": list(case.missing_pieces.all()),
        "readers": _readers(case),
    }
    return render(request, "cases/patient/documents.html", context)


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
        "additions": list(case.additions.select_related("author")),
        "can_add": decide(request.actor, "case.add_to_answers", case).allowed,  # type: ignore[attr-defined]
    }
    return render(request, "cases/patient/answers.html", context)


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
