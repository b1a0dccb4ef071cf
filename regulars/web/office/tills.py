"""One till: its name, whether it is on, and the keys it works with; a key is shown once."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.security.queries import list_api_keys
from regulars.contexts.security.types import Actor, ApiKeyView, Permission, Plane, Scope
from regulars.contexts.security.usecases.keys import KEYS_PER_TILL_MAX, KeyNotFound, revoke_api_key
from regulars.contexts.till.queries.places import get_store, get_till
from regulars.contexts.till.usecases.places import (
    TILL_SCOPES,
    change_till,
    create_till,
    issue_till_key,
)
from regulars.core.places import TITLE_LENGTH_MAX
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.office.acting import done, form_page, trail, tried
from regulars.web.office.places import code_field
from regulars.web.office.scope_words import scope_choices, scope_titles


class TillForm(forms.Form):
    """What is said of a till."""

    code = code_field(gettext_lazy("As it stands in receipts, for example 1. It stays for good."))
    title = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=TITLE_LENGTH_MAX)


class TillKeyForm(forms.Form):
    """What the key of a till may be used for."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scope_choices(TILL_SCOPES)  # type: ignore[attr-defined]


@staff_page(Permission.PLACES_READ)
@require_safe
def till_page(request: Any, store: str, till: str) -> HttpResponse:
    """One till and its keys in force."""
    place, view = in_transaction(lambda: (get_store(store), get_till(store, till)))
    keys = _keys(store, till, request.actor)
    page = {
        "store": place,
        "till": view,
        "keys": [(key, scope_titles(key.scopes)) for key in keys],
        "full": len(keys) >= KEYS_PER_TILL_MAX,
        "crumbs": _crumbs(place),
    }
    return render(request, "office/till.html", page)


@staff_page(Permission.PLACES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_till(request: Any, store: str) -> HttpResponse:
    """Set up a till of a store."""
    place = in_transaction(lambda: get_store(store))
    form = TillForm(request.POST or None)
    made = tried(
        request,
        form,
        lambda: create_till(
            store, form.cleaned_data["code"], form.cleaned_data["title"],
            now=utc_now(), by=request.actor,
        ),
    )  # fmt: skip
    if made:
        messages.success(request, _("The till is set up. Now it needs a key."))
        return HttpResponseRedirect(reverse("office:till", args=[store, made.code]))
    return form_page(
        request,
        form,
        title=_("New till"),
        submit=pgettext("button", "Set up"),
        crumbs=_steps(place),
    )


@staff_page(Permission.PLACES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_till(request: Any, store: str, till: str) -> HttpResponse:
    """Another name for a till."""
    place, view = in_transaction(lambda: (get_store(store), get_till(store, till)))
    form = TillForm(request.POST or None, initial={"title": view.title})
    del form.fields["code"]
    changed = tried(
        request,
        form,
        lambda: change_till(
            store, till, title=form.cleaned_data["title"], now=utc_now(), by=request.actor
        ),
    )
    where = reverse("office:till", args=[store, till])
    if changed:
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(where)
    steps = [*_steps(place), (where, view.title)]
    return form_page(request, form, title=_("Rename the till"), submit=_("Save"), crumbs=steps)


@staff_page(Permission.PLACES_WRITE)
@require_POST
def switch_till(request: Any, store: str, till: str) -> HttpResponse:
    """Switch a till off, which ends its keys, or on."""
    active = request.POST.get("to") == "on"
    return done(
        request,
        lambda: change_till(store, till, active=active, now=utc_now(), by=request.actor),
        _("The till is on.") if active else _("The till is off, and its keys open nothing more."),
        reverse("office:till", args=[store, till]),
    )


@staff_page(Permission.KEYS_WRITE, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_till_key(request: Any, store: str, till: str) -> HttpResponse:
    """Make a key for a till; the answer is the only page that ever shows it."""
    place, view = in_transaction(lambda: (get_store(store), get_till(store, till)))
    form = TillKeyForm(request.POST or None, initial={"scopes": sorted(TILL_SCOPES)})
    issued = tried(
        request,
        form,
        lambda: issue_till_key(
            store, till, scopes=frozenset(map(Scope, form.cleaned_data["scopes"])),
            now=utc_now(), by=request.actor,
        ),
    )  # fmt: skip
    where = reverse("office:till", args=[store, till])
    steps = [*_steps(place), (where, view.title)]
    if issued:
        page = {"token": issued.token, "back": where, "crumbs": trail(*steps), "till": view}
        return render(request, "office/key_shown.html", page)
    return form_page(
        request,
        form,
        title=_("Key of the till"),
        submit=_("Make the key"),
        lead=_(
            "It is shown once. A till has at most two: the one in use and the one to change to."
        ),
        crumbs=steps,
    )


@staff_page(Permission.KEYS_WRITE)
@require_POST
def end_till_key(request: Any, store: str, till: str, key_id: UUID) -> HttpResponse:
    """End a key of this till."""

    def work() -> None:
        get_till(store, till)
        known = list_api_keys(plane=Plane.TILL, store=store, till=till, by=request.actor)
        if key_id not in {key.id for key in known}:
            raise KeyNotFound
        revoke_api_key(key_id, now=utc_now(), by=request.actor)

    where = reverse("office:till", args=[store, till])
    return done(request, work, _("The key opens nothing more."), where)


def _keys(store: str, till: str, by: Actor) -> tuple[ApiKeyView, ...]:
    if Permission.KEYS_READ not in by.permissions:
        return ()
    return in_transaction(
        lambda: list_api_keys(
            plane=Plane.TILL, store=store, till=till, in_force_at=utc_now(), by=by
        )
    )


def _steps(store: Any) -> list[tuple[str, str]]:
    where = reverse("office:store", args=[store.code])
    return [(reverse("office:places"), _("Stores and tills")), (where, store.title)]


def _crumbs(store: Any) -> list[dict[str, str]]:
    return trail(*_steps(store))
