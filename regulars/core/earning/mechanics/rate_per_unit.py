"""So many units of the currency for every unit of goods."""

from decimal import Decimal

from pydantic import Field

from regulars.core.earning.mechanic import Example, Given, Gives, Mechanic
from regulars.core.example import line
from regulars.core.programme.markers import TierCode
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import NotNegative, Positive, plain
from regulars.core.purchase import QUANTITY_SCALE
from regulars.core.scene import Lines, Scene, decimal_text
from regulars.core.terms import Terms, units_per


class RatePerUnit(Frozen):
    """`points` for every unit (piece, kilogram, litre) of the selected goods."""

    points: Positive = Field(title="Points")
    whole_units: bool = Field(default=True, title="Only whole units count")
    by_tier: dict[TierCode, NotNegative] = Field(default={}, title="Points by tier")


def prepare(params: RatePerUnit, terms: Terms, scale: int) -> Gives:
    of_tier = {"": params.points} | params.by_tier
    rates = {
        tier: (*units_per(points, Decimal(1), scale, 3), (("points", plain(points)),))
        for tier, points in of_tier.items()
    }
    usual = rates.pop("")
    whole_units = params.whole_units

    def gives(scene: Scene, lines: Lines) -> Given | None:
        numerator, denominator, said = rates.get(scene.buyer.tier, usual)
        quantity = lines.quantity
        if whole_units:
            quantity -= quantity % QUANTITY_SCALE
        given = quantity * numerator
        if given <= 0:
            return None
        return given, denominator, lines.quantities, (*said, ("units", plain_units(quantity)))

    return gives


def plain_units(quantity: int) -> int | str:
    """Thousandths as a whole number where they are one."""
    whole, rest = divmod(quantity, QUANTITY_SCALE)
    return decimal_text(quantity, 3) if rest else whole


MECHANIC = Mechanic(
    code="rate_per_unit",
    title={"en": "Points for every unit", "ru": "Баллы за каждую единицу"},
    summary={
        "en": "Gives `points` for every unit of the selected goods: a stamp for every coffee, 2 "
        "points a litre. With `whole_units` (the default) the units of all lines are added and the "
        "rest is dropped; without it 1.5 kg give one and a half times `points`.",
        "ru": "Даёт `points` за каждую единицу выбранных товаров: штамп за каждый кофе, 2 балла за "
        "литр. С `whole_units` (по умолчанию) единицы всех строк складываются, остаток "
        "отбрасывается; без него 1,5 кг дают полторы ставки.",
    },
    params=RatePerUnit,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "a stamp for each of three coffees", "ru": "по штампу за три кофе"},
            params={"points": 1},
            goods={"categories": ["coffee"]},
            lines=(
                line(360_00, sku="latte", category="coffee", quantity=2000),
                line(150_00, id="2", sku="espresso", category="coffee"),
                line(90_00, id="3", sku="bun", category="bakery"),
            ),
            earns=3,
        ),
        Example(
            says={"en": "40.5 litres at 2 points", "ru": "40,5 литра по 2 балла"},
            params={"points": 2, "whole_units": False},
            lines=(line(2025_00, sku="petrol", quantity=40_500),),
            earns=81,
        ),
    ),
)
