"""May this member have this reward now? Window, tier gate, limit and stock in one place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from regulars.core.calendar import Period, period_number, period_start
from regulars.core.refusal import Refused

RewardStatus = Literal["draft", "live", "ended"]
QUANTITY_MAX = 1000


class RewardNotOffered(Refused):
    """The reward is not live, or the moment is outside its window `[since, until)`."""

    code = "reward.not_offered"


class RewardSoldOut(Refused):
    """Nothing of it is left, or not so many."""

    code = "reward.sold_out"


class RewardLimitReached(Refused):
    """The member has had as many as one member may have."""

    code = "reward.limit_reached"


class RewardForOtherTiers(Refused):
    """The reward is for members of certain tiers, and this is none of them."""

    code = "reward.other_tiers"
    kind = "forbidden"


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a reward decides who may have it; None is «without limit».

    `per_member_limit` counts within each calendar `limit_period`, for ever where that is None.
    `closes` is when the kind of the reward ends it: an event has begun.
    """

    code: str
    status: RewardStatus
    stock: int | None = None
    per_member_limit: int | None = None
    tiers: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit_period: Period | None = None
    closes: datetime | None = None


def refusal_of(
    offer: Offer, *, tier: str, taken: int, quantity: int = 1, now: datetime
) -> Refused | None:
    """Why the member may not have `quantity` more of `offer` now; None where nothing is in the way.

    `tier` is the code of the member's tier at `now`, empty where the programme has none; `taken`
    counts what the member has of it since `counted_since`, given back or timed out left out. What
    lasts is named before what may pass: a closed offer first, then the tier, the limit, the stock.
    """
    assert quantity > 0
    if offer.status != "live" or not _is_open(offer, now):
        return RewardNotOffered(pointer="/reward", reward=offer.code)
    if offer.tiers and tier not in offer.tiers:
        return RewardForOtherTiers(pointer="/reward", reward=offer.code, tiers=offer.tiers)
    if offer.per_member_limit is not None and taken + quantity > offer.per_member_limit:
        limit = offer.per_member_limit
        return RewardLimitReached(pointer="/reward", reward=offer.code, limit=limit)
    if offer.stock is not None and offer.stock < quantity:
        return RewardSoldOut(pointer="/reward", reward=offer.code)
    return None


def counted_since(offer: Offer, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """From when on orders count towards the member's limit; None: all of them."""
    if offer.limit_period is None:
        return None
    number = period_number(now, offer.limit_period, zone)
    return period_start(number, offer.limit_period, zone)


def stock_after_redemption(offer: Offer, quantity: int = 1) -> int | None:
    """What is left when so many are taken; the caller has asked `refusal_of`."""
    if offer.stock is None:
        return None
    assert offer.stock >= quantity
    return offer.stock - quantity


def stock_after_cancellation(offer: Offer, quantity: int = 1, *, from_stock: bool) -> int | None:
    """What is left when they come back; only what was taken from a stock returns to one."""
    return offer.stock + quantity if offer.stock is not None and from_stock else offer.stock


def _is_open(offer: Offer, now: datetime) -> bool:
    has_begun = offer.since is None or offer.since <= now
    return (
        has_begun
        and (offer.until is None or now < offer.until)
        and (offer.closes is None or now < offer.closes)
    )
