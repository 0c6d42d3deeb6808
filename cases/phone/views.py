"""A request «pour Mme X, par téléphone»: who calls, the draft, and the confirmation that is never the nurse's own."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
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
from audit import Actor, record_read
from cases.checks import confirming_address
from cases.machine import perform
from cases.models import Case, Document
from cases.models.case import Kind
from cases.models.documents import DocumentType
from cases.models.states import State
from cases.pages import attempt, case_page
from cases.patient.start.forms import ConsentForm
from cases.patient.start.pages import actor, draw, prepare_page
from cases.patient.start.views.finish import consent_context, consent_form
from cases.phone.forms import CallerIdentityForm, CallForm, ConfirmForm, EmailForm, SpokenAgreement, WhoForm
from cases.presenters import silence_ends
from cases.selectors import cases_of
from cases.services import renewals
from cases.services.drafting import Agreed
from cases.services.opening import open_by_phone
from cases.start.begun import FIELD, Begun, fresh, seal, unseal
from clock import now
from consent.texts import current_text, words_shown
from errors import DomainError

_AWAITING = (State.AWAITING_CONSENT,)
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
    return render(request, "cases/phone/home.html", {"rows": [(row, silence_ends(row, None)) for row in rows[:100]]})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first questions; an identity that is there already is found before one is made (C-INS-3)."""
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        begun, data = form.put_into(fresh()), form.cleaned_data
        found = _found(request, data["name"], data["birth_date"])
        if found:
            return _draw(request, begun, who_form=WhoForm(found=found), typed=data)
        return _draw(request, begun, identity=_blank(data))
    return render(request, "cases/phone/new.html", {"form": form}, status=422 if request.method == "POST" else 200)


def _found(request: HttpRequest, name: str, birth_date: date) -> list[Patient]:
    """Identities with this date of birth and these first letters; showing them is journaled."""
    found = list(search_patients(name[:3], birth_date=birth_date)[:_MOST_MATCHES])
    if found:
        with transaction.atomic():
            record_read(
                "patient.identity_read",
                actor=_actor(request),
                subjects={"patient": [patient.pk for patient in found]},
                request_key=uuid4().hex,
            )
    return found


def _blank(typed: Mapping[str, Any]) -> CallerIdentityForm:
    return CallerIdentityForm(initial={"birth_name": typed.get("name", ""), "birth_date": typed.get("birth_date")})


