"""Logging in by Pro Santé Connect: the way there, the way back, why not, and the way out of it.

What a login must remember lies in the browser's session on this side, which only the button begins. Every answer is a
redirect or a page of ours: what comes back from there never breaks one.
"""

import logging

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts import limits, sessions
from accounts.access import public
from accounts.events import record_event
from accounts.models.users import User
from accounts.network import client_network
from accounts.pro_sante_connect import (
    BEGUN,
    ENDING,
    REFUSED,
    RPPS_PREFIX,
    Proof,
    Refused,
    enabled,
    person_of,
    remember,
    remembered,
)
from accounts.views.login import land, safe_next
from accounts.views.parts import language_of, not_stored
from errors import Text

logger = logging.getLogger(__name__)

#: What happened and what to do, by the reason of a refusal.
WORDS: dict[str, tuple[Text, Text]] = {
    "interrupted": (
        gettext_lazy("Your login was interrupted"),
        gettext_lazy("It began in another window, or more than ten minutes ago. Nothing was done: please begin again."),
    ),
    "failed": (
        gettext_lazy("Pro Santé Connect did not complete the request"),
        gettext_lazy(
            "Most often the network is weak: prefer 4G, else Wi-Fi, then try again. A card in the reader is taken "
            "first: remove it to use the e-CPS."
        ),
    ),
    "unanswered": (
        gettext_lazy("Pro Santé Connect is not answering as it should"),
        gettext_lazy("This is not your doing. Try again in a few minutes, or log in with your password and a code."),
    ),
    "level": (
        gettext_lazy("This means of identification is not enough here"),
        gettext_lazy(
            "Pro Santé Connect says that it is below the level this site needs. An e-CPS activated from your "
            "correspondence details, grey in the application, is one such means. Use your card, or log in with your "
            "password and a code."
        ),
    ),
    "old": (
        gettext_lazy("Pro Santé Connect recognised you too long ago"),
        gettext_lazy(
            "A session lasts four hours at most after you have used your card or your e-CPS. Log out of Pro Santé "
            "Connect, then begin again."
        ),
    ),
    "unknown": (
        gettext_lazy("No account here bears your number"),
        gettext_lazy(
            "Pro Santé Connect has recognised you, and no account of this site holds your national identifier. If you "
            "have an account, log in with your password and a code, and check the RPPS number on the page “My "
            "account”. If you have none, open one first: your registration will then be checked."
        ),
    ),
    "closed": (
        gettext_lazy("Your account is not open"),
        gettext_lazy(
            "If you closed it yourself, “Forgotten password” on the login page opens it again. Otherwise please call "
            "the service."
        ),
    ),
    "unchecked": (
        gettext_lazy("Your registration has not been checked yet"),
        gettext_lazy(
            "Pro Santé Connect opens your account once your registration is confirmed here. Until then log in with "
            "your password and a code: the page “My account” leads to where the check stands."
        ),
    ),
    "profession": (
        gettext_lazy("Your profession is not the same in both places"),
        gettext_lazy(
            "Pro Santé Connect gives another profession than the one recorded here. One of the two must be corrected."
        ),
    ),
    "name": (
        gettext_lazy("Your name is not the same in both places"),
        gettext_lazy(
            "Pro Santé Connect gives another family name than the one recorded here. One of the two must be corrected."
        ),
    ),
}
#: Reasons that have to do with what Pro Santé Connect, or this service, has on record of a person.
_DATA = frozenset({"unknown", "profession", "name"})


def _only_where_connected() -> None:
    """Raises: Http404: this instance is not connected to Pro Santé Connect."""
    if not enabled():
        raise Http404


@public
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """The button: remember what must come back, and send the browser there."""
    _only_where_connected()
    from accounts import openid

    wanted = safe_next(request)
    if request.user.is_authenticated:
        return land(request, request.user, wanted)
    limits.reserve(limits.PSC_NETWORK, client_network(request))
    language = language_of(request)
    try:
        url, secrets = openid.begin()
    except (openid.Unreachable, openid.Unsound) as error:
        return _not_answering(request, error, language)
    request.session.pop(REFUSED, None)
    remember(request, BEGUN, language=language, next=wanted, **secrets)
    return not_stored(redirect(url))


