"""What issuing an order brings about beside spending its price, and how that is undone."""

from datetime import datetime
from uuid import UUID

from regulars.contexts.ledger.usecases.points import grant_tier
from regulars.contexts.members.types import MemberRef
from regulars.contexts.rewards.models import Redemption
from regulars.contexts.rewards.offering import put_offer
from regulars.contexts.rewards.usecases.coupons import issue_coupon, revoke_issued
from regulars.contexts.security.types import Actor
from regulars.core.calendar import add
from regulars.core.programme.compiled import Compiled
from regulars.core.rewards.kind import Effect
from regulars.core.rewards.order import OrderUsed


def bring_about(
    effect: Effect,
    order: Redemption,
    member: MemberRef,
    programme: Compiled,
    *,
    now: datetime,
    by: Actor,
) -> None:
    """Do what the order was for and note it in its row; the row is saved by the caller."""
    until = None if effect.lasts is None else add(now, effect.lasts, programme.zone)
    order.effect_until = until
    if effect.does == "coupon":
        order.coupon = issue_coupon(
            effect.target, member, until=until, source=order.id, now=now, by=by
        )
    elif effect.does == "offer":
        put_offer(
            member, effect.target, activated=True, since=now, until=until, source=order.id,
            now=now, by=by,
        )  # fmt: skip
    elif effect.does == "tier":
        _grant(member, programme, effect.target, until, order.id, order.reward_code, now, by)


def undo(
    effect: Effect,
    order: Redemption,
    member: MemberRef,
    programme: Compiled,
    *,
    now: datetime,
    by: Actor,
) -> None:
    """Take it back. Raises OrderUsed where it was used."""
    if effect.does == "coupon" and not revoke_issued(order.id, now=now, by=by):
        raise OrderUsed
    if effect.does == "tier":
        _grant(member, programme, effect.target, now, order.id, order.reward_code, now, by)


def _grant(
    member: MemberRef,
    programme: Compiled,
    tier: str,
    until: datetime | None,
    source: UUID,
    reward: str,
    now: datetime,
    by: Actor,
) -> None:
    grant_tier(
        member,
        programme=programme,
        tier=tier,
        until=until,
        source=source,
        reason_text=reward,
        now=now,
        by=by,
    )
