"""Social accounts: a provider that is asked for real, over HTTP, and answers that were made up."""

import hashlib
import hmac
import json
import threading
from base64 import urlsafe_b64encode
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from regulars.contexts.members.models import IdentifierRow, Member
from regulars.integrations.social.providers import PROVIDERS
from regulars.project.mail import configured_social
from web_accounts.conftest import code_in

AGREED = {"given_name": "Boris", "consent_terms": "on", "consent_personal_data": "on"}
BOT = "123456:secret-of-the-bot"


class Answers(BaseHTTPRequestHandler):
    """Gives a token for the code `good`, and somebody's id for that token."""

    asked: list = []
    person: object = {"id": "1007"}

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.asked.append(form)
        if self.path == "/vk-info":
            return self._say({"user": {"user_id": 1007}})
        return self._say({"access_token": "t"} if form["code"] == ["good"] else {"error": "no"})

    def do_GET(self):
        self.asked.append(dict(self.headers))
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/info")
            self.end_headers()
            return None
        return self._say(self.person)

    def _say(self, told):
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider(settings, monkeypatch):
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(Answers, "asked", [])
    monkeypatch.setattr(Answers, "person", {"id": "1007"})
    for name in ("google", "yandex", "vk"):
        info = "/vk-info" if name == "vk" else "/info"
        here = replace(PROVIDERS[name], token=f"{url}/token", info=url + info)
        monkeypatch.setitem(PROVIDERS, name, here)
    settings.SOCIAL = dict.fromkeys(("google", "yandex", "vk"), ("our-id", "our-secret"))
    settings.SOCIAL |= {"telegram": ("123456", BOT)}
    yield Answers
    server.shutdown()
    server.server_close()


def go(browser, name="google", code="good", **changed):
    """To the provider and back, as the browser goes."""
    sent = urlsplit(browser.get(f"/app/social/{name}/")["Location"])
    asked = {key: value[0] for key, value in parse_qs(sent.query).items()}
    told = {"code": code, "state": asked["state"], "device_id": "d"} | changed
    return browser.get(f"/app/social/{name}/back/", told), asked


@pytest.mark.parametrize("name", ["google", "yandex", "vk"])
def test_a_social_account_joins_and_then_lets_in(committed, provider, terms, visitor, name):
    answer, asked = go(visitor, name)
    assert answer["Location"] == "/join/"
    assert asked["redirect_uri"] == f"http://testserver/app/social/{name}/back/"
    verifier = provider.asked[0]["code_verifier"][0]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert asked["code_challenge"] == urlsafe_b64encode(digest).decode().rstrip("=")
    assert PROVIDERS[name].title in visitor.get("/join/").content.decode()
    assert visitor.post("/join/", AGREED)["Location"] == "/app/"
    assert IdentifierRow.objects.get().value == f"social:{name}:1007"
    again = Client()
    assert go(again, name)[0]["Location"] == "/app/"
    assert again.get("/app/account/").status_code == 200
    assert Member.objects.count() == 1


def test_the_secret_goes_to_the_provider_only(provider, visitor):
    _, asked = go(visitor)
    assert "our-secret" not in str(asked)
    assert provider.asked[0]["client_secret"] == ["our-secret"]


def test_a_member_connects_an_account_while_their_proof_is_fresh(
    committed, provider, enrol, visitor, post_office, clock
):
    enrol(contact="anna@example.com")
    visitor.post("/app/sign-in/", {"contact": "anna@example.com"})
    visitor.post("/app/sign-in/code/", {"code": code_in(post_office()[0][2])})
    clock.pass_(minutes=11)
    assert go(visitor)[0]["Location"].startswith("/app/account/prove/")
    assert IdentifierRow.objects.count() == 1
    visitor.post("/app/account/prove/", {"send": "1"})
    visitor.post("/app/account/prove/", {"code": code_in(post_office()[1][2])})
    assert go(visitor)[0]["Location"] == "/app/account/"
    assert IdentifierRow.objects.filter(value="social:google:1007").exists()
    assert go(Client())[0]["Location"] == "/app/"


