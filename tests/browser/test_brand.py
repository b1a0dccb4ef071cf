"""The brand tried and set in a real browser: the preview follows, every page wears it afterwards."""

import pytest

from regulars.contexts.programme.types import BrandChange
from regulars.contexts.programme.usecases import change_brand
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def _as_it_was(site):
    yield
    ours = BrandChange("Regulars", "#0b6650", "golos", "waves", without_logo=True)
    site.do(lambda: in_transaction(lambda: change_brand(ours, now=utc_now(), by=site.shop.by)))


@pytest.mark.usefixtures("_as_it_was")
def test_a_brand_is_tried_set_and_worn(window, owner):
    watched = window(token=owner).goto("/console/brand/")
    page = watched.page
    page.get_by_label("Brand name").fill("Кофе & Ко")
    page.get_by_label("Colour", exact=True).fill("#7a2048")
    card = page.locator("#preview .loyalty").first
    expect(card).to_have_css("background-color", "rgb(122, 32, 72)")
    assert "Кофе & Ко" in card.inner_text()
    assert watched.violations() == []
    page.get_by_text("Onest", exact=True).click()
    page.get_by_text("Rings", exact=True).click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The brand is changed.").wait_for()
    assert page.locator(".console > .side .side-brand").inner_text() == "Кофе & Ко"
    button = page.get_by_role("button", name="Save")
    assert button.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(122, 32, 72)"
    assert "Onest" in button.evaluate("e => getComputedStyle(e).fontFamily")
    watched.assert_sound()
    dark = window(token=owner, theme="dark").goto("/console/brand/")
    dark.assert_sound()


def test_a_wrong_colour_is_said_beside_its_field(window, owner):
    watched = window(token=owner)
    watched.forgiven.add(422)
    page = watched.goto("/console/brand/").page
    page.get_by_label("Colour", exact=True).fill("red")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("A colour is six digits").wait_for()
    assert page.get_by_label("Colour", exact=True).get_attribute("aria-invalid") == "true"
    watched.assert_sound()
