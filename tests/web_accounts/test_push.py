"""Notices to a member's browsers: switched on per device, sealed for it alone, and never a way inside."""

import pytest
from django.test import Client
from push_stand_in import StandInBrowser, stand_in_push_service

import regulars.kit.outside as outside
from regulars.contexts.members.usecases.membership import erase_member
from regulars.contexts.security.models import AuditRow, Letter
from regulars.contexts.security.push_models import PushDevice
from regulars.contexts.security.types import Holder, system_actor
from regulars.contexts.security.usecases.letters import send_letter
from regulars.contexts.security.usecases.push import DEVICES_MAX, FAILURES_MAX, tell_devices
from regulars.integrations.push.web_push import PushNotTaken
from regulars.kit.transactions import in_transaction
from web_accounts.test_contacts import change, ref_in
from web_accounts.test_members import sign_in

MEMBER = "anna@example.com"


@pytest.fixture
def service(monkeypatch):
    with stand_in_push_service() as found:
        monkeypatch.setattr(outside, "connect", found.connect)
        yield found


@pytest.fixture
def anna(enrol, visitor, post_office):
    visitor.member = enrol(contact=MEMBER)
    sign_in(visitor, MEMBER, post_office)
    return visitor


def switch_on(browser, subscription):
    return browser.post("/app/push/on/", subscription, content_type="application/json")


@pytest.fixture
def device(anna, clock, monkeypatch):
    """Anna's browser, with notices on."""
    monkeypatch.setattr("regulars.integrations.push.web_push.utc_now", lambda: clock.now)
    found = StandInBrowser()
    assert switch_on(anna, found.subscription()).status_code == 200
    return found


def tell(member, clock):
    holder = Holder("member", member.id)
    in_transaction(lambda: tell_devices(holder, "push_contact", {}, now=clock.now))
    return Letter.objects.filter(channel="push").latest("id").pk


def test_a_notice_reaches_the_browser_sealed_for_it(anna, device, clock, service):
    page = anna.get("/app/account/").content.decode()
    assert 'data-on="yes"' in page
    letter = tell(anna.member, clock)
    assert send_letter(letter, now=clock.now)
    ((path, headers, body),) = service.took
    assert path == device.endpoint.removeprefix("https://push.example.com")
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Authorization"].startswith("vapid t=")
    assert int(headers["TTL"]) > 0
    assert b"contact" not in body
    told = device.open(body)
    assert told["title"] == "Your contact was changed"
    assert told["url"] == "/app/"
    assert not send_letter(letter, now=clock.now)
    assert len(service.took) == 1


def test_where_notices_go_stands_sealed(device):
    row = PushDevice.objects.get()
    assert b"push.example.com" not in bytes(row.sealed)


@pytest.mark.parametrize(
    "other",
    [
        {"endpoint": "http://push.example.com/x"},
        {"endpoint": "https://127.0.0.1/x"},
        {"endpoint": "https://localhost/x"},
        {"endpoint": "https://push.example.com:6379/x"},
        {"endpoint": "https://push.example.com/" + "x" * 2000},
        {"endpoint": 7},
        {"endpoint": None},
        {"keys": None},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": "é", "auth": "AAAAAAAAAAAAAAAAAAAAAA"}},
        {"keys": {"p256dh": ["x"], "auth": {}}},
        {"keys": {}},
    ],
)
def test_what_no_browser_says_is_refused(anna, other):
    answer = switch_on(anna, StandInBrowser().subscription() | other)
    assert answer.status_code == 422
    assert not PushDevice.objects.exists()


def test_only_a_member_switches_and_only_the_own_browser(anna, device, enrol, post_office):
    stranger = Client()
    assert switch_on(stranger, StandInBrowser().subscription()).status_code != 200
    enrol(contact="boris@example.com")
    sign_in(stranger, "boris@example.com", post_office)
    assert stranger.post("/app/push/off/").status_code == 200
    assert PushDevice.objects.filter(holder_id=anna.member.id).count() == 1
    assert anna.post("/app/push/off/").json() == {"on": False}
    assert not PushDevice.objects.exists()
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = anna.cookies
    assert switch_on(forged, device.subscription()).status_code == 403
    assert [row.action for row in AuditRow.objects.filter(action__startswith="push.")] == [
        "push.on",
        "push.off",
    ]


def test_a_browser_handed_on_tells_its_new_member_only(anna, device, enrol, post_office):
    boris, browser = enrol(contact="boris@example.com"), Client()
    sign_in(browser, "boris@example.com", post_office)
    switch_on(browser, device.subscription())
    assert [row.holder_id for row in PushDevice.objects.all()] == [boris.id]


def test_a_member_has_so_many_browsers_with_notices(anna, post_office, clock):
    for _ in range(DEVICES_MAX + 1):
        browser = Client()
        clock.pass_(hours=1)
        sign_in(browser, MEMBER, post_office)
        switch_on(browser, StandInBrowser().subscription())
    assert PushDevice.objects.count() == DEVICES_MAX


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(anna, device, clock, service, status):
    service.status = status
    send_letter(tell(anna.member, clock), now=clock.now)
    assert not PushDevice.objects.exists()


def test_one_that_fails_is_tried_again_then_once_then_never(anna, device, clock, service):
    service.status = 503
    letter = tell(anna.member, clock)
    for _ in range(3):
        with pytest.raises(PushNotTaken):
            send_letter(letter, now=clock.now)
    assert Letter.objects.get(pk=letter).sealed is not None
    send_letter(letter, now=clock.now)  # the fourth: given up
    assert Letter.objects.get(pk=letter).sealed is None
    for _ in range(FAILURES_MAX - 4):
        send_letter(tell(anna.member, clock), now=clock.now)
    assert not PushDevice.objects.exists()
    assert len(service.took) == FAILURES_MAX


def test_a_redirect_is_not_followed_and_a_success_forgets_failures(anna, device, clock, service):
    service.status = 302
    send_letter(tell(anna.member, clock), now=clock.now)
    assert PushDevice.objects.get().failures == 1
    service.status = 201
    send_letter(tell(anna.member, clock), now=clock.now)
    assert PushDevice.objects.get().failures == 0
    assert len(service.took) == 2


def test_a_name_that_leads_inside_later_is_not_called(anna, device, clock, monkeypatch):
    found = [(0, 0, 0, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(outside.socket, "create_connection", lambda *_: pytest.fail("called"))
    send_letter(tell(anna.member, clock), now=clock.now)
    assert not PushDevice.objects.exists()


def test_who_signed_out_or_is_erased_hears_nothing(anna, device, clock, service):
    letter = tell(anna.member, clock)
    anna.post("/app/sign-out/")
    send_letter(letter, now=clock.now)
    assert service.took == []
    by = system_actor("tests")
    in_transaction(lambda: erase_member(anna.member, "asked", now=clock.now, by=by))
    assert not PushDevice.objects.exists()


def test_a_new_sign_in_and_a_changed_contact_are_told_to_the_other_browsers(
    anna, device, clock, service, post_office
):
    other = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    sign_in(other, MEMBER, post_office)
    change(other, post_office, ref=ref_in(other))
    post_office()
    told = [device.open(body) for _path, _headers, body in service.took]
    assert [one["title"] for one in told] == ["A new sign-in", "Your contact was changed"]
    assert "Firefox · Linux" in told[0]["body"]


def test_an_installation_without_push_offers_and_takes_none(anna, settings):
    settings.DEVICE_CHANNELS = {}
    assert 'id="push"' not in anna.get("/app/account/").content.decode()
    assert switch_on(anna, StandInBrowser().subscription()).status_code == 404
