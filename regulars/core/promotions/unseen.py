"""Why a promotion was not even looked at: what the index knew without asking it."""

from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.compiled import CompiledPromotion
from regulars.core.promotions.result import Presented, Verdict
from regulars.core.promotions.turn import NO_GOODS, NOT_OFFERED, NOT_VALID, unmet
from regulars.core.reasons import Reason
from regulars.core.scene import Scene

NOT_IN_FORCE = Reason("promotion.not_in_force")
NO_CODE = Reason("promotion.no_code")
NOTHING_GIVEN = Reason("promotion.nothing_given")


def why_unseen(
    programme: Compiled, scene: Scene, presented: Presented, promotion: CompiledPromotion
) -> Verdict:
    """The first thing that stood in the way, in the order time, trigger, conditions, goods."""
    index = programme.promotions.index
    masks = index.by_lines(scene)  # also tells the scene its lines
    bit = 1 << promotion.number
    if not index.in_time(scene) & bit:
        return Verdict(promotion.id, "time", NOT_IN_FORCE)
    if not index.triggered(presented) & bit:
        return Verdict(promotion.id, "trigger", _untriggered(promotion, presented))
    if promotion.holds is not None and not promotion.holds(scene):
        return unmet(promotion, scene)
    if not masks & bit:
        return Verdict(promotion.id, "goods", NO_GOODS)
    return Verdict(promotion.id, "nothing", NOTHING_GIVEN)


def _untriggered(promotion: CompiledPromotion, presented: Presented) -> Reason:
    kind = promotion.document.trigger.kind
    if kind == "coupon" and any(
        coupon.promotion == promotion.id for coupon in presented.coupons.values()
    ):
        return NOT_VALID
    return NO_CODE if kind in ("code", "coupon") else NOT_OFFERED
