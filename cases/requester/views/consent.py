"""The patient’s agreement: attested by the professional who collected it, or left to her; she is always told."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access import Rights
from cases.checks import purposes_put
from cases.invitations import has_account, latest
from cases.machine import perform
from cases.models import Case
from cases.models.states import State
from cases.pages import attempt, case_page
from cases.patient.start.pages import actor, prepare_page
from cases.requester import letters
from cases.requester.checking import gaps_of, is_minor
from cases.requester.forms import AttestForm, ReachForm
from cases.requester.pages import draw, language, refused
from cases.services import renewals, requesting
from consent.models import REQUIRED, SHARINGS
from consent.texts import current_text, words_shown
from ui.forms import today

#: The agreement is collected while the request is a draft or waits for it. Nobody comes here before he is checked.
_OPEN = (State.DRAFT, State.AWAITING_CONSENT)
_page = prepare_page("case.see", states=_OPEN)


@require_GET
@_page
def consent(request: HttpRequest, case: Case) -> HttpResponse:
    """Both ways: «I have collected it», «the patient answers»."""
    if gaps_of(case):
        return redirect("requester:prepare_check", case.pk)
    return _consent_page(request, case, _attest_form(request, case))


def _attest_form(request: HttpRequest, case: Case, purposes: list[str] | None = None) -> AttestForm:
    put = purposes_put(case, attested=True) if purposes is None else purposes
    texts = {str(purpose): current_text(purpose, case.kind) for purpose in put}
    expert = case.requested_expert
    return AttestForm(
        request.POST if request.method == "POST" else None,
        texts=texts,
        required=[str(purpose) for purpose in (*REQUIRED, *SHARINGS)],
        expert=expert.name if expert else "",
        initial={"collected_on": today()},
    )


def _consent_page(
    request: HttpRequest, case: Case, form: AttestForm, *, status: int = 200, again: bool = False
) -> HttpResponse:
    expert = case.requested_expert
    purposes = []
    for purpose, text in form.texts.items():
        title, _blank, body = words_shown(text, language(), expert=expert.name if expert else "").partition("\n\n")
        hidden = {"name": f"{purpose}_text", "value": str(text.pk)}
        purposes.append(
            {"field": form[purpose], "title": title, "body": body, "hidden": hidden, "version": text.version}
        )
    context = {
        "form": form,
        "purposes": purposes,
        "waiting": again or case.state == State.AWAITING_CONSENT,
        "again": again,
        "has_account": has_account(case),
        "minor": is_minor(case),
    }
    return draw(request, "consent.html", case, context, status=status)


@require_POST
@_page
def attest(request: HttpRequest, case: Case) -> HttpResponse:
    """State the agreement, and send the request; the patient is told of it."""
    form = _attest_form(request, case)
    if form.is_valid():
        data: dict[str, Any] = form.cleaned_data

        def act() -> None:
            requesting.attest_consent(
                case.pk,
                actor=actor(request),
                choices=form.choices,
                shown_texts=form.shown_texts,
                means=data["means"],
                collected_on=data["collected_on"],
                text_handed_over=data["text_handed_over"],
                language=language(),
            )

        if attempt(request, form, act, done=_sent_words(case)):
            return redirect("requester:case", case.pk)
    return _consent_page(request, Case.objects.get(pk=case.pk), form, status=422)


def _sent_words(case: Case) -> str:
    if case.patient.email or has_account(case):
        return _("Your request is sent. Your patient is told of it.")
    return _("Your request is sent. Print the letter with the code and hand it to your patient.")


@require_http_methods(["GET", "POST"])
@case_page("case.renew_consent")
def renew(request: HttpRequest, case: Case) -> HttpResponse:
    """State that the patient agreed again, on words that changed; her own account may say so as well."""
    purposes = [one for one in renewals.asked_again(case) if one in purposes_put(case, attested=True)]
    if not purposes:
        return redirect("requester:case", case.pk)
    form = _attest_form(request, case, purposes)
    if request.method == "POST" and form.is_valid():
        data = {"choices": form.choices, "shown_texts": form.shown_texts, "language": language()}
        stated = {name: form.cleaned_data[name] for name in ("means", "collected_on", "text_handed_over")}

        def act() -> None:
            renewals.renew_consent(case.pk, actor=actor(request), **data, **stated)

        if attempt(request, form, act, done=_("The agreement is recorded; the request goes on.")):
            return redirect("requester:case", case.pk)
    return _consent_page(request, case, form, status=refused(request), again=True)


@require_POST
@_page
def ask(request: HttpRequest, case: Case) -> HttpResponse:
    """Leave the agreement to the patient: a code by mail, or a letter to print."""
    done = _("Your patient’s agreement is asked for. Nothing is shared before it is given.")
    if attempt(request, None, lambda: perform("request_consent", case.pk, actor=actor(request)), done=done):
        return redirect("requester:case", case.pk)
    return redirect("requester:prepare_check", case.pk)


@require_GET
@_page
def handout(request: HttpRequest, case: Case) -> HttpResponse:
    """The texts to hand over, as a paper to print."""
    return letters.handout(case, case.patient.language)


@require_POST
@prepare_page("case.revise", states=(State.AWAITING_CONSENT,))
def revise(request: HttpRequest, case: Case) -> HttpResponse:
    """Back to the draft: this round's agreement is void."""
    attempt(request, None, lambda: perform("revise", case.pk, actor=actor(request)))
    return redirect("requester:prepare", case.pk)


# --- telling the patient


@require_http_methods(["GET", "POST"])
@case_page("case.invite")
def reach(request: HttpRequest, case: Case) -> HttpResponse:
    """Send the code again, or to another address."""
    form = ReachForm(request.POST if request.method == "POST" else None, initial={"email": case.patient.email})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        done = _("A new code is on its way.") if email else _("Print the letter, and give it to your patient.")

        def act() -> None:
            requesting.reach_patient(case.pk, actor=request.actor, email=email)  # type: ignore[attr-defined]

        if attempt(request, form, act, done=done):
            return redirect("requester:case", case.pk)
    context = {"form": form, "invitation": latest(case), "has_account": has_account(case)}
    return draw(request, "reach.html", case, context, status=refused(request))


@require_POST
@case_page("case.invite")
def letter(request: HttpRequest, case: Case) -> HttpResponse:
    """The letter with the code, for a patient without an address; each printing is journaled."""
    invitation, code = requesting.print_code(case.pk, actor=request.actor)  # type: ignore[attr-defined]
    return letters.invitation_letter(case, invitation, code)


def invitation_context(case: Case, rights: Rights) -> dict[str, Any]:
    """What the page of a request says about telling the patient."""
    found = latest(case)
    return {
        "invitation": found,
        "invitation_open": found is not None and found.is_open,
        "has_account": has_account(case),
        "may_invite": rights.to("case.invite").allowed,
    }