@pytest.mark.parametrize(
    "changed", [{"state": ""}, {"state": "0" * 64}, {"state": "é"}, {"code": ""}, {"code": "bad"}]
)
def test_an_answer_that_nobody_asked_for_is_refused(provider, terms, visitor, changed):
    answer, _ = go(visitor, **changed)
    assert answer["Location"] == "/app/sign-in/"
    assert "regulars_join" not in visitor.cookies


def test_an_answer_meant_for_another_browser_is_refused(provider, visitor):
    sent = urlsplit(Client().get("/app/social/google/")["Location"])
    state = parse_qs(sent.query)["state"][0]
    answer = visitor.get("/app/social/google/back/", {"code": "good", "state": state})
    assert answer["Location"] == "/app/sign-in/"


@pytest.mark.parametrize(
    "person",
    [{}, {"id": ""}, {"id": None}, {"id": True}, {"id": "a:b"}, {"id": "x" * 65}, {"id": []}, []],
)
def test_a_person_without_a_plain_id_is_nobody(provider, visitor, person):
    provider.person = person
    assert go(visitor)[0]["Location"] == "/app/sign-in/"


def test_a_provider_that_leads_elsewhere_is_not_followed(provider, visitor, monkeypatch):
    info = PROVIDERS["google"].info.replace("/info", "/elsewhere")
    monkeypatch.setitem(PROVIDERS, "google", replace(PROVIDERS["google"], info=info))
    assert go(visitor)[0]["Location"] == "/app/sign-in/"


def test_what_is_not_configured_is_neither_offered_nor_there(settings, visitor):
    settings.SOCIAL = {}
    assert "/app/social/" not in visitor.get("/app/sign-in/").content.decode()
    for name in ("google", "vk", "nobody"):
        assert visitor.get(f"/app/social/{name}/").status_code == 404
        assert visitor.get(f"/app/social/{name}/back/").status_code == 404


def telegram(clock, **changed):
    told = {"id": 1007, "first_name": "Боря", "auth_date": int(clock.now.timestamp())} | changed
    lines = "\n".join(f"{name}={value}" for name, value in sorted(told.items()))
    key = hashlib.sha256(BOT.encode()).digest()
    return {"hash": hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()} | told


def to_telegram(browser, told):
    sent = urlsplit(browser.get("/app/social/telegram/")["Location"])
    back = urlsplit(parse_qs(sent.query)["return_to"][0])
    assert browser.get(f"{back.path}?{back.query}").status_code == 200
    result = urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return browser.post(f"{back.path}?{back.query}", {"tgAuthResult": result})


def test_telegram_s_signed_word_is_enough(provider, visitor, clock):
    assert to_telegram(visitor, telegram(clock))["Location"] == "/join/"


@pytest.mark.parametrize(
    "change",
    [{"id": 1}, {"hash": "0" * 64}, {"hash": "é"}, {"auth_date": "x"}, {"auth_date": 10**30}],
)
def test_telegram_s_word_changed_by_anybody_is_not(provider, visitor, clock, change):
    assert to_telegram(visitor, telegram(clock) | change)["Location"] == "/app/sign-in/"


def test_telegram_s_old_word_is_not(provider, visitor, clock):
    told = telegram(clock)
    clock.pass_(minutes=2)
    assert to_telegram(visitor, told)["Location"] == "/app/sign-in/"


@pytest.mark.parametrize("told", ["google", "google=", "google=id", "=id:secret"])
def test_keys_that_are_none_stop_the_start(monkeypatch, told):
    monkeypatch.setenv("REGULARS_SOCIAL", told)
    with pytest.raises(ValueError, match="REGULARS_SOCIAL"):
        configured_social()


def test_keys_are_read_from_one_variable(monkeypatch):
    monkeypatch.setenv("REGULARS_SOCIAL", f"vk=1:s, telegram={BOT}")
    assert configured_social() == {"vk": ("1", "s"), "telegram": ("123456", BOT)}
