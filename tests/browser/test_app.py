"""The member app in a real browser: the card and its codes, fresh points, rewards, no network."""

import io

import pytest
import zxingcpp
from PIL import Image

from browser.app import new_reward, secret_of, signed_in
from browser.site import THEMES, WIDTHS
from browser.till import new_customer, new_till, open_till, scan
from regulars.contexts.security.types import Actor
from regulars.contexts.security.usecases.sessions import end_session
from regulars.core.member_code import check, digits_of, parse, period_of
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

PAGES = ("/app/", "/app/rewards/", "/app/offers/", "/app/history/")


@pytest.fixture
def customer(site):
    """A member with 300 points."""
    return new_customer(site, points=3000)


def opened(window, site, customer, **options):
    session = signed_in(site, customer)
    watched = window(member_token=session.token, **({"width": 390, "height": 844} | options))
    watched.session = session
    watched.goto("/app/")
    return watched


def show_card(page):
    page.locator("#show-card").click()
    page.locator("#code").wait_for()
    return page.locator("#code").get_attribute("data-code")


@pytest.mark.parametrize(
    ("theme", "language", "width"),
    [(THEMES[0], "ru", WIDTHS[0]), (THEMES[1], "en", WIDTHS[0]), (THEMES[1], "ru", WIDTHS[2])],
)
def test_every_page_is_sound(window, site, customer, theme, language, width):
    new_reward(site, f"{theme}-{language}-{width}", 100)
    watched = opened(window, site, customer, theme=theme, language=language, width=width)
    for path in PAGES:
        watched.goto(path).assert_sound()
    watched.goto("/app/")
    show_card(watched.page)
    watched.assert_sound()
    watched.goto("/app/rewards/").page.locator("[data-opens]").first.click()
    watched.assert_sound()


def test_the_code_is_computed_on_the_device_and_drawn_so_that_scanners_read_it(
    window, site, customer
):
    watched = opened(window, site, customer)
    code = show_card(watched.page)
    picture = Image.open(io.BytesIO(watched.page.screenshot()))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [code]
    secret = secret_of(site, watched.session.id)
    now = period_of(utc_now().timestamp())
    assert check(secret, parse(code).mac, now, 0).fate == "good"
    shown = watched.page.locator("#code-digits").inner_text()
    assert shown in {digits_of(secret, now + off) for off in (-1, 0)}


def test_the_key_of_the_codes_cannot_be_read_out(window, site, customer):
    page = opened(window, site, customer).page
    show_card(page)
    said = page.evaluate(
        """() => new Promise((done) => { indexedDB.open("regulars-app").onsuccess = (e) => {
          e.target.result.transaction("kept").objectStore("kept").get("device").onsuccess = (r) =>
            crypto.subtle.exportKey("raw", r.target.result.key).then(() => done("read"),
              (refused) => done(refused.name)); }; })"""
    )
    assert said == "InvalidAccessError"


def test_the_app_opens_without_a_network_with_the_card_and_the_last_balance(window, site, customer):
    watched = opened(window, site, customer)
    page = watched.page
    show_card(page)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    page.locator("#balance").wait_for()
    page.wait_for_timeout(500)
    watched.context.set_offline(True)
    page.reload()
    assert page.locator("#balance").inner_text() == "300"
    page.locator("#offline").wait_for()
    code = show_card(page)
    now = period_of(utc_now().timestamp())
    assert check(secret_of(site, watched.session.id), parse(code).mac, now, 0).fate == "good"
    watched.complaints.clear()
    watched.context.set_offline(False)


def test_a_reward_beyond_the_balance_shows_the_way_to_it(window, site, customer):
    new_reward(site, "dear", 1000)
    page = opened(window, site, customer).goto("/app/rewards/").page
    assert page.get_by_text("700 points more to go").is_visible()


def test_codes_of_a_device_that_was_signed_out_open_nothing(window, site, customer):
    watched = opened(window, site, customer)
    code = show_card(watched.page)
    by = Actor("member", str(customer.ref.id), None, frozenset())
    site.do(lambda: in_transaction(lambda: end_session(watched.session.id, now=utc_now(), by=by)))
    watched.forgiven.add(401)
    till = window()
    till.forgiven.add(404)
    page = open_till(till, new_till(site))
    scan(page, code)
    page.locator(".result-refused").wait_for()
    assert page.locator("#member").is_hidden()
    watched.page.close()


def test_signing_out_leaves_nothing_on_the_device(window, site, customer):
    watched = opened(window, site, customer)
    page = watched.page
    show_card(page)
    page.keyboard.press("Escape")
    page.goto(f"{site.url}/app/account/")
    page.get_by_role("button", name="Sign out on this device").click()
    page.wait_for_url("**/app/sign-in/**")
    page.wait_for_timeout(500)
    left = page.evaluate(
        """async () => { const names = await caches.keys(); const found = [];
          for (const name of names) for (const one of await (await caches.open(name)).keys())
            found.push(new URL(one.url).pathname);
          return [found.filter((path) => path === "/app/"), (await indexedDB.databases()).length]; }"""
    )
    assert left == [[], 0]


def test_nobody_else_sees_anything(window, site, customer):
    stranger = window(width=390)
    for path in PAGES:
        stranger.page.goto(site.url + path)
        assert "/app/sign-in/" in stranger.page.url
    forged = stranger.context.request.post(f"{site.url}/app/device/")
    assert forged.status in (401, 403)
