"""The member holds a certain tier at the moment of the purchase."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.programme.markers import TierCode
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import SORTED
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Needs


class Tier(Frozen):
    """Either the named tiers, or one tier and everything above it."""

    in_: Annotated[
        frozenset[TierCode],
        SORTED,
        Field(alias="in", default=frozenset(), title="One of the tiers"),
    ]
    at_least: TierCode | None = Field(default=None, title="This tier or higher")

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "Tier":
        if bool(self.in_) == (self.at_least is not None):
            raise PydanticCustomError("programme.in_or_at_least", "one of the two is needed")
        return self


def prepare(params: Tier, terms: Terms) -> Holds:
    wanted = _wanted(params, terms)
    return lambda scene: scene.buyer.tier in wanted


def index(params: Tier, terms: Terms) -> Needs:
    return {"tier": _wanted(params, terms)}


def why_not(params: Tier, scene: Scene, terms: Terms) -> Reason:
    ranks = terms.tier_ranks
    wanted = sorted(_wanted(params, terms), key=lambda code: ranks.get(code, 0))
    return Reason.of("condition.tier", wanted=", ".join(wanted), tier=scene.buyer.tier)


def _wanted(params: Tier, terms: Terms) -> frozenset[str]:
    return params.in_ if params.at_least is None else terms.tiers_from(params.at_least)


CONDITION = Condition(
    code="tier",
    title={"en": "Tier of the member", "ru": "Уровень участника"},
    summary={
        "en": "Holds for members of the tiers in `in`, or for those `at_least` on a tier. The tier "
        "is the one before the purchase.",
        "ru": "Выполнено для уровней из `in` либо для тех, кто не ниже `at_least`. Берётся "
        "уровень, который был до покупки.",
    },
    params=Tier,
    prepare=prepare,
    why_not=why_not,
    index=index,
    looks_at="member",
    examples=(
        Example(
            says={"en": "gold is at least silver", "ru": "золото не ниже серебра"},
            params={"at_least": "silver"},
            buyer={"tier": "gold"},
            holds=True,
        ),
        Example(
            says={"en": "gold is not in the list", "ru": "золота нет в списке"},
            params={"in": ["base", "silver"]},
            buyer={"tier": "gold"},
            holds=False,
        ),
    ),
)
