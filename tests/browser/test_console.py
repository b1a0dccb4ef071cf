"""The console in a real browser: sound in both themes and languages, on a phone and a desk."""

import pytest

from browser.pages import PAGES as ALL
from browser.pages import looked_at
from browser.site import WIDTHS

PAGES = [page.path for page in ALL if page.path.startswith("/console/") and page.who == "owner"]


@pytest.mark.parametrize(("path", "language", "width"), looked_at(PAGES))
def test_a_page_of_the_console_is_sound(window, owner, path, language, width):
    page = window(token=owner, width=width, language=language).goto(path)
    page.assert_sound_in_both_themes()
    assert page.page.locator("html").get_attribute("lang") == language
    assert page.page.locator("h1").count() == 1


def test_the_theme_and_the_language_are_chosen_and_kept(window, owner):
    page = window(token=owner).goto("/console/design/").page
    page.locator(".console > .side summary").click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.url.endswith("/console/design/")
    page.locator(".console > .side summary").click()
    page.get_by_role("button", name="Русский").click()
    assert page.locator("h1").inner_text() == "Компоненты"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(18, 20, 19)"


def test_a_dialog_asks_for_the_word_and_closes_by_keyboard(window, owner):
    watched = window(token=owner).goto("/console/design/")
    page = watched.page
    page.get_by_role("button", name="Dialog").click()
    dialog = page.get_by_role("dialog", name="Delete the reward?")
    submit = dialog.get_by_role("button", name="Delete")
    assert submit.is_disabled()
    assert watched.violations() == []
    page.keyboard.type("Cappuccino")
    assert submit.is_enabled()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_tabs_are_walked_by_arrows(window, owner):
    page = window(token=owner).goto("/console/design/").page
    page.get_by_role("tab", name="Facts").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Waiting").get_attribute("aria-selected") == "true"
    page.keyboard.press("End")
    assert page.get_by_text("No rewards yet").is_visible()
    page.keyboard.press("Home")
    assert page.get_by_text("Member since").is_visible()


def test_on_a_phone_the_sections_are_in_a_drawer(window, owner):
    watched = window(token=owner, width=WIDTHS[0]).goto("/console/")
    page = watched.page
    assert not page.get_by_role("navigation", name="Sections", exact=True).is_visible()
    page.get_by_role("button", name="Menu").click()
    drawer = page.get_by_role("dialog", name="Menu")
    assert drawer.get_by_role("link", name="Home").is_visible()
    assert watched.violations() == []
    page.keyboard.press("Escape")
    assert not drawer.is_visible()


def test_a_chart_has_its_figures_as_a_table(window, owner):
    page = window(token=owner).goto("/console/design/").page
    card = page.locator("#lines")
    assert card.locator("svg path").count() > 3
    card.get_by_text("As a table").click()
    rows = card.get_by_role("row").all_inner_texts()
    assert rows[0].split() == ["Month", "Of", "members", "Of", "others"]
    assert rows[1].split() == ["Jan", "420", "300"]
    assert len(rows) == 7
