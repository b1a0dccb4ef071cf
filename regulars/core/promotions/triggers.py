"""How often a promotion that waits for something is asked for: by codes, coupons, offers and claims."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.compiled import CompiledPromotion
from regulars.core.promotions.result import Offer, Presented
from regulars.core.rewards.coupon import Coupon, is_good
from regulars.core.scene import Scene

CLAIMS_MAX = 1000  # a promotion is never asked for more often on one receipt
BY_OFFER = frozenset({"activated", "personal"})


def asked(
    promotion: CompiledPromotion, programme: Compiled, scene: Scene, presented: Presented
) -> Sequence[str]:
    """One entry for each time it may count, with the code that switches it on.

    A personal offer needs the offer, an activated promotion a claim or an offer that was activated.
    Of several coupons one counts, unless the promotion says how many may.
    """
    most = promotion.document.times_max
    if promotion.trigger in BY_OFFER:
        offer = presented.offers.get(promotion.id)
        offered = offer is not None and _in_time(offer, scene.moment)
        claimed = presented.claims.get(promotion.id, 0)
        if not offered and (promotion.trigger == "personal" or not claimed):
            return ()
        return ("",) * min(claimed or 1, CLAIMS_MAX if most is None else most)
    if promotion.trigger == "code":
        by_code = programme.promotions.index.by_code
        codes = (code for code in presented.codes if by_code(code) >> promotion.number & 1)
        return tuple(codes)[:1]
    good = coupons_of(promotion, scene, presented)
    return [coupon.code for coupon in good[: most or 1]]


def coupons_of(promotion: CompiledPromotion, scene: Scene, presented: Presented) -> list[Coupon]:
    """The coupons of the promotion that are good for this buyer, in the order they were entered."""
    member = _member_id(scene)
    return [
        coupon
        for code in dict.fromkeys(presented.codes)
        if (coupon := presented.coupons.get(code)) is not None
        and coupon.promotion == promotion.id
        and is_good(coupon, member, scene.moment)
    ]


def _in_time(offer: Offer, at: datetime) -> bool:
    return (offer.since is None or offer.since <= at) and (offer.until is None or at < offer.until)


def _member_id(scene: Scene) -> UUID | None:
    try:
        return UUID(scene.buyer.member_id)
    except ValueError:
        return None
