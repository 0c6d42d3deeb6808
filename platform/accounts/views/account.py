"""The account page: identity, language, password, address, sessions, undertaking, closing, what was kept."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import translate_url
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import codes, kept, limits, services, sessions, undertakings
from accounts.access import before_undertaking
from accounts.events import record_event
from accounts.forms import ClosingForm, EmailChangeForm, PasswordChangeForm, ProfileForm, StepUpForm
from accounts.models.patients import Representation
from accounts.models.roles import Role
from accounts.models.security import KeptPost, UserSession
from accounts.models.users import User, fold_email
from accounts.roles import needs_undertaking
from accounts.selectors import living_representations, open_sessions
from accounts.services.roles import open_own_space
from accounts.views.parts import code_of, language_of, mask_address, show_refusal
from errors import DomainError

_EMAIL_KEY = "new_email"


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _me(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _row(request: HttpRequest) -> UserSession:
    return request.account_session  # type: ignore[attr-defined,no-any-return]


@require_GET
@before_undertaking
def account(request: HttpRequest) -> HttpResponse:
    """All that belongs to one's account, and nothing about files."""
    user = _me(request)
    own = _row(request)
    context = {
        "user_roles": [Role(code).label for code in sorted(user.roles)],
        "sessions": [{"row": row, "own": row.id == own.id} for row in open_sessions(user)],
        "representations": living_representations(user)
        .exclude(kind=Representation.Kind.SELF)
        .select_related("patient"),
        "undertaking": user.undertakings.filter(version=undertakings.VERSION).first(),
        "professional": getattr(user, "professional", None),
        "can_open_patient": Role.PATIENT not in user.roles,
        "can_open_requester": Role.REQUESTER not in user.roles,
        "kept": list(kept.kept_for(user)),
    }
    return render(request, "accounts/account.html", context)


@require_http_methods(["GET", "POST"])
@before_undertaking
def profile(request: HttpRequest) -> HttpResponse:
    """Name, title, language."""
    user = _me(request)
    form = ProfileForm(
        request.POST or None, initial={"title": user.title, "full_name": user.full_name, "language": user.language}
    )
    if request.method == "POST" and form.is_valid():
        services.change_profile(user, actor=_actor(request), **form.cleaned_data)
        messages.success(request, _("Your details are saved."))
        return redirect(translate_url(redirect("accounts:account").url, user.language))
    return render(request, "accounts/profile.html", {"form": form})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@before_undertaking
def password(request: HttpRequest) -> HttpResponse:
    """A new password, with the present one; other sessions end (ASVS 7.4.3)."""
    user = _me(request)
    form = PasswordChangeForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.set_password(user, form.cleaned_data["password"], actor=_actor(request), keep=_row(request))
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed. Your other sessions are ended."))
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@before_undertaking
def email(request: HttpRequest) -> HttpResponse:
    """Another address: the password first, then a code sent there (ASVS 7.5.1)."""
    form = EmailChangeForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = fold_email(form.cleaned_data["email"])
        limits.reserve(limits.SIGN_UP_ADDRESS, address)
        request.session[_EMAIL_KEY] = address
        _send_to_new_address(request, address)
        return redirect("accounts:email_code")
    return render(request, "accounts/email.html", {"form": form})


def _send_to_new_address(request: HttpRequest, address: str) -> codes.Sent:
    taken = User.objects.filter(email=address).exists()
    return codes.request_code(
        request,
        codes.Purpose.EMAIL,
        user=_me(request),
        email=address,
        payload=address,
        decoy=taken,
        template="account.exists" if taken else "",
    )


@require_http_methods(["GET", "POST"])
@before_undertaking
def email_code(request: HttpRequest) -> HttpResponse:
    """The code sent to the new address; both addresses are then told (ASVS 6.3.7)."""
    address: str = request.session.get(_EMAIL_KEY, "")
    if not address:
        return redirect("accounts:email")
    form = StepUpForm(request.POST if "resend" not in request.POST else None)
    sent = None
    if request.method == "POST" and "resend" in request.POST:
        sent = _send_to_new_address(request, address)
    elif request.method == "POST" and form.is_valid():
        try:
            codes.check_code(request, codes.Purpose.EMAIL, form.cleaned_data["code"], payload=address)
            services.change_email(_me(request), address, actor=_actor(request))
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            request.session.pop(_EMAIL_KEY, None)
            messages.success(
                request, _("Your address is changed. If you do not know one of the sessions below, end it.")
            )
            return redirect("accounts:account")
    context = {"form": form, "address": mask_address(address), **code_of(request, codes.Purpose.EMAIL, sent)}
    return render(request, "accounts/email_code.html", context)


