"""The protocol spoken with Pro Santé Connect: OpenID Connect, authorization code with PKCE, and nothing about accounts.

Only what it says with its own signature is believed: `finish` gives a proof or raises.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypedDict
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from accounts.pro_sante_connect import Proof

#: Seconds Pro Santé Connect may take for one answer, and the longest answer that is read, in bytes.
TIMEOUT = 5
LONGEST = 300_000
#: Seconds its addresses and keys are remembered; an unknown key is asked for at once.
REMEMBERED = 3600
#: Signatures that are accepted, whatever it announces: never the shared secret, never none.
ALGORITHMS = ("RS256", "ES256")
#: The least level that is asked for, and those that are at least as good (a card has been seen to answer «eidas3»).
LEAST_ACR = "eidas1"
ACRS = ("eidas1", "eidas2", "eidas3")
#: Seconds two clocks may differ by.
LEEWAY = 30
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint", "jwks_uri")
# A date past all dates, and an answer nested without end.
_ABSURD = (ArithmeticError, RecursionError)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Unreachable(Exception):
    """No answer, or not in time. The message is the name of an error, never what was sent or received."""


class Unsound(Exception):
    """An answer that is not what it should be. The message is the name of an error, never what was received."""


class Secrets(TypedDict):
    """What a login that has begun must show again at its end; it stays on this side."""

    state: str
    nonce: str
    verifier: str


def begin() -> tuple[str, Secrets]:
    """Where to send the browser, and what must be kept until it comes back.

    Raises:
        Unreachable, Unsound: its addresses cannot be had.
    """
    metadata = _metadata()
    verifier, nonce = generate_token(64), generate_token(32)
    with _understood(), _client() as client:
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, acr_values=LEAST_ACR
        )
    return url, {"state": state, "nonce": nonce, "verifier": verifier}


def finish(code: str, secrets: Secrets) -> Proof:
    """Exchange a code for what it stands for, and check all of it.

    Args:
        code: what the browser brought back.
        secrets: what `begin` gave for this login.

    Raises:
        Unreachable: no answer in time.
        Unsound: a code used before, a signature, issuer, audience, date, nonce or level that is not right, or another
            person in the second answer than in the first.
    """
    metadata = _metadata()
    with _understood(), _client() as client:
        token = client.fetch_token(
            metadata["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=secrets["verifier"],
        )
        claims = _claims(token["id_token"], token["access_token"], secrets["nonce"])
        # At once: the access token lives two minutes.
        told = _content(client.request("GET", metadata["userinfo_endpoint"]))
        if not claims["sub"] or told["sub"] != claims["sub"]:
            raise ValueError
        return _proof(claims, told, token["id_token"])


def logout_url(id_token: str, state: str) -> str:
    """Where the session at Pro Santé Connect is ended; the browser then comes back with `state`.

    Raises:
        Unreachable, Unsound: its addresses cannot be had.
    """
    back = {"id_token_hint": id_token, "post_logout_redirect_uri": own_address("psc_logged_out"), "state": state}
    url: str = add_params_to_uri(_metadata()["end_session_endpoint"], back)
    return url


def own_address(name: str) -> str:
    """An address of ours as it is registered there: one, in French, whatever language is read."""
    with translation.override("fr"):
        return f"{settings.SITE_ORIGIN.rstrip('/')}{reverse(f'accounts:{name}')}"


# --- what is asked


class _Session(OAuth2Session):
    """Authlib's client, which follows no redirect, waits not for ever and does not read without end."""

    def request(self, method: str, url: str, **more: Any) -> Any:
        """Ask, and read the answer within the limits.

        Raises:
            Unreachable: too slow, or too long.
        """
        ends = time.monotonic() + TIMEOUT
        more |= {"timeout": TIMEOUT, "allow_redirects": False, "stream": True}
        answer = super().request(method, url, **more)
        body = bytearray()
        for part in answer.iter_content(16_384):
            body += part
            if len(body) > LONGEST or time.monotonic() > ends:
                answer.close()
                raise Unreachable("limit")
        answer._content = bytes(body)
        return answer


