"""Orders of rewards in the console: what is to be handed over; issued, fulfilled, taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.members.queries import list_people
from regulars.contexts.members.types import MemberRef
from regulars.contexts.rewards.queries.catalogue import list_rewards
from regulars.contexts.rewards.queries.orders import list_orders
from regulars.contexts.rewards.types import RedemptionView
from regulars.contexts.rewards.usecases.orders import (
    cancel_redemption,
    fulfil_order,
    issue_order,
)
from regulars.contexts.security.types import Permission
from regulars.core.ledger.accounts import bucket_of
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language

_ROWS = 50
_BADGES = {
    "reserved": "info", "issued": "warn", "fulfilled": "good", "cancelled": "bad", "expired": "",
}  # fmt: skip


@staff_page(Permission.REWARDS_READ)
@require_safe
def orders_page(request: HttpRequest) -> HttpResponse:
    """Orders of all members, the newest first, by state."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    status = request.GET.get("status", "")
    status = status if status in _BADGES else ""
    before = _uuid(request.GET.get("before", ""))
    found = list_orders(status=status or None, before=before, limit=_ROWS + 1, now=now)
    shown = found[:_ROWS]
    may_see = Permission.MEMBERS_READ in by.permissions
    people = list_people([view.member for view in shown], by=by) if may_see else {}
    titles = {
        view.code: text_in(dict(view.terms.title), language()) for view in list_rewards(limit=500)
    }
    kept = f"status={status}&" if status else ""
    page = {
        "rows": [_row(view, people, titles) for view in shown],
        "chips": [
            {"href": "?", "title": _("All"), "current": not status},
            *(
                {
                    "href": f"?status={code}",
                    "title": sentence(f"reward.status_{code}", {}, language()),
                    "current": code == status,
                }
                for code in _BADGES
            ),
        ],
        "may_act": Permission.REWARDS_REDEEM in by.permissions,
        "first": f"?{kept}" if before else "",
        "next": f"?{kept}before={shown[-1].id}" if len(found) > _ROWS else "",
    }
    return render(request, "offers/orders.html", page)


@staff_page(Permission.REWARDS_REDEEM)
@require_POST
def act(request: HttpRequest, member: UUID, order: UUID) -> HttpResponse:
    """Issue a reservation, say that an order was handed over, or take it back with a reason."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    ref, what = MemberRef(bucket_of(member), member), request.POST.get("what", "")
    text = request.POST.get("text", "")[:500]

    def work() -> RedemptionView:
        if what == "issue":
            return issue_order(ref, order, now=now, by=by)
        if what == "fulfil":
            return fulfil_order(ref, order, reference=text, now=now, by=by)
        return cancel_redemption(ref, order, reason=text, now=now, by=by)

    try:
        view = in_transaction(work)
    except Refused as refusal:
        if refusal.kind == "not_found":
            raise
        messages.error(request, told(request, refusal))
    else:
        state = sentence(f"reward.status_{view.status}", {}, language())
        messages.success(request, _("The order is now: %(state)s.") % {"state": state})
    return HttpResponseRedirect(reverse("offers:orders"))


def _row(view: RedemptionView, people: Any, titles: Any) -> dict[str, Any]:
    person = people.get(view.member)
    return {
        "view": view,
        "member": view.member.id,
        "who": (person.name or person.contact or person.card) if person else "",
        "title": titles.get(view.reward, view.reward),
        "kind": _BADGES[view.status],
        "status": sentence(f"reward.status_{view.status}", {}, language()),
        "may_issue": view.status == "reserved",
        "may_fulfil": view.status == "issued",
        "may_cancel": view.status in ("reserved", "issued"),
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
