"""Orders of rewards on the management plane: made for a member, issued, fulfilled, given back."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from regulars.contexts.members.queries import get_member
from regulars.contexts.members.types import EVERYONE, ref_of
from regulars.contexts.rewards.queries.orders import list_orders, list_redemptions
from regulars.contexts.rewards.types import RedemptionView
from regulars.contexts.rewards.usecases.orders import (
    cancel_redemption,
    fulfil_order,
    issue_order,
    redeem_reward,
    reserve_reward,
)
from regulars.contexts.security.types import Permission, Plane
from regulars.core.rewards.decision import QUANTITY_MAX
from regulars.kit.paging import cursor_id, make_cursor, read_cursor
from regulars.web.api.manage import examples
from regulars.web.api.manage.office_shapes import RedemptionLine, RedemptionList
from regulars.web.api.manage.paging import PageQuery
from regulars.web.api.manage.reward_shapes import OrderList
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, plain

orders = Operations(Plane.MANAGE, "Rewards")

_RewardCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]


class OrdersQuery(PageQuery):
    """Which orders."""

    reward: _RewardCode | None = None
    status: Literal["reserved", "issued", "fulfilled", "cancelled", "expired"] | None = None


class RedeemBody(Closed):
    """Which reward, how many of it."""

    reward: _RewardCode
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)] = 1


class ReserveBody(RedeemBody):
    """The same, set aside for a while."""

    hold_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 15


class FulfilBody(Closed):
    """What leads to it: a parcel, the partner's number."""

    reference: Annotated[str, plain(200)] = ""


class CancelRedemptionBody(Closed):
    """Why it is taken back."""

    reason: Annotated[str, plain(500, least=1)]


@orders(
    "GET",
    "/orders",
    name="list_reward_orders",
    permission=Permission.REWARDS_READ,
    answers=OrderList,
    examples=examples.LIST,
)
def list_all(call: Call, query: OrdersQuery) -> OrderList:
    """Orders of all members, the newest first: what is to be handed over, who comes to an event."""
    before = cursor_id(read_cursor(query.cursor, str)[0]) if query.cursor else None
    found = list_orders(
        reward=query.reward,
        status=query.status,
        before=before,
        limit=query.limit + 1,
        now=call.now,
    )
    shown = found[: query.limit]
    return OrderList(
        orders=[_order(view) for view in shown],
        next=make_cursor(shown[-1].id.hex) if len(found) > len(shown) else None,
    )


@orders(
    "GET",
    "/members/{member_id}/redemptions",
    name="list_member_redemptions",
    permission=Permission.REWARDS_READ,
    answers=RedemptionList,
    examples=examples.OF_MEMBER,
)
def list_of_member(call: Call, member_id: UUID, query: PageQuery) -> RedemptionList:
    """Rewards that a member took, the newest first."""
    before = cursor_id(read_cursor(query.cursor, str)[0]) if query.cursor else None
    member = get_member(ref_of(member_id), within=EVERYONE).ref
    found = list_redemptions(member, before=before, limit=query.limit + 1, now=call.now)
    shown = found[: query.limit]
    return RedemptionList(
        redemptions=[_order(view) for view in shown],
        next=make_cursor(shown[-1].id.hex) if len(found) > len(shown) else None,
    )


@orders(
    "POST",
    "/members/{member_id}/redemptions",
    name="redeem_reward",
    permission=Permission.REWARDS_REDEEM,
    answers=RedemptionLine,
    status=201,
    effect="stored",
)
def redeem_for_member(call: Call, member_id: UUID, body: RedeemBody) -> RedemptionLine:
    """Give a member a reward for points."""
    view = redeem_reward(
        ref_of(member_id),
        body.reward,
        quantity=body.quantity,
        request_key=call.key_digest.hex(),
        now=call.now,
        by=call.actor,
    )
    return _order(view)


@orders(
    "POST",
    "/members/{member_id}/redemptions/reserve",
    name="reserve_reward",
    permission=Permission.REWARDS_REDEEM,
    answers=RedemptionLine,
    status=201,
    effect="stored",
)
def reserve_for_member(call: Call, member_id: UUID, body: ReserveBody) -> RedemptionLine:
    """Set a reward and its points aside; both are free again when the time is over."""
    view = reserve_reward(
        ref_of(member_id),
        body.reward,
        quantity=body.quantity,
        hold_for=timedelta(minutes=body.hold_minutes),
        request_key=call.key_digest.hex(),
        now=call.now,
        by=call.actor,
    )
    return _order(view)


@orders(
    "POST",
    "/members/{member_id}/redemptions/{redemption_id}/issue",
    name="issue_order",
    permission=Permission.REWARDS_REDEEM,
    answers=RedemptionLine,
    effect="stored",
)
def issue_for_member(call: Call, member_id: UUID, redemption_id: UUID) -> RedemptionLine:
    """Spend the points of a reservation and bring about what it is for."""
    return _order(issue_order(ref_of(member_id), redemption_id, now=call.now, by=call.actor))


@orders(
    "POST",
    "/members/{member_id}/redemptions/{redemption_id}/fulfil",
    name="fulfil_order",
    permission=Permission.REWARDS_REDEEM,
    answers=RedemptionLine,
    effect="stored",
)
def fulfil_for_member(
    call: Call, member_id: UUID, redemption_id: UUID, body: FulfilBody
) -> RedemptionLine:
    """Say that the member has got it: handed over, sent, rendered."""
    view = fulfil_order(
        ref_of(member_id), redemption_id, reference=body.reference, now=call.now, by=call.actor
    )
    return _order(view)


@orders(
    "POST",
    "/members/{member_id}/redemptions/{redemption_id}/cancel",
    name="cancel_redemption",
    permission=Permission.REWARDS_REDEEM,
    answers=RedemptionLine,
    effect="stored",
)
def cancel_for_member(
    call: Call, member_id: UUID, redemption_id: UUID, body: CancelRedemptionBody
) -> RedemptionLine:
    """Take an order back; its points return to the lots they came from, its stock grows."""
    view = cancel_redemption(
        ref_of(member_id), redemption_id, reason=body.reason, now=call.now, by=call.actor
    )
    return _order(view)


def _order(view: RedemptionView) -> RedemptionLine:
    return RedemptionLine.model_validate(view)
