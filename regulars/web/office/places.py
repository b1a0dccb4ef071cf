"""Stores of the business: the list, one store with its tills and cashiers, and what is changed there."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.security.queries import list_api_keys
from regulars.contexts.security.types import Actor, Permission, Plane
from regulars.contexts.till.queries.cashiers import list_cashiers
from regulars.contexts.till.queries.places import get_store, list_stores, list_tills
from regulars.contexts.till.usecases.cashiers import set_cashier
from regulars.contexts.till.usecases.places import change_store, create_store
from regulars.core.places import ADDRESS_LENGTH_MAX, BRAND_LENGTH_MAX, TITLE_LENGTH_MAX
from regulars.core.refusal import NotFound
from regulars.kit.clock import utc_now
from regulars.kit.paging import make_cursor, read_cursor
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.office.acting import PAGE, cursor_of, done, form_page, tried

_TILLS_SHOWN = 200
_STATES = {"": None, "open": True, "closed": False}


def code_field(hint: Any) -> forms.CharField:
    """What something is called in receipts and addresses; use cases say what it may look like."""
    kept = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
    return forms.CharField(
        label=gettext_lazy("Code"), max_length=40, help_text=hint, widget=forms.TextInput(kept)
    )


class StoreForm(forms.Form):
    """What is said of a store."""

    code = code_field(gettext_lazy("Latin letters, digits, dots and dashes. It stays for good."))
    title = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=TITLE_LENGTH_MAX)
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=ADDRESS_LENGTH_MAX, required=False
    )
    brand = forms.CharField(
        label=pgettext_lazy("store", "Brand"),
        max_length=BRAND_LENGTH_MAX,
        required=False,
        help_text=gettext_lazy("Where stores of several brands share a programme."),
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("For example Asia/Omsk. Left empty: that of the programme."),
    )


class CashierForm(forms.Form):
    """What is said of a cashier."""

    code = code_field(gettext_lazy("A personnel number, for example. It stays for good."))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    pin = forms.CharField(
        label=gettext_lazy("PIN"),
        max_length=8,
        help_text=gettext_lazy("4 to 8 digits, not all the same. It is not shown again."),
        widget=forms.PasswordInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


@staff_page(Permission.PLACES_READ)
@require_safe
def places_page(request: Any) -> HttpResponse:
    """Stores by code, all of them or those that are open or closed."""
    state = request.GET.get("state", "")
    state = state if state in _STATES else ""
    cursor = cursor_of(request)
    after = read_cursor(cursor, str)[0] if cursor else ""
    found = in_transaction(lambda: list_stores(after=after, limit=PAGE + 1, active=_STATES[state]))
    here = reverse("office:places")
    asked = f"state={state}&" if state else ""
    titles = {"": _("All"), "open": _("Open"), "closed": _("Closed")}
    page = {
        "stores": found[:PAGE],
        "chips": [
            {
                "title": title,
                "href": f"{here}?state={one}" if one else here,
                "current": one == state,
            }
            for one, title in titles.items()
        ],
        "first": f"{here}?{asked}" if cursor else "",
        "next": f"{here}?{asked}cursor={make_cursor(found[PAGE - 1].code)}"
        if len(found) > PAGE
        else "",
        "narrowed": bool(state or cursor),
    }
    return render(request, "office/places.html", page)


@staff_page(Permission.PLACES_READ)
@require_safe
def store_page(request: Any, store: str) -> HttpResponse:
    """One store: where it is, its tills with their keys, its cashiers."""
    view, tills, cashiers, keys = in_transaction(lambda: _store(store, request.actor))
    page = {
        "store": view,
        "tills": [(till, keys.get(till.code, 0)) for till in tills[:_TILLS_SHOWN]],
        "cashiers": cashiers,
    }
    return render(request, "office/store.html", page)


@staff_page(Permission.PLACES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_store(request: Any) -> HttpResponse:
    """Open a store."""
    form = StoreForm(request.POST or None)
    made = tried(
        request,
        form,
        lambda: create_store(
            form.cleaned_data["code"], form.cleaned_data["title"],
            brand=form.cleaned_data["brand"], address=form.cleaned_data["address"],
            time_zone=form.cleaned_data["time_zone"] or None,
            now=utc_now(), by=request.actor,
        ),
    )  # fmt: skip
    if made:
        messages.success(request, _("The store is open. Now it needs a till."))
        return HttpResponseRedirect(reverse("office:store", args=[made.code]))
    return form_page(
        request,
        form,
        title=_("New store"),
        submit=_("Open the store"),
        crumbs=[(reverse("office:places"), _("Stores and tills"))],
    )


@staff_page(Permission.PLACES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_store(request: Any, store: str) -> HttpResponse:
    """Change what is said of a store."""
    view = in_transaction(lambda: get_store(store))
    shown = {"title": view.title, "address": view.address, "brand": view.brand}
    form = StoreForm(request.POST or None, initial=shown | {"time_zone": view.time_zone or ""})
    del form.fields["code"]
    changed = tried(
        request,
        form,
        lambda: change_store(
            store,
            title=form.cleaned_data["title"], brand=form.cleaned_data["brand"],
            address=form.cleaned_data["address"],
            time_zone=form.cleaned_data["time_zone"] or None,
            programme_time_zone=not form.cleaned_data["time_zone"],
            now=utc_now(), by=request.actor,
        ),
    )  # fmt: skip
    where = reverse("office:store", args=[store])
    if changed:
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(where)
    crumbs = [(reverse("office:places"), _("Stores and tills")), (where, view.title)]
    return form_page(request, form, title=_("Change the store"), submit=_("Save"), crumbs=crumbs)


@staff_page(Permission.PLACES_WRITE)
@require_POST
def switch_store(request: Any, store: str) -> HttpResponse:
    """Close a store, or open it again."""
    active = request.POST.get("to") == "open"
    return done(
        request,
        lambda: change_store(store, active=active, now=utc_now(), by=request.actor),
        _("The store is open.") if active else _("The store is closed."),
        reverse("office:store", args=[store]),
    )


@staff_page(Permission.PLACES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_cashier(request: Any, store: str) -> HttpResponse:
    """Set up somebody who works at the tills of a store."""
    view = in_transaction(lambda: get_store(store))
    form = CashierForm(request.POST or None)
    if form.is_bound and form.is_valid() and _knows(store, form.cleaned_data["code"]):
        form.add_error("code", _("The store has a cashier of this code already."))
    made = tried(request, form, lambda: _set(request.actor, store, form))
    where = reverse("office:store", args=[store])
    if made:
        messages.success(request, _("The cashier can work now."))
        return HttpResponseRedirect(where)
    crumbs = [(reverse("office:places"), _("Stores and tills")), (where, view.title)]
    return form_page(
        request, form, title=_("New cashier"), submit=pgettext("button", "Set up"), crumbs=crumbs
    )


@staff_page(Permission.PLACES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_cashier(request: Any, store: str, cashier: str) -> HttpResponse:
    """Another name or PIN for a cashier."""
    view = in_transaction(lambda: get_store(store))
    person = next((one for one in list_cashiers(store) if one.code == cashier), None)
    if person is None:
        raise NotFound
    form = CashierForm(request.POST or None, initial={"name": person.name})
    del form.fields["code"]
    form.fields["pin"].required = False
    form.fields["pin"].label = _("New PIN")
    changed = tried(request, form, lambda: _set(request.actor, store, form, cashier))
    where = reverse("office:store", args=[store])
    if changed:
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(where)
    crumbs = [(reverse("office:places"), _("Stores and tills")), (where, view.title)]
    title = _("Change the cashier")
    return form_page(request, form, title=title, submit=_("Save"), crumbs=crumbs)


@staff_page(Permission.PLACES_WRITE)
@require_POST
def switch_cashier(request: Any, store: str, cashier: str) -> HttpResponse:
    """Let a cashier work no more, or again."""
    if not _knows(store, cashier):
        raise NotFound
    active = request.POST.get("to") == "on"
    return done(
        request,
        lambda: set_cashier(store, cashier, active=active, now=utc_now(), by=request.actor),
        _("The cashier can work again.") if active else _("The cashier works here no more."),
        reverse("office:store", args=[store]),
    )


def _set(by: Actor, store: str, form: forms.Form, code: str = "") -> Any:
    said = form.cleaned_data
    return set_cashier(
        store,
        code or said["code"],
        name=said["name"],
        pin=said["pin"] or None,
        now=utc_now(),
        by=by,
    )


def _knows(store: str, cashier: str) -> bool:
    return in_transaction(
        lambda: any(one.code == cashier for one in list_cashiers(get_store(store).code))
    )


def _store(store: str, by: Actor) -> tuple[Any, ...]:
    view = get_store(store)
    keys: dict[str, int] = {}
    if Permission.KEYS_READ in by.permissions:
        for key in list_api_keys(plane=Plane.TILL, store=store, in_force_at=utc_now(), by=by):
            keys[key.till or ""] = keys.get(key.till or "", 0) + 1
    return view, list_tills(store, limit=_TILLS_SHOWN), list_cashiers(store), keys
