"""The brand's page, what it serves to everybody, and what it refuses."""

import io
import re
from itertools import combinations
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from regulars import web
from regulars.contexts.programme.models import BrandRow
from regulars.contexts.programme.queries import get_brand
from regulars.contexts.security.types import Role
from regulars.core.brand import dark_palette, light_palette
from regulars.web.design.brand import SERIES, STAND_IN, _apart, _declared

pytestmark = pytest.mark.django_db
FINE = {"name": "Кофе & Ко", "accent": "#C02030", "typeface": "onest", "card_face": "rings"}
HOSTILE = '"><script>alert(1)</script>'


def upload(data=None, name="logo.png"):
    if data is None:
        made = io.BytesIO()
        Image.new("RGBA", (900, 300), (192, 32, 48, 255)).save(made, "PNG")
        data = made.getvalue()
    return SimpleUploadedFile(name, data, "image/png")


def test_a_change_shows_on_every_page_and_in_the_colours(sign_in, client):
    browser = sign_in()
    answer = browser.post("/console/brand/", FINE | {"logo": upload()}, follow=True)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "The brand is changed." in page
    digest = get_brand().logo_digest
    assert f'src="/design/logo/{digest}.png" alt="Кофе &amp; Ко"' in page
    style = client.get("/design/brand.css").content.decode()
    assert "--accent:#c02030" in style
    assert '--font:"Onest Variable"' in style
    logo = client.get(f"/design/logo/{digest}.png")
    assert logo["Content-Type"] == "image/png"
    assert "immutable" in logo["Cache-Control"]
    with Image.open(io.BytesIO(logo.content)) as drawn:
        assert drawn.size == (480, 160)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"accent": "red"}, "A colour is six digits"),
        ({"accent": "#0b6650}b"}, "at most 7 characters"),
        ({"name": ""}, "This field is required"),
        ({"typeface": "comic"}, "Select a valid choice"),
        ({"logo": upload(b"<svg onload=alert(1)>")}, "This is not a picture"),
        ({"logo": upload(b"\0" * (4 * 1024 * 1024 + 1))}, "The picture is too large"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_changes(sign_in, wrong, says):
    answer = sign_in().post("/console/brand/", FINE | wrong)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert BrandRow.objects.count() == 0


def test_names_are_shown_as_they_are_and_never_run(sign_in):
    browser = sign_in()
    answer = browser.post("/console/brand/", FINE | {"name": HOSTILE}, follow=True)
    page = answer.content.decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


def test_the_preview_keeps_to_its_lists_whatever_it_is_asked(sign_in, client):
    browser = sign_in()
    asked = {"accent": "#fff;}*{x:url(//evil)", "typeface": "../x", "name": HOSTILE}
    page = browser.get("/console/brand/preview/", asked).content.decode()
    assert HOSTILE not in page
    assert "evil" not in page
    style = client.get("/design/preview.css", asked).content.decode()
    assert "evil" not in style
    values = re.findall(r"--[a-z-]+:([^;}]+)", style)
    assert values
    for value in values:
        assert re.fullmatch(
            r"#[0-9a-f]{6}|\"[A-Za-z ]+\"|var\(--font\),system-ui,sans-serif", value
        )


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.CASHIER, Role.AUDITOR])
def test_who_may_not_change_it_does_not_see_the_page(sign_in, role):
    browser = sign_in(role)
    assert browser.get("/console/brand/").status_code == 403
    assert browser.post("/console/brand/", FINE).status_code == 403
    assert BrandRow.objects.count() == 0


def test_a_forged_request_changes_nothing(sign_in):
    browser = sign_in(enforce_csrf_checks=True)
    assert browser.post("/console/brand/", FINE).status_code == 403
    assert BrandRow.objects.count() == 0


@pytest.mark.parametrize("digest", ["0" * 64, "x", "..%2f..%2fsettings", "a" * 63 + "%00"])
def test_a_logo_that_never_was_is_not_found(client, digest):
    assert client.get(f"/design/logo/{digest}.png").status_code == 404


def test_charts_begin_with_the_brand_and_no_two_series_look_alike():
    tokens = (Path(web.__path__[0]) / "static" / "ui" / "tokens.css").read_text()
    colour = r"(#\w{6})"
    blocks = re.findall("; ".join(f"--series-{n}: {colour}" for n in range(1, 6)), tokens)
    light, dark = blocks[0], blocks[1]
    assert (STAND_IN["light"], *SERIES["light"]) == light
    assert (STAND_IN["dark"], *SERIES["dark"]) == dark
    # As well told apart as our own colours are at the least.
    nearest = min(_apart(*pair) for own in (light, dark) for pair in combinations(own, 2))
    for accent in ("#c2571a", "#3566b8", "#8a6d00", "#0b6650", "#ffee00", "#000000"):
        for theme, palette in (("light", light_palette(accent)), ("dark", dark_palette(accent))):
            told = dict(re.findall(r"--series-(\d):(#\w{6});", _declared(palette, theme)))
            drawn = [
                told.get(str(n), own) for n, own in enumerate((palette.accent, *SERIES[theme]), 1)
            ]
            assert drawn[0] == palette.accent
            assert len(set(drawn)) == 5
            near = min(_apart(drawn[0], other) for other in drawn[1:])
            assert near >= nearest, (accent, theme, drawn)
