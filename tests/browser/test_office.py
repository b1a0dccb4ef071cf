"""The office in a real browser: a store opened, its till given a key that opens the till page."""

import pytest

from browser.site import WIDTHS


@pytest.mark.parametrize(("language", "width"), [("en", WIDTHS[2]), ("ru", WIDTHS[0])])
def test_a_store_gets_a_till_and_the_till_a_key(window, owner, language, width):
    watched = window(token=owner, width=width, language=language).goto("/console/stores/new/")
    page = watched.page
    code = f"shop-{language}"
    page.locator("#id_code").fill(code)
    page.locator("#id_title").fill("Магазин на Большой Академической улице")
    watched.assert_sound()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/stores/at/{code}/")
    watched.assert_sound()
    page.locator(f"a[href$='/{code}/tills/new/']").click()
    page.locator("#id_code").fill("1")
    page.locator("#id_title").fill("Касса у входа")
    page.locator("main .button-primary").click()
    page.wait_for_url("**/tills/at/1/")
    watched.assert_sound()
    page.locator("a[href$='/keys/new/']").click()
    watched.assert_sound()
    page.locator("main .button-primary").click()
    assert page.locator("#token").input_value().startswith("rk_")
    watched.assert_sound()
    page.goto(page.url.replace("keys/new/", ""))
    page.locator("button[data-opens='end-1']").click()
    watched.assert_sound()
