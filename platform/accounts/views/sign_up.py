"""Opening an account: what is typed stays in this browser's session until the code sent to the address is right.

An address that has an account gets the same pages and as fast; the mail it receives says that someone tried.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import carried, codes, limits, services, sessions
from accounts.access import public
from accounts.events import record_event, user_subject
from accounts.forms import SignUpCodeForm, SignUpForm
from accounts.models.roles import Role
from accounts.models.users import User, fold_email
from accounts.network import client_network
from accounts.views.login import device_of, land, safe_next
from accounts.views.parts import code_of, language_of, mask_address, show_refusal
from errors import Conflict, DomainError

_SESSION_KEY = "sign_up"
_BACKEND = "accounts.backends.AccountBackend"


def _send(request: HttpRequest, pending: dict[str, str]) -> codes.Sent:
    owner = User.objects.filter(email=pending["email"]).first()
    taken = owner is not None
    record_event(
        "account.sign_up_asked",
        request,
        subjects=user_subject(owner, pending["email"]),
        outcome="refused" if taken else "done",
    )
    return codes.request_code(
        request,
        codes.Purpose.SIGNUP,
        email=pending["email"],
        decoy=taken,
        template="account.exists" if taken else "",
    )


def _sign_up(request: HttpRequest, role: Role, template: str) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("accounts:spaces")
    sent = request.method == "POST" and not carried.begins(request)
    form = SignUpForm(request.POST if sent else None, initial={"language": language_of(request)})
    if sent and form.is_valid():
        data = form.cleaned_data
        address = fold_email(data["email"])
        limits.reserve(limits.SIGN_UP_NETWORK, client_network(request))
        limits.reserve(limits.SIGN_UP_ADDRESS, address)
        pending = {
            "email": address,
            "full_name": data["full_name"],
            "language": data["language"],
            "role": role.value,
            "next": safe_next(request),
            # The slow hash is made for every address, and the password itself is kept nowhere.
            "password_hash": make_password(data["password"]),
        }
        request.session[_SESSION_KEY] = pending
        first = _send(request, pending)
        brought = carried.carried_in(request)
        if brought:
            # What was brought is in no session yet: the page of the code must take it on in its form.
            return _code_page(request, pending, SignUpCodeForm(), first)
        return redirect("accounts:sign_up_code")
    context = {"form": form, "next": safe_next(request), "carried": carried.carried_in(request)}
    return render(request, template, context)


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """An account for a patient or his representative (S2-10)."""
    return _sign_up(request, Role.PATIENT, "accounts/sign_up.html")


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_up_professional(request: HttpRequest) -> HttpResponse:
    """An account for a professional who asks for opinions; his registration is checked afterwards."""
    return _sign_up(request, Role.REQUESTER, "accounts/sign_up_professional.html")


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_up_code(request: HttpRequest) -> HttpResponse:
    """The code that confirms the address: then the account exists, and the person is logged in."""
    pending: dict[str, str] | None = request.session.get(_SESSION_KEY)
    if not pending:
        return redirect("accounts:sign_up")
    form = SignUpCodeForm(request.POST if "resend" not in request.POST else None)
    sent = None
    if request.method == "POST" and "resend" in request.POST:
        sent = _send(request, pending)
    elif request.method == "POST" and form.is_valid():
        try:
            codes.check_code(request, codes.Purpose.SIGNUP, form.cleaned_data["code"])
            return _confirmed(request, pending)
        except Conflict:
            # The address got an account between the mail and the code: its owner is the one who has both.
            request.session.pop(_SESSION_KEY, None)
            messages.info(request, _("This address already has an account: please log in."))
            return redirect("accounts:login")
        except DomainError as refusal:
            show_refusal(form, refusal)
    return _code_page(request, pending, form, sent)


def _code_page(
    request: HttpRequest, pending: dict[str, str], form: SignUpCodeForm, sent: codes.Sent | None
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "address": mask_address(pending["email"]),
        **code_of(request, codes.Purpose.SIGNUP, sent),
        "carried": carried.carried_in(request),
        "next": pending.get("next", ""),
    }
    return render(request, "accounts/sign_up_code.html", context)


def _confirmed(request: HttpRequest, pending: dict[str, str]) -> HttpResponse:
    user = services.confirm_sign_up(
        pending["email"],
        password_hash=pending["password_hash"],
        full_name=pending["full_name"],
        language=pending["language"],
        role=pending["role"],
    )
    request.session.pop(_SESSION_KEY, None)
    user.backend = _BACKEND
    sessions.start(request, user, device_of(user))
    carried.hand_over(request, carried.carried_in(request))
    messages.success(request, _("Your account is open."))
    if pending["role"] == Role.REQUESTER:
        onward = {"next": pending["next"]} if pending.get("next") else {}
        return redirect(reverse("accounts:registration", query=onward))
    return land(request, user, pending.get("next", ""))
