"""The registration of professionals: what one states about oneself, and the desk's look into the directory."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import services
from accounts.access import before_undertaking, require_role
from accounts.forms import AnswerRegistrationForm, RegistrationForm
from accounts.models.professionals import Professional
from accounts.models.roles import PROFESSIONAL_ROLES, Role
from accounts.models.users import User
from accounts.roles import professional_ready, registration_pending, space_url
from accounts.selectors import pending_registrations
from accounts.views.login import safe_next
from accounts.views.parts import show_refusal
from errors import DomainError

_FIELDS = ("profession", "rpps", "specialty", "organisation", "address", "phone", "convention")
PER_PAGE = 50


@require_http_methods(["GET", "POST"])
@before_undertaking
def registration(request: HttpRequest) -> HttpResponse:
    """What a professional states about himself, and how far its check has come."""
    user: User = request.user  # type: ignore[assignment]
    if user.roles.isdisjoint(PROFESSIONAL_ROLES):
        return redirect("accounts:account")
    row: Professional | None = getattr(user, "professional", None)
    initial = {name: getattr(row, name) for name in _FIELDS} if row is not None else {}
    form = RegistrationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.state_registration(user, actor=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your registration details are saved."))
            return redirect(safe_next(request) or "accounts:registration")
    # Who asks for opinions prepares his requests meanwhile; the other roles wait.
    prepares = registration_pending(user) and Role.REQUESTER in user.roles
    context = {
        "form": form,
        "professional": row,
        "ready": professional_ready(user),
        "prepare_url": space_url("requerant") if prepares else "",
    }
    return render(request, "accounts/registration.html", context)


@require_GET
@require_role(Role.COORDINATOR)
def registrations(request: HttpRequest) -> HttpResponse:
    """Registrations that wait for a person's look into the directory."""
    page = Paginator(pending_registrations(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/registrations.html", {"page": page})


@require_http_methods(["GET", "POST"])
@require_role(Role.COORDINATOR, Role.ADMINISTRATOR)
def answer_registration(request: HttpRequest, professional_id: UUID) -> HttpResponse:
    """Answer one of them, with the means; date and author are kept."""
    row = get_object_or_404(Professional.objects.select_related("user"), id=professional_id)
    form = AnswerRegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.answer_registration(
                row,
                confirmed=data["answer"] == "confirmed",
                identity_means=data["identity_means"],
                note=data["note"],
                actor=request.actor,  # type: ignore[attr-defined]
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your answer is recorded, and the person is told."))
            back = "accounts:registrations" if request.actor.role == Role.COORDINATOR else "accounts:staff"  # type: ignore[attr-defined]
            return redirect(back)
    return render(request, "accounts/answer_registration.html", {"form": form, "professional": row})
