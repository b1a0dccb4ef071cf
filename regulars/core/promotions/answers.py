"""What became of each code that came with a receipt, without telling which codes exist."""

from collections.abc import Set

from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.compiled import CompiledPromotion
from regulars.core.promotions.conflicts import bits
from regulars.core.promotions.result import CodeAnswer, Presented, Promoted
from regulars.core.promotions.triggers import coupons_of
from regulars.core.promotions.turn import NOT_VALID
from regulars.core.promotions.unseen import why_unseen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene

ACCEPTED = Reason("code.accepted")
TOO_MANY = Reason("code.too_many")
NO_MORE = Reason("code.no_more")


def answer_codes(
    programme: Compiled,
    scene: Scene,
    presented: Presented,
    heard: Presented,
    promoted: Promoted,
    used: Set[str],
) -> tuple[CodeAnswer, ...]:
    """One answer for each code, in the order in which they were entered.

    What is unknown, expired, used up, revoked or somebody else's is answered alike: `code.not_valid`.
    `heard` are the codes within the programme's number of codes, `used` those that did something.
    """
    answers = []
    applied = _applied(promoted)
    whys = {verdict.promotion: verdict.reason for verdict in promoted.passed}
    for place, code in enumerate(presented.codes):
        if place >= len(heard.codes):
            answers.append(CodeAnswer(code, "", False, TOO_MANY))
            continue
        found = _promotions_of(code, programme, scene, presented)
        switched = next((p.id for p in found if p.id in applied), None)
        if code in used:
            answers.append(CodeAnswer(code, switched or "", True, ACCEPTED))
        elif switched is not None:
            answers.append(CodeAnswer(code, switched, False, NO_MORE))
        elif not found:
            answers.append(CodeAnswer(code, "", False, NOT_VALID))
        else:
            [promotion, *_] = found
            reason = whys.get(promotion.id)
            if reason is None:
                reason = why_unseen(programme, scene, heard, promotion).reason
            answers.append(CodeAnswer(code, promotion.id, False, reason))
    return tuple(answers)


def _promotions_of(
    code: str, programme: Compiled, scene: Scene, presented: Presented
) -> list[CompiledPromotion]:
    """The promotions in force that the code, as far as it is good for this buyer, switches on."""
    promotions = programme.promotions
    if not promotions:
        return []
    found = [
        promotions.promotions[number]
        for number in bits(promotions.index.by_code(code) & promotions.index.in_time(scene))
    ]
    coupon = presented.coupons.get(code)
    if coupon is not None:
        promotion = promotions.by_id.get(coupon.promotion)
        in_force = promotion and promotions.index.in_time(scene) >> promotion.number & 1
        if promotion is not None and in_force and promotion.document.trigger.kind == "coupon":
            good = coupons_of(promotion, scene, presented)
            found += [promotion] if any(each.code == code for each in good) else []
    return found


def _applied(promoted: Promoted) -> set[str]:
    return (
        {discount.id for discount in promoted.discounts}
        | {gift.promotion for gift in promoted.gifts}
        | {issued.by for issued in promoted.issued}
        | {boost.promotion for boost in promoted.boosts}
    )
