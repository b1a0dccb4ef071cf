"""The books' figures in the console: a month's liability is looked at, closed, and opened again by two."""

import os
from datetime import timedelta
from pathlib import Path

from closing_shop import settle

from regulars.contexts.security.types import Role
from regulars.kit.clock import utc_now


def pictured(one, name):
    """For whoever looks at the page while it is being made."""
    folder = os.environ.get("REGULARS_PICTURES")
    if folder:
        one.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_month_is_closed_and_opened_again_by_two(window, site):
    def post_due():
        kept, site.shop.now = site.shop.now, utc_now() - timedelta(minutes=1)
        settle(site.shop)
        site.shop.now = kept

    site.do(post_due)
    first = window(token=site.hire(Role.CONTROLLER, "Олег Белов"), width=1280)
    page = first.goto("/console/liability/").page
    page.get_by_text("Revenue that waits for points").wait_for()
    first.assert_sound()
    pictured(first, "open")
    month = page.get_by_label("Month", exact=True).input_value()
    page.get_by_role("button", name="Close the month").click()
    button = page.get_by_role("dialog").get_by_role("button", name="Close the month")
    assert button.is_disabled()
    page.get_by_role("dialog").get_by_label(f"Type «{month}»").fill(month)
    button.click()
    page.get_by_text("SHA-256").wait_for()
    page.get_by_role("button", name="Compare with the books of today").click()
    page.get_by_text("the same").first.wait_for()
    first.assert_sound()
    pictured(first, "closed")
    with page.expect_download() as download:
        page.get_by_role("link", name="Journal for 1C").click()
    assert download.value.suggested_filename == f"journal-{month}-1c.csv"
    page.get_by_role("button", name="Open again").click()
    page.get_by_role("dialog").get_by_label("Why").fill("An invoice is missing")
    page.get_by_role("button", name="Ask a second person").click()
    page.get_by_text("waits for a second person").first.wait_for()

    second = window(token=site.hire(Role.OWNER), language="ru", width=390, theme="dark")
    page = second.goto("/console/liability/").page
    second.assert_sound()
    pictured(second, "closed-phone")
    page.get_by_role("link", name="Согласования").last.click()
    card = page.get_by_role("article").filter(has_text="An invoice is missing")
    card.get_by_role("button", name="Согласовать").click()
    page.get_by_role("dialog").get_by_role("button", name="Согласовать").click()
    page = second.goto("/console/liability/").page
    page.get_by_text("открыт заново").first.wait_for()
    second.assert_sound()
