"""Texts to phones by a gateway over real HTTP, as the settings lead them there."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from regulars.integrations.letters.sms import GatewayRefused, deliver
from regulars.project.mail import Mail, Sms, configured_channels, configured_sms
from web_accounts.conftest import code_in


class Gateway(ThreadingHTTPServer):
    """Stands in for a provider: keeps what it was sent, answers as it is told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Desk)
        self.taken, self.status, self.elsewhere = [], 202, ""
        self.url = f"http://:s%2Fecret@127.0.0.1:{self.server_port}/send"


class Desk(BaseHTTPRequestHandler):
    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.path, self.headers["Authorization"], told))
        self.send_response(self.server.status)
        if self.server.elsewhere:
            self.send_header("Location", self.server.elsewhere)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def gateway(settings, monkeypatch):
    found = Gateway()
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    monkeypatch.setenv("REGULARS_SMS_URL", found.url)
    settings.SMS = configured_sms()
    settings.LETTER_CHANNELS = configured_channels(Mail(), settings.SMS, "")
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def test_a_code_goes_to_the_phone(gateway):
    deliver("+79161234567", "", "Код 123456")
    path, token, told = gateway.taken[0]
    assert (path, token) == ("/send", "Bearer s/ecret")
    assert (told["to"], code_in(told["text"])) == ("+79161234567", "123456")


@pytest.mark.parametrize("status", [301, 400, 401, 429, 500])
def test_a_gateway_that_does_not_take_it_is_heard_and_tells_nobodys_number(gateway, status):
    gateway.status = status
    with pytest.raises(GatewayRefused) as refused:
        deliver("+79161234567", "", "Код 123456")
    assert str(refused.value) == f"HTTP {status}"


def test_a_redirect_leads_nowhere(gateway):
    gateway.status, gateway.elsewhere = 307, gateway.url
    with pytest.raises(GatewayRefused):
        deliver("+79161234567", "", "Код 123456")
    assert len(gateway.taken) == 1


def test_a_gateway_that_is_away_is_told_as_such(settings, monkeypatch):
    monkeypatch.setenv("REGULARS_SMS_URL", "http://127.0.0.1:9/send")
    settings.SMS = configured_sms()
    with pytest.raises(GatewayRefused, match="URLError"):
        deliver("+79161234567", "", "Код 123456")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("", Sms()),
        (
            "https://:t@sms.example:8443/v1?from=Shop",
            Sms("https://sms.example:8443/v1?from=Shop", "t"),
        ),
        ("http://localhost:9000/send", Sms("http://localhost:9000/send", "")),
    ],
)
def test_one_address_names_the_gateway(monkeypatch, told, expected):
    monkeypatch.setenv("REGULARS_SMS_URL", told)
    assert configured_sms() == expected


@pytest.mark.parametrize("told", ["sms.example", "http://sms.example/send", "ftp://x", "https://"])
def test_an_address_that_tells_codes_to_the_street_stops_the_start(monkeypatch, told):
    monkeypatch.setenv("REGULARS_SMS_URL", told)
    with pytest.raises(ValueError, match="REGULARS_SMS_URL"):
        configured_sms()
