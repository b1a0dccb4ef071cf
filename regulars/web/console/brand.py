"""The brand's page: name, colour, typeface, card and logo, tried beside before they count."""

from typing import Any, cast
from urllib.parse import urlencode

from babel.numbers import format_decimal
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from regulars.contexts.programme.queries import get_brand
from regulars.contexts.programme.types import BrandChange, BrandView
from regulars.contexts.programme.usecases import change_brand
from regulars.contexts.security.types import Permission
from regulars.core.brand import (
    NAME_LENGTH_MAX,
    TEXT_CONTRAST_MIN,
    CardFace,
    Typeface,
    card_colours,
    contrast,
    dark_palette,
    is_colour,
    light_palette,
)
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.pictures import reencoded_png
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.brand import Shown, shown
from regulars.web.design.faces import language

_LOGO_BOX = (480, 160)
_FACES = (
    (CardFace.WAVES, gettext_lazy("Waves")),
    (CardFace.RINGS, gettext_lazy("Rings")),
    (CardFace.GRID, gettext_lazy("Dots")),
    (CardFace.PLAIN, gettext_lazy("Plain")),
)
_TYPEFACES = (
    (Typeface.GOLOS, "Golos Text"),
    (Typeface.ONEST, "Onest"),
    (Typeface.MANROPE, "Manrope"),
)


class BrandForm(forms.Form):
    """What is typed; rules about it are the core's."""

    name = forms.CharField(
        label=gettext_lazy("Brand name"),
        max_length=NAME_LENGTH_MAX,
        help_text=gettext_lazy("On the card, in the app, at the till and in letters."),
    )
    accent = forms.CharField(
        label=gettext_lazy("Colour"),
        max_length=7,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    typeface = forms.ChoiceField(label=gettext_lazy("Typeface"), choices=_TYPEFACES)
    card_face = forms.ChoiceField(label=gettext_lazy("Card face"), choices=_FACES)
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP up to 4 MB; best wide, on a clear ground."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    without_logo = forms.BooleanField(label=gettext_lazy("Show no logo"), required=False)


@staff_page(Permission.BRAND_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def brand_page(request: HttpRequest) -> HttpResponse:
    """The form with its preview; a change counts from the next page on."""
    view = get_brand()
    if request.method == "POST":
        form = BrandForm(request.POST, request.FILES)
        if form.is_valid() and _changed(request, form):
            messages.success(request, _("The brand is changed. Everybody sees it from now on."))
            return HttpResponseRedirect(reverse("console:brand"))
    else:
        form = BrandForm(initial=_initial(view))
    values = form.data if form.is_bound else form.initial
    page = {
        "form": form,
        "view": view,
        "typefaces": _TYPEFACES,
        "faces": _FACES,
        "chosen": {name: values.get(name) for name in ("accent", "typeface", "card_face")},
        **_preview(values, view),
    }
    return render(request, "console/brand.html", page, status=422 if form.errors else 200)


@staff_page(Permission.BRAND_WRITE)
@require_safe
def brand_preview(request: HttpRequest) -> HttpResponse:
    """How the card, a button and texts would look; nothing is kept."""
    return render(request, "console/brand_preview.html", _preview(request.GET, get_brand()))


def _changed(request: HttpRequest, form: BrandForm) -> bool:
    """Whether the change was made; else the form says why not."""
    told_of = form.cleaned_data
    try:
        change = BrandChange(
            told_of["name"],
            told_of["accent"],
            told_of["typeface"],
            told_of["card_face"],
            _logo(told_of["logo"]),
            told_of["without_logo"],
        )
        now, by = utc_now(), request.actor  # type: ignore[attr-defined]
        in_transaction(lambda: change_brand(change, now=now, by=by))
    except Refused as refusal:
        field = (refusal.pointer or "").removeprefix("/") or "logo"
        form.add_error(field if field in form.fields else None, told(request, refusal))
        return False
    return True


def _logo(upload: Any) -> bytes | None:
    if upload is None:
        return None
    width, height = _LOGO_BOX
    return reencoded_png(upload.read(), width_max=width, height_max=height)


def _initial(view: BrandView) -> dict[str, str]:
    brand = view.brand
    return {
        "name": brand.name,
        "accent": brand.accent,
        "typeface": brand.typeface.value,
        "card_face": brand.card_face.value,
    }


def _preview(values: Any, view: BrandView) -> dict[str, Any]:
    """The brand as it would be, with what is to be said about its colour."""
    typed = "#" + str(values.get("accent", "")).strip().lower().removeprefix("#")
    accent = typed if is_colour(typed) else view.brand.accent
    typeface, face = str(values.get("typeface", "")), str(values.get("card_face", ""))
    typeface = typeface if typeface in list(Typeface) else view.brand.typeface.value
    face = face if face in list(CardFace) else view.brand.card_face.value
    name = str(values.get("name", "")).strip()[:NAME_LENGTH_MAX] or view.brand.name
    tried = Shown(
        name, accent, Typeface(typeface), CardFace(face), shown(view).logo, view.revision
    )  # fmt: skip
    return {
        "tried": tried,
        "style": f"{reverse('design:preview_style')}?"
        + urlencode({"accent": accent, "typeface": typeface}),
        "notes": _notes(accent),
    }


def _notes(accent: str) -> list[dict[str, str]]:
    """What becomes of the colour so that everybody can read what stands on it."""
    light, dark, card = light_palette(accent), dark_palette(accent), card_colours(accent)
    on_card = contrast(card.ground, card.text)
    kept = light.accent == accent
    found = [
        {
            "kind": "good" if kept else "info",
            "text": _("Buttons and links in the light theme use the colour as it is.")
            if kept
            else _(
                "In the light theme buttons and links use %(colour)s: the nearest that can be read."
            )
            % {"colour": light.accent},
        },
        {
            "kind": "info",
            "text": _("In the dark theme they use %(colour)s.") % {"colour": dark.accent},
        },
        {
            "kind": "good" if on_card >= TEXT_CONTRAST_MIN else "warn",
            "text": _("Text on the card has a contrast of %(ratio)s to 1; 4.5 is the least.")
            % {"ratio": format_decimal(round(on_card, 1), locale=language())},
        },
    ]
    return cast(list[dict[str, str]], found)
