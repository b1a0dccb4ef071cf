"""The pictures of the README and the documents, taken anew where `REGULARS_PICTURES` names their folder."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from browser.app import new_reward, signed_in
from browser.site import watched
from browser.till import new_customer, new_till, open_till, scan

FOLDER = os.environ.get("REGULARS_PICTURES")
_BYTES_MAX = 150_000
_DESK, _PHONE = (1280, 800), (390, 800)

pytestmark = [
    pytest.mark.skipif(FOLDER is None, reason="pictures are taken where REGULARS_PICTURES is set"),
    pytest.mark.timeout(900),
]


@pytest.fixture
def look(chromium, site):
    """Opens a window, and keeps what it shows as a picture of a name."""
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)

    def take(name, path, *, size=_DESK, then=None, till=False, **who):
        with watched(chromium, site, width=size[0], height=size[1], **who) as window:
            page = open_till(window, new_till(site)) if till else window.goto(path).page
            if then is not None:
                then(page)
            page.wait_for_timeout(600)
            shot = Image.open(io.BytesIO(page.screenshot()))
            shot.convert("RGB").save(folder / f"{name}.webp", quality=82, method=6)
        assert (folder / f"{name}.webp").stat().st_size < _BYTES_MAX, name

    return take


def plan(page):
    """A plan typed in, one assumption moved."""
    page.get_by_label("Title of the plan").fill("Corner shop")
    page.get_by_role("radio", name="Typed in").check()
    page.get_by_role("button", name="Make the plan").click()
    page.locator("#cash-chart svg").wait_for()


def sale(card):
    """A member scanned and an amount typed."""

    def work(page):
        scan(page, card)
        page.locator("#member .name").wait_for()
        page.locator("#amount").fill("1234.50")
        page.locator("#figures").wait_for()

    return work


def test_the_pictures_are_taken(look, site, owner):
    anna = new_customer(site, points=4000, name="Анна")
    for amount in (650, 1240):
        site.do(lambda amount=amount: site.shop.sell(anna.ref, amount))
    new_reward(site, "mug", 200)
    new_reward(site, "lamp", 900)
    member = signed_in(site, anna).token
    staff, app = {"token": owner}, {"member_token": member, "size": _PHONE}
    look("front", "/", **staff)
    look(
        "home", "/console/", then=lambda page: page.locator("#sales-chart svg").wait_for(), **staff
    )
    look(
        "home-dark",
        "/console/",
        theme="dark",
        language="ru",
        then=lambda page: page.locator("#sales-chart svg").wait_for(),
        **staff,
    )
    look("member", f"/console/members/{anna.ref.id}/", **staff)
    look("programme-words", "/console/programme/1/words/", **staff)
    look("plan", "/console/plan/new/", then=plan, **staff)
    look("simulate", "/console/simulate/new/", **staff)
    look(
        "liability",
        "/console/liability/",
        then=lambda page: page.locator(".stat").first.wait_for(),
        **staff,
    )
    look("brand", "/console/brand/", **staff)
    look("till", "/till/", till=True, then=sale(anna.card))
    look("app", "/app/", **app)
    look("app-dark", "/app/rewards/", theme="dark", language="ru", **app)
    look("join", "/join/", size=_PHONE)
