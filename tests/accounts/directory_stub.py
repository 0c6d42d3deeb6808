"""A directory of health professionals on loopback: answers what a test tells it, and remembers what it was asked."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def practitioner(rpps: str, family: str = "Salvat", *, active: bool = True, profession: str = "10") -> dict[str, Any]:
    """A Practitioner as the directory gives it."""
    return {
        "resourceType": "Practitioner",
        "active": active,
        "identifier": [
            {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": f"8{rpps}"},
            {"system": "https://rpps.esante.gouv.fr", "value": rpps},
        ],
        "name": [{"family": family.upper(), "given": ["ANNE"], "prefix": ["MME"]}],
        "qualification": [
            {"code": {"coding": [{"system": "https://mos.esante.gouv.fr/NOS/TRE_R48", "code": "DIP"}]}},
            {"code": {"coding": [{"system": "https://mos.esante.gouv.fr/NOS/TRE_G15", "code": profession}]}},
        ],
    }


def bundle(*found: dict[str, Any]) -> dict[str, Any]:
    """A search result."""
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in found]}


class Stub:
    """What the directory answers next, and what it was asked.

    Args:
        body: JSON, or bytes as they are.
    """

    def __init__(self) -> None:
        self.body: Any = bundle()
        self.status, self.headers, self.wait = 200, {}, 0.0
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []
        self.url = ""


@contextmanager
def directory_stub() -> Iterator[Stub]:
    """Serve until the test is over."""
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            stub.asked.append((parts.path, parse_qs(parts.query), self.headers.get("ESANTE-API-KEY", "")))
            time.sleep(stub.wait)
            body = stub.body if isinstance(stub.body, bytes) else json.dumps(stub.body).encode()
            try:
                self.send_response(stub.status)
                for name, value in stub.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_port}/fhir/v2"
    with serving(server):
        yield stub


@contextmanager
def serving(server: HTTPServer) -> Iterator[None]:
    """Let a server answer beside the test, and end it."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