def _draw(
    request: HttpRequest,
    begun: Begun,
    *,
    who_form: WhoForm | None = None,
    identity: CallerIdentityForm | None = None,
    patient: Patient | None = None,
    agreement: SpokenAgreement | None = None,
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Who it is: one of those found, somebody known, or somebody new; with the text to read aloud."""
    text = current_text("draft_notice", Kind.SECOND_OPINION)
    title, _blank_line, body = words_shown(text, _language()).partition("\n\n")
    typed = typed or {}
    context = {
        "who_form": who_form,
        "identity": identity,
        "patient": patient,
        "agreement": agreement or SpokenAgreement(initial={"shown_text": text.pk}),
        "carried": seal(begun),
        "name": typed.get("name", ""),
        "birth_date": typed.get("birth_date", ""),
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
    if "choose" in request.POST:
        return _choose(request, begun)
    agreement = SpokenAgreement(request.POST)
    patient = _known(request.POST.get("patient", ""))
    identity = None if patient else CallerIdentityForm(request.POST)
    valid = [form.is_valid() for form in (agreement, identity) if form is not None]
    if all(valid):
        cases: list[Case] = []

        def act() -> None:
            agreed = Agreed(agreement.cleaned_data["shown_text"], now(), _language())
            cases.append(
                open_by_phone(
                    begun,
                    agreed=agreed,
                    actor=_actor(request),
                    patient_id=patient.pk if patient else None,
                    identity=identity.cleaned_data if identity else None,
                )
            )

        if attempt(request, identity or agreement, act):
            return redirect("phone:prepare", cases[0].pk)
    return _draw(request, begun, identity=identity, patient=patient, agreement=agreement, status=422)


def _choose(request: HttpRequest, begun: Begun) -> HttpResponse:
    """What was said of the identities found."""
    field = CallForm.base_fields["birth_date"]
    try:
        typed = {"name": request.POST.get("name", "")[:40], "birth_date": field.clean(request.POST.get("birth_date"))}
    except ValidationError:
        return redirect("phone:new")
    found = _found(request, typed["name"], typed["birth_date"])
    form = WhoForm(request.POST, found=found)
    if not form.is_valid():
        return _draw(request, begun, who_form=form, typed=typed, status=422)
    if form.cleaned_data["patient"] == WhoForm.NEW:
        return _draw(request, begun, identity=_blank(typed))
    return _draw(request, begun, patient=_known(form.cleaned_data["patient"]))


def _known(wanted: str) -> Patient | None:
    """An identity by its id."""
    try:
        return Patient.objects.filter(pk=UUID(wanted), joined_to__isnull=True).first()
    except ValueError:
        return None


# --- confirming


def _letters(case: Case) -> list[Document]:
    rows = case.documents.filter(type=DocumentType.LETTER, removed_at__isnull=True, hidden_at__isnull=True)
    return list(rows.order_by("-added_at"))


@require_http_methods(["GET", "POST"])
@prepare_page("case.give_consent", states=_AWAITING)
def confirm(request: HttpRequest, case: Case) -> HttpResponse:
    """The agreements read aloud, and the patient's own confirmation: a code sent to her, or a letter she signed."""

    def send(given: dict[str, Any]) -> None:
        perform("give_consent", case.pk, actor=actor(request), **given)

    return _confirm(request, case, send, purposes=None)


@require_http_methods(["GET", "POST"])
@case_page("case.renew_consent")
def renew(request: HttpRequest, case: Case) -> HttpResponse:
    """The same for agreements whose words have changed: asked again on the phone, confirmed by the patient."""
    purposes = renewals.asked_again(case)
    if not purposes:
        return redirect("desk:case", case.pk)

    def send(given: dict[str, Any]) -> None:
        renewals.renew_consent(case.pk, actor=actor(request), **given)

    return _confirm(request, case, send, purposes=purposes)


def _confirm(
    request: HttpRequest, case: Case, send: Callable[[dict[str, Any]], None], *, purposes: list[str] | None
) -> HttpResponse:
    email = confirming_address(case)
    asking = request.method == "POST" and "send_code" in request.POST
    data = request.POST if request.method == "POST" and not asking else None
    kept = request.POST.dict() if asking else {}
    consent = consent_form(case, data, initial=kept, purposes=purposes)
    form = ConfirmForm(data, letters=_letters(case), has_email=bool(email), initial=kept)
    words = _sent_words(request, case, email) if asking and email else ""
    if not words and email:
        current = codes.current(request, codes.Purpose.CONSENT)
        words = code_words(None, current) if current is not None else ""
    if data is not None:
        valid = [one.is_valid() for one in (consent, form)]
        if all(valid) and _confirmed(request, case, consent, form, send):
            return redirect("phone:prepare_sent" if purposes is None else "desk:case", case.pk)
    context = {
        **consent_context(request, case, consent),
        "confirm_form": form,
        "code_words": words,
        "email": email,
        "masked": mask_address(email) if email else "",
        "has_letters": bool(_letters(case)),
        "email_form": EmailForm(initial={"email": case.patient.email}),
        "may_change_email": purposes is None and not _has_account(case.patient),
        "may_add_letter": purposes is None,
    }
    status = 422 if data is not None else 200
    return draw(request, "confirm.html", case, context, status=status, folder="cases/phone")


def _has_account(patient: Patient) -> bool:
    return patient.representations.filter(kind="self", ended_at__isnull=True).exists()


def _sent_words(request: HttpRequest, case: Case, email: str) -> str:
    """Send the code, and say what happened to it."""
    try:
        sent = codes.request_code(
            request,
            codes.Purpose.CONSENT,
            user=request.user,  # type: ignore[arg-type]
            email=email,
            payload=str(case.pk),
        )
    except DomainError as refusal:
        messages.error(request, f"{refusal.message} {refusal.next_step}".strip())
        return ""
    return code_words(sent, sent.challenge)


def _confirmed(
    request: HttpRequest, case: Case, consent: ConsentForm, form: ConfirmForm, send: Callable[[dict[str, Any]], None]
) -> bool:
    """Use the patient's proof, and send what she agreed to."""
    data = form.cleaned_data
    proof: dict[str, Any] = {}

    def act() -> None:
        if data["means"] == "phone_code":
            proof["proof"] = codes.check_code(request, codes.Purpose.CONSENT, data["code"], payload=str(case.pk))
        else:
            proof["letter_id"] = data["letter"]
        words = {"choices": consent.choices, "shown_texts": consent.shown_texts, "language": _language()}
        send({**words, "means": data["means"], **proof})

    return attempt(request, form, act)


@require_POST
@prepare_page("case.give_consent", states=_AWAITING)
def email(request: HttpRequest, case: Case) -> HttpResponse:
    """The address of a patient who has no account; hers otherwise, which only she changes."""
    form = EmailForm(request.POST)
    if _has_account(case.patient):
        messages.error(request, _("This patient has an account: only she changes its address."))
    elif form.is_valid():
        address = fold_email(form.cleaned_data["email"])
        attempt(
            request,
            None,
            lambda: save_identity(case.patient, actor=actor(request), email=address),
            done=_("The address is saved."),
        )
    else:
        messages.error(request, str(form.errors["email"][0]))
    return redirect("phone:confirm", case.pk)