@require_POST
@before_undertaking
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End one of one's own sessions (ASVS 7.5.2)."""
    row = get_object_or_404(UserSession, id=session_id, user=_me(request))
    if row.id == _row(request).id:
        messages.info(request, _("This is the session you are in: log out to end it."))
    else:
        sessions.end(row, UserSession.End.REVOKED, actor=_actor(request))
        messages.success(request, _("This session is ended."))
    return redirect("accounts:account")


@require_POST
@before_undertaking
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    sessions.end_all(_me(request), UserSession.End.REVOKED, actor=_actor(request), keep=_row(request).id)
    messages.success(request, _("Your other sessions are ended."))
    return redirect("accounts:account")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@before_undertaking
def close(request: HttpRequest) -> HttpResponse:
    """Close one's account: archived, not erased, and to be opened again whenever wanted (S1-20)."""
    form = ClosingForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_account(_me(request), actor=_actor(request))
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            sessions.leave(request)
            messages.success(request, _("Your account is closed. You can open it again by asking for a new password."))
            return redirect("accounts:login")
    return render(request, "accounts/close.html", {"form": form})


@require_POST
@before_undertaking
def open_space(request: HttpRequest, role: str) -> HttpResponse:
    """Open the space of a patient, or of a requesting professional, with the account one has."""
    if role not in {Role.PATIENT, Role.REQUESTER}:
        raise Http404
    open_own_space(_me(request), role, actor=_actor(request))
    if role == Role.REQUESTER:
        return redirect("accounts:registration")
    messages.success(request, _("Your space is open."))
    return redirect("accounts:spaces")


@require_http_methods(["GET", "POST"])
@before_undertaking
def undertaking(request: HttpRequest) -> HttpResponse:
    """The undertaking of secrecy, before the first page with data (S0-22, S1-59)."""
    user = _me(request)
    if not needs_undertaking(user):
        return redirect("accounts:spaces")
    language = language_of(request)
    done = user.undertakings.filter(version=undertakings.VERSION).first()
    missing = False
    if request.method == "POST" and done is None:
        if request.POST.get("accept") == "yes":
            undertakings.accept(user, language, actor=_actor(request))
            return redirect("accounts:spaces")
        missing = True
    context = {"text": undertakings.text(language), "done": done, "missing": missing}
    return render(request, "accounts/undertaking.html", context)


@require_http_methods(["GET", "POST"])
@before_undertaking
def kept_post(request: HttpRequest, kept_id: UUID) -> HttpResponse:
    """What an expired session had kept: shown to its author, sent only by him, or thrown away."""
    user = _me(request)
    row = kept.kept_for(user).filter(id=kept_id).first()
    if row is None:
        messages.info(request, _("This text is no longer kept."))
        return redirect("accounts:spaces")
    if request.method == "POST":
        kept.discard(user, kept_id)
        messages.success(request, _("The text is thrown away."))
        return redirect("accounts:spaces")
    record_event("account.writing_taken_up", request, detail={"kept": str(row.id)})
    return render(request, "accounts/kept.html", _kept_context(row))


def _kept_context(row: KeptPost) -> dict[str, Any]:
    fields: list[list[str]] = row.fields
    glue = "&" if "?" in row.path else "?"
    return {
        "row": row,
        "fields": fields,
        # What people write is read in boxes they can copy from; short codes and ticks are only sent along.
        "texts": [value for _name, value in fields if len(value) > 12 and any(c.isspace() for c in value)],
        "send_to": f"{row.path}{glue}kept={row.id}" if kept.leads_somewhere(row.path) else "",
        "page": row.page if kept.leads_somewhere(row.page) else "",
    }
