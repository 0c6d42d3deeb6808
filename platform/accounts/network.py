"""Where a request comes from: the client's address through trusted proxies only, and the network it stands for."""

import ipaddress
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from errors import NotAllowed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Whole networks are counted: one person holds many addresses of an IPv6 /64, and a neighbour's /24 is one provider.
IPV4_PREFIX = 24
IPV6_PREFIX = 64


def _parse(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _trusted() -> list[Network]:
    proxies: Sequence[str] = getattr(settings, "TRUSTED_PROXIES", ())
    return [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]


def _is_trusted(address: Address, proxies: Sequence[Network]) -> bool:
    return any(address.version == proxy.version and address in proxy for proxy in proxies)


def client_address(request: HttpRequest) -> str:
    """The address of the client as far as it can be believed; empty when the server knows none (a Unix socket).

    `X-Forwarded-For` is read only when the connection comes from one of `settings.TRUSTED_PROXIES` (addresses or
    networks), from the right, passing over trusted proxies: whatever stands left of the first untrusted address was
    written by that client and is not believed (ASVS 4.1.3).
    """
    proxies = _trusted()
    peer_text = request.META.get("REMOTE_ADDR", "")
    peer = _parse(peer_text)
    # A Unix socket has no peer address: behind it stands the proxy of this machine, if any is trusted at all.
    if (peer is None and (peer_text or not proxies)) or (peer is not None and not _is_trusted(peer, proxies)):
        return "" if peer is None else str(peer)
    found = peer
    for text in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if not text.strip():
            continue
        address = _parse(text)
        if address is None:
            break
        found = address
        if not _is_trusted(address, proxies):
            break
    return "" if found is None else str(found)


def network_of(address: str) -> str:
    """The network an address belongs to (/24 or /64), in CIDR form; empty for no address.

    Args:
        address: an IPv4 or IPv6 address, or an empty string.
    """
    parsed = _parse(address)
    if parsed is None:
        return ""
    prefix = IPV4_PREFIX if parsed.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))


def client_network(request: HttpRequest) -> str:
    """The network of the client of this request: what limits count by and the journal keeps."""
    return network_of(client_address(request))


def from_this_site(request: HttpRequest) -> bool:
    """Whether a browser says that a page of this site sent the form, or says nothing (ADR 0016)."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site:
        return site == "same-origin"
    origin = request.headers.get("Origin", "")
    return not origin or origin == f"{request.scheme}://{request.get_host()}"


def require_this_site(request: HttpRequest) -> None:
    """Refuse what another site had a browser send, on a public page whose forms carry no token.

    Raises:
        NotAllowed: the browser says so.
    """
    if not from_this_site(request):
        raise NotAllowed(_("This form was not sent by a page of this site."))
