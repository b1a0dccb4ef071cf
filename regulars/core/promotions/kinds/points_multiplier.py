"""More points for the purchase: a multiple of what the earning rules give on the goods."""

from typing import Annotated

from pydantic import Field

from regulars.core.earning.mechanic import Multiplies
from regulars.core.example import line
from regulars.core.programme.markers import CurrencyCode, RuleId
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import SORTED, Amount, plain
from regulars.core.promotions.promotion import Example, Kind
from regulars.core.terms import Terms


class PointsMultiplier(Frozen):
    """`factor` times what was earned; the promotion itself gives what is above once."""

    currency: CurrencyCode = Field(title="Currency")
    factor: Annotated[Amount, Field(gt=1, le=1000, title="Times")]
    rules: Annotated[
        frozenset[RuleId],
        SORTED,
        Field(default=frozenset(), max_length=1000, title="Of these rules only"),
    ]


def prepare(params: PointsMultiplier, terms: Terms, currency_scale: int) -> Multiplies:
    numerator, denominator = params.factor.as_integer_ratio()
    return Multiplies(
        numerator, denominator, params.rules, (("factor", str(plain(params.factor))),)
    )


KIND = Kind(
    code="points_multiplier",
    title={"en": "More points", "ru": "Больше баллов"},
    summary={
        "en": "Gives `factor` − 1 times what the earning rules of the currency gave on the selected "
        "goods; unlike an earning rule it can be switched on by a code, a coupon or the member, and "
        "be limited and paid from a budget like any promotion.",
        "ru": "Даёт `factor` − 1 раз то, что правила начисления валюты дали за выбранные товары; в "
        "отличие от правила начисления включается кодом, купоном или участником и ограничивается и "
        "оплачивается из бюджета, как любая акция.",
    },
    params=PointsMultiplier,
    prepare=prepare,
    phase="order",
    without_goods=True,
    examples=(
        Example(
            says={"en": "double points with a code", "ru": "двойные баллы по коду"},
            params={"currency": "points", "factor": 2},
            promotion={"trigger": {"kind": "code", "codes": ["TWICE"]}},
            lines=(line(100_00),),
            cuts=(0,),
        ),
        Example(
            says={
                "en": "half as much again, on what one rule gives",
                "ru": "в полтора раза к тому, что даёт одно правило",
            },
            params={"currency": "points", "factor": 1.5, "rules": ["base"]},
            lines=(line(100_00),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "It takes nothing off the price. How several multipliers join is set in "
            "`earning_policy: {multipliers: add | multiply | best}`.",
            "ru": "Цену не снижает. Как соединяются несколько множителей, задаёт "
            "`earning_policy: {multipliers: add | multiply | best}`.",
        },
        {
            "en": "A budget is charged what the extra points are expected to cost.",
            "ru": "С бюджета списывается ожидаемая стоимость дополнительных баллов.",
        },
    ),
)