@public
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """The way back: once, in the browser that began, with what only Pro Santé Connect can know."""
    _only_where_connected()
    from accounts import openid

    begun = remembered(request, BEGUN)
    request.session.pop(BEGUN, None)
    if not begun:
        # Nothing had begun, or too long ago: whoever is logged in meanwhile goes on.
        return land(request, request.user) if request.user.is_authenticated else _refuse(request, "interrupted")
    language: str = begun["language"]
    if not constant_time_compare(begun["state"], request.GET.get("state", "")):
        return _refuse(request, "interrupted", language=language, journaled=True)
    if "error" in request.GET or not request.GET.get("code"):
        return _refuse(request, "failed", language=language, journaled=True)
    secrets: openid.Secrets = {"state": begun["state"], "nonce": begun["nonce"], "verifier": begun["verifier"]}
    try:
        proof = openid.finish(request.GET["code"], secrets)
    except openid.Unreachable as error:
        return _not_answering(request, error, language)
    except openid.Unsound as error:
        return _not_answering(request, error, language, journaled=True)
    try:
        user = person_of(proof)
    except Refused as refusal:
        return _refuse(request, refusal.reason, language=language, user=refusal.user, proof=proof, journaled=True)
    sessions.start(request, user, proof=proof)
    with translation.override(user.language):
        known_as = _("Pro Santé Connect has recognised you as %(name)s. If this is not you, log out.")
        messages.success(request, known_as % {"name": user.get_full_name()})
    return not_stored(land(request, user, begun["next"]))


def _not_answering(
    request: HttpRequest, error: Exception, language: str, *, journaled: bool = False
) -> HttpResponseRedirect:
    logger.warning("Pro Santé Connect: %s %s", type(error).__name__, error)
    return _refuse(request, "unanswered", language=language, journaled=journaled)


def _refuse(
    request: HttpRequest,
    reason: str,
    *,
    language: str = "",
    user: User | None = None,
    proof: Proof | None = None,
    journaled: bool = False,
) -> HttpResponseRedirect:
    """Send the browser to the page that says why, and what to do."""
    if journaled:
        subjects = {"user": [user.pk]} if user is not None else {}
        record_event("account.psc_refused", request, subjects=subjects, detail={"reason": reason}, outcome="refused")
    identifier = proof.identifier if proof is not None and reason in _DATA else ""
    remember(request, REFUSED, reason=reason, identifier=identifier)
    if proof is not None:
        # The session there goes on, and it may be somebody else's.
        remember(request, ENDING, id_token=proof.id_token)
    with translation.override(language or language_of(request)):
        return not_stored(redirect("accounts:psc_refused"))


@public
@require_GET
def refused(request: HttpRequest) -> HttpResponse:
    """Why Pro Santé Connect did not let somebody in, and what to do; always the way to the ordinary login."""
    _only_where_connected()
    if request.user.is_authenticated:
        return land(request, request.user)
    why = remembered(request, REFUSED) or {"reason": "interrupted", "identifier": ""}
    title, what = WORDS[why["reason"]]
    identifier: str = why["identifier"]
    context = {
        "title": title,
        "what": what,
        "identifier": identifier,
        "rpps": identifier.removeprefix(RPPS_PREFIX) if identifier.startswith(RPPS_PREFIX) else "",
        "support": settings.PRO_SANTE_CONNECT["support"],
        "recognised": "id_token" in remembered(request, ENDING),
    }
    return not_stored(render(request, "accounts/psc_refused.html", context))


@public
@require_GET
def logged_out(request: HttpRequest) -> HttpResponse:
    """After the logout here: the offer to log out there too, and the page the browser comes back to."""
    _only_where_connected()
    if request.user.is_authenticated:
        return land(request, request.user)
    ending = remembered(request, ENDING)
    state = ending.get("state", "")
    if state and constant_time_compare(state, request.GET.get("state", "")):
        remember(request, ENDING, done="yes")
        with translation.override(ending["language"]):
            return not_stored(redirect("accounts:psc_logged_out"))
    context = {
        "done": "done" in ending,
        "failed": "failed" in ending,
        "offered": "id_token" in ending,
    }
    return not_stored(render(request, "accounts/psc_logged_out.html", context))


@public
@require_GET
def log_out_there(request: HttpRequest) -> HttpResponse:
    """Send the browser to the logout of Pro Santé Connect."""
    _only_where_connected()
    from accounts import openid

    ending = remembered(request, ENDING)
    if "id_token" not in ending:
        return not_stored(redirect("accounts:psc_logged_out"))
    state = get_random_string(32)
    language = language_of(request)
    try:
        url = openid.logout_url(ending["id_token"], state)
    except (openid.Unreachable, openid.Unsound) as error:
        logger.warning("Pro Santé Connect: %s %s", type(error).__name__, error)
        remember(request, ENDING, id_token=ending["id_token"], failed="yes")
        return not_stored(redirect("accounts:psc_logged_out"))
    remember(request, ENDING, id_token=ending["id_token"], state=state, language=language)
    return not_stored(redirect(url))
