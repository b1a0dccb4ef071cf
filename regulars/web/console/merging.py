"""Two memberships of one person become one: found, looked at side by side, confirmed by a typed word."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.members.queries import (
    find_member_by_identifier,
    get_member,
    list_identifiers,
    list_people,
)
from regulars.contexts.members.types import EVERYONE, MemberRef, MemberView, ref_of
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.till.queries.books import get_books
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.console.member import GONE
from regulars.web.console.member_acts import is_typed
from regulars.web.console.members import name_of
from regulars.web.design.faces import language


@staff_page(Permission.MEMBERS_SUPPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_preview(request: Any, member_id: UUID) -> HttpResponse:
    """This member, who stays, beside the one whose card or contact was typed.

    Who comes back by the address alone, as after proving who they are, begins at the card.
    """
    if request.method != "POST":
        return HttpResponseRedirect(reverse("console:member", args=[member_id]))
    typed = request.POST.get("other", "")[:100]
    try:
        page = in_transaction(lambda: _preview(member_id, typed, request.actor))
    except Refused as refusal:
        messages.error(request, told(request, refusal))
        page = None
    else:
        if page is None:
            messages.error(request, _("Nobody else can be merged by that."))
    if page is None:
        return HttpResponseRedirect(reverse("console:member", args=[member_id]))
    return render(request, "console/member_merge.html", page)


@staff_page(Permission.MEMBERS_SUPPORT, step_up=True)
@require_POST
def merge(request: Any, member_id: UUID, other_id: UUID) -> HttpResponse:
    """Merge the other into this one, once the word was typed."""
    card = HttpResponseRedirect(reverse("console:member", args=[member_id]))
    if not is_typed(request, merge_word()):
        messages.error(request, _("Nothing was merged: the word was not typed."))
        return card

    def work() -> None:
        now = utc_now()
        merge_members(
            ref_of(other_id),
            ref_of(member_id),
            programme=compiled_at(now),
            reason_text=request.POST.get("reason", ""),
            now=now,
            by=request.actor,
        )

    try:
        in_transaction(work)
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, _("The two are one now."))
    return card


def merge_word() -> str:
    """What has to be typed before two members are merged."""
    return _("merge")


def _preview(member_id: UUID, typed: str, by: Actor) -> dict[str, Any] | None:
    now = utc_now()
    stays = get_member(ref_of(member_id), within=EVERYONE)
    other = _named(typed)
    if other is None or other == stays.ref or stays.status in GONE:
        return None
    goes = get_member(other, within=EVERYONE)
    if goes.status in GONE:
        return None
    people = list_people([stays.ref, goes.ref], by=by)
    sides = [_side(view, name_of(view, people.get(view.ref)), now, by) for view in (stays, goes)]
    return {
        "stays": sides[0],
        "goes": sides[1],
        "together": _sums(sides),
        "word": merge_word(),
    }


def _named(typed: str) -> MemberRef | None:
    try:
        return ref_of(UUID(typed.strip()))
    except ValueError:
        region = settings.PHONE_REGION
        found = find_member_by_identifier(typed, within=EVERYONE, region=region)
        return found.ref if found else None


def _side(view: MemberView, name: str, now: datetime, by: Actor) -> dict[str, Any]:
    books = get_books(view.ref, now=now)
    return {
        "view": view,
        "name": name,
        "active": {code: wallet.active for code, wallet in books.balances.items()},
        "pending": {code: wallet.pending for code, wallet in books.balances.items()},
        "identifiers": list_identifiers(view.ref, within=EVERYONE, by=by),
    }


def _sums(sides: list[dict[str, Any]]) -> list[dict[str, Any]]:
    programme = compiled_at(utc_now())
    return [
        {
            "code": code,
            "title": text_in(one.title, language()),
            "stays": sides[0]["active"][code],
            "goes": sides[1]["active"][code],
            "active": sum(side["active"][code] for side in sides),
            "pending": sum(side["pending"][code] for side in sides),
        }
        for code, one in programme.document.currencies.items()
    ]
