"""Rewards for points: the catalogue, ordering with confirmation, and what was ordered."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.rewards.queries.catalogue import get_reward, list_rewards_for
from regulars.contexts.rewards.queries.orders import list_redemptions
from regulars.contexts.rewards.usecases.orders import redeem_reward
from regulars.contexts.security.types import Actor, Permission
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import member_page
from regulars.web.accounts.refusals import told
from regulars.web.memberapp.standing import standing_of

_KEY_MAX = 64
_ORDERS_MAX = 20


@member_page
@require_safe
def rewards_page(request: HttpRequest) -> HttpResponse:
    """The catalogue with what this member may have now, and their orders."""
    return render(request, "memberapp/rewards.html", in_transaction(lambda: _page(request)))


@member_page
@require_POST
def redeem(request: HttpRequest, code: str) -> HttpResponse:
    """Order a reward; the same form sent twice orders once."""
    key = request.POST.get("key", "")[:_KEY_MAX]
    if key:
        try:
            in_transaction(
                lambda: redeem_reward(
                    request.member,  # type: ignore[attr-defined]
                    code,
                    request_key=key,
                    now=utc_now(),
                    by=for_oneself(request),
                )
            )
            messages.success(request, _("It is yours: it stands in your list."))
        except Refused as refused:
            messages.error(request, told(request, refused))
    return HttpResponseRedirect(reverse("memberapp:rewards"))


def for_oneself(request: Any) -> Actor:
    """The member, who may order and activate; only ever used with `request.member`."""
    allowed = request.actor.permissions | {Permission.REWARDS_REDEEM}
    return request.actor._replace(permissions=allowed)  # type: ignore[no-any-return]


def _page(request: Any) -> dict[str, Any]:
    if not request.programme:
        return {"standing": None, "rewards": [], "orders": []}
    now, language = utc_now(), request.language
    standing = standing_of(request, now=now)
    held = {one.code: one.active for one in (standing.main, *standing.others)}
    rewards = []
    for each in list_rewards_for(request.member, now=now):
        terms = each.reward.terms
        missing = max(0, terms.price_minor - held.get(terms.currency, 0))
        rewards.append(
            {
                "code": each.reward.code,
                "title": text_in(dict(terms.title), language),
                "about": text_in(dict(terms.description), language) if terms.description else "",
                "currency": terms.currency,
                "price": terms.price_minor,
                "money": terms.money_minor,
                "missing": missing,
                "have": terms.price_minor - missing,
                "refused": _refusal(each.refused, terms, each.reward.code, language),
                "key": str(uuid4()),
            }
        )
    return {"standing": standing, "rewards": rewards, "orders": _orders(request, now)}


def _refusal(code: str | None, terms: Any, reward: str, language: str) -> str:
    if code is None:
        return ""
    params = {
        "reward": reward,
        "limit": terms.per_member_limit or 0,
        "tiers": ", ".join(terms.tiers),
    }
    return sentence(code, params, language)


def _orders(request: Any, now: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": text_in(dict(get_reward(one.reward).terms.title), request.language),
            "status": one.status,
            "at": one.redeemed_at,
            "coupon": one.coupon,
            "number": str(one.id)[-6:].upper(),
            "currency": one.currency,
            "price": one.price_minor,
        }
        for one in list_redemptions(request.member, limit=_ORDERS_MAX, now=now)
    ]
