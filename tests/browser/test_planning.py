"""The story of a plan in a real browser: made, moved by a slider, saved, kept as a scenario, tracked."""

import re

from browser.site import WIDTHS


def test_a_plan_is_made_and_moved_and_saved(window, owner):
    watched = window(token=owner, width=WIDTHS[2]).goto("/console/plan/")
    page = watched.page
    watched.assert_sound()
    page.get_by_role("link", name="New plan").click()
    page.get_by_label("Title of the plan").fill("Corner shop, a hope")
    page.get_by_role("radio", name="Typed in").check()
    watched.assert_sound()
    page.get_by_role("button", name="Make the plan").click()
    page.locator("#cash-chart svg").wait_for()
    watched.assert_sound()
    short = page.locator("#in-short")
    before = short.inner_text()
    slider = page.get_by_role("slider", name="Response: more purchases")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "was => document.getElementById('in-short').innerText !== was", arg=before
    )
    typed = page.get_by_role("textbox", name="Margin on sales", exact=True)
    typed.fill("much")
    page.get_by_text("This plan cannot be computed").wait_for()
    assert typed.get_attribute("aria-invalid") == "true"
    watched.assert_sound()
    typed.fill("32")
    page.get_by_text("This plan cannot be computed").wait_for(state="detached")
    page.get_by_label("Or keep the changes as a scenario called").fill("More visits")
    page.get_by_role("button", name="Keep as a scenario").click()
    page.get_by_role("columnheader", name="More visits").wait_for()
    page.get_by_role("button", name=re.compile("Save as version 3")).wait_for()
    watched.assert_sound()
    page.get_by_role("link", name="Plan and actual").click()
    watched.assert_sound()
    address = page.url.removesuffix("actual/").removeprefix(watched.site.url)
    for width, theme in ((WIDTHS[0], "dark"), (WIDTHS[2], "light")):
        other = window(token=owner, width=width, theme=theme, language="ru")
        other.goto(address).assert_sound()
        other.goto(f"{address}actual/").assert_sound()
