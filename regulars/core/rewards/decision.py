"""May this member have this reward now? Window, tier gate, limit and stock in one place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from regulars.core.refusal import Refused

RewardStatus = Literal["draft", "live", "ended"]


class RewardNotOffered(Refused):
    """The reward is not live, or the moment is outside its window `[since, until)`."""

    code = "reward.not_offered"


class RewardSoldOut(Refused):
    """Nothing of it is left."""

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
    """What of a reward decides who may have it; None is «without limit»."""

    code: str
    status: RewardStatus
    stock: int | None = None
    per_member_limit: int | None = None
    tiers: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def refusal_of(offer: Offer, *, tier: str, taken: int, now: datetime) -> Refused | None:
    """Why the member may not have one more of `offer` now; None where nothing is in the way.

    `tier` is the code of the member's tier at `now`, empty where the programme has none; `taken`
    counts the member's redemptions of it that were not cancelled. What lasts is named before what
    may pass: a closed offer first, then the tier, the member's limit, the stock.
    """
    if offer.status != "live" or not _is_open(offer, now):
        return RewardNotOffered(pointer="/reward", reward=offer.code)
    if offer.tiers and tier not in offer.tiers:
        return RewardForOtherTiers(pointer="/reward", reward=offer.code, tiers=offer.tiers)
    if offer.per_member_limit is not None and taken >= offer.per_member_limit:
        limit = offer.per_member_limit
        return RewardLimitReached(pointer="/reward", reward=offer.code, limit=limit)
    if offer.stock is not None and offer.stock < 1:
        return RewardSoldOut(pointer="/reward", reward=offer.code)
    return None


def stock_after_redemption(offer: Offer) -> int | None:
    """What is left when one is taken; the caller has asked `refusal_of`."""
    if offer.stock is None:
        return None
    assert offer.stock > 0
    return offer.stock - 1


def stock_after_cancellation(offer: Offer, *, from_stock: bool) -> int | None:
    """What is left when one comes back; only what was taken from a stock returns to one."""
    return offer.stock + 1 if offer.stock is not None and from_stock else offer.stock


def _is_open(offer: Offer, now: datetime) -> bool:
    has_begun = offer.since is None or offer.since <= now
    return has_begun and (offer.until is None or now < offer.until)
