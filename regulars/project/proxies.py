"""Whose word counts on where a request comes from: that of stated proxies, and of nobody else."""

import os
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Network = IPv4Network | IPv6Network

_HOPS_MAX = 20
_FOR, _TOLD_BY_PROXIES = b"x-forwarded-for", (b"x-forwarded-for", b"x-forwarded-proto")


def configured_proxies() -> tuple[Network, ...]:
    """REGULARS_TRUSTED_PROXIES: addresses or networks, separated by commas; none unless stated.

    Raises ValueError for what is neither, and for a network that is everybody.
    """
    told = os.environ.get("REGULARS_TRUSTED_PROXIES", "")
    found = tuple(ip_network(one.strip()) for one in told.split(",") if one.strip())
    if any(network.prefixlen == 0 for network in found):
        raise ValueError("REGULARS_TRUSTED_PROXIES must not be everybody")
    return found


def behind(proxies: Sequence[Network], application: Application) -> Application:
    """The application, told the address of the client where one of `proxies` brings the request.

    `X-Forwarded-For` is read from its end: each proxy adds whom it heard, so the last address that
    is no proxy is the client; what stands before it the client may have made up. Who is no proxy
    is believed nothing: neither that header nor `X-Forwarded-Proto`. Without proxies nothing changes.
    """
    if not proxies:
        return application

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = _seen(scope, proxies)
        await application(scope, receive, send)

    return told


def client_of(peer: str, told: str, proxies: Sequence[Network]) -> str:
    """Where a request from the machine `peer` with this `X-Forwarded-For` comes from."""
    seen = peer
    if not _is_one(peer, proxies):
        return seen
    for hop in reversed(told.split(",")[-_HOPS_MAX:]):
        address = _address(hop)
        if address is None:  # not an address: the proxy that passed it on is all that is known
            return seen
        seen = str(address)
        if not _is_one(seen, proxies):
            return seen
    return seen


def _seen(scope: Scope, proxies: Sequence[Network]) -> Scope:
    peer = str((scope.get("client") or ("", 0))[0])
    headers = scope["headers"]
    if not _is_one(peer, proxies):
        kept = [pair for pair in headers if pair[0].lower() not in _TOLD_BY_PROXIES]
        return {**scope, "headers": kept} if len(kept) < len(headers) else scope
    told = b",".join(value for name, value in headers if name.lower() == _FOR)
    client = client_of(peer, told.decode("latin-1"), proxies)
    return {**scope, "client": (client, 0)}


def _is_one(text: str, proxies: Sequence[Network]) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: some add a port, some write IPv4 as IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
