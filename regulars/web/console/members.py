"""The list of members: searched, filtered, kept as views of one's own, page by page."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from regulars.contexts.members.queries import list_members, list_people
from regulars.contexts.members.types import (
    EVERYONE,
    MemberFilter,
    MemberStatus,
    MemberView,
    Person,
    SavedView,
)
from regulars.contexts.members.usecases.saved_views import drop_view, list_saved_views, save_view
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.till.queries.places import list_stores
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import zone

_ROWS = 50
_SEARCH_LENGTH_MAX = 100
_STATUSES = (
    ("", gettext_lazy("All")),
    ("active", gettext_lazy("Active")),
    ("blocked", gettext_lazy("Blocked")),
    ("merged", gettext_lazy("Merged")),
    ("erased", gettext_lazy("Erased")),
)
BADGES = {
    MemberStatus.ACTIVE: ("good", gettext_lazy("active")),
    MemberStatus.BLOCKED: ("bad", gettext_lazy("blocked")),
    MemberStatus.MERGED: ("info", gettext_lazy("merged")),
    MemberStatus.ERASED: ("", gettext_lazy("erased")),
}


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class Filters(forms.Form):
    """Whom the list shows, as it stands in the address; what makes no sense is left out."""

    status = forms.ChoiceField(choices=_STATUSES, required=False)
    staff = forms.ChoiceField(choices=[("", ""), ("yes", "yes")], required=False)
    store = forms.CharField(label=gettext_lazy("Joined at"), max_length=40, required=False)
    tag = forms.CharField(label=gettext_lazy("Tag"), max_length=60, required=False)
    since = _day(gettext_lazy("Joined from"))
    until = _day(gettext_lazy("to"))

    def asked(self) -> dict[str, str]:
        """The filters that were given and make sense, as they stand in an address."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class Search(forms.Form):
    """What is typed into the search; it never stands in an address."""

    search = forms.CharField(max_length=_SEARCH_LENGTH_MAX, required=False)
    cursor = forms.CharField(max_length=400, required=False)


@staff_page(Permission.MEMBERS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def members_page(request: Any) -> HttpResponse:
    """A page of members; a search comes by POST, and scripts get the list alone."""
    form = Filters(request.GET)
    asked = form.asked()
    typed = Search(request.POST if request.method == "POST" else {})
    typed.is_valid()
    search = typed.cleaned_data.get("search", "")
    cursor = typed.cleaned_data.get("cursor") or request.GET.get("cursor", "")[:400] or None
    page = in_transaction(lambda: _found(form, search, cursor, request.actor))
    page |= {"search": search, "here": _address(asked), "asked": asked, "is_first": cursor is None}
    page["next_page"] = _address(asked | {"cursor": page["next"]}) if page["next"] else ""
    if request.headers.get("HX-Request") == "true":
        return render(request, "console/members_found.html", page)
    page |= _frame(request, form, asked)
    return render(request, "console/members.html", page)


@staff_page(Permission.MEMBERS_READ)
@require_POST
def keep_view(request: Any) -> HttpResponse:
    """Keep the filters of the address as a list of one's own."""
    asked = Filters(request.GET).asked()
    name = request.POST.get("name", "")
    try:
        in_transaction(lambda: save_view(name, asked, now=utc_now(), by=request.actor))
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, _("The list is kept."))
    return HttpResponseRedirect(_address(asked))


@staff_page(Permission.MEMBERS_READ)
@require_POST
def remove_view(request: Any, view_id: UUID) -> HttpResponse:
    """Keep a list no longer."""
    in_transaction(lambda: drop_view(view_id, by=request.actor))
    messages.success(request, _("The list is removed."))
    return HttpResponseRedirect(reverse("console:members"))


def status_badge(status: MemberStatus) -> dict[str, str]:
    """A status in a word with its colour."""
    kind, text = BADGES[status]
    return {"kind": kind, "text": str(text)}


def name_of(view: MemberView, person: Person | None) -> str:
    """What a member is called on a page; a number where nothing is known of them."""
    if person and person.name:
        return person.name
    if view.status is MemberStatus.ERASED:
        return _("Erased member")
    return (person and (person.card or person.contact)) or _("Nameless member")


def _found(form: Filters, search: str, cursor: str | None, by: Actor) -> dict[str, Any]:
    page = list_members(
        _wanted(form, search),
        cursor=cursor,
        limit=_ROWS,
        within=EVERYONE,
        region=settings.PHONE_REGION,
    )
    people = list_people([view.ref for view in page.items], by=by)
    rows = [
        {
            "view": view,
            "person": people.get(view.ref),
            "name": name_of(view, people.get(view.ref)),
            "badge": None if view.status is MemberStatus.ACTIVE else status_badge(view.status),
            "tags": sorted(view.tags)[:4],
        }
        for view in page.items
    ]
    return {"rows": rows, "next": page.next_cursor}


def _wanted(form: Filters, search: str) -> MemberFilter:
    told = form.cleaned_data
    status = told.get("status")
    return MemberFilter(
        status=MemberStatus(status) if status else None,
        tag=told.get("tag") or None,
        store=told.get("store") or None,
        enrolled_since=_start(told.get("since"), 0),
        enrolled_until=_start(told.get("until"), 1),
        is_staff=True if told.get("staff") else None,
        search=search,
    )


def _frame(request: HttpRequest, form: Filters, asked: Mapping[str, str]) -> dict[str, Any]:
    """What stands around the list: chips, filters, the views that are kept."""
    views = in_transaction(lambda: list_saved_views(by=request.actor))  # type: ignore[attr-defined]
    rest = {name: value for name, value in asked.items() if name not in ("status", "staff")}
    chips = [
        _chip(str(title), rest | ({"status": code} if code else {}), asked)
        for code, title in _STATUSES
    ]
    chips.append(_chip(_("Own staff"), rest | {"staff": "yes"}, asked))
    return {
        "form": form,
        "chips": chips,
        "stores": in_transaction(list_stores),
        "views": [_kept(view, asked) for view in views],
        "narrowed": any(name in asked for name in ("store", "tag", "since", "until")),
        "region": settings.PHONE_REGION,
    }


def _chip(title: str, filters: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, Any]:
    here = dict(filters) == dict(asked)
    return {"title": title, "href": _address(filters), "current": here, "count": None}


def _kept(view: SavedView, asked: Mapping[str, str]) -> dict[str, Any]:
    current = dict(view.filters) == dict(asked)
    return {"view": view, "href": _address(view.filters), "current": current}


def _address(filters: Mapping[str, str]) -> str:
    told = urlencode(filters)
    return reverse("console:members") + (f"?{told}" if told else "")


def _start(day: Any, later: int) -> datetime | None:
    """The start of a business day, or of the one so many days later."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=later), time(), zone())
