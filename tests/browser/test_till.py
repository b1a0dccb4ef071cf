"""The till page in a real browser: found, earned, spent, returned, enrolled; and without a network."""

import json
import re

import pytest

from browser.site import THEMES, WIDTHS
from browser.till import PIN, new_customer, new_device, new_till, open_till, scan
from regulars.core.member_code import code_of, digits_of, period_of
from regulars.kit.clock import utc_now


@pytest.fixture
def till(window, site):
    """An open till in English on a desk."""
    watched = window(height=1000)
    page = open_till(watched, new_till(site))
    page.watched = watched
    return page


def result(page, kind):
    found = page.locator(f"#result .result-{kind}")
    found.wait_for()
    return found.inner_text()


def buy(page, amount):
    page.locator("#amount").fill(amount)
    page.locator("#figures").wait_for()
    page.locator("#earn").click()


def points_of(site, customer):
    return site.do(lambda: site.shop.books(customer.ref, utc_now())).balances["points"].active


@pytest.mark.parametrize(
    ("theme", "language", "width"),
    [
        (THEMES[1], "en", WIDTHS[0]),
        (THEMES[0], "ru", WIDTHS[0]),
        (THEMES[0], "ru", WIDTHS[1]),
        (THEMES[1], "ru", WIDTHS[2]),
    ],
)
def test_every_state_of_the_page_is_sound(window, site, theme, language, width):
    customer = new_customer(site, points=5000)
    watched = window(theme=theme, language=language, width=width)
    watched.goto("/till/").assert_sound()
    page = open_till(watched, new_till(site))
    watched.assert_sound()
    scan(page, customer.card)
    page.locator("#member .name").wait_for()
    page.locator("#amount").fill("1 234,5")
    page.locator("#spend").wait_for()
    watched.assert_sound()
    page.locator("#spend").click()
    watched.assert_sound()
    page.keyboard.press("Escape")
    page.locator("#earn").click()
    result(page, "done")
    watched.assert_sound()
    for button in ("#enrol-button", "#return-button", "#shift-button"):
        page.locator(button).click()
        page.locator("dialog[open]").wait_for()
        watched.assert_sound()
        page.keyboard.press("Escape")


def test_a_scan_finds_the_member_wherever_the_focus_is(till, site):
    customer = new_customer(site)
    till.locator("#amount").focus()
    scan(till, customer.card)
    till.get_by_text("Мария С.").wait_for()
    assert till.locator("#amount").input_value() == ""
    till.locator("#text").fill(customer.phone)
    till.keyboard.press("Enter")
    till.locator("#member .name").wait_for()


def test_a_purchase_earns_by_keyboard_alone_and_the_page_is_ready_for_the_next(till, site):
    customer = new_customer(site)
    scan(till, customer.card)
    till.locator("#member .name").wait_for()
    assert till.evaluate("document.activeElement.id") == "amount"
    till.keyboard.type("500")
    till.locator("#figures").wait_for()
    till.keyboard.press("Enter")
    assert "50 points" in result(till, "done")
    assert points_of(site, customer) == 50
    assert till.locator("#member").is_hidden()
    assert till.evaluate("document.activeElement.id") == "text"
    assert "+50 points" in till.locator("#receipts").inner_text()


def test_several_of_a_name_are_chosen_from(till, site):
    for _ in range(2):
        new_customer(site, name="Агриппина")
    till.locator("#text").fill("агрип")
    till.keyboard.press("Enter")
    till.locator("#candidates button").first.wait_for()
    assert till.locator("#candidates button").count() >= 2
    till.locator("#candidates button").first.click()
    till.locator("#member .name").wait_for()


def test_spending_after_a_card_needs_the_digits_of_the_app(till, site):
    customer = new_customer(site, points=3000)
    device = new_device(site, customer)
    scan(till, customer.card)
    till.locator("#member .name").wait_for()
    till.locator("#amount").fill("200")
    till.locator("#spend").click()
    till.locator("#spend-amount").fill("120")
    till.watched.forgiven.add(404)
    till.locator("#spend-digits").fill("000000")
    till.locator("#spend-form .button-primary").click()
    till.locator("#spend-error").wait_for()
    till.locator("#spend-digits").fill(digits_of(device.secret, period_of(utc_now().timestamp())))
    till.locator("#spend-form .button-primary").click()
    assert "120 points spent" in result(till, "done")
    assert points_of(site, customer) == 300 - 120 + 7  # gold: 5 % off, a tenth of the remaining 70


def test_the_code_of_the_app_is_scanned_once_and_lets_spend_at_once(till, site):
    customer = new_customer(site, points=3000)
    device = new_device(site, customer)
    code = code_of(device.secret, device.tag, period_of(utc_now().timestamp()))
    scan(till, code)
    till.locator("#member .name").wait_for()
    till.locator("#amount").fill("200")
    till.locator("#spend").click()
    assert till.locator("#spend-digits").is_hidden()
    till.locator("#spend-form .button-primary").click()
    assert "190 points spent" in result(till, "done")
    till.watched.forgiven.add(409)
    scan(till, code)
    assert "taken already" in result(till, "already")


