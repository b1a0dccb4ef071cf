"""A discount card: a percentage by the member's tier, or by what they have bought so far."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.example import line
from regulars.core.programme.markers import MoneyFrom, TierCode
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Percent, plain
from regulars.core.promotions.basket import Basket
from regulars.core.promotions.pieces import NOTHING_LEFT
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.reasons import Reason
from regulars.core.scene import decimal_text
from regulars.core.terms import Terms

NO_CARD = Missing(Reason.of("promotion.missing.card"))


class CardStep(Frozen):
    """From this turnover on, so many percent."""

    from_: MoneyFrom = Field(alias="from", title="From purchases of")
    percent: Percent = Field(title="Percent")


class DiscountCard(Frozen):
    """A fixed percentage by tier, or one that grows with what was bought; the greater one counts."""

    by_tier: dict[TierCode, Percent] = Field(default={}, title="Percent by tier")
    steps: Annotated[
        tuple[CardStep, ...], Field(max_length=50, title="Percent by purchases so far")
    ] = ()
    default: Percent = Field(default=Decimal(0), title="Percent for every member")

    @model_validator(mode="after")
    def _steps_rise(self) -> "DiscountCard":
        if any(low.from_ >= high.from_ for low, high in pairwise(self.steps)):
            raise PydanticCustomError("programme.steps_must_rise", "steps must rise")
        if not (self.by_tier or self.steps or self.default):
            raise PydanticCustomError("programme.no_rates", "no rate is over zero")
        return self


def prepare(params: DiscountCard, terms: Terms, currency_scale: int) -> Gives:
    steps = [(terms.money_minor(step.from_), step.percent) for step in params.steps]

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        buyer = basket.buyer
        if buyer is None or not buyer.member_id:
            return NO_CARD
        percent = max(params.by_tier.get(buyer.tier, params.default), params.default)
        for least, reached in steps:
            if buyer.turnover_minor >= least:
                percent = max(percent, reached)
        if not percent:
            if not steps or buyer.turnover_minor >= steps[0][0]:
                return NO_CARD
            short = decimal_text(steps[0][0] - buyer.turnover_minor, terms.money_scale)
            return Missing(Reason.of("promotion.missing.turnover", money=short))
        numerator, denominator = (percent / 100).as_integer_ratio()
        cuts = basket.percentage(positions, numerator, denominator)
        return Given(cuts, (("percent", plain(percent)),)) if cuts else NOTHING_LEFT

    return gives


_STEPS = [{"from": 10_000, "percent": 3}, {"from": 50_000, "percent": 7}]

KIND = Kind(
    code="discount_card",
    title={"en": "Discount card", "ru": "Дисконтная карта"},
    summary={
        "en": "A percentage for members: fixed by tier, the same for all, or cumulative by what the "
        "member's purchases have come to before this one. The greatest counts.",
        "ru": "Процент для участников: по уровню, одинаковый для всех или накопительный — по сумме "
        "прежних покупок. Действует наибольший.",
    },
    params=DiscountCard,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "silver has 5 %", "ru": "серебро — 5 %"},
            params={"by_tier": {"silver": 5, "gold": 10}},
            buyer={"tier": "silver"},
            lines=(line(200_00),),
            cuts=(10_00,),
        ),
        Example(
            says={"en": "50,000 bought so far: 7 %", "ru": "куплено на 50 000: 7 %"},
            params={"steps": _STEPS},
            buyer={"turnover_minor": 50_000_00},
            lines=(line(200_00),),
            cuts=(14_00,),
        ),
        Example(
            says={"en": "9,999.99 is not yet 10,000", "ru": "9999,99 — ещё не 10 000"},
            params={"steps": _STEPS},
            buyer={"turnover_minor": 9_999_99},
            lines=(line(200_00),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "This purchase itself does not count towards its own step; returns lower what was "
            "bought.",
            "ru": "Сама покупка в свою ступень не засчитывается; возвраты уменьшают сумму покупок.",
        },
        {
            "en": "Without a member there is no card.",
            "ru": "Без участника карты нет.",
        },
    ),
)
