"""«Done 1» as one story: from `make demo` to a changed rule, a sale by it, and all of it in the books."""

import re

import pytest

from browser.demo import Demo
from browser.site import windows
from browser.strips import Strip
from browser.till import open_till, scan

DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
OWNER, CONTROLLER = "owner@regulars.local", "controller@regulars.local"
POINTS = "3"
RULE = f"{POINTS} points for every 100 ₽, more for fresh and our own"


@pytest.fixture
def demo(fresh_database, tmp_path):
    """What `make demo` starts."""
    started = Demo(fresh_database, tmp_path)
    try:
        started.wait()
        yield started
    finally:
        started.end()


@pytest.mark.timeout(300)
def test_a_rule_is_changed_costed_approved_and_earned_by(chromium, demo):
    strip = Strip("story-rule")
    with windows(chromium, demo) as window:
        owner = owner_changes_the_rule(window, demo, strip)
        owner_sees_its_cost(owner, strip)
        controller_approves(window, demo, strip, owner)
        owner_publishes(owner, strip)
        app = member_opens_the_app(window, demo, strip)
        version_is_in_force(owner)
        cashier_sells_and_takes_back(window, demo, strip, app)
        owner_sees_it_all(owner, demo, strip)
    strip.lay()


def sign_in(watched, demo, email):
    page = watched.page
    page.get_by_label(re.compile("E-mail|почта")).fill(email)
    page.get_by_label(re.compile("^(Password|Пароль)$")).fill(demo.said["people"][email])
    page.locator("form.form .button-primary").click()


def owner_changes_the_rule(window, demo, strip):
    owner = window(**DESK).goto("/")
    page = owner.page
    strip.take(page, "Where the terminal led")
    page.locator("a[href='/console/']").first.click()
    sign_in(owner, demo, OWNER)
    page.locator("#sales-card svg path").first.wait_for()
    owner.assert_sound()
    strip.take(page, "The owner's home page")
    page.get_by_role("link", name="Rules and versions").click()
    page.get_by_text("Change the programme").click()
    page.locator("#tried dl").wait_for()
    strip.take(page, "The programme in words")
    page.get_by_role("link", name="more for fresh").click()
    page.locator("#f-title-en").fill(RULE)
    page.locator("#f-title-ru").fill("3 балла за 100 ₽, за свежее и нашу марку больше")
    page.get_by_label("Points for everything else").fill(POINTS)
    page.locator("#said .said", has_text=f"{POINTS} points on most goods").wait_for()
    page.locator("#tried").get_by_text(f"+{21 * int(POINTS):,} points").first.wait_for()
    strip.take(page, "A rule changed and tried on a basket")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("Kept in version").wait_for()
    return owner


def owner_sees_its_cost(owner, strip):
    page = owner.page
    page.get_by_role("link", name="Review the changes").click()
    page.get_by_text("What changes").wait_for()
    strip.take(page, "What changes")
    page.get_by_role("button", name="See its cost").click()
    page.get_by_text("Difference in cost").wait_for(timeout=60_000)
    owner.assert_sound()
    strip.take(page, "Its cost on last month's receipts")


def controller_approves(window, demo, strip, owner):
    controller = window(**PHONE, language="ru").goto("/console/")
    sign_in(controller, demo, CONTROLLER)
    page = controller.page
    page.get_by_role("link", name="Версия").first.click()
    page.get_by_role("button", name="Согласовать").click()
    strip.take(page, "A second person, on a phone")
    page.get_by_role("dialog").get_by_role("button", name="Согласовать").click()
    page.get_by_text("больше она не изменится").wait_for()
    controller.assert_sound()


def owner_publishes(owner, strip):
    page = owner.page
    page.get_by_role("link", name="Back to the version").click()
    strip.take(page, "Approved: the owner may publish")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("Published: in a few seconds").wait_for()


