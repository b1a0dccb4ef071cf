"""One member's card: what they hold and why, who they are, what opens the membership, what they agreed to."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.contexts.members.queries import (
    get_consent_state,
    get_member,
    get_profile,
    list_code_devices,
    list_identifiers,
    list_people,
)
from regulars.contexts.members.types import (
    EVERYONE,
    IdentifierStatus,
    IdentifierView,
    MemberRef,
    MemberStatus,
    MemberView,
    ref_of,
)
from regulars.contexts.members.usecases.support import list_requests_of
from regulars.contexts.security.queries import list_audit_rows, list_sessions
from regulars.contexts.security.types import Actor, Holder, Permission
from regulars.contexts.till.queries.books import get_books
from regulars.contexts.till.types import BooksView
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.console.audit_words import colleagues, told
from regulars.web.console.member_acts import erase_word
from regulars.web.console.members import name_of, status_badge
from regulars.web.console.support_words import KINDS, request_row
from regulars.web.design.faces import language
from regulars.web.memberapp.movements import latest_movements
from regulars.web.memberapp.standing import standing_of

_MOVEMENTS = 20
_LOTS = 12
_KIND_ICONS = {
    "card": "credit-card",
    "phone": "phone",
    "email": "mail",
    "app": "device-mobile",
    "external": "id",
}
GONE = (MemberStatus.MERGED, MemberStatus.ERASED)


@staff_page(Permission.MEMBERS_READ)
@require_safe
def member_page(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Everything that this reader may know of the member."""
    page = in_transaction(lambda: read_card(request, member_id, utc_now()))
    return render(request, "console/member.html", page)


@staff_page(Permission.LEDGER_READ)
@require_safe
def member_history(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """An older part of what moved the points; `before` says from where on."""
    said = request.GET.get("before", "")
    before = int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None

    def read() -> dict[str, Any]:
        view = get_member(ref_of(member_id), within=EVERYONE)
        return {"view": view} | _movements(request, view.ref, before)

    page = in_transaction(read)
    return render(request, "console/member_history.html", page)


def read_card(request: Any, member_id: UUID, now: datetime) -> dict[str, Any]:
    """What the card of a member shows to `request.actor`. Raises MemberNotFound."""
    by: Actor = request.actor
    view = get_member(ref_of(member_id), within=EVERYONE)
    held = by.permissions
    person = list_people([view.ref], by=by).get(view.ref)
    page: dict[str, Any] = {
        "view": view,
        "person": person,
        "name": name_of(view, person),
        "badge": status_badge(view.status),
        "gone": view.status in GONE,
        "identifiers": [
            _identifier(one) for one in list_identifiers(view.ref, within=EVERYONE, by=by)
        ],
        "consents": sorted(get_consent_state(view.ref, within=EVERYONE).items()),
        "merged_into": view.merged_into and reverse("console:member", args=[view.merged_into.id]),
    }
    page["erase_word"] = erase_word()
    page["request_kinds"] = [(code, str(words[0])) for code, words in KINDS.items()]
    if Permission.MEMBERS_CONTACTS in held and not page["gone"]:
        page["profile"] = get_profile(view.ref, within=EVERYONE, by=by)
    if Permission.MEMBERS_SUPPORT in held:
        holder = Holder("member", view.ref.id)
        page["sessions"] = list_sessions(holder, now=now, by=by)
        page["devices"] = [
            one for one in list_code_devices(view.ref, by=by) if one.revoked_at is None
        ]
        page["requests"] = [request_row(one, now) for one in list_requests_of(view.ref, by=by)]
    if Permission.AUDIT_READ in held:
        rows = list_audit_rows(object_kind="member", object_id=str(member_id), limit=20, by=by)
        page["trail"] = [told(row, colleagues(by)) for row in rows.items]
    if Permission.LEDGER_READ in held and request.programme:
        page |= _movements(request, view.ref, None)
        if not page["gone"]:
            page |= _holdings(request, view, now)
    return page


def _holdings(request: Any, view: MemberView, now: datetime) -> dict[str, Any]:
    programme: Compiled = request.programme
    seen = _reader(request, view.ref)
    books = get_books(view.ref, now=now)
    standing = standing_of(seen, now=now)
    main = standing.main.code
    return {
        "standing": standing,
        "tier_until": books.tier_until,
        "lots": _lots(books, programme, now),
        "more_lots": max(0, len(books.lots) - _LOTS),
        "held": {code: wallet.held for code, wallet in books.balances.items() if wallet.held},
        "currencies": [
            {"code": code, "title": text_in(one.title, language())}
            for code, one in sorted(
                programme.document.currencies.items(), key=lambda pair: pair[0] != main
            )
        ],
    }


def _lots(books: BooksView, programme: Compiled, now: datetime) -> list[dict[str, Any]]:
    titles = programme.document.currencies
    return [
        {
            "code": code,
            "title": text_in(titles[code].title, language()) if code in titles else code,
            "left": left,
            "earned": earned,
            "active": active,
            "waits": active > now,
            "expires": expires,
        }
        for code, left, earned, active, expires in books.lots[:_LOTS]
    ]


def _movements(request: Any, ref: MemberRef, before: int | None) -> dict[str, Any]:
    entries, after = latest_movements(
        _reader(request, ref), before=before, limit=_MOVEMENTS, receipts=True
    )
    return {"entries": entries, "older": after}


def _reader(request: Any, ref: MemberRef) -> Any:
    """The page's reader looking at a member, as the app's functions take a member looking at itself."""
    return SimpleNamespace(member=ref, programme=request.programme, language=language())


def _identifier(view: IdentifierView) -> dict[str, Any]:
    kinds = {
        "card": _("Card"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "app": _("App"),
        "external": _("Number elsewhere"),
    }
    states = {
        IdentifierStatus.BLOCKED: _("blocked"),
        IdentifierStatus.REPLACED: _("replaced"),
    }
    return {
        "view": view,
        "kind": kinds[view.kind.value],
        "icon": _KIND_ICONS[view.kind.value],
        "state": states.get(view.status, ""),
        "is_card": view.kind.value == "card",
        "is_active": view.status is IdentifierStatus.ACTIVE,
        "is_blocked": view.status is IdentifierStatus.BLOCKED,
    }
