"""The administrator's pages about accounts: staff, roles, suspension, sessions. No patient is ever listed here."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.access import require_role
from accounts.forms import FindAccountForm, RoleForm, StaffForm
from accounts.models.roles import Role
from accounts.models.users import User, fold_email
from accounts.selectors import open_sessions, staff
from accounts.services.accounts import end_sessions_of
from accounts.views.parts import show_refusal
from errors import DomainError

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
@require_role(Role.ADMINISTRATOR)
def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody who holds a role of the service; any account by its exact address."""
    find = FindAccountForm(request.POST or None)
    if request.method == "POST" and find.is_valid():
        found = User.objects.filter(email=fold_email(find.cleaned_data["email"])).first()
        if found is not None:
            return redirect("accounts:staff_member", user_id=found.pk)
        find.add_error("email", _("There is no account with this address."))
    page = Paginator(staff(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/staff.html", {"page": page, "find": find})


@require_http_methods(["GET", "POST"])
@require_role(Role.ADMINISTRATOR)
def staff_new(request: HttpRequest) -> HttpResponse:
    """A new account; its owner sets the password himself, by a code sent to his address (S2-10)."""
    form = StaffForm(request.POST or None, initial={"language": "fr"})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = services.create_staff(
                data["email"],
                data["roles"],
                full_name=data["full_name"],
                title=data["title"],
                language=data["language"],
                actor=request.actor,  # type: ignore[attr-defined]
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The account is made. A message says how to get in."))
            return redirect("accounts:staff_member", user_id=user.pk)
    return render(request, "accounts/staff_new.html", {"form": form})


@require_http_methods(["GET"])
@require_role(Role.ADMINISTRATOR)
def staff_member(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """One account: state, roles, number of open sessions."""
    user = get_object_or_404(User.objects.select_related("professional"), pk=user_id)
    return render(request, "accounts/staff_member.html", _context(request, user, RoleForm()))


def _context(request: HttpRequest, user: User, form: RoleForm) -> dict[str, Any]:
    return {
        "member": user,
        "own": user.pk == request.user.pk,
        "professional": getattr(user, "professional", None),
        "grants": [
            {"role": grant.role, "label": Role(grant.role).label, "since": grant.granted_at}
            for grant in user.role_grants.filter(ended_at__isnull=True).exclude(role=Role.PATIENT)
        ],
        "open_sessions": open_sessions(user).count(),
        "form": form,
    }


@require_POST
@require_role(Role.ADMINISTRATOR)
def change_member(request: HttpRequest, user_id: UUID, what: str) -> HttpResponse:
    """Give or end a role, suspend or resume the account, end its sessions (ASVS 7.4.5)."""
    user = get_object_or_404(User, pk=user_id)
    actor = request.actor  # type: ignore[attr-defined]
    if what in {"donner", "retirer"}:
        form = RoleForm(request.POST)
        if not form.is_valid():
            return render(request, "accounts/staff_member.html", _context(request, user, form))
        change = services.grant_role if what == "donner" else services.end_role
        change(user, form.cleaned_data["role"], actor=actor)
    elif what == "suspendre":
        services.suspend_account(user, actor=actor)
    elif what == "retablir":
        services.resume_account(user, actor=actor)
    elif what == "sessions":
        end_sessions_of(user, actor=actor)
    else:
        raise Http404
    messages.success(request, _("Done."))
    return redirect("accounts:staff_member", user_id=user.pk)
