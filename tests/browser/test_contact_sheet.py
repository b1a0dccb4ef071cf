"""Pictures of every page at three widths, in both languages and themes: `make screenshots`."""

import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from browser.app import new_reward, signed_in
from browser.pages import PAGES
from browser.site import LANGUAGES, THEMES, WIDTHS, watched
from browser.till import new_customer

FOLDER = os.environ.get("REGULARS_SCREENSHOTS")
_THUMB = (300, 420)
_GAP = 14

pytestmark = [
    pytest.mark.skipif(FOLDER is None, reason="only `make screenshots` takes pictures"),
    pytest.mark.timeout(1800),
]


def thumbnail(path):
    """The upper part of a picture, as large as a place on the sheet."""
    with Image.open(path) as picture:
        width, height = picture.size
        part = picture.crop((0, 0, width, min(height, width * _THUMB[1] // _THUMB[0])))
        part.thumbnail(_THUMB)
        return part.convert("RGB")


def sheet(title, pictures, to):
    """One page of the contact sheet: a row for each page, a column for each way to see it."""
    columns = len(WIDTHS) * len(LANGUAGES)
    rows = -(-len(pictures) // columns)
    size = (columns * (_THUMB[0] + _GAP) + _GAP, rows * (_THUMB[1] + _GAP + 18) + _GAP)
    made = Image.new("RGB", size, "#d8d8d4")
    draw = ImageDraw.Draw(made)
    for place, path in enumerate(pictures):
        x = _GAP + place % columns * (_THUMB[0] + _GAP)
        y = _GAP + place // columns * (_THUMB[1] + _GAP + 18)
        draw.text((x, y), path.stem, fill="#222222")
        made.paste(thumbnail(path), (x, y + 16))
    made.save(to / f"{title}.png")


def test_every_page_is_taken_and_laid_on_sheets(chromium, site, owner):
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    complaints = []
    member = signed_in(site, new_customer(site, points=3000))
    new_reward(site, "mug", 200)
    new_reward(site, "lamp", 900)
    for theme in THEMES:
        taken = []
        for page in PAGES:
            for language in LANGUAGES:
                for width in WIDTHS:
                    name = page.path.strip("/").replace("/", "-") or "front"
                    path = folder / f"{name}-{language}-{width}-{theme}.png"
                    token = owner if page.who == "owner" else None
                    session = member.token if page.who == "member" else None
                    with watched(
                        chromium, site, token=token, member_token=session, width=width,
                        theme=theme, language=language,
                    ) as window:  # fmt: skip
                        window.goto(page.path)
                        window.page.screenshot(path=path, full_page=True)
                        complaints += [f"{path.name}: {one}" for one in window.complaints]
                        if window.overflow() > 0:
                            complaints.append(f"{path.name}: wider than its window")
                    taken.append(path)
        per_sheet = len(WIDTHS) * len(LANGUAGES) * 6
        for number in range(0, len(taken), per_sheet):
            part = taken[number : number + per_sheet]
            sheet(f"sheet-{theme}-{number // per_sheet + 1}", part, folder)
    assert complaints == [], "\n".join(complaints)
