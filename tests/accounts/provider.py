"""Pro Santé Connect on loopback: a certified OpenID provider (`provider.mjs`), and one whose answers tests choose."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from tests.accounts.directory_stub import serving

SITE = "http://127.0.0.1:8000"
REALM = "/auth/realms/esante-wallet"
CARD, E_CPS = {"authMode": "CARD", "acr": "eidas3"}, {"authMode": "MOBILE", "acr": "eidas1"}


def says(rpps: str, family: str = "Durand", *, profession: str = "10", level: str = "APPPRIP3", **more: Any) -> Any:
    """What Pro Santé Connect says of a professional, by the names it uses."""
    return {
        "SubjectNameID": f"8{rpps}",
        "preferred_username": f"8{rpps}",
        "family_name": family.upper(),
        "given_name": "CAMILLE",
        "Palier_Authentification": f"{level}^1.2.250.1.213.1.5.1.1.1",
        "SubjectRefPro": {"codeCivilite": "M", "exercices": [{"codeProfession": profession, "nomDexercice": ""}]},
    } | more


def settings_for(issuer: str) -> dict[str, Any]:
    """The settings that name this provider."""
    found = f"{issuer}/.well-known/wallet-openid-configuration"
    return {**settings.PRO_SANTE_CONNECT, "issuer": issuer, "discovery_url": found}


@contextmanager
def started() -> Iterator[str]:
    """The certified provider in a process of its own; its issuer."""
    node = shutil.which("node") or str(Path(sys.executable).parent / "node")
    known = settings.PRO_SANTE_CONNECT
    env = {
        "PATH": os.environ["PATH"],
        "SITE": SITE,
        "CLIENT_ID": known["client_id"],
        "CLIENT_SECRET": known["client_secret"],
    }
    script = Path(__file__).with_suffix(".mjs")
    child = subprocess.Popen(
        [node, str(script)],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with child:
        try:
            assert child.stdout is not None
            issuer = child.stdout.readline().strip()
            assert issuer, "the provider did not start: is oidc-provider installed (npm ci)?"
            yield issuer
        finally:
            child.terminate()


class There:
    """A browser at Pro Santé Connect, which remembers it as long as it lives."""

    def __init__(self) -> None:
        self.session = requests.Session()

    def go(self, url: str, **answer: str) -> str:
        """Follow an address until it leads back to this site.

        Args:
            url: where the site sent the browser.
            answer: what is answered on its page of login: `person` or `error`.

        Returns:
            The address on this site, path and query.
        """
        while not url.startswith(SITE):
            if "/interaction/" in url:
                url += "?" + urlencode(answer)
            response = self.session.get(url, allow_redirects=False)
            assert response.is_redirect, (url, response.status_code, response.text[:500])
            url = urljoin(url, response.headers["Location"])
        return url.removeprefix(SITE)

    def log_out(self, url: str) -> str:
        """Confirm its logout as its page asks to; the address on this site."""
        page = self.session.get(url).text
        token, to = (page.split(f'{name}="')[1].split('"')[0] for name in ('name="xsrf" value', "action"))
        answer = self.session.post(to, {"logout": "yes", "xsrf": token}, allow_redirects=False)
        return answer.headers["Location"].removeprefix(SITE)

    def close(self) -> None:
        """The browser is closed."""
        self.session.close()


class Stub:
    """A provider whose every answer a test may change: `documents` by the end of their address.

    Args:
        told: claims of its ID token and of the person.
    """

    def __init__(self, told: dict[str, Any]) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
        self.curve = ECKey.generate_key("P-256", {"kid": "two"}, auto_kid=False)
        self.told = {"sub": "f:one", **told}
        self.issuer = ""
        self.documents: dict[str, Any] = {}
        self.asked: list[str] = []

    def reset(self, nonce: str) -> None:
        """Answer rightly again, for the login of this nonce."""
        self.nonce, self.asked = nonce, []
        at = f"{self.issuer}/protocol"
        names = ("authorization", "token", "userinfo", "end_session")
        self.documents = {
            "configuration": {"issuer": self.issuer, "jwks_uri": f"{at}/certs"}
            | {f"{name}_endpoint": f"{at}/{name}" for name in names}
            # What the real one announces, too.
            | {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256", "ES256"]},
            "certs": KeySet([self.key, self.curve]).as_dict(private=False),
            "token": self.token(),
            "userinfo": self.told,
        }

    def token(self, *, alg: str = "RS256", key: Any = None, **changed: Any) -> dict[str, Any]:
        """An answer with an ID token; a claim that is changed to None is left out."""
        instant = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": settings.PRO_SANTE_CONNECT["client_id"],
            "sub": "f:one",
            "iat": instant,
            "exp": instant + 120,
            "auth_time": instant,
            "acr": "eidas1",
            "nonce": self.nonce,
        } | changed
        header = {"alg": alg, "kid": "two" if alg == "ES256" else "one"}
        key = key or {"RS256": self.key, "ES256": self.curve}[alg]
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode(header, claims, key, algorithms=[alg])
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 120, "id_token": signed}


@contextmanager
def stubbed(told: dict[str, Any]) -> Iterator[Stub]:
    """Serve until the test is over. A document is JSON, bytes as they are, a status, or seconds of silence."""
    stub = Stub(told)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            name = urlsplit(self.path).path.rsplit("/", 1)[1].removeprefix("wallet-openid-")
            stub.asked.append(name)
            found = stub.documents[name]
            if isinstance(found, float):
                time.sleep(found)
            status = found if isinstance(found, int) else 200
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            try:
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"{stub.issuer}/protocol/elsewhere")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.issuer = f"http://127.0.0.1:{server.server_port}{REALM}"
    with serving(server):
        yield stub


def query_of(url: str) -> dict[str, str]:
    """The query of an address, each name once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
