"""A request «pour Mme X, par téléphone»: who calls, the draft, and the confirmation that is never the nurse's own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import codes
from accounts.models import Patient
from accounts.models.users import fold_email
from accounts.selectors import search_patients
from accounts.services import save_identity
from accounts.views.parts import code_words, mask_address
from audit import Actor, record_read, request_key
from cases.checks import purposes_put
from cases.machine import perform
from cases.models import Case
from cases.models.case import Kind
from cases.models.documents import DocumentType
from cases.models.states import State
from cases.pages import attempt
from cases.patient.start.forms import ConsentForm
from cases.patient.start.pages import actor, draw, prepare_page
from cases.patient.start.views.finish import consent_context, needed_purposes
from cases.phone.forms import CallerIdentityForm, CallForm, ConfirmForm, EmailForm
from cases.selectors import cases_of
from cases.services.drafting import Agreed
from cases.services.opening import open_by_phone
from cases.start.begun import FIELD, Begun, fresh, seal, unseal
from clock import now
from consent.texts import current_text, words_shown
from errors import DomainError

_MOST_MATCHES = 10


def _language() -> str:
    return (get_language() or "fr")[:2]


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


# --- opening


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The requests by phone that are not sent yet."""
    open_states = [State.DRAFT, State.AWAITING_CONSENT]
    rows = cases_of(_actor(request)).filter(by_phone=True, state__in=open_states).order_by("-updated_at")
    return render(request, "cases/phone/home.html", {"rows": list(rows[:100])})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first questions, then who it is: an identity that is there already is found before one is made (C-INS-3)."""
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        begun = form.put_into(fresh())
        data = form.cleaned_data
        return _who(request, begun, _matches(request, data["name"], data["birth_date"]), _blank(data))
    return render(
        request, "cases/phone/new.html", {"form": form}, status=422 if request.method == "POST" else 200
    )


def _matches(request: HttpRequest, name: str, birth_date: Any) -> list[Patient]:
    found = list(search_patients(name[:3], birth_date=birth_date)[:_MOST_MATCHES])
    if found:
        record_read(
            "patient.identity_read",
            actor=_actor(request),
            subjects={"patient": [patient.pk for patient in found]},
            request_key=request_key(request),
        )
    return found


def _blank(data: dict[str, Any]) -> CallerIdentityForm:
    return CallerIdentityForm(initial={"birth_name": data["name"], "birth_date": data["birth_date"]})


def _who(
    request: HttpRequest, begun: Begun, matches: list[Patient], form: CallerIdentityForm, *, status: int = 200
) -> HttpResponse:
    text = current_text("draft_notice", Kind.SECOND_OPINION)
    title, _blank_line, body = words_shown(text, _language()).partition("\n\n")
    context = {
        "form": form,
        "matches": matches,
        "carried": seal(begun),
        "text": text,
        "text_title": title,
        "text_body": body,
        "pathology": begun.find_pathology(),
    }
    return render(request, "cases/phone/who.html", context, status=status)


@require_http_methods(["GET", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """The identity, found or new, and the agreement given aloud; then the draft opens."""
    begun = unseal(request.POST.get(FIELD, ""))
    if request.method == "GET" or not begun.is_complete or begun.find_pathology() is None:
        return redirect("phone:new")
    chosen = _chosen(request)
    if "choose" in request.POST:
        return _who(request, begun, [], CallerIdentityForm(initial=_known(chosen)) if chosen else CallerIdentityForm())
    form = CallerIdentityForm(request.POST)
    if form.is_valid():
        data, cases = form.cleaned_data, []

        def act() -> None:
            agreed = Agreed(data["shown_text"], now(), _language())
            cases.append(
                open_by_phone(
                    begun, identity=form.identity, agreed=agreed, patient=chosen, actor=_actor(request)
                )
            )

        if attempt(request, form, act):
            return redirect("phone:prepare", cases[0].pk)
    return _who(request, begun, [chosen] if chosen else [], form, status=422)


def _chosen(request: HttpRequest) -> Patient | None:
    """The identity the nurse chose among those found."""
    try:
        wanted = UUID(request.POST.get("patient", ""))
    except ValueError:
        return None
    return Patient.objects.filter(pk=wanted, joined_to__isnull=True).first()


def _known(patient: Patient) -> dict[str, Any]:
    names = (*CallerIdentityForm.field_order, "email")
    return {**{name: getattr(patient, name) for name in names}, "patient": str(patient.pk)}
