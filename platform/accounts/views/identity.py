"""A patient's identity: filled in by himself or by his representative (S1-15, C-INS-1)."""

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.events import record_event
from accounts.forms import IdentityForm
from accounts.models.patients import Patient, Representation
from accounts.models.users import User
from accounts.selectors import actor_for_patient, living_representations
from accounts.views.login import safe_next
from accounts.views.parts import show_refusal
from audit import record_read
from errors import DomainError, NotAllowed

_PROFILE = ("emergency_name", "emergency_phone")


def _initial(patient: Patient | None, user: User) -> dict[str, Any]:
    if patient is None:
        return {}
    values = {name: getattr(patient, name, None) for name in IdentityForm.base_fields if name not in _PROFILE}
    profile = patient.profile or {}
    return {**values, **{name: profile.get(name, "") for name in _PROFILE}}


@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest, patient_id: UUID | None = None) -> HttpResponse:
    """One's own identity, or that of a person one represents; a helper does not change it."""
    user: User = request.user  # type: ignore[assignment]
    known = living_representations(user).select_related("patient")
    reached = known.exclude(kind=Representation.Kind.HELPER)
    if patient_id is None:
        found = reached.filter(kind=Representation.Kind.SELF).first()
    else:
        found = reached.filter(patient_id=patient_id).first()
        if found is None and known.filter(patient_id=patient_id).exists():
            tried = "patient.identity_read" if request.method == "GET" else "patient.identity_changed"
            with transaction.atomic():
                record_event(tried, request, subjects={"patient": [patient_id]}, outcome="refused")
            raise NotAllowed(_("A helper does not change the identity."))
        if found is None:
            raise Http404
    patient = found.patient if found is not None else None
    form = IdentityForm(request.POST or None, initial=_initial(patient, user))
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, user, patient, form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your identity is saved."))
            return redirect(safe_next(request) or request.path)
    if patient is not None and request.method == "GET":
        actor = actor_for_patient(request.actor, user, patient)  # type: ignore[attr-defined]
        if actor is not None:
            record_read(
                "patient.identity_read",
                actor=actor,
                subjects={"patient": [patient.id]},
                request_key=secrets.token_hex(16),
            )
    context = {"form": form, "patient": patient, "own": patient_id is None, "next": safe_next(request)}
    return render(request, "accounts/identity.html", context)


def _save(request: HttpRequest, user: User, patient: Patient | None, values: dict[str, Any]) -> None:
    actor = request.actor  # type: ignore[attr-defined]
    if patient is None:
        patient = services.create_patient(actor=actor, email=user.email, language=user.language, **values)
        services.represent(user, patient, Representation.Kind.SELF, actor=actor)
    else:
        acting = actor_for_patient(actor, user, patient)
        services.save_identity(patient, actor=acting or actor, **values)
