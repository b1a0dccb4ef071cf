"""Addresses that others give us: https, public names, public machines; and answers cut short."""

import socket
from contextlib import suppress
from threading import Thread
from time import monotonic, sleep

import pytest

import regulars.kit.outside as outside
from regulars.kit.outside import (
    AddressRefused,
    OutsideFailed,
    checked_address,
    post,
    public_machine,
)

GOOD = "https://fcm.googleapis.com/fcm/send/abc:def?x=1"


def test_an_address_of_a_push_service_is_taken_apart():
    found = checked_address(GOOD)
    assert found == ("fcm.googleapis.com", "/fcm/send/abc:def?x=1")
    assert found.origin == "https://fcm.googleapis.com"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://push.example.com/x",
        "file:///etc/passwd",
        "https://",
        "https://localhost/x",
        "https://printer/x",
        "https://router.local/x",
        "https://db.internal/x",
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://0x7f.0.0.1/x",
        "https://10.0.0.0x1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://push.example.com:8443/x",
        "https://push.example.com:80@evil.example/x",
        "https://user@push.example.com/x",
        "https://push.example.com/x y",
        "https://push.example.com/x\r\nHost: evil",
        "https://push.example.com\\@evil.example/",
        "https://push.example.com/x#part",
        "https://пуш.example.com/x",
        "https://push.example.com./x",
        "https://[/x",
        "https://push.example.com:x/",
        "https://push.example.com/" + "x" * 1000,
    ],
)
def test_anything_else_is_refused(address):
    with pytest.raises(AddressRefused):
        checked_address(address)


@pytest.mark.parametrize(
    "machines",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["192.168.0.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["::1"],
        ["fe80::1%eth0"],
        ["fc00::1"],
        ["::ffff:127.0.0.1"],
        ["2002:7f00:1::"],
        ["64:ff9b::a00:1"],
        ["8.8.8.8", "10.0.0.1"],
        [],
    ],
)
def test_a_name_that_leads_into_a_house_is_not_called(monkeypatch, machines):
    found = [(0, 0, 0, "", (machine, 443)) for machine in machines]
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *_, **__: found)
    called = []
    monkeypatch.setattr(outside.socket, "create_connection", lambda *to: called.append(to))
    with pytest.raises(AddressRefused):
        post(checked_address(GOOD), b"", {}, timeout_s=1)
    assert called == []


@pytest.mark.parametrize("machine", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_a_public_machine_is_called_itself_not_its_name_again(monkeypatch, machine):
    found = [(0, 0, 0, "", (machine, 443))]
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *_, **__: found)
    assert public_machine("push.example.com") == machine


@pytest.fixture
def line(monkeypatch):
    """The other end of the line."""
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(outside, "connect", lambda host, timeout_s: ours)
    ours.settimeout(1)
    yield theirs
    theirs.close()


def test_only_the_status_is_read(line):
    line.sendall(b"HTTP/1.1 201 Created\r\nLocation: http://127.0.0.1/\r\n\r\n")
    assert post(checked_address(GOOD), b"body", {"TTL": "1"}, timeout_s=1) == 201
    sent = line.recv(1000)
    assert sent.startswith(b"POST /fcm/send/abc:def?x=1 HTTP/1.1\r\nHost: fcm.googleapis.com\r\n")
    assert sent.endswith(b"TTL: 1\r\n\r\nbody")


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n", b"HTTP/1.1 999 No\r\n", b"x" * 2000])
def test_what_is_no_answer_fails(line, answer):
    line.sendall(answer)
    line.shutdown(socket.SHUT_WR)
    with pytest.raises(OutsideFailed):
        post(checked_address(GOOD), b"", {}, timeout_s=1)


def test_an_answer_drop_by_drop_holds_nobody_up(line):
    def drip():
        with suppress(OSError):
            for _ in range(100):
                line.sendall(b"H")
                sleep(0.05)

    Thread(target=drip, daemon=True).start()
    begun = monotonic()
    with pytest.raises(OutsideFailed):
        post(checked_address(GOOD), b"", {}, timeout_s=0.3)
    assert monotonic() - begun < 2
