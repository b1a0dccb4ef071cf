"""Notices in a real browser: switched on, shown by the service worker, switched off."""

import json

import pytest
from push_stand_in import StandInBrowser

from browser.app import signed_in
from browser.till import new_customer
from regulars.contexts.security.push_models import PushDevice

# A browser without a screen reaches no push service: the subscription is the stand-in's.
SUBSCRIBES = """
    const told = %s;
    let held = null;
    const made = { toJSON: () => told, unsubscribe: async () => { held = null; return true; } };
    PushManager.prototype.subscribe = async function (options) {
        window.asked = [options.userVisibleOnly, options.applicationServerKey.length];
        held = made;
        return made;
    };
    PushManager.prototype.getSubscription = async () => held;
"""


SHOWN = """async () => {
  const ready = await navigator.serviceWorker.ready;
  for (let tries = 0; tries < 100; tries++) {
    const [one] = await ready.getNotifications();
    if (one) return [one.title, one.body, one.data.url];
    await new Promise((wake) => setTimeout(wake, 100));
  }
}"""


@pytest.fixture
def opened(window, site):
    customer = new_customer(site, points=3000)
    session = signed_in(site, customer)

    def work(**options):
        return window(member_token=session.token, **({"width": 390, "height": 844} | options))

    return work


def devices(site):
    return site.do(PushDevice.objects.count)


def test_notices_are_switched_on_shown_and_switched_off(opened, site):
    watched = opened()
    page, before = watched.page, devices(site)
    page.context.grant_permissions(["notifications"])
    page.add_init_script(SUBSCRIBES % json.dumps(StandInBrowser().subscription()))
    watched.goto("/app/account/")
    box = page.get_by_role("switch")
    page.locator("#push-switch:not([disabled])").wait_for()
    assert not box.is_checked()
    with page.expect_response("**/app/push/on/") as answer:
        box.check()
    assert answer.value.status == 200
    page.locator("#push-switch:not([disabled])").wait_for()
    assert box.is_checked()
    assert page.evaluate("window.asked") == [True, 65]
    assert devices(site) == before + 1
    watched.assert_sound()

    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    cdp = page.context.new_cdp_session(page)
    registered = []

    def hear(told):  # Playwright cannot mark a built-in as heard
        registered.append(told)

    cdp.on("ServiceWorker.workerRegistrationUpdated", hear)
    cdp.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    (found,) = [one for told in registered for one in told["registrations"]][:1]
    told = {"title": "You have earned 35 points", "body": "The app says what for.", "url": "/app/"}
    cdp.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": site.url,
            "registrationId": found["registrationId"],
            "data": json.dumps(told),
        },
    )
    shown = page.evaluate(SHOWN)
    assert shown == [told["title"], told["body"], "/app/"]

    with page.expect_response("**/app/push/off/"):
        box.uncheck()
    page.locator("#push-switch:not([disabled])").wait_for()
    assert devices(site) == before
