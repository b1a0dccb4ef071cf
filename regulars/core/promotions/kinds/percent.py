"""A percentage off the selected goods."""

from collections.abc import Sequence

from pydantic import Field

from regulars.core.example import line
from regulars.core.money import divide
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Percent, plain
from regulars.core.promotions.basket import Basket
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.reasons import Reason
from regulars.core.terms import Terms


class PercentOff(Frozen):
    """How many percent."""

    percent: Percent = Field(title="Percent", gt=0)


def prepare(params: PercentOff, terms: Terms, currency_scale: int) -> Gives:
    numerator, denominator = (params.percent / 100).as_integer_ratio()
    said = (("percent", plain(params.percent)),)
    nothing = Missing(Reason.of("promotion.nothing_left"))

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        weights = [basket.base(i) for i in positions]
        total = divide(sum(weights) * numerator * times, denominator, basket.rules.rounding)
        cuts = basket.spread(total, positions, weights)
        return Given(cuts, said) if cuts else nothing

    return gives


KIND = Kind(
    code="percent",
    title={"en": "Percentage off", "ru": "Скидка в процентах"},
    summary={
        "en": "Takes a percentage off the selected goods; with level `order` off the whole receipt.",
        "ru": "Снижает цену выбранных товаров на процент; с уровнем `order` — всего чека.",
    },
    params=PercentOff,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "10 % of 99.90 is 9.99", "ru": "10 % от 99,90 — 9,99"},
            params={"percent": 10},
            lines=(line(99_90),),
            cuts=(9_99,),
        ),
    ),
)
