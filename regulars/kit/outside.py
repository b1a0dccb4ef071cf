"""Calling an address that somebody else gave us: over HTTPS, in public, and nowhere else."""

import re
import socket
import ssl
from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Address, IPv6Network, ip_address
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

ADDRESS_LENGTH_MAX = 1000
_PORT = 443
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r]")
_STATUS_BYTES_MAX = 1024
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_NAT64 = IPv6Network("64:ff9b::/96")
_NOT_PUBLIC = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".onion")


class AddressRefused(ValueError):
    """The address is none that we call: not HTTPS, not a public name, or not a public machine."""


class OutsideFailed(Exception):
    """The other side could not be reached, or gave no proper answer in time."""


class Outside(NamedTuple):
    """An address in its parts."""

    host: str
    path: str

    @property
    def origin(self) -> str:
        return f"https://{self.host}"


def checked_address(text: str) -> Outside:
    """The parts of an https address with a public name, at the usual port. Raises AddressRefused."""
    if len(text) > ADDRESS_LENGTH_MAX or not text.isascii() or not text.isprintable():
        raise AddressRefused
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise AddressRefused from None
    if parts.scheme != "https" or "@" in parts.netloc or port not in (None, _PORT):
        raise AddressRefused
    if " " in text or "\\" in text or parts.fragment:
        raise AddressRefused
    if not _NAME.fullmatch(host) or host.endswith(_NOT_PUBLIC):  # numbers are no names
        raise AddressRefused
    return Outside(host, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def post(address: Outside, body: bytes, headers: Mapping[str, str], *, timeout_s: float) -> int:
    """The status that the other side answers with; nothing else of its answer is read.

    The name is looked up once, and that very machine is called: a name that changes its mind in
    between gains nothing; nor does an answer that comes drop by drop. Redirects are not followed.
    Raises AddressRefused for a machine that is not public, OutsideFailed.
    """
    until = monotonic() + timeout_s
    told = {"Host": address.host, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [
        f"POST {address.path} HTTP/1.1",
        *(f"{k}: {v}" for k, v in {**told, **headers}.items()),
    ]
    try:
        with connect(address.host, timeout_s) as line:
            line.sendall("\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body)
            return _status(line, until)
    except OSError as failed:
        raise OutsideFailed(type(failed).__name__) from None


def connect(host: str, timeout_s: float) -> socket.socket:
    """A line to a public machine of this name, which has shown its certificate.

    Raises AddressRefused, OSError.
    """
    raw = socket.create_connection((public_machine(host), _PORT), timeout_s)
    try:
        return _trust().wrap_socket(raw, server_hostname=host)
    except BaseException:
        raw.close()
        raise


def public_machine(host: str) -> str:
    """The first machine of the name, if all of them are public. Raises AddressRefused, OSError."""
    found = socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
    machines = [str(one[4][0]) for one in found]
    if not machines or not all(map(_is_public_machine, machines)):
        raise AddressRefused
    return machines[0]


def _status(line: socket.socket, until: float) -> int:
    got = b""
    while b"\r\n" not in got:
        line.settimeout(max(0.01, until - monotonic()))
        more = line.recv(_STATUS_BYTES_MAX)
        got += more
        if not more or len(got) > _STATUS_BYTES_MAX or monotonic() > until:
            raise OutsideFailed("answer")
    found = _STATUS_LINE.match(got)
    if found is None:
        raise OutsideFailed("answer")
    return int(found[1])


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _is_public_machine(machine: str) -> bool:
    address = ip_address(machine.partition("%")[0])
    # An IPv6 address may only be another way to write one of IPv4.
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return all(
        one.is_global and not one.is_multicast for one in (address, inner) if one is not None
    )
