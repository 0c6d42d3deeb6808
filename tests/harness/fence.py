"""What no test may do: reach the network, or show a page with a variable that does not exist."""

import ipaddress
import socket
from pathlib import Path
from typing import Any, Self

from django.template.base import Node, Template

ROOT = Path(__file__).resolve().parents[2]


class NetworkRefused(Exception):
    """A test tried to reach another machine."""


def _is_local(address: Any) -> bool:
    """Whether a socket address is a file or lies on this machine."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


class LocalSocket(socket.socket):
    """A socket that connects to this machine alone."""

    def connect(self, address: Any) -> None:
        """Connect, or refuse an address elsewhere."""
        if not _is_local(address):
            self.close()
            raise NetworkRefused(f"a test tried to reach {address!r}")
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        """Connect, or refuse an address elsewhere."""
        if not _is_local(address):
            self.close()
            raise NetworkRefused(f"a test tried to reach {address!r}")
        return super().connect_ex(address)


class UnknownVariable(Exception):
    """A template of ours names a variable its view does not give."""


def _template_in_work() -> Path | None:
    """The file of the template being rendered, found on the call stack."""
    import inspect

    frame = inspect.currentframe()
    while frame is not None:
        subject = frame.f_locals.get("self")
        if isinstance(subject, Node) and getattr(subject, "origin", None) is not None:
            return Path(str(subject.origin.name))
        if isinstance(subject, Template):
            return Path(str(subject.origin.name))
        frame = frame.f_back
    return None


class LoudVariable(str):
    """Stands in for Django's `string_if_invalid`: our templates fail, those of libraries print nothing."""

    __slots__ = ()

    def __new__(cls) -> Self:
        """Hold `%s`: Django then asks for the text of each unknown variable."""
        return super().__new__(cls, "%s")

    def __mod__(self, variable: Any) -> str:
        template = _template_in_work()
        if template is None or ".venv" in template.parts or not template.is_relative_to(ROOT):
            return ""
        raise UnknownVariable(f"{template.relative_to(ROOT)} names {variable!r}, which its view does not give")
