"""Whatever colour an operator chooses, everything that stands in it or on it can be read."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

import regulars.web as web
from regulars.core.brand import (
    DARK_GROUND,
    DARK_SURFACE,
    LIGHT_GROUND,
    LIGHT_SURFACE,
    TEXT_CONTRAST_MIN,
    Brand,
    CardFace,
    ChoiceInvalid,
    ColourInvalid,
    Typeface,
    card_colours,
    contrast,
    dark_palette,
    light_palette,
    parse_brand,
)
from regulars.core.plain_text import TextMalformed

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
TOKENS = (Path(web.__path__[0]) / "static" / "ui" / "tokens.css").read_text()


@given(colours)
@examples(300)
def test_every_colour_gives_accents_that_can_be_read(colour):
    for palette, grounds in (
        (light_palette(colour), (LIGHT_SURFACE, LIGHT_GROUND)),
        (dark_palette(colour), (DARK_SURFACE, DARK_GROUND)),
    ):
        for ground in grounds:
            assert contrast(palette.accent, ground) >= TEXT_CONTRAST_MIN
            assert contrast(palette.accent_text, ground) >= TEXT_CONTRAST_MIN
        assert contrast(palette.accent_text, palette.accent_soft) >= TEXT_CONTRAST_MIN
        assert contrast(palette.on_accent, palette.accent) >= TEXT_CONTRAST_MIN
        assert contrast(palette.on_accent, palette.accent_strong) >= TEXT_CONTRAST_MIN


@given(colours)
@examples(300)
def test_text_on_the_card_can_be_read_on_all_of_its_face(colour):
    card = card_colours(colour)
    assert card.ground == colour
    assert contrast(card.text, card.ground) >= TEXT_CONTRAST_MIN
    assert contrast(card.text, card.ground_deep) >= TEXT_CONTRAST_MIN


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#123456", "#123456") == 1


def test_a_colour_that_can_be_read_stays_as_it_is():
    assert light_palette("#0b6650").accent == "#0b6650"
    assert light_palette("#ffcc00").accent != "#ffcc00"


def test_a_brand_is_read_from_what_people_type():
    assert parse_brand("  Кофе & Ко ", " #0B6650", "onest", "rings") == Brand(
        "Кофе & Ко", "#0b6650", Typeface.ONEST, CardFace.RINGS
    )
    assert parse_brand("A", "ABCDEF", "golos", "plain").accent == "#abcdef"


@pytest.mark.parametrize(
    ("told", "refusal", "pointer"),
    [
        (("", "#0b6650", "golos", "plain"), TextMalformed, "/name"),
        (("x" * 41, "#0b6650", "golos", "plain"), TextMalformed, "/name"),
        (("a\x00b", "#0b6650", "golos", "plain"), TextMalformed, "/name"),
        (("A", "red", "golos", "plain"), ColourInvalid, "/accent"),
        (("A", "#0b665", "golos", "plain"), ColourInvalid, "/accent"),
        (("A", "#0b6650;}body{", "golos", "plain"), ColourInvalid, "/accent"),
        (("A", "#0b6650\n", "../x", "plain"), ChoiceInvalid, "/typeface"),
        (("A", "#0b6650", "golos", "url(x)"), ChoiceInvalid, "/card_face"),
    ],
)
def test_what_is_no_brand_is_refused(told, refusal, pointer):
    with pytest.raises(refusal) as refused:
        parse_brand(*told)
    assert refused.value.pointer == pointer


def test_the_style_sheet_has_the_grounds_that_accents_are_counted_for():
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    for text, ground, surface in (
        (light, LIGHT_GROUND, LIGHT_SURFACE),
        (dark, DARK_GROUND, DARK_SURFACE),
    ):
        assert f"--ground: {ground}; --surface: {surface};" in text


def test_the_dark_theme_by_the_device_is_the_one_by_choice():
    by_device = re.search(r":root:not\(\[data-theme=light\]\) \{(.*?)\}", TOKENS, re.DOTALL)
    by_choice = re.search(r"\n\[data-theme=dark\] \{(.*?)\}", TOKENS, re.DOTALL)
    assert by_device[1].split() == by_choice[1].split()


def colour_of(name, theme):
    block = TOKENS.split("@media (prefers-color-scheme: dark)")[theme == "dark"]
    return re.search(rf"--{name}: (#[0-9a-f]{{6}})", block)[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_own_colours_can_be_read_too(theme):
    for name in ("text", "muted", "faint"):
        for ground in ("ground", "surface", "sunken"):
            told, on = colour_of(name, theme), colour_of(ground, theme)
            assert contrast(told, on) >= TEXT_CONTRAST_MIN, (name, ground)
    for name in ("good", "warn", "bad", "info", "special"):
        told = colour_of(name, theme)
        for ground in (f"{name}-soft", "surface", "ground"):
            assert contrast(told, colour_of(ground, theme)) >= TEXT_CONTRAST_MIN, (name, ground)
        fill = colour_of(f"{name}-fill", theme)
        assert contrast(colour_of("on-fill", theme), fill) >= TEXT_CONTRAST_MIN, name
    # The edge of a field is told from its ground by WCAG's 3 to 1.
    assert contrast(colour_of("line-strong", theme), colour_of("surface", theme)) >= 3