def test_goods_come_back_from_the_list_of_the_shift(till, site):
    customer = new_customer(site)
    scan(till, customer.card)
    till.locator("#member .name").wait_for()
    till.locator("#add-line").click()
    till.locator("#line-1-sku").fill("milk")
    till.locator("#line-1-price").fill("100")
    till.locator("#add-line").click()
    till.locator("#line-2-sku").fill("cheese")
    till.locator("#line-2-quantity").fill("2")
    till.locator("#line-2-price").fill("200")
    till.locator("#figures").wait_for()
    till.locator("#earn").click()
    assert "50 points" in result(till, "done")
    till.locator("#receipts button").first.click()
    till.locator("#receipt-return").click()
    till.get_by_label("cheese").check()
    till.locator("#return-form .button-primary").click()
    till.locator("#result").get_by_text("₽400").wait_for()
    assert points_of(site, customer) == 10
    till.locator("#shift-button").click()
    till.locator("#shift-dialog[open]").wait_for()
    totals = till.locator("#shift-totals").inner_text()
    assert "1 receipt" in totals
    assert "₽500" in totals
    assert "1 return" in totals


def test_ten_receipts_without_a_network_come_in_with_their_own_times(till, site):
    customer = new_customer(site)
    till.watched.context.set_offline(True)
    for number in range(10):
        scan(till, customer.card)
        till.locator("#member .name").wait_for()
        till.locator("#amount").fill(str(100 + number))
        till.locator("#earn").click()
        assert "Kept" in result(till, "done")
        till.locator("#result").evaluate("place => place.replaceChildren()")
    assert "10 receipts are waiting" in till.locator("#queue-text").inner_text()
    assert till.locator("#offline").is_visible()
    till.reload()
    till.locator("#queue-text").wait_for()
    till.watched.complaints.clear()
    before = utc_now()
    till.watched.context.set_offline(False)
    till.locator("#queue-button").wait_for(state="hidden")
    assert points_of(site, customer) == 105  # a tenth of 100 … 109, halves up
    taken = site.do(lambda: site.shop.rows("till_sale"))
    assert taken
    kept = till.evaluate(
        """() => new Promise((done) => { indexedDB.open("regulars-till").onsuccess = (e) => {
          e.target.result.transaction("receipts").objectStore("receipts").getAll().onsuccess = (r) =>
            done(r.target.result.map((x) => [x.state, x.body.occurred_at, x.answer.occurred_at,
              JSON.stringify(x)]));
          }; })"""
    )
    assert len(kept) == 10
    for state, told, answered, whole in kept:
        assert customer.card not in whole
        assert state == "done"
        assert told[:19] == answered[:19] <= before.isoformat()[:19]


def test_without_a_network_nothing_is_spent_or_returned(till, site):
    customer = new_customer(site, points=3000)
    till.watched.context.set_offline(True)
    scan(till, "RQ1" + "A" * 32)
    assert "code cannot be checked" in result(till, "refused")
    scan(till, customer.card)
    till.locator("#member .name").wait_for()
    till.locator("#amount").fill("100")
    assert till.locator("#spend").is_hidden()
    till.locator("#return-button").click()
    assert "returns" in result(till, "refused")
    till.watched.complaints.clear()
    till.watched.context.set_offline(False)


def test_the_page_opens_without_a_network_and_a_cashier_who_was_here_enters(till, site):
    till.wait_for_function("navigator.serviceWorker.controller !== null")
    till.locator("#cashier-button").click()
    till.locator("#shift-close").click()
    till.locator("#cashiers button").first.wait_for()
    till.watched.context.set_offline(True)
    till.reload()
    till.get_by_role("button", name="Вера").click()
    till.locator("#pin").fill("9999")
    till.locator("#pin-form .button-primary").click()
    till.locator("#pin-error").wait_for()
    till.locator("#pin").fill(PIN)
    till.locator("#pin-form .button-primary").click()
    till.locator("#work").wait_for()
    till.watched.complaints.clear()
    till.watched.context.set_offline(False)


def test_a_wrong_key_and_a_wrong_pin_are_told(window, site):
    watched = window()
    watched.forgiven |= {401, 404}
    page = watched.goto("/till/").page
    page.locator("#key").fill("rk_nonsense")
    page.locator("#key-form button").click()
    page.get_by_text("not good for a till").wait_for()
    page.locator("#key").fill(new_till(site))
    page.locator("#key-form button").click()
    page.get_by_role("button", name="Олег").click()
    page.locator("#pin").fill("1111")
    page.locator("#pin-form .button-primary").click()
    page.get_by_text("PIN does not fit").wait_for()
    watched.assert_sound()


def test_the_customers_window_shows_what_is_to_pay_and_what_was_earned(till, site):
    customer = new_customer(site)
    with till.watched.context.expect_page() as opened:
        till.locator("#display-button").click()
    display = opened.value
    display.get_by_text("Welcome").wait_for()
    scan(till, customer.card)
    display.get_by_text("Hello, Мария").wait_for()
    till.locator("#amount").fill("300")
    display.get_by_text("₽300").wait_for()
    till.locator("#earn").click()
    display.get_by_text("+30 points").first.wait_for()


def test_nothing_of_a_member_stays_on_the_device_beyond_the_shown_name(till, site):
    customer = new_customer(site)
    scan(till, customer.card)
    till.locator("#member .name").wait_for()
    buy(till, "100")
    result(till, "done")
    kept = till.evaluate(
        """() => new Promise((done) => { indexedDB.open("regulars-till").onsuccess = (e) => {
          e.target.result.transaction("receipts").objectStore("receipts").getAll().onsuccess = (r) =>
            done(JSON.stringify(r.target.result)); }; })"""
    )
    assert json.loads(kept)
    assert customer.phone not in kept
    assert customer.card not in kept
    assert not re.search(r"rk_\w+", kept)
