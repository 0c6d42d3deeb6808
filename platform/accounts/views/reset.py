"""A new password by a mailed code. It logs nobody in: the second step is asked for at the login that follows."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import codes, limits, services
from accounts.access import public
from accounts.forms import NewPasswordForm, ResetForm
from accounts.models.users import User, fold_email
from accounts.network import client_network
from accounts.views.parts import code_of, mask_address, show_refusal
from errors import DomainError

_SESSION_KEY = "reset"


def _owner(address: str) -> User | None:
    """Whoever may set a new password: an active account, or one its owner has closed; not a suspended one."""
    user = User.objects.filter(email=address).first()
    return user if user is not None and (user.is_active or user.closed_at is not None) else None


def _send(request: HttpRequest, address: str) -> codes.Sent:
    owner = _owner(address)
    return codes.request_code(
        request,
        codes.Purpose.RESET,
        user=owner,
        email=address,
        decoy=owner is None,
        template="" if owner is not None else "account.unknown",
    )


@public
@never_cache
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """For which address; the answer is the same whether it has an account or not (S1-17, ASVS 6.3.8)."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = fold_email(form.cleaned_data["email"])
        limits.reserve(limits.RESET_NETWORK, client_network(request))
        limits.reserve(limits.RESET_ADDRESS, address)
        request.session[_SESSION_KEY] = address
        _send(request, address)
        return redirect("accounts:reset_code")
    return render(request, "accounts/reset.html", {"form": form})


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def reset_code(request: HttpRequest) -> HttpResponse:
    """The code and the new password; then one logs in, with a code again (ASVS 6.4.3)."""
    address: str = request.session.get(_SESSION_KEY, "")
    if not address:
        return redirect("accounts:reset")
    # Only the likeness of the password with the address is judged, for every address alike.
    form = NewPasswordForm(User(email=address), data=request.POST if "resend" not in request.POST else None)
    sent = None
    if request.method == "POST" and "resend" in request.POST:
        sent = _send(request, address)
    elif request.method == "POST" and form.is_valid():
        try:
            challenge = codes.check_code(request, codes.Purpose.RESET, form.cleaned_data["code"])
            if challenge.user is not None:
                services.reset_password(challenge.user, form.cleaned_data["password"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            request.session.pop(_SESSION_KEY, None)
            messages.success(request, _("Your new password is set. Log in with it now."))
            return redirect("accounts:login")
    context = {"form": form, "address": mask_address(address), **code_of(request, codes.Purpose.RESET, sent)}
    return render(request, "accounts/reset_code.html", context)
