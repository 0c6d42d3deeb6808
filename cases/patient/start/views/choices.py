"""What the request asks, of whom, and who receives the answer: one choice a page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.services import save_identity
from cases.billing.accounts import account_of, billing_of
from cases.everyone.forms import LET_SERVICE
from cases.models import Case
from cases.models.case import Reception, TreatingDoctorChoice
from cases.models.states import State
from cases.pages import attempt
from cases.patient.start.experts import experts_to_choose
from cases.patient.start.flow import onward
from cases.patient.start.forms import (
    CompanionForm,
    DoctorChoiceForm,
    DoctorForm,
    ExpertForm,
    PayerForm,
    QuestionsForm,
    ReceptionForm,
    ReferralForm,
    RefusalForm,
)
from cases.patient.start.pages import CHECK, actor, draw, is_checking, prepare_page
from cases.patient.start.preparation import Preparation
from cases.patient.start.spaces import space_of
from cases.policy import BEFORE_ADMISSION
from cases.referral import is_referred, referring_doctor, rule_words
from cases.services import billing, drafting
from cases.start.forms import BeginningForm
from cases.start.prices import payment_means, price_lines
from consent.texts import current_text, words_shown
from ui import forms


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def _to(request: HttpRequest, case: Case, name: str) -> HttpResponse:
    """The second page of a choice, which remembers where the person came from."""
    return redirect(space_of(request).url(name, case.pk) + (f"?then={CHECK}" if is_checking(request) else ""))


@require_http_methods(["GET", "POST"])
@prepare_page("case.fill")
def beginning(request: HttpRequest, case: Case) -> HttpResponse:
    """The planned date and the needs, told before the account existed."""
    told = case.eligibility or {}
    initial = {
        "planned_on": case.planned_treatment_on,
        "language": case.language,
        "needs": told.get("needs", []),
        "interpreter_for": told.get("interpreter_for", ""),
    }
    form = BeginningForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if attempt(request, form, lambda: drafting.set_beginning(case.pk, **values, actor=actor(request))):
            return onward(request, case, "prepare_beginning")
    return draw(request, "beginning.html", case, {"form": form}, status=_status(request))


@require_http_methods(["GET", "POST"])
@prepare_page("case.fill")
def questions(request: HttpRequest, case: Case) -> HttpResponse:
    """One to three precise questions to the expert."""
    initial = {f"question_{index + 1}": text for index, text in enumerate(case.questions or [])}
    form = QuestionsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        asked = form.questions
        if attempt(request, form, lambda: drafting.set_questions(case.pk, asked, actor=actor(request))):
            return onward(request, case, "prepare_questions")
    return draw(request, "questions.html", case, {"form": form}, status=_status(request))


@require_http_methods(["GET", "POST"])
@prepare_page("case.fill")
def referral(request: HttpRequest, case: Case) -> HttpResponse:
    """The doctor who refers the patient, where the service asks for it; his letter does as well."""
    form = ReferralForm(request.POST or None, initial={"doctor": referring_doctor(case)})
    if request.method == "POST" and form.is_valid():
        named = form.cleaned_data["doctor"]
        if attempt(request, form, lambda: drafting.set_referring_doctor(case.pk, named, actor=actor(request))):
            return onward(request, case, "prepare_referral")
    context = {"form": form, "rule": rule_words(), "is_referred": is_referred(case)}
    return draw(request, "referral.html", case, context, status=_status(request))


@require_http_methods(["GET", "POST"])
@prepare_page("case.choose_readers")
def expert(request: HttpRequest, case: Case) -> HttpResponse:
    """A named expert, or whoever the service suggests."""
    experts = experts_to_choose(case)
    chosen = str(case.requested_expert_id) if case.requested_expert_id else ""
    initial = {"expert": chosen or (LET_SERVICE if case.expert_settled_at else "")}
    form = ExpertForm(request.POST or None, experts=experts, initial=initial)
    if request.method == "POST" and form.is_valid():
        named = next((one for one in experts if one.pk == form.expert_id), None)
        if attempt(request, form, lambda: drafting.choose_expert(case.pk, named, actor=actor(request))):
            if named is not None and Preparation(Case.objects.get(pk=case.pk)).is_asked_more:
                messages.info(request, _("This expert asks a little more: you find it in your list."))
            return onward(request, case, "prepare_expert")
    context = {"form": form, "count": len(experts), "gone": bool(chosen) and chosen not in {str(e.pk) for e in experts}}
    return draw(request, "expert.html", case, context, status=_status(request))


@require_http_methods(["GET", "POST"])
@prepare_page("case.choose_readers")
def doctor(request: HttpRequest, case: Case) -> HttpResponse:
    """The treating doctor receives the report, or there is none, or he does not."""
    form = DoctorChoiceForm(request.POST or None, initial={"choice": case.treating_doctor_choice})
    if request.method == "POST" and form.is_valid():
        choice = form.cleaned_data["choice"]
        if choice == TreatingDoctorChoice.NAMED:
            return _to(request, case, "prepare_doctor_details")
        if choice == TreatingDoctorChoice.REFUSED:
            return _to(request, case, "prepare_doctor_refusal")
        if attempt(request, form, lambda: drafting.set_treating_doctor(case.pk, choice, None, actor=actor(request))):
            return onward(request, case, "prepare_doctor")
    return draw(request, "doctor.html", case, {"form": form}, status=_status(request))


@require_http_methods(["GET", "POST"])
@prepare_page("case.choose_readers")
def doctor_details(request: HttpRequest, case: Case) -> HttpResponse:
    """Who the treating doctor is; kept for a later request too."""
    profile = case.patient.profile or {}
    known = {name: profile.get(f"doctor_{name}", "") for name in ("name", "address", "phone")}
    form = DoctorForm(request.POST or None, initial=case.treating_doctor or known)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> None:
            drafting.set_treating_doctor(case.pk, TreatingDoctorChoice.NAMED, values, actor=actor(request))
            save_identity(
                case.patient, actor=actor(request), **{f"doctor_{name}": value for name, value in values.items()}
            )

        if attempt(request, form, act):
            return onward(request, case, "prepare_doctor")
    return draw(request, "doctor_details.html", case, {"form": form}, status=_status(request))


@require_http_methods(["GET", "POST"])
@prepare_page("case.choose_readers")
def doctor_refusal(request: HttpRequest, case: Case) -> HttpResponse:
    """A refusal, after what it may change was read; no reason is asked (R.4127-58, C-CON-5)."""
    text = current_text("treating_doctor_refusal", case.kind)
    language = (get_language() or "fr")[:2]
    title, _blank, body = words_shown(text, language).partition("\n\n")
    form = RefusalForm(request.POST or None, initial={"shown_text": text.pk})
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            drafting.set_treating_doctor(
                case.pk,
                TreatingDoctorChoice.REFUSED,
                None,
                actor=actor(request),
                shown_text=form.cleaned_data["shown_text"],
                language=language,
            )

        if attempt(request, form, act):
            return onward(request, case, "prepare_doctor")
        # A text that changed meanwhile: the new one is shown, with its own id.
        form.data = {**form.data.dict(), "shown_text": str(text.pk)}  # type: ignore[attr-defined]
    context = {"form": form, "text": text, "text_title": title, "text_body": body}
    return draw(request, "doctor_refusal.html", case, context, status=_status(request))


@require_http_methods(["GET", "POST"])
@prepare_page("case.choose")
def reception(request: HttpRequest, case: Case) -> HttpResponse:
    """How to receive the opinion."""
    form = ReceptionForm(request.POST or None, initial={"reception": case.reception})
    if request.method == "POST" and form.is_valid():
        choice = form.cleaned_data["reception"]
        if choice == Reception.WITH_SOMEONE:
            return _to(request, case, "prepare_companion")
        if attempt(request, form, lambda: drafting.set_reception(case.pk, choice, None, actor=actor(request))):
            return onward(request, case, "prepare_reception")
    return draw(request, "reception.html", case, {"form": form}, status=_status(request))


@require_http_methods(["GET", "POST"])
@prepare_page("case.choose")
def companion(request: HttpRequest, case: Case) -> HttpResponse:
    """Who will be there when the opinion is read."""
    form: forms.Form = CompanionForm(request.POST or None, initial=case.reception_person or {})
    if request.method == "POST" and form.is_valid():
        person: dict[str, Any] = form.cleaned_data

        def act() -> None:
            drafting.set_reception(case.pk, Reception.WITH_SOMEONE, person, actor=actor(request))

        if attempt(request, form, act):
            return onward(request, case, "prepare_reception")
    return draw(request, "companion.html", case, {"form": form}, status=_status(request))


@require_http_methods(["GET", "POST"])
@prepare_page("case.choose_payer", states=BEFORE_ADMISSION)
def payer(request: HttpRequest, case: Case) -> HttpResponse:
    """Who pays; before the request is sent, and afterwards until the price is settled."""
    space, chosen = space_of(request), billing_of(case)
    account = account_of(case, chosen)
    if request.method == "GET" and (not account.due.total or billing.is_settled(case)):
        return redirect(space.url("prepare", case.pk) if case.state == State.DRAFT else space.case_url(case.pk))
    initial = {"who": chosen.who, "note": chosen.note or ""} if chosen is not None else {}
    form = PayerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if attempt(request, form, lambda: billing.choose_payer(case.pk, **values, actor=actor(request))):
            if case.state == State.DRAFT:
                return onward(request, case, "prepare_payer")
            messages.success(request, _("Recorded."))
            sent = case.state != State.AWAITING_CONSENT
            return redirect(space.case_url(case.pk) if sent else space.url("prepare_consents", case.pk))
    named = chosen.named_voucher if chosen is not None else None
    context = {
        "form": form,
        "prices": price_lines(account.due),
        "means": payment_means(),
        "named": named.batch if named is not None else None,
    }
    return draw(request, "payer.html", case, context, status=_status(request))