def version_is_in_force(owner):
    badge = owner.page.locator("h1 .badge")
    for _ in range(20):
        owner.page.reload()
        if badge.inner_text() == "in force":
            return
        owner.page.wait_for_timeout(1000)
    raise AssertionError(badge.inner_text())


def member_opens_the_app(window, demo, strip):
    app = window(**PHONE).goto("/")
    page = app.page
    page.locator("a[href='/app/']").first.click()
    page.locator("#id_contact").fill(demo.said["member"]["phone"])
    page.get_by_role("button", name="Send me a code").click()
    with page.expect_popup() as letters:
        page.get_by_role("link", name="A demo sends nothing").click()
    text = letters.value.locator("main").inner_text()
    letters.value.close()
    page.locator("#id_code").fill(re.search(r"\b\d{6}\b", text)[0])
    page.get_by_role("button", name="Continue").click()
    page.locator("#show-card").click()
    page.locator("#code").wait_for()
    strip.take(page, "The member shows the card")
    return app


def cashier_sells_and_takes_back(window, demo, strip, app):
    till = window(**DESK)
    told = demo.said["till"]
    page = open_till(till, told["key"], cashier=told["cashier"], pin=told["pin"])
    scan(page, app.page.locator("#code").get_attribute("data-code"))
    page.locator("#member .name").wait_for()
    for line, (good, price) in enumerate((("Tea", "700"), ("Teapot", "1300")), 1):
        page.locator("#add-line").click()
        page.locator(f"#line-{line}-sku").fill(good)
        page.locator(f"#line-{line}-price").fill(price)
    page.locator("#figures").get_by_text("₽2,000").wait_for()
    till.assert_sound()
    strip.take(page, "The cashier sells: points by the new rule")
    earned = int(re.search(r"\+([\d,]+)", page.locator("#earn-more").inner_text())[1])
    assert earned >= 2000 // 100 * int(POINTS)  # more in quiet hours, and on a fifth visit
    page.locator("#earn").click()
    page.locator(".result-done").wait_for()
    entry = app.page.locator(".timeline > li").first
    entry.get_by_text(f"+{earned}", exact=True).first.wait_for(timeout=4_000)
    assert not app.page.locator("#code-dialog").is_visible()
    entry.locator("summary").click()
    entry.scroll_into_view_if_needed()
    assert "By the rates of the goods" in entry.inner_text()
    app.assert_sound()
    strip.take(app.page, "A second later in the app, and why")
    page.locator("#receipts button").first.click()
    page.locator("#receipt-return").click()
    page.get_by_label("Teapot").check()
    strip.take(page, "One line comes back")
    page.locator("#return-form .button-primary").click()
    page.locator(".result-done", has_text="₽1,300").wait_for()
    entry.get_by_text("Return of goods").wait_for(timeout=12_000)
    strip.take(app.page, "The app knows")


def owner_sees_it_all(owner, demo, strip):
    page, card = owner.page, demo.said["member"]["card"]
    page.get_by_role("link", name="Members", exact=True).click()
    page.wait_for_url("**/console/members/")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    page.locator("input:focus").wait_for()
    page.keyboard.type(card)
    found = page.locator("main table tbody tr")
    found.nth(1).wait_for(state="detached")
    found.get_by_role("link").first.click()
    page.locator("#identifiers").get_by_text(card).wait_for()
    history = page.locator("#history .timeline > li")
    assert "Return of goods" in history.nth(0).inner_text()
    history.nth(1).locator("summary").click()
    assert "By the rates of the goods" in history.nth(1).inner_text()
    owner.assert_sound()
    strip.take(page, "Sale and return in the console, and why")
    page.get_by_role("link", name="Audit trail").click()
    trail = page.locator("main table")
    for act in ("Draft changed", "Study asked for", "Version approved", "Version published"):
        assert trail.get_by_text(act).first.is_visible()
    owner.assert_sound()
    strip.take(page, "Who did what, in the audit trail")
