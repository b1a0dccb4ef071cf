"""Rewards of the catalogue at the till: shown, reserved, given for points, handed over, taken back."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, ref_of
from regulars.contexts.rewards.queries.catalogue import list_rewards, list_rewards_for
from regulars.contexts.rewards.queries.orders import list_redemptions
from regulars.contexts.rewards.types import RedemptionView, RewardView
from regulars.contexts.rewards.usecases.orders import (
    cancel_redemption,
    fulfil_order,
    issue_order,
    redeem_reward,
    reserve_reward,
)
from regulars.contexts.security.types import Permission, Plane
from regulars.core.programme.texts import text_in
from regulars.core.rewards.decision import QUANTITY_MAX
from regulars.core.wording.telling import tell
from regulars.web.api.operation import Example, Operations
from regulars.web.api.serving import Call
from regulars.web.api.till import examples
from regulars.web.api.till.people import find_member
from regulars.web.api.till.proof_guard import check_reward
from regulars.web.api.till.receipts import MemberName
from regulars.web.api.till.shapes import RedemptionAnswer, RewardsAnswer, Shape
from regulars.web.api.values import Closed, plain

gifts = Operations(Plane.TILL, "Rewards")


class RewardsQuery(Closed):
    """For whom."""

    member: UUID | None = Field(default=None, description="Says also what they may have now")


class TillRedeemBody(Closed):
    """Give a member a reward."""

    member: MemberName
    reward: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)] = 1


class TillReserveBody(TillRedeemBody):
    """Set a reward aside for a member."""

    hold_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 15


class TillOrderBody(Closed):
    """Which order of which member."""

    member: MemberName
    redemption: UUID


class TillFulfilBody(TillOrderBody):
    """The member has got it."""

    reference: Annotated[str, plain(200)] = ""


class TillCancelRedemptionBody(Closed):
    """Take a reward back."""

    member: MemberName
    redemption: UUID
    reason: Annotated[str, plain(500, least=1)]


class TillOrdersAnswer(Shape):
    """Orders of a member, the newest first."""

    orders: list[RedemptionAnswer]


@gifts(
    "GET",
    "/rewards",
    name="list_rewards_at_till",
    permission=Permission.TILL_REDEEM,
    answers=RewardsAnswer,
    problems=(404, 409),
    looks_up=True,
    examples=[Example("All that are on offer", status=200)],
)
def list_offers(call: Call, query: RewardsQuery) -> dict[str, Any]:
    """Rewards on offer.

    With `member`, each says why they may not have it now, where that is so.
    """
    if query.member is None:
        return {
            "rewards": [
                _reward(view, None, call.language)
                for view in list_rewards(status="live", shown_only=True)
            ]
        }
    member = get_survivor(ref_of(query.member), within=EVERYONE).ref
    offers = list_rewards_for(member, now=call.now)
    return {"rewards": [_reward(each.reward, each.refused, call.language) for each in offers]}


@gifts(
    "GET",
    "/members/{member_id}/orders",
    name="list_orders_at_till",
    permission=Permission.TILL_REDEEM,
    answers=TillOrdersAnswer,
    looks_up=True,
    examples=examples.OF_MEMBER,
)
def list_orders_of_member(call: Call, member_id: UUID) -> dict[str, Any]:
    """The latest fifty orders of a member, the newest first: what is to be handed over."""
    member = get_survivor(ref_of(member_id), within=EVERYONE).ref
    return {"orders": [redemption_json(view) for view in list_redemptions(member, now=call.now)]}


@gifts(
    "POST",
    "/rewards/redeem",
    name="redeem_at_till",
    permission=Permission.TILL_REDEEM,
    answers=RedemptionAnswer,
    status=201,
    effect="stored",
    problems=(404,),
    looks_up=True,
    examples=examples.REDEMPTIONS,
)
def redeem(call: Call, body: TillRedeemBody) -> dict[str, Any]:
    """Give a reward for points.

    Stock, limits and the balance hold, however many ask at once.
    """
    member = find_member(body.member)
    check_reward(call, member, body.reward, body.quantity)
    view = redeem_reward(
        member,
        body.reward,
        quantity=body.quantity,
        request_key=call.key_digest.hex(),
        now=call.now,
        by=call.actor,
    )
    return redemption_json(view)


@gifts(
    "POST",
    "/rewards/reserve",
    name="reserve_at_till",
    permission=Permission.TILL_REDEEM,
    answers=RedemptionAnswer,
    status=201,
    effect="stored",
    problems=(404,),
    looks_up=True,
)
def reserve(call: Call, body: TillReserveBody) -> dict[str, Any]:
    """Set a reward and its points aside.

    Both are free again when the time is over, whether or not anybody says so.
    """
    member = find_member(body.member)
    check_reward(call, member, body.reward, body.quantity)
    view = reserve_reward(
        member,
        body.reward,
        quantity=body.quantity,
        hold_for=timedelta(minutes=body.hold_minutes),
        request_key=call.key_digest.hex(),
        now=call.now,
        by=call.actor,
    )
    return redemption_json(view)


@gifts(
    "POST",
    "/rewards/issue",
    name="issue_at_till",
    permission=Permission.TILL_REDEEM,
    answers=RedemptionAnswer,
    effect="stored",
    problems=(404,),
    looks_up=True,
)
def issue(call: Call, body: TillOrderBody) -> dict[str, Any]:
    """Spend the points of a reservation.

    What money it costs beside them is paid by then. Again is no error.
    """
    member = find_member(body.member)
    return redemption_json(issue_order(member, body.redemption, now=call.now, by=call.actor))


@gifts(
    "POST",
    "/rewards/fulfil",
    name="fulfil_at_till",
    permission=Permission.TILL_REDEEM,
    answers=RedemptionAnswer,
    effect="stored",
    problems=(404,),
    looks_up=True,
)
def fulfil(call: Call, body: TillFulfilBody) -> dict[str, Any]:
    """Say that the member has got it.

    Again is no error.
    """
    member, said = find_member(body.member), body.reference
    view = fulfil_order(member, body.redemption, reference=said, now=call.now, by=call.actor)
    return redemption_json(view)


@gifts(
    "POST",
    "/rewards/cancel",
    name="cancel_redemption_at_till",
    permission=Permission.TILL_REDEEM,
    answers=RedemptionAnswer,
    effect="stored",
    problems=(404,),
    looks_up=True,
)
def cancel_gift(call: Call, body: TillCancelRedemptionBody) -> dict[str, Any]:
    """Take a reward back.

    Its points return to the lots they came from. Again is no error.
    """
    member = find_member(body.member)
    view = cancel_redemption(
        member, body.redemption, reason=body.reason, now=call.now, by=call.actor
    )
    return redemption_json(view)


def redemption_json(view: RedemptionView) -> dict[str, Any]:
    """A redemption as it is answered."""
    return {
        "redemption": str(view.id),
        "member": str(view.member.id),
        "reward": view.reward,
        "kind": view.kind,
        "quantity": view.quantity,
        "currency": view.currency,
        "price_minor": view.price_minor,
        "money_minor": view.money_minor,
        "status": view.status,
        "coupon": view.coupon,
        "effect_until": view.effect_until,
        "redeemed_at": view.redeemed_at,
        "reserved_until": view.reserved_until,
        "issued_at": view.issued_at,
        "fulfilled_at": view.fulfilled_at,
        "cancelled_at": view.cancelled_at,
    }


def _reward(view: RewardView, refused: str | None, language: str) -> dict[str, Any]:
    terms = view.terms
    told = {
        "reward": view.code,
        "limit": terms.per_member_limit or 0,
        "tiers": ", ".join(terms.tiers),
    }
    return {
        "code": view.code,
        "title": text_in(dict(terms.title), language),
        "description": text_in(dict(terms.description), language) if terms.description else None,
        "kind": terms.kind,
        "currency": terms.currency,
        "price_minor": terms.price_minor,
        "money_minor": terms.money_minor,
        "stock": view.stock,
        "refused": {"code": refused, "text": tell(refused, told, None, language)}
        if refused
        else None,
    }