def _client() -> _Session:
    known = settings.PRO_SANTE_CONNECT
    return _Session(
        client_id=known["client_id"],
        client_secret=known["client_secret"],
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 (the name of a method)
        scope="openid scope_all",
        redirect_uri=own_address("psc_return"),
        code_challenge_method="S256",
        # Authlib would else ask for a new token a minute before the end of one that lives two.
        leeway=0,
    )


@contextmanager
def _understood() -> Iterator[None]:
    """Turn what libraries raise about an answer into one of our two errors."""
    try:
        yield
    except (AuthlibBaseError, JoseError, ValueError, LookupError, TypeError, AttributeError, *_ABSURD) as error:
        raise Unsound(type(error).__name__) from None
    except OSError as error:
        # What requests raises is one, too.
        raise Unreachable(type(error).__name__) from None


def _content(answer: Any) -> dict[str, Any]:
    if answer.status_code != HTTPStatus.OK:
        raise ConnectionError
    found = answer.json()
    if not isinstance(found, dict):
        raise TypeError
    return found


def _known(url: str, *, anew: bool = False) -> dict[str, Any]:
    """A document of Pro Santé Connect, remembered for an hour in this process."""
    key = f"pro-sante-connect {url}".replace(" ", "-")
    found: dict[str, Any] | None = None if anew else cache.get(key)
    if found is None:
        with _client() as client:
            found = _content(client.request("GET", url, withhold_token=True))
        cache.set(key, found, REMEMBERED)
    return found


def _metadata() -> dict[str, Any]:
    """Its addresses: those of the issuer of the settings, and by TLS."""
    issuer = settings.PRO_SANTE_CONNECT["issuer"]
    with _understood():
        found = _known(settings.PRO_SANTE_CONNECT["discovery_url"])
        if found["issuer"] != issuer:
            raise ValueError
        for name in _ENDPOINTS:
            parts = urlsplit(found[name])
            if not parts.hostname or (parts.scheme != "https" and parts.hostname not in _LOOPBACK):
                raise ValueError
        return found


# --- what is believed


def _claims(id_token: str, access_token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token whose signature, issuer, audience, dates, nonce and level are right."""
    known = settings.PRO_SANTE_CONNECT
    uri = _metadata()["jwks_uri"]
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        token = jwt.decode(id_token, KeySet.import_key_set(_known(uri)), registry=registry)  # type: ignore[arg-type]
    except InvalidKeyIdError:
        keys = KeySet.import_key_set(_known(uri, anew=True))  # type: ignore[arg-type]
        token = jwt.decode(id_token, keys, registry=registry)
    wanted = {
        "iss": {"essential": True, "value": known["issuer"]},
        "aud": {"essential": True, "value": known["client_id"]},
        "acr": {"essential": True, "values": list(ACRS)},
        "auth_time": {"essential": True},
    }
    about = {"nonce": nonce, "client_id": known["client_id"], "access_token": access_token}
    claims = CodeIDToken(token.claims, token.header, wanted, about)
    claims.validate(leeway=LEEWAY)
    return dict(claims)


def _proof(claims: dict[str, Any], told: dict[str, Any], id_token: str) -> Proof:
    """The little that is needed here of all that it says."""
    practices = told.get("SubjectRefPro", {}).get("exercices", [])
    names = [told.get("family_name", ""), *(one.get("nomDexercice", "") for one in practices)]
    return Proof(
        identifier=_word(told["SubjectNameID"]),
        family_names=tuple(str(name) for name in names if name),
        professions=frozenset(str(one.get("codeProfession", "")) for one in practices),
        level=_word(told.get("Palier_Authentification", "").split("^")[0]),
        acr=_word(claims["acr"]),
        proved_at=datetime.fromtimestamp(claims["auth_time"], tz=UTC),
        id_token=id_token,
    )


def _word(text: str) -> str:
    """A code as it is said: letters and digits, not long.

    Raises:
        ValueError: it is no code.
    """
    if text and (len(text) > 40 or not text.isascii() or not text.isalnum()):
        raise ValueError
    return text
