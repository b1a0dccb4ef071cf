"""Where a request comes from: as stated proxies tell it; what anybody else tells is nothing."""

import asyncio
from ipaddress import ip_network

import pytest

from regulars.project.proxies import behind, client_of, configured_proxies

PROXIES = (ip_network("10.0.0.0/24"), ip_network("192.0.2.7"), ip_network("2001:db8::/64"))


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("192.0.2.7", "203.0.113.9", "203.0.113.9"),
        ("192.0.2.7", "203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("192.0.2.7", "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # the client made the first one up
        ("192.0.2.7", "10.0.0.9, 203.0.113.9 , 10.0.0.3", "203.0.113.9"),
        ("192.0.2.7", "203.0.113.9:4711", "203.0.113.9"),
        ("192.0.2.7", "[2001:db8:1::5]:4711", "2001:db8:1::5"),
        ("192.0.2.7", "::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:192.0.2.7", "203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "203.0.113.9", "203.0.113.9"),
        ("192.0.2.7", "203.0.113.9, unknown", "192.0.2.7"),
        ("192.0.2.7", "203.0.113.9, unknown, 10.0.0.3", "10.0.0.3"),
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "10.0.0.8, 10.0.0.3", "10.0.0.8"),
        ("203.0.113.66", "203.0.113.9", "203.0.113.66"),  # no proxy of ours
        ("", "203.0.113.9", ""),
        ("192.0.2.7", ",".join(["203.0.113.9"] + ["10.0.0.3"] * 30), "10.0.0.3"),
    ],
)
def test_the_last_address_that_is_no_proxy_is_the_client(peer, told, client):
    assert client_of(peer, told, PROXIES) == client


def heard(proxies, peer, *headers):
    """The client and headers that the application sees."""
    seen = {}

    async def application(scope, receive, send):
        seen.update(scope)

    scope = {"type": "http", "client": (peer, 9) if peer else None, "headers": list(headers)}
    asyncio.run(behind(proxies, application)(scope, None, None))
    return seen["client"] and seen["client"][0], [name for name, _ in seen["headers"]]


FORGED = ((b"X-Forwarded-For", b"203.0.113.9"), (b"x-forwarded-proto", b"https"), (b"a", b"b"))


def test_who_is_no_proxy_is_believed_nothing():
    assert heard(PROXIES, "198.51.100.1", *FORGED) == ("198.51.100.1", [b"a"])
    assert heard(PROXIES, None, *FORGED) == (None, [b"a"])


def test_headers_of_one_name_are_read_as_one():
    two = ((b"x-forwarded-for", b"6.6.6.6"), (b"x-forwarded-for", b"203.0.113.9, 10.0.0.3"))
    assert heard(PROXIES, "192.0.2.7", *two)[0] == "203.0.113.9"


def test_without_proxies_the_header_says_nothing():
    names = [name for name, _ in FORGED]
    assert heard((), "192.0.2.7", *FORGED) == ("192.0.2.7", names)


def test_proxies_are_stated_by_address_or_network(monkeypatch):
    monkeypatch.delenv("REGULARS_TRUSTED_PROXIES", raising=False)
    assert configured_proxies() == ()
    monkeypatch.setenv("REGULARS_TRUSTED_PROXIES", "10.0.0.5, 2001:db8::/64,")
    assert configured_proxies() == (ip_network("10.0.0.5"), ip_network("2001:db8::/64"))
    for wrong in ("proxy", "10.0.0.5/24", "0.0.0.0/0", "::/0"):
        monkeypatch.setenv("REGULARS_TRUSTED_PROXIES", wrong)
        with pytest.raises(ValueError, match=r".+"):
            configured_proxies()
