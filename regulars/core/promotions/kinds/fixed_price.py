"""A fixed price of a unit of the selected goods."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from regulars.core.example import line
from regulars.core.money import divide
from regulars.core.programme.markers import MoneyFrom
from regulars.core.programme.texts import plain
from regulars.core.promotions.basket import Basket
from regulars.core.promotions.pieces import (
    NOTHING_LEFT,
    ChooseInOrder,
    PieceLimits,
    count_of,
    limited,
)
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.purchase import QUANTITY_SCALE
from regulars.core.terms import Terms


class FixedPrice(PieceLimits):
    """What a unit costs; of goods by weight, a kilogram."""

    price: MoneyFrom = Field(title="Price of a unit")
    choose: ChooseInOrder = Field(default="dearest", title="Which units where not all count")
    tax: Literal["included", "added"] | None = Field(
        default=None, title="Tax is in the price, or comes on top (else as the programme says)"
    )


def prepare(params: FixedPrice, terms: Terms, currency_scale: int) -> Gives:
    price = terms.money_minor(params.price)
    said = (("price", str(plain(params.price))),)

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        net = basket.rules.net if params.tax is None else params.tax == "added"
        if params.by_piece or basket.too_many(positions):
            parts = limited(basket, positions, params, times)
            dues = [
                (p, p.cost - basket.gross(p.pile.position, price, net=net) * p.units) for p in parts
            ]
            chosen = [(part, min(due, part.room)) for part, due in dues if due > 0]
            cuts = sorted((part.pile.position, cut) for part, cut in chosen if cut)
            used = sorted((p.pile.position, p.units) for p, _ in chosen if params.uses_up)
            pieces = count_of(part for part, cut in chosen if cut)
            return Given(cuts, said, units=used, pieces=pieces) if cuts else NOTHING_LEFT
        cuts = []
        for i in positions:
            due = divide(basket.gross(i, price, net=net) * basket.lines[i].quantity, QUANTITY_SCALE)
            cut = min(basket.money[i] - due, basket.room(i))
            if cut > 0:
                cuts.append((i, cut))
        return Given(cuts, said) if cuts else NOTHING_LEFT

    return gives


KIND = Kind(
    code="fixed_price",
    title={"en": "Fixed price", "ru": "Фиксированная цена"},
    summary={
        "en": "Sells the selected goods at one price a unit; what is cheaper already stays as it is.",
        "ru": "Продаёт выбранные товары по одной цене за единицу; что уже дешевле, остаётся как есть.",
    },
    params=FixedPrice,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "four at 5 each", "ru": "четыре по 5"},
            params={"price": 5},
            lines=(line(400_00, quantity=4000),),
            cuts=(380_00,),
        ),
        Example(
            says={"en": "nothing gets dearer", "ru": "ничто не дорожает"},
            params={"price": 5},
            lines=(line(4_00), line(9_00, id="2")),
            cuts=(0, 4_00),
        ),
        Example(
            says={"en": "two units at most, the dearest", "ru": "не больше двух, самые дорогие"},
            params={"price": 5, "max_units": 2},
            lines=(line(30_00, quantity=3000), line(12_00, id="2")),
            cuts=(5_00, 7_00),
        ),
        Example(
            says={"en": "0.137 kg at 200 a kilogram", "ru": "0,137 кг по 200 за килограмм"},
            params={"price": 200},
            lines=(line(54_66, quantity=137),),
            cuts=(27_26,),
        ),
    ),
    corner_cases=(
        {
            "en": "Goods by weight are sold at the price of a kilogram, unless units are limited.",
            "ru": "Весовой товар продаётся по цене за килограмм, если штуки не ограничены.",
        },
        {
            "en": "A minimum price above the fixed one wins.",
            "ru": "Минимальная цена выше фиксированной важнее.",
        },
    ),
)
