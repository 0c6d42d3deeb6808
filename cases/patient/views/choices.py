"""My choices: agreements, how the opinion is received, professionals refused."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.checks import doctor_left_out, reception_asked_again
from cases.models import Case
from cases.models.case import Reception, TreatingDoctorChoice
from cases.models.states import WITH_EXPERT
from cases.pages import attempt, case_page, rights_on
from cases.patient import forms
from cases.patient.choices import choice_rows
from cases.patient.start.forms import DoctorForm
from cases.patient.start.views.finish import consent_context, consent_form
from cases.services import delivery, drafting, renewals
from consent import services as consent
from consent.models import Purpose


@require_GET
@case_page("case.read_choices")
def choices(request: HttpRequest, case: Case) -> HttpResponse:
    """My choices: consents, how to receive the opinion, professionals I refuse."""
    context = {
        "case": case,
        "rows": choice_rows(case, get_language() or "fr"),
        "doctor_left_out": case.consented_at is not None and doctor_left_out(case),
        "doctor_refused": case.treating_doctor_choice == TreatingDoctorChoice.REFUSED,
        "asked_again": renewals.asked_again(case),
        "reception": case.get_reception_display() if case.reception else "",
        "reception_again": reception_asked_again(case),
        "blocks": list(case.patient.blocks.filter(lifted_at__isnull=True).select_related("professional")),
        "expert": case.assigned_expert,
        "may_choose": rights_on(request).to("case.choose").allowed,
        "delivered": case.delivered_at is not None,
        "holds": (case.resume_to or case.state) in WITH_EXPERT,
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
    if purpose not in consent.given_purposes(case.pk, case.consent_round):
        return redirect("patient:choices", case.pk)
    if request.method == "POST":

        def act() -> None:
            delivery.withdraw_consent(case.pk, purpose, actor=actor)

        attempt(request, None, act, done=_("Your agreement is withdrawn, from now on."))
        return redirect("patient:choices", case.pk)
    required = purpose in {str(p) for p in (*consent.REQUIRED, *consent.SHARINGS)}
    label = dict(consent.Purpose.choices)[purpose]
    context = {
        "case": case,
        "label": label,
        "required": required,
        "delivered": case.delivered_at is not None,
        "with_doctor": purpose == Purpose.TREATING_DOCTOR and case.reception == Reception.WITH_DOCTOR,
    }
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
    asks_doctor = purpose == Purpose.TREATING_DOCTOR and case.treating_doctor_choice != TreatingDoctorChoice.NAMED
    form = DoctorForm(request.POST or None) if asks_doctor else None
    if request.method == "POST" and (form is None or form.is_valid()):
        shown = request.POST.get("text", "")

        def act() -> None:
            delivery.give_optional_consent(
                case.pk,
                purpose,
                actor=actor,
                text_id=UUID(shown) if _is_uuid(shown) else UUID(int=0),
                language=language,
                doctor=form.cleaned_data if form is not None else None,
            )

        if attempt(request, form, act, done=_("Your agreement is recorded.")):
            return redirect("patient:choices", case.pk)
    title, _sep, body = words_shown(text, language).partition("\n\n")
    context = {"case": case, "title": title, "body": body, "text": text, "form": form}
    return render(request, "cases/patient/give_consent.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
@case_page("case.renew_consent")
def renew(request: HttpRequest, case: Case) -> HttpResponse:
    """Agree again, on words that changed and are marked so; what waited for it goes on."""
    actor = request.actor  # type: ignore[attr-defined]
    language = (get_language() or "fr")[:2]
    purposes = renewals.asked_again(case)
    if not purposes:
        return redirect("patient:case", case.pk)
    form = consent_form(case, request.POST if request.method == "POST" else None, purposes=purposes)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            given = {"choices": form.choices, "shown_texts": form.shown_texts, "language": language}
            renewals.renew_consent(case.pk, actor=actor, **given)

        if attempt(request, form, act, done=_("Thank you: your agreement is recorded.")):
            return redirect("patient:case", case.pk)
    context = {"case": case, **consent_context(request, case, form)}
    return render(request, "cases/patient/renew.html", context, status=_status(request))


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


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
