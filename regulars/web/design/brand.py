"""The operator's brand on every page: its name, its colours as CSS variables, its mark."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from regulars.core.brand import (
    DEFAULT_ACCENT,
    CardFace,
    Palette,
    Typeface,
    card_colours,
    dark_palette,
    light_palette,
)
from regulars.web.accounts.guard import public_page

_FAMILIES = {
    Typeface.GOLOS: "Golos Text Variable",
    Typeface.ONEST: "Onest Variable",
    Typeface.MANROPE: "Manrope Variable",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What pages show of the brand. `revision` changes whenever any of it does."""

    name: str = "Regulars"
    accent: str = DEFAULT_ACCENT
    typeface: Typeface = Typeface.GOLOS
    card_face: CardFace = CardFace.WAVES
    logo: str = ""
    revision: str = "0"


def current_brand() -> Shown:
    """The brand in force."""
    return Shown()


def in_templates(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `brand`, read when a template first asks for it."""
    return {"brand": SimpleLazyObject(current_brand)}


@public_page
@require_safe
@cache_control(public=True, max_age=3600)
def brand_style(request: HttpRequest) -> HttpResponse:
    """Colours and typeface of the brand as CSS variables; values come from closed lists only."""
    brand = current_brand()
    card = card_colours(brand.accent)
    light, dark = _declared(light_palette(brand.accent)), _declared(dark_palette(brand.accent))
    text = (
        f':root{{--font:"{_FAMILIES[brand.typeface]}";--card-ground:{card.ground};'
        f"--card-deep:{card.ground_deep};--card-text:{card.text};{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n"
    )
    return HttpResponse(text, content_type="text/css; charset=utf-8")


@public_page
@require_safe
@cache_control(public=True, max_age=3600)
def brand_icon(request: HttpRequest) -> HttpResponse:
    """The mark of the installation as a drawing, in the brand's colour."""
    card = card_colours(current_brand().accent)
    return HttpResponse(
        _MARK.format(ground=card.ground, text=card.text), content_type="image/svg+xml"
    )


_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="8" fill="{ground}"/>'
    '<g fill="{text}"><circle cx="10" cy="11" r="3"/><circle cx="22" cy="11" r="3"/>'
    '<circle cx="10" cy="21" r="3"/></g>'
    '<circle cx="22" cy="21" r="2.2" fill="none" stroke="{text}" stroke-width="1.6"/></svg>'
)


def _declared(palette: Palette) -> str:
    return (
        f"--accent:{palette.accent};--accent-strong:{palette.accent_strong};"
        f"--on-accent:{palette.on_accent};--accent-text:{palette.accent_text};"
        f"--accent-soft:{palette.accent_soft};"
    )
