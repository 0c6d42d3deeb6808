"""Reading everything again, the agreements, and what happens next."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.billing.accounts import billing_of
from cases.checks import purposes_put
from cases.machine import perform
from cases.models import Case
from cases.models.states import State
from cases.pages import attempt, rights_on
from cases.patient.start.checking import sections_of
from cases.patient.start.forms import ConsentForm
from cases.patient.start.pages import actor, draw, prepare_page
from cases.patient.start.preparation import Preparation
from cases.patient.start.spaces import space_of
from cases.patient.start.tasks import TaskList
from cases.presenters import by_when
from cases.start.prices import has_price, price_lines
from clock import now
from consent.models import REQUIRED, SHARINGS
from consent.texts import current_text, words_shown
from errors import DomainError
from ui.dates import paris_day

_AWAITING = (State.AWAITING_CONSENT,)
#: States in which «envoyé» still says what happens next.
_JUST_SENT = (State.SUBMITTED, State.INFORMATION_REQUESTED, State.ADMITTED)


def _language() -> str:
    return (get_language() or "fr")[:2]


# --- check your answers


@require_GET
@prepare_page("case.fill")
def check(request: HttpRequest, case: Case) -> HttpResponse:
    """Everything the expert will read, with a way to change each part."""
    return _check(request, case)


def _check(request: HttpRequest, case: Case, *, refusal: DomainError | None = None, status: int = 200) -> HttpResponse:
    preparation, space = Preparation(case), space_of(request)
    tasks = TaskList(preparation, space, actor(request))
    request.shown["document"] = [document.pk for document in preparation.documents]  # type: ignore[attr-defined]
    context = {
        "sections": sections_of(preparation, space, _language()),
        "left": [task for task in tasks.tasks if not task.is_done],
        "prices": price_lines(),
        "refusal": refusal,
        "may_send": rights_on(request).to("case.request_consent").allowed,
    }
    return draw(request, "check.html", case, context, status=status)


@require_POST
@prepare_page("case.request_consent")
def complete(request: HttpRequest, case: Case) -> HttpResponse:
    """The request is complete: on to the agreements. What the rules miss is said above the answers."""
    try:
        perform("request_consent", case.pk, actor=actor(request))
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        return _check(request, Case.objects.get(pk=case.pk), refusal=refusal, status=refusal.status)
    return redirect(space_of(request).url("prepare_consents", case.pk))


# --- agreements


def _needed() -> list[str]:
    return [str(purpose) for purpose in (*REQUIRED, *SHARINGS)]


@require_http_methods(["GET", "POST"])
@prepare_page("case.give_consent", states=_AWAITING)
def consents(request: HttpRequest, case: Case) -> HttpResponse:
    """Each purpose apart; the required ones explained, the others free and unticked (C-CON-1, S2-06)."""
    space = space_of(request)
    if space.by_phone:
        return redirect(space.url("confirm", case.pk))
    form = consent_form(case, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _sent(request, case, form):
        # The request of a tele-expertise is her professional's: his patient sees where it stands.
        return redirect(space.url("prepare_sent", case.pk) if case.is_second_opinion else space.case_url(case.pk))
    return draw(request, "consents.html", case, consent_context(request, case, form), status=_status(request))


def consent_form(
    case: Case,
    data: Mapping[str, Any] | None = None,
    *,
    initial: Mapping[str, Any] | None = None,
    purposes: Sequence[str] | None = None,
) -> ConsentForm:
    """The purposes put to this patient, or these alone, each a box of its own."""
    put = purposes_put(case) if purposes is None else purposes
    texts = {str(purpose): current_text(purpose, case.kind) for purpose in put}
    return ConsentForm(data, texts=texts, required=_needed(), language=_language(), initial=initial)


def _sent(request: HttpRequest, case: Case, form: ConsentForm) -> bool:
    def act() -> None:
        perform(
            "give_consent",
            case.pk,
            actor=actor(request),
            choices=form.choices,
            shown_texts=form.shown_texts,
            language=_language(),
        )

    return attempt(request, form, act)


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def consent_context(request: HttpRequest, case: Case, form: ConsentForm) -> dict[str, Any]:
    """What a page of agreements shows: each purpose with its words, the price, and the ways back."""
    expert = case.requested_expert
    asks_payer = case.state == State.AWAITING_CONSENT and case.is_second_opinion and has_price()
    purposes = []
    for purpose, text in form.texts.items():
        title, _blank, body = words_shown(text, _language(), expert=expert.name if expert else "").partition("\n\n")
        # A text that changed meanwhile comes back with its own id.
        hidden = {"name": f"{purpose}_text", "value": str(text.pk)}
        purposes.append(
            {
                "field": form[purpose],
                "title": title,
                "body": body,
                "short": _short(purpose, case),
                "required": purpose in _needed(),
                "hidden": hidden,
                "version": text.version,
            }
        )
    return {
        "form": form,
        "required": [one for one in purposes if one["required"]],
        "optional": [one for one in purposes if not one["required"]],
        # A tele-expertise costs its patient nothing, whatever the price of a second opinion.
        "prices": price_lines() if case.is_second_opinion else [],
        "asks_payer": asks_payer,
        "payer": billing_of(case) if asks_payer else None,
        "may_revise": rights_on(request).to("case.revise").allowed,
        "may_refuse": rights_on(request).to("case.refuse_consent").allowed,
    }


def _short(purpose: str, case: Case) -> str:
    """What a purpose means, in a line; the whole text stands below it."""
    if purpose == "act" and not case.is_second_opinion:
        return _("An expert doctor reads your file and answers your professional in writing, without examining you.")
    return {
        "act": _("An expert doctor reads your file and answers your questions in writing, without examining you."),
        "sharing_named": _("The expert you chose, and the team that prepares the file, may read it. Nobody else."),
        "sharing_delegated": _(
            "An expert chosen by the coordinating doctor, and the team that prepares the file, may read it. You are "
            "told the name first, and may refuse it."
        ),
        "treating_doctor": _("Your treating doctor receives the signed opinion."),
        "dmp": _("The signed opinion is filed in your national health record."),
        "research": _("Your file may serve health research, without your name."),
    }.get(purpose, "")


@require_POST
@prepare_page("case.revise", states=_AWAITING)
def revise(request: HttpRequest, case: Case) -> HttpResponse:
    """Back to the answers: nothing was agreed to."""
    attempt(request, None, lambda: perform("revise", case.pk, actor=actor(request)))
    return redirect(space_of(request).url("prepare_check", case.pk))


@require_http_methods(["GET", "POST"])
@prepare_page("case.refuse_consent", states=_AWAITING)
def refuse(request: HttpRequest, case: Case) -> HttpResponse:
    """No agreement: the request ends, and nothing was shared."""
    if request.method == "POST":
        attempt(request, None, lambda: perform("refuse_consent", case.pk, actor=actor(request)))
        return redirect(space_of(request).case_url(case.pk))
    return draw(request, "refuse.html", case)


# --- sent


@require_GET
@prepare_page("case.see", states=_JUST_SENT)
def sent(request: HttpRequest, case: Case) -> HttpResponse:
    """What happens next, who does it, and until when."""
    planned = case.planned_treatment_on
    context = {
        "total_days": _days(case),
        "due": by_when(case.due_at),
        "case_url": space_of(request).case_url(case.pk),
        "planned": planned if planned and planned >= paris_day(now()) else None,
    }
    return draw(request, "sent.html", case, context)


def _days(case: Case) -> int:
    """The promise of the service, in days from a complete file."""
    rhythm = "second_opinion" if case.is_second_opinion else case.urgency
    return timedelta(hours=settings.CLOCKS[rhythm]["total"]).days
