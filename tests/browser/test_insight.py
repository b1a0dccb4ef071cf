"""The books' figures in the console: an analysis is begun and read; a month is closed and opened by two."""

from datetime import timedelta

from closing_shop import settle

from browser.strips import Strip
from regulars.contexts.security.types import Role
from regulars.kit.clock import utc_now
from regulars.kit.outbox import QUEUE_OF_STUDIES, run_worker


def test_a_month_is_closed_seen_beside_its_plan_and_opened_again_by_two(window, site):
    strip = Strip("story-close")

    def post_due():
        kept, site.shop.now = site.shop.now, utc_now() - timedelta(minutes=1)
        settle(site.shop)
        site.shop.now = kept

    site.do(post_due)
    first = window(token=site.hire(Role.CONTROLLER, "Олег Белов"), width=1280)
    page = first.goto("/console/liability/").page
    page.get_by_text("Revenue that waits for points").wait_for()
    first.assert_sound()
    month = page.get_by_label("Month", exact=True).input_value()
    page.get_by_role("button", name="Close the month").click()
    button = page.get_by_role("dialog").get_by_role("button", name="Close the month")
    assert button.is_disabled()
    page.get_by_role("dialog").get_by_label(f"Type «{month}»").fill(month)
    strip.take(page, "The month is closed by its name")
    button.click()
    page.get_by_text("SHA-256").wait_for()
    page.get_by_role("button", name="Compare with the books of today").click()
    page.get_by_text("the same").first.wait_for()
    first.assert_sound()
    strip.take(page, "Closed, and the same as the books of today")
    with page.expect_download() as download:
        page.get_by_role("link", name="Journal for 1C").click()
    assert download.value.suggested_filename == f"journal-{month}-1c.csv"
    plan_beside_the_books(first, month, strip)
    page = first.goto("/console/liability/").page
    page.get_by_role("button", name="Open again").click()
    page.get_by_role("dialog").get_by_label("Why").fill("An invoice is missing")
    page.get_by_role("button", name="Ask a second person").click()
    page.get_by_text("waits for a second person").first.wait_for()

    second = window(token=site.hire(Role.OWNER), language="ru", width=390, theme="dark")
    page = second.goto("/console/liability/").page
    second.assert_sound()
    page.get_by_role("link", name="Согласования").last.click()
    card = page.get_by_role("article").filter(has_text="An invoice is missing")
    card.get_by_role("button", name="Согласовать").click()
    page.get_by_role("dialog").get_by_role("button", name="Согласовать").click()
    page = second.goto("/console/liability/").page
    page.get_by_text("открыт заново").first.wait_for()
    second.assert_sound()
    strip.take(page, "Opened again by two")
    strip.lay()


def plan_beside_the_books(watched, month, strip):
    """A plan that begins with the closed month, and what the month really was."""
    page = watched.goto("/console/plan/new/").page
    page.get_by_label("Title of the plan").fill("As we hoped")
    page.get_by_role("radio", name="Typed in").check()
    page.get_by_label("First month").fill(month)
    page.get_by_role("button", name="Make the plan").click()
    page.locator("#cash-chart svg").wait_for()
    strip.take(page, "The plan of that month")
    page.get_by_role("link", name="Plan and actual").click()
    page.locator("#by-month tbody tr").first.wait_for()
    assert page.locator("#by-month tbody tr").count() == 1
    watched.assert_sound()
    strip.take(page, "Plan against actual")


def test_an_analysis_is_begun_left_and_looked_into(window, site, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(site.home))
    one = window(token=site.hire(Role.MARKETER), width=1280)
    page = one.goto("/console/analytics/").page
    one.assert_sound()
    page.get_by_role("link", name="Begin an analysis").click()
    page.get_by_label("Length of a period").select_option("week")
    one.assert_sound()
    page.get_by_role("button", name="Begin").click()
    page.get_by_text("Waits for its turn").first.wait_for()
    one.assert_sound()
    site.do(lambda: run_worker(queues=(QUEUE_OF_STUDIES,), wait=False))
    page.get_by_role("link", name="Look at the figures").click()
    page.get_by_role("link", name="Average check", exact=False).first.click()
    page.get_by_text("How it is reckoned").first.wait_for()
    one.assert_sound()
    for tab, name in (("segments", "Segments"), ("cohorts", "Cohorts")):
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(f"**/{tab}/")
        one.assert_sound()

    phone = window(token=site.hire(Role.AUDITOR), language="ru", width=390, theme="dark")
    for tab in ("", "segments/", "cohorts/", "value/", "studies/"):
        phone.goto(f"/console/analytics/{tab}")
        phone.assert_sound()
