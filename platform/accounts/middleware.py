"""The door: no page opens without a session verified by two factors, unless its view is marked public.

Installed in the place of django-otp's own middleware, after CSRF and authentication: it sets `request.user` with
`is_verified()`, `request.account_session`, `request.actor`, ends sessions that are over, and refuses or redirects.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import kept, sessions, undertakings
from accounts.access import is_public, wrong_space
from accounts.events import ACCOUNT_ROLE, guest
from accounts.models.roles import PROFESSIONAL_ROLES, Role
from accounts.models.security import UserSession
from accounts.models.users import User
from accounts.network import client_network
from accounts.roles import (
    SPACES,
    first_part,
    needs_undertaking,
    professional_ready,
    registration_pending,
    role_in,
)
from audit import Actor
from clock import now

Respond = Callable[[HttpRequest], HttpResponseBase]


def _anonymous() -> AnonymousUser:
    user = AnonymousUser()
    user.otp_device = None  # type: ignore[attr-defined]
    user.is_verified = lambda: False  # type: ignore[attr-defined]
    user.roles = frozenset()  # type: ignore[attr-defined]
    return user


def _is_verified(row: UserSession) -> bool:
    """By a code of ours, or because Pro Santé Connect has seen both factors."""
    return row.device is not None or row.means == UserSession.Means.PSC


class VerifiedSessionMiddleware:
    """Opens pages to verified sessions only, and public views to everybody."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and keep what a person logged in saw out of every cache."""
        request.account_session = None  # type: ignore[attr-defined]
        request.session_over = None  # type: ignore[attr-defined]
        request.user = SimpleLazyObject(functools.partial(self._person, request))  # type: ignore[assignment]
        request.actor = guest(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.account_session is not None:  # type: ignore[attr-defined]
            # `no-store` also empties the page the back button would show after logging out.
            response.headers["Cache-Control"] = "no-store, private"
            self._drop_taken_up(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponseBase | None:
        """Let the view answer, or answer in its place."""
        user, public = request.user, is_public(view, request.path)
        # Asking who it is loads the session and finds out whether it is over.
        authenticated = user.is_authenticated
        over: tuple[User, UserSession, str] | None = request.session_over  # type: ignore[attr-defined]
        if over is not None:
            answer = self._end(request, *over, keep=not public)
            if not public:
                return answer
        if authenticated:
            self._note_activity(request, view)
            request.actor = self._actor(request)  # type: ignore[attr-defined]
        if public:
            return None
        if not authenticated:
            if request.method == "POST" and not (_wants_json(request) or request.headers.get("HX-Request")):
                # Logged out in another tab, most often: nobody is known any more for whom it could be kept.
                messages.warning(request, self._lost())
            return self._to_login(request)
        return self._check_person(request, view)

    # --- who it is

    def _person(self, request: HttpRequest) -> Any:
        """The person of a session that holds; anybody else is anonymous. One query besides the session's own."""
        if SESSION_KEY not in request.session:
            return _anonymous()
        row = sessions.row_of(request)
        if row is None or str(row.user_id) != str(request.session[SESSION_KEY]) or not self._is_sound(request, row):
            if row is not None:
                sessions.end(row, UserSession.End.CLOSED)
            request.session.flush()
            return _anonymous()
        user: Any = row.user
        reason = sessions.verdict(row, now())
        if reason:
            request.session_over = (user, row, reason)  # type: ignore[attr-defined]
            return _anonymous()
        user.otp_device = row.device
        user.is_verified = functools.partial(_is_verified, row)
        request.account_session = row  # type: ignore[attr-defined]
        return user

    def _is_sound(self, request: HttpRequest, row: UserSession) -> bool:
        """What Django's own loading of a user checks, and that the second step is this person's."""
        user: User = row.user
        own_device = row.device is None or (row.device.user_id == user.pk and row.device.confirmed)
        backend = request.session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        said = request.session.get(HASH_SESSION_KEY, "")
        # The hash changes with the password, and with the server's secret: its former values count too.
        hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
        known = any(constant_time_compare(said, one) for one in hashes)
        return user.is_active and own_device and backend and known

    def _actor(self, request: HttpRequest) -> Actor:
        user = request.user
        prefix = first_part(request.path)
        role = role_in(user, prefix)  # type: ignore[arg-type]
        row: UserSession = request.account_session  # type: ignore[attr-defined]
        return Actor(
            kind="user",
            id=user.pk,
            role=role.value if role is not None else ACCOUNT_ROLE,
            verified=True,
            session=str(row.id),
            network=client_network(request),
        )

    def _note_activity(self, request: HttpRequest, view: Callable[..., Any]) -> None:
        if request.headers.get("X-Background") or getattr(view, "background", False):
            return
        sessions.touch(request.account_session)  # type: ignore[attr-defined]

    # --- what he may open

    def _check_person(self, request: HttpRequest, view: Callable[..., Any]) -> HttpResponseBase | None:
        user: Any = request.user
        if getattr(view, "before_undertaking", False):
            return None
        if needs_undertaking(user) and not undertakings.accepted(request):
            return self._send(request, reverse("accounts:undertaking"), _("Please read the undertaking first."))
        prefix = first_part(request.path)
        if prefix not in SPACES:
            return None
        role = role_in(user, prefix)
        if role is None:
            return wrong_space(request)
        if role in PROFESSIONAL_ROLES and not professional_ready(user):
            if getattr(view, "while_checked", False) and registration_pending(user):
                return None
            # Whoever holds another role of this space (an assistant at the desk) may go on in that one.
            other = next((r for r in SPACES[prefix] if r in user.roles and r not in PROFESSIONAL_ROLES), None)
            if other is None:
                return self._send(
                    request, reverse("accounts:registration"), _("Your registration must be checked first.")
                )
            request.actor = self._in_role(request.actor, other)  # type: ignore[attr-defined]
        return None

    def _in_role(self, actor: Actor, role: Role) -> Actor:
        return Actor(actor.kind, actor.id, role.value, actor.verified, actor.session, actor.network)

    def _send(self, request: HttpRequest, url: str, why: str) -> HttpResponseBase:
        """Send the browser elsewhere first; a script gets 403 and the address."""
        if _wants_json(request):
            return JsonResponse({"error": why, "url": url}, status=403)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=403, headers={"HX-Redirect": url})
        return redirect(url)

    # --- the way to the login page

    def _to_login(self, request: HttpRequest, *, kept_something: bool = False) -> HttpResponseBase:
        # After a POST the page the form stood on is not known: the person lands in his space.
        follow = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
        url = reverse("accounts:login") + (f"?{urlencode({'next': follow}, safe='/')}" if follow else "")
        if _wants_json(request):
            answer = JsonResponse({"error": "login", "url": url, "kept": kept_something}, status=401)
        elif request.headers.get("HX-Request"):
            answer = HttpResponse(status=401, headers={"HX-Redirect": url})  # type: ignore[assignment]
        else:
            answer = redirect(url)  # type: ignore[assignment]
        answer.headers["Cache-Control"] = "no-store, private"
        return answer

    def _end(self, request: HttpRequest, user: User, row: UserSession, reason: str, *, keep: bool) -> HttpResponseBase:
        """End a session that is over; what the person had just sent is kept for him first."""
        expired = reason in {UserSession.End.IDLE, UserSession.End.ABSOLUTE}
        saved = kept.keep(request, user) if keep and expired and request.method == "POST" else None
        sessions.end(row, reason)
        if expired and (_wants_json(request) or request.headers.get("X-Background")):
            # A script asked. What the person has written is still in the page: the browser keeps naming the session
            # that is over, so that what he sends next is kept for him too.
            return self._to_login(request, kept_something=saved is not None)
        sessions.leave(request)
        if expired and keep:
            self._say_why(request, reason, saved is not None)
        return self._to_login(request, kept_something=saved is not None)

    def _say_why(self, request: HttpRequest, reason: str, kept_something: bool) -> None:
        if reason == UserSession.End.IDLE:
            messages.info(request, _("You were logged out because nothing was done for a while."))
        else:
            messages.info(request, _("You were logged out: a session lasts four hours at most."))
        if kept_something:
            messages.success(request, _("What you had written is kept for 24 hours. Log in to take it up again."))
        elif request.method == "POST":
            messages.warning(request, self._lost())

    def _lost(self) -> str:
        return _("What you had just sent was not received. Please send it again after login.")

    def _drop_taken_up(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """A kept form that was now sent by its author, and accepted, is no longer needed."""
        if request.method == "POST" and "kept" in request.GET and response.status_code < 400:
            try:
                kept_id = UUID(request.GET["kept"])
            except ValueError:
                return
            kept.discard(request.user, kept_id)  # type: ignore[arg-type]


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
