"""After login: the notice, the agreement to keep a draft, the identity; then the draft exists."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import carried
from accounts.models import Patient, User
from audit import Actor
from cases.models import Case
from cases.models.case import Kind
from cases.models.states import State
from cases.pages import attempt
from cases.patient.start.forms import AgreeForm, PatientIdentityForm
from cases.selectors import cases_of
from cases.services.drafting import Agreed
from cases.services.opening import open_request, patients_for
from cases.start.begun import Begun, unseal
from clock import now
from consent.texts import current_text, words_shown

_AGREED = "draft_agreed"


def _begun(request: HttpRequest) -> Begun | None:
    """What the person answered on the public pages, if it is all there."""
    begun = unseal(carried.carried_by(request))
    return begun if begun.is_complete and begun.find_pathology() is not None else None


def _me(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The notice, shown before anything about health is stored. A POST brings the answers of the public pages."""
    if request.method == "POST":
        carried.hand_over(request, carried.carried_in(request))
        return redirect("patient:begin")
    begun = _begun(request)
    if begun is None:
        return redirect("start:begin")
    return _notice(request, begun, AgreeForm())


def _notice(request: HttpRequest, begun: Begun, form: AgreeForm, *, status: int = 200) -> HttpResponse:
    language = (get_language() or "fr")[:2]
    text = current_text("draft_notice", Kind.SECOND_OPINION)
    title, _blank, body = words_shown(text, language).partition("\n\n")
    pathology = begun.find_pathology()
    drafts = cases_of(_actor(request)).filter(state=State.DRAFT, pathology=pathology, kind=Kind.SECOND_OPINION)
    context = {
        "form": form,
        "text": text,
        "text_title": title,
        "text_body": body,
        "pathology": pathology,
        "drafts": list(drafts[:5]),
    }
    return render(request, "cases/patient/start/notice.html", context, status=status)


@require_POST
def agree(request: HttpRequest) -> HttpResponse:
    """The agreement to keep a draft."""
    begun = _begun(request)
    if begun is None:
        return redirect("start:begin")
    form = AgreeForm(request.POST)
    if form.is_valid() and form.cleaned_data["shown_text"] != current_text("draft_notice", Kind.SECOND_OPINION).pk:
        form.add_error(None, _("The text has changed since you opened this page. Please read it again."))
    if not form.is_valid():
        return _notice(request, begun, form, status=422)
    request.session[_AGREED] = {
        "text": str(form.cleaned_data["shown_text"]),
        "at": now().isoformat(),
        "language": (get_language() or "fr")[:2],
    }
    return redirect("patient:begin_identity")


@require_POST
def give_up(request: HttpRequest) -> HttpResponse:
    """No draft after all: what was answered on the public pages is forgotten."""
    carried.drop(request)
    request.session.pop(_AGREED, None)
    messages.success(request, _("Nothing was kept."))
    return redirect("patient:home")


@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    """Who the patient is (S1-15, C-INS-1); the draft opens when the page is sent."""
    begun = _begun(request)
    if begun is None:
        return redirect("start:begin")
    if not request.session.get(_AGREED):
        return redirect("patient:begin")
    known = patients_for(_me(request), begun.whom)
    own = known[0] if begun.whom == "self" and known else None
    choosing = "patient" in request.POST
    form = PatientIdentityForm(
        request.POST if request.method == "POST" and not choosing else None, initial=_initial(own, _me(request), begun)
    )
    if choosing:
        chosen = next((patient for patient in known if str(patient.pk) == request.POST["patient"]), None)
        if chosen is None:
            return redirect("patient:begin_identity")
        return _opened(request, form, begun, patient_id=chosen.pk) or redirect("patient:begin")
    if form.is_valid():
        answer = _opened(request, form, begun, identity=form.cleaned_data)
        if answer is not None:
            return answer
    context = {"form": form, "begun": begun, "known": [] if begun.whom == "self" else known}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/patient/start/begin_identity.html", context, status=status)


def _initial(patient: Patient | None, user: User, begun: Begun) -> dict[str, Any]:
    if patient is not None:
        return {name: getattr(patient, name) for name in PatientIdentityForm.field_order}
    if begun.whom != "self":
        return {}
    first, _space, last = user.full_name.partition(" ")
    return {"birth_first_names": first, "birth_name": last}


def _opened(request: HttpRequest, form: PatientIdentityForm, begun: Begun, **whose: Any) -> HttpResponse | None:
    """The way to the draft once it is open; None when the form says what is wrong."""
    agreed = request.session[_AGREED]
    kept = Agreed(UUID(agreed["text"]), datetime.fromisoformat(agreed["at"]), agreed["language"])
    cases: list[Case] = []

    def act() -> None:
        cases.append(open_request(_me(request), begun, agreed=kept, actor=_actor(request), **whose))

    if not attempt(request, form if form.is_bound else None, act):
        return None
    carried.drop(request)
    request.session.pop(_AGREED, None)
    return redirect("patient:prepare", cases[0].pk)
