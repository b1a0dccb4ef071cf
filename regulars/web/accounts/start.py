"""The first-run wizard: business and programme, stores, the first till, a sale to try."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from regulars.contexts.programme.queries import NoProgrammeInForce, compiled_at, get_brand
from regulars.contexts.security.types import Permission
from regulars.contexts.till.queries.places import list_stores, list_tills
from regulars.core.earning.explain import explain
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.purchase import QUANTITY_SCALE, Buyer, Line, Receipt
from regulars.core.refusal import Refused
from regulars.core.scene import Scene
from regulars.core.wording.telling import Units, tell
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.forms import LANGUAGES, blame
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import language_of
from regulars.web.accounts.starting import (
    Business,
    open_first_store,
    open_first_till,
    ready_programmes,
    set_up_business,
)

CURRENCIES = ("RUB", "BYN", "KZT", "AMD", "GEL", "KGS", "UZS", "AZN", "TRY", "EUR", "USD", "GBP")
_STEPS = ("business", "store", "till", "sale")


class BusinessForm(forms.Form):
    """What the business is called, how it counts, and which programme it begins with."""

    name = forms.CharField(
        label=gettext_lazy("Name of the business"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    money = forms.ChoiceField(
        label=gettext_lazy("Currency"), choices=[(code, code) for code in CURRENCIES]
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of receipts and letters"), choices=LANGUAGES
    )
    programme = forms.ChoiceField(
        label=gettext_lazy("Programme to begin with"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(name, name) for name in sorted(available_timezones())]
        self.fields["programme"].choices = [
            (ready.name, f"{text_in(ready.title, language)}: {text_in(ready.about, language)}")
            for ready in ready_programmes()
        ]


class PlaceForm(forms.Form):
    """A store or a till: what people call it, and its short code."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    code = forms.CharField(
        label=gettext_lazy("Short code"),
        max_length=40,
        help_text=gettext_lazy("Latin letters, digits and dashes; it stands on receipts."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )


class SaleForm(forms.Form):
    """A purchase to try."""

    amount = forms.DecimalField(
        label=gettext_lazy("Amount of the receipt"), min_value=0, max_value=10_000_000
    )
    category = forms.ChoiceField(label=gettext_lazy("Goods"), required=False)

    def __init__(self, *args: Any, categories: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = ("", _("Anything else"))
        self.fields["category"].choices = [*((one, one) for one in categories), anything]


@staff_page(Permission.PROGRAMME_PUBLISH)
@require_safe
def start(request: Any) -> HttpResponse:
    """To the first step that is not done yet."""
    return HttpResponseRedirect(reverse(f"accounts:start_{_first_undone()}"))


@staff_page(Permission.PROGRAMME_PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def business(request: Any) -> HttpResponse:
    """The business and its programme, in force at once."""
    if _programme() is not None:
        return HttpResponseRedirect(reverse("accounts:start_store"))
    language = language_of(request)
    kept = {
        "money": "RUB" if language == "ru" else "EUR",
        "time_zone": "Europe/Moscow" if language == "ru" else "UTC",
        "language": language,
        "programme": "coffee_shop",
    }
    form = BusinessForm(request.POST or None, language=language, initial=kept)
    if request.method == "POST" and form.is_valid():
        told = Business(**form.cleaned_data)
        try:
            in_transaction(lambda: set_up_business(told, now=utc_now(), by=request.actor))
        except Refused as refusal:
            blame(form, refusal, request)
        else:
            return HttpResponseRedirect(reverse("accounts:start_store"))
    return _page(request, "business", {"form": form})


@staff_page(Permission.PLACES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def store(request: Any) -> HttpResponse:
    """The first store, or one more."""
    kept = {"title": get_brand().brand.name, "code": f"store-{len(list_stores(limit=100)) + 1}"}
    form = PlaceForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            in_transaction(
                lambda: open_first_store(
                    told["code"], told["title"], now=utc_now(), by=request.actor
                )
            )
        except Refused as refusal:
            blame(form, refusal, request)
        else:
            return HttpResponseRedirect(reverse("accounts:start_till"))
    return _page(request, "store", {"form": form, "stores": list_stores(limit=100)})


@staff_page(Permission.KEYS_WRITE, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def till(request: Any) -> HttpResponse:
    """The first till; its key is on this answer and nowhere else."""
    stores = list_stores(limit=1)
    if not stores:
        return HttpResponseRedirect(reverse("accounts:start_store"))
    kept = {"title": _("Till 1"), "code": "till-1"}
    form = PlaceForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            issued = in_transaction(
                lambda: open_first_till(
                    stores[0].code, told["code"], told["title"], now=utc_now(), by=request.actor
                )
            )
        except Refused as refusal:
            blame(form, refusal, request)
        else:
            shown = {"token": issued.token, "title": told["title"], "store": stores[0]}
            return _page(request, "till", shown, template="start_key")
    return _page(request, "till", {"form": form, "store": stores[0], "tills": _tills()})


@staff_page(Permission.PROGRAMME_READ)
@require_safe
def sale(request: Any) -> HttpResponse:
    """What a first purchase would earn, rule by rule and why; nothing is written."""
    programme = _programme()
    if programme is None:
        return HttpResponseRedirect(reverse("accounts:start_business"))
    categories = _categories(programme)
    told = request.GET if "amount" in request.GET else None
    form = SaleForm(told, categories=categories, initial={"amount": 1000})
    shown: dict[str, Any] = {"form": form}
    if form.is_valid():
        minor = int(form.cleaned_data["amount"] * 10**programme.money_scale)
        shown["answers"] = _tried(
            programme, minor, form.cleaned_data["category"], language_of(request)
        )
    return _page(request, "sale", shown)


def _tried(
    programme: Compiled, amount_minor: int, category: str, language: str
) -> list[dict[str, Any]]:
    """Each rule's award, or why it gave nothing."""
    now = utc_now()
    line = Line(
        id="1",
        sku="example",
        quantity=QUANTITY_SCALE,
        price_minor=amount_minor,
        amount_minor=amount_minor,
        category=tuple(category.split("/")) if category else (),
    )
    receipt = Receipt(number="1", store="s", till="t", occurred_at=now, lines=(line,))
    scene = Scene(receipt, Buyer(member_id="example", enrolled_at=now), now, [amount_minor])
    scales = {code: one.scale for code, one in programme.currencies.items()}
    units = Units(programme.document.money, programme.money_scale, scales)
    titles = {rule.id: rule.title for rule in programme.document.earning}
    return [
        {
            "title": text_in(titles[one.rule], language),
            "amount": one.award.amount if one.award else None,
            "currency": one.award.currency if one.award else "",
            "why": tell(
                one.reason.code,
                dict(one.reason.params),
                units,
                language,
                currency=one.award.currency if one.award else None,
            ),
        }
        for one in sorted(explain(programme, scene), key=lambda one: one.award is None)
    ]


def _categories(programme: Compiled) -> tuple[str, ...]:
    """The kinds of goods that the rules speak of."""
    found: set[str] = set()

    def look(part: Any) -> None:
        if isinstance(part, dict):
            told = part.get("categories")
            found.update(map(str, told if isinstance(told, list | dict) else ()))
            for inner in part.values():
                look(inner)
        elif isinstance(part, list):
            for inner in part:
                look(inner)

    look(programme.document.model_dump(mode="json"))
    return tuple(sorted(found))


def _programme() -> Compiled | None:
    try:
        return compiled_at(utc_now())
    except NoProgrammeInForce:
        return None


def _tills() -> tuple[Any, ...]:
    return tuple(
        found for one in list_stores(limit=100) for found in list_tills(one.code, limit=100)
    )


def _first_undone() -> str:
    if _programme() is None:
        return "business"
    if not list_stores(limit=1):
        return "store"
    return "sale" if _tills() else "till"


def _page(
    request: HttpRequest, step: str, shown: dict[str, Any], *, template: str = ""
) -> HttpResponse:
    titles = {
        "business": _("Business"),
        "store": _("Store"),
        "till": _("Till"),
        "sale": _("First sale"),
    }
    place = _STEPS.index(step)
    steps = [
        {
            "title": titles[name],
            "state": "done" if n < place else "current" if n == place else "todo",
        }
        for n, name in enumerate(_STEPS)
    ]
    form = shown.get("form")
    status = 422 if request.method == "POST" and form is not None and form.errors else 200
    name = f"accounts/{template or f'start_{step}'}.html"
    return render(request, name, shown | {"steps": steps}, status=status)
