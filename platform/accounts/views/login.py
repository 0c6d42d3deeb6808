"""Logging in, logging out, and where one lands."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from two_factor.views.core import LoginView as TwoFactorLoginView
from two_factor.views.utils import IdempotentSessionWizardView

from accounts import carried, codes, kept, sessions
from accounts.access import background, before_undertaking, public
from accounts.forms import CodeForm, LoginForm
from accounts.models.security import EmailCode, UserSession
from accounts.models.users import User
from accounts.pro_sante_connect import ENDING, enabled, remembered
from accounts.roles import spaces_of
from accounts.views.parts import code_of, mask_address, not_stored


def safe_next(request: HttpRequest) -> str:
    """The address asked for before login, if it is one of this site; else nothing (ASVS 3.7.2)."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if own and wanted.startswith("/") else ""


def land(request: HttpRequest, user: User, wanted: str = "") -> HttpResponseRedirect:
    """Where a person goes after login: first to what an expired session had kept, then where he wanted, then home.

    Args:
        request: after `sessions.start`.
        user: who logged in.
        wanted: a safe address of this site, or nothing.
    """
    with translation.override(user.language):
        home = reverse("accounts:spaces")
        first_kept = kept.kept_for(user).first()
        if first_kept is not None:
            return redirect("accounts:kept", kept_id=first_kept.id)
    return redirect(wanted or home)


def device_of(user: User) -> EmailCode:
    """The second step of a user; made here for one who came into the database by another way."""
    device: EmailCode
    device, _made = EmailCode.objects.get_or_create(user=user, defaults={"name": "default", "confirmed": True})
    return device


class LoginView(TwoFactorLoginView):
    """django-two-factor-auth's wizard: password, then a code by e-mail that belongs to this browser.

    It differs from its parent in what it refuses: no step can be skipped, no device chosen, no browser remembered.
    """

    form_list = ((TwoFactorLoginView.AUTH_STEP, LoginForm), (TwoFactorLoginView.TOKEN_STEP, CodeForm))
    http_method_names: ClassVar[list[str]] = ["get", "head", "post"]
    template_name = "accounts/login.html"
    template_names: ClassVar[dict[str, str]] = {"auth": "accounts/login.html", "token": "accounts/login_code.html"}

    def has_token_step(self) -> bool:
        """Whoever has given the right password always needs the code."""
        return bool(self.get_user())

    condition_dict: ClassVar[dict[str, Any]] = {TwoFactorLoginView.TOKEN_STEP: has_token_step}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Somebody logged in has nothing to do here."""
        if request.user.is_authenticated and request.method == "GET":
            return land(request, request.user, safe_next(request))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return not_stored(answer)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A step, or the request for the same code once more."""
        if "challenge_device" in self.request.POST:
            # The parent would let anybody ask for a device by name, even before the password.
            return redirect("accounts:login")
        if carried.begins(self.request):
            self.storage.reset()
            self.storage.current_step = self.steps.first
            return self.render(self.get_form())
        if "resend" in self.request.POST and self.get_user() and self.steps.current == self.TOKEN_STEP:
            if self.expired:
                return redirect("accounts:login")
            return self.render(self.get_form())
        answer: HttpResponseBase = super().post(*args, **kwargs)
        return answer

    def get_device(self, step: str | None = None) -> EmailCode:
        """The one second step of this user."""
        found: EmailCode | None = getattr(self, "device_cache", None)
        if found is None:
            found = self.device_cache = device_of(self.get_user())
        return found

    def get_form(self, step: str | None = None, **kwargs: Any) -> Any:
        """The form of the step, without asking which kind of device it is for."""
        form = IdempotentSessionWizardView.get_form(self, step=step, **kwargs)
        if self.show_timeout_error:
            form.timed_out = True
        return form

    def render(self, form: Any = None, **kwargs: Any) -> HttpResponseBase:
        """Send the code when its page is shown, and only then."""
        sent = None
        if self.steps.current == self.TOKEN_STEP and not (form is not None and form.is_bound):
            sent = codes.request_code(self.request, codes.Purpose.LOGIN, user=self.get_user())
        response: HttpResponse = IdempotentSessionWizardView.render(self, form, sent=sent, **kwargs)
        refusal = getattr(form, "too_many", None)
        if refusal is not None:
            response.status_code = 429
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response

    def get_template_names(self) -> list[str]:
        """One template a step."""
        return [self.template_names[self.steps.current]]

    def get_context_data(self, form: Any, **kwargs: Any) -> dict[str, Any]:
        """What the page says; nothing about devices, of which there is one."""
        context: dict[str, Any] = IdempotentSessionWizardView.get_context_data(self, form, **kwargs)
        context["next"] = safe_next(self.request)
        context["carried"] = carried.carried_in(self.request)
        context["timed_out"] = self.show_timeout_error
        # A link carries nothing along: whoever brings a request he has begun logs in by the form.
        context["pro_sante_connect"] = enabled() and not context["carried"]
        context["recognised"] = "id_token" in remembered(self.request, ENDING)
        if self.steps.current == self.TOKEN_STEP:
            context["address"] = mask_address(self.get_user().email)
            context.update(code_of(self.request, codes.Purpose.LOGIN, kwargs.get("sent")))
        return context

    def done(self, form_list: Any, **kwargs: Any) -> HttpResponseBase:
        """Start the session, if and only if the code was right."""
        user = self.get_user()
        device = getattr(user, "otp_device", None)
        if device is None:
            return redirect("accounts:login")
        sessions.start(self.request, user, device)
        carried.hand_over(self.request, carried.carried_in(self.request))
        return land(self.request, user, safe_next(self.request))


login_page = public(LoginView.as_view())


@public
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End this session for good: on the server, in the browser's cache, and in its storage (ASVS 7.4.1, S4-22)."""
    row = sessions.row_of(request)
    if row is not None:
        sessions.end(row, UserSession.End.LOGOUT)
    if sessions.leave(request):
        response = redirect("accounts:psc_logged_out")
    else:
        messages.success(request, _("You are logged out."))
        response = redirect("accounts:login")
    # Not the cookies: what the next page says lies in a new session.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.headers["Cache-Control"] = "no-store, private"
    return response


@require_GET
@before_undertaking
def spaces(request: HttpRequest) -> HttpResponse:
    """The person's space; a choice when there are several."""
    found = spaces_of(request.user)  # type: ignore[arg-type]
    if len(found) == 1:
        return redirect(found[0].url)
    return render(request, "accounts/spaces.html", {"spaces": found})


@background
@before_undertaking
@require_POST
def keepalive(request: HttpRequest) -> HttpResponse:
    """The page reports that the person typed, scrolled or clicked (WCAG 2.2.1). 401 when the session is over.

    A report marked as background (`X-Background`) tells how long the session lasts and puts nothing off.
    """
    row: UserSession = request.account_session  # type: ignore[attr-defined]
    if not request.headers.get("X-Background"):
        sessions.touch(row)
    idle, absolute = sessions.seconds_left(row)
    return JsonResponse({"idle": idle, "absolute": absolute})
