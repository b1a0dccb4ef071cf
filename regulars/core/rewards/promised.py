"""What rewards promise out of the programme: a promotion switched on the right way, a level."""

from regulars.core.programme.document import Programme
from regulars.core.refusal import Invalid, Refused


class RewardPromotionUnknown(Invalid):
    """The programme has no such promotion, or it is not switched on in the way the reward needs."""

    code = "reward.promotion_unknown"


class RewardLevelUnknown(Invalid):
    """The programme has no such level, or it is everybody's."""

    code = "reward.level_unknown"


def without_promotion(programme: Programme, id: str, *triggers: str) -> Refused | None:
    """A refusal where no enabled promotion `id` is switched on by one of `triggers`."""
    for promotion in programme.promotions:
        if promotion.id == id and promotion.enabled and promotion.trigger.kind in triggers:
            return None
    return RewardPromotionUnknown(
        pointer="/params/promotion", promotion=id, trigger=", ".join(triggers)
    )


def without_level(programme: Programme, code: str) -> Refused | None:
    """A refusal where the ladder has no level `code` above the first."""
    levels = programme.tiers.levels if programme.tiers else ()
    if code in {level.code for level in levels[1:]}:
        return None
    return RewardLevelUnknown(pointer="/params/tier", tier=code)
