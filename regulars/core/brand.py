"""The operator's brand: a name, a colour, a typeface; and colours derived so that all can be read."""

import colorsys
import re
from dataclasses import dataclass
from enum import StrEnum

from regulars.core.plain_text import line_of_text
from regulars.core.refusal import Invalid

# What text needs against its ground by WCAG 2.2 AA.
TEXT_CONTRAST_MIN = 4.5
_HEX = re.compile(r"#[0-9a-f]{6}")
_STEPS = 100
# Accents in the dark: bright enough to lead the eye, not so full that they glow.
_DARK_CONTRAST_MIN = 7.0
_DARK_SATURATION_MAX = 0.62

# The grounds that accents stand on: the same as in static/ui/tokens.css (a test compares them).
LIGHT_SURFACE = "#ffffff"
LIGHT_GROUND = "#f5f5f2"
DARK_SURFACE = "#1a1d1c"
DARK_GROUND = "#121413"
_BLACK, _WHITE = "#0d1512", "#ffffff"


class Typeface(StrEnum):
    """The typefaces that we bring along."""

    GOLOS = "golos"
    ONEST = "onest"
    MANROPE = "manrope"


class CardFace(StrEnum):
    """What is drawn on the card behind name and number."""

    PLAIN = "plain"
    WAVES = "waves"
    RINGS = "rings"
    GRID = "grid"


DEFAULT_ACCENT = "#0b6650"
NAME_LENGTH_MAX = 40


class ColourInvalid(Invalid):
    """A colour is written as #rrggbb."""

    code = "brand.colour_invalid"


class ChoiceInvalid(Invalid):
    """There is no such typeface or card face."""

    code = "brand.choice_invalid"


@dataclass(frozen=True, slots=True)
class Brand:
    """What the operator says of their looks; the logo is apart."""

    name: str = "Regulars"
    accent: str = DEFAULT_ACCENT
    typeface: Typeface = Typeface.GOLOS
    card_face: CardFace = CardFace.WAVES


def parse_brand(name: str, accent: str, typeface: str, card_face: str) -> Brand:
    """A brand from what a person typed; a colour may come without `#` and in capitals.

    Raises TextMalformed, ColourInvalid, ChoiceInvalid, each with its pointer.
    """
    told = "#" + accent.strip().lower().removeprefix("#")
    if not is_colour(told):
        raise ColourInvalid(pointer="/accent")
    for value, known, pointer in (
        (typeface, Typeface, "/typeface"),
        (card_face, CardFace, "/card_face"),
    ):
        if value not in list(known):
            raise ChoiceInvalid(pointer=pointer)
    named = line_of_text(name, length_max=NAME_LENGTH_MAX, pointer="/name", needed=True)
    return Brand(named, told, Typeface(typeface), CardFace(card_face))


@dataclass(frozen=True, slots=True)
class Palette:
    """Accents of one theme, as #rrggbb: for fills, hovered fills, text on them, texts and tints."""

    accent: str
    accent_strong: str
    on_accent: str
    accent_text: str
    accent_soft: str


@dataclass(frozen=True, slots=True)
class CardColours:
    """The card's own colours: the operator's colour as it is, and a text that can be read on it."""

    ground: str
    ground_deep: str
    text: str


def is_colour(text: str) -> bool:
    """Whether `text` is a colour as we keep it: #rrggbb in lower case."""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1–21, by WCAG 2.2."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def light_palette(accent: str) -> Palette:
    """Accents for the light theme: `accent` itself, or the nearest darker that can be read."""
    readable = _readable(accent, (LIGHT_SURFACE, LIGHT_GROUND), toward="#000000")
    soft = mix(accent, LIGHT_SURFACE, 10)
    return Palette(
        accent=readable,
        accent_strong=mix(readable, "#000000", 82),
        on_accent=_on(readable),
        accent_text=_readable(readable, (soft, LIGHT_GROUND), toward="#000000"),
        accent_soft=soft,
    )


def dark_palette(accent: str) -> Palette:
    """Accents for the dark theme: lightened until they can be read on dark grounds."""
    readable = _lightened(accent, (DARK_SURFACE, DARK_GROUND))
    soft = mix(readable, DARK_SURFACE, 16)
    return Palette(
        accent=readable,
        accent_strong=mix(readable, "#ffffff", 82),
        on_accent=_on(readable),
        accent_text=_readable(readable, (soft, DARK_SURFACE), toward="#ffffff"),
        accent_soft=soft,
    )


def card_colours(accent: str) -> CardColours:
    """Colours of the member's card, the same in both themes."""
    # Where white cannot be read, pure black always can; a softer black could not on every colour.
    text = _WHITE if contrast(accent, _WHITE) >= TEXT_CONTRAST_MIN else "#000000"
    toward = "#000000" if text == _WHITE else "#ffffff"
    return CardColours(accent, mix(accent, toward, 72), text)


def mix(one: str, other: str, share: int) -> str:
    """`share` per cent of `one`, the rest of `other`."""
    parts = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{(a * share + b * (100 - share) + 50) // 100:02x}" for a, b in parts)


def _readable(colour: str, grounds: tuple[str, ...], *, toward: str) -> str:
    for step in range(_STEPS + 1):
        tried = mix(toward, colour, step)
        if all(contrast(tried, ground) >= TEXT_CONTRAST_MIN for ground in grounds):
            return tried
    return toward


def _lightened(colour: str, grounds: tuple[str, ...]) -> str:
    """The hue kept, the lightness raised: mixing with white would wash it out."""
    hue, start, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _channels(colour)))
    for step in range(_STEPS + 1):
        lightness = start + (1 - start) * step / _STEPS
        parts = colorsys.hls_to_rgb(hue, lightness, min(saturation, _DARK_SATURATION_MAX))
        tried = "#" + "".join(f"{round(part * 255):02x}" for part in parts)
        if all(contrast(tried, ground) >= _DARK_CONTRAST_MIN for ground in grounds):
            return tried
    return _WHITE


def _on(ground: str) -> str:
    return max((_WHITE, _BLACK), key=lambda text: contrast(ground, text))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
