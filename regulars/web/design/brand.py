"""The operator's brand on every page: its name, its colours as CSS variables, its mark and logo."""

from dataclasses import dataclass
from math import dist
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from regulars.contexts.programme.queries import find_logo, get_brand
from regulars.contexts.programme.types import BrandView
from regulars.core.brand import (
    DEFAULT_ACCENT,
    Brand,
    CardFace,
    Palette,
    Typeface,
    card_colours,
    dark_palette,
    is_colour,
    light_palette,
)
from regulars.web.accounts.guard import public_page

_FAMILIES = {
    Typeface.GOLOS: "Golos Text Variable",
    Typeface.ONEST: "Onest Variable",
    Typeface.MANROPE: "Manrope Variable",
}
# Of charts, from the second on, and the first of ours: as in static/ui/tokens.css (a test compares).
SERIES = {
    "light": ("#c2571a", "#3566b8", "#9a3d7c", "#8a6d00"),
    "dark": ("#f0975c", "#86aef0", "#de8cc0", "#d9bd4f"),
}
STAND_IN = {"light": "#0b6650", "dark": "#5ccba6"}
_ALIKE = 70.0
_YEAR_S = 365 * 24 * 3600
_DIGEST_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Shown:
    """What pages show of the brand. `revision` changes whenever any of it does; `logo` is an address."""

    name: str
    accent: str
    typeface: Typeface
    card_face: CardFace
    logo: str
    revision: int


def current_brand() -> Shown:
    """The brand in force; our own while the database does not answer: pages are made all the same."""
    try:
        return shown(get_brand())
    except (OperationalError, InterfaceError):
        return shown(BrandView(0, Brand(), "", None, None))


def shown(view: BrandView) -> Shown:
    """The brand with the address of its logo."""
    brand = view.brand
    logo = reverse("design:logo", args=[view.logo_digest]) if view.logo_digest else ""
    return Shown(
        brand.name, brand.accent, brand.typeface, brand.card_face, logo, view.revision
    )  # fmt: skip


def in_templates(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `brand`, read when a template first asks for it."""
    return {"brand": SimpleLazyObject(current_brand)}


@public_page
@require_safe
@cache_control(public=True, max_age=3600)
def brand_style(request: HttpRequest) -> HttpResponse:
    """Colours and typeface of the brand as CSS variables; values come from closed lists only."""
    brand = current_brand()
    light = _declared(light_palette(brand.accent), "light")
    dark = _declared(dark_palette(brand.accent), "dark")
    return _css(
        f":root{{{_own(brand.accent, brand.typeface)}}}\n"
        f":root,[data-theme=light]{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f"[data-theme=dark]{{{dark}}}\n"
    )


@public_page
@require_safe
@cache_control(public=True, max_age=3600)
def preview_style(request: HttpRequest) -> HttpResponse:
    """The same for a brand that is only being tried, within `.brand-preview`."""
    accent = request.GET.get("accent", "")
    typeface = request.GET.get("typeface", "")
    accent = accent if is_colour(accent) else DEFAULT_ACCENT
    face = Typeface(typeface) if typeface in list(Typeface) else Typeface.GOLOS
    return _css(
        f".brand-preview{{{_own(accent, face)}--font-text:var(--font),system-ui,sans-serif}}\n"
        f".brand-preview[data-theme=light]{{{_declared(light_palette(accent), 'light')}}}\n"
        f".brand-preview[data-theme=dark]{{{_declared(dark_palette(accent), 'dark')}}}\n"
    )


@public_page
@require_safe
@cache_control(public=True, max_age=3600)
def brand_icon(request: HttpRequest) -> HttpResponse:
    """The mark of the installation as a drawing, in the brand's colour."""
    card = card_colours(current_brand().accent)
    return HttpResponse(
        _MARK.format(ground=card.ground, text=card.text), content_type="image/svg+xml"
    )


@public_page
@require_safe
@cache_control(public=True, max_age=_YEAR_S, immutable=True)
def brand_logo(request: HttpRequest, digest: str) -> HttpResponse:
    """The logo with this digest, as the PNG that we made of it."""
    found = find_logo(digest) if len(digest) == _DIGEST_LENGTH and digest.isalnum() else None
    if found is None:
        raise Http404
    return HttpResponse(found, content_type="image/png")


_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="8" fill="{ground}"/>'
    '<g fill="{text}"><circle cx="10" cy="11" r="3"/><circle cx="22" cy="11" r="3"/>'
    '<circle cx="10" cy="21" r="3"/></g>'
    '<circle cx="22" cy="21" r="2.2" fill="none" stroke="{text}" stroke-width="1.6"/></svg>'
)


def _own(accent: str, typeface: Typeface) -> str:
    """What is the same in both themes."""
    card = card_colours(accent)
    return (
        f'--font:"{_FAMILIES[typeface]}";--card-ground:{card.ground};'
        f"--card-deep:{card.ground_deep};--card-text:{card.text};"
    )


def _declared(palette: Palette, theme: str) -> str:
    """A theme's accents. Charts begin with the accent; of the others the one that looks like it gives way."""
    likest = min(range(len(SERIES[theme])), key=lambda n: _apart(SERIES[theme][n], palette.accent))
    alike = _apart(SERIES[theme][likest], palette.accent) < _ALIKE
    return (
        f"--accent:{palette.accent};--accent-strong:{palette.accent_strong};"
        f"--on-accent:{palette.on_accent};--accent-text:{palette.accent_text};"
        f"--accent-soft:{palette.accent_soft};--series-1:{palette.accent};"
        + (f"--series-{likest + 2}:{STAND_IN[theme]};" if alike else "")
    )


def _apart(one: str, other: str) -> float:
    """How far two colours are from each other: 0 to 442."""
    return dist(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]))


def _css(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/css; charset=utf-8")
