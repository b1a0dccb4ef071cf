"""Take so many, pay for fewer."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.example import line
from regulars.core.programme.model import Frozen
from regulars.core.promotions.basket import Basket, Part, within
from regulars.core.promotions.pieces import (
    NOTHING_LEFT,
    by_product,
    count_of,
    in_groups,
    join,
    lacks_units,
    most_sets,
    outcome,
    split,
    wholes,
)
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.terms import Terms


class NForM(Frozen):
    """Of every `take` units the cheapest are free, so that `pay` are paid for."""

    take: Annotated[int, Field(ge=2, le=10_000)] = Field(title="Units taken")
    pay: Annotated[int, Field(ge=1, le=10_000)] = Field(title="Units paid for")
    count: Literal["together", "product"] = Field(
        default="together", title="Different products count together, or each by itself"
    )
    most: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, title="Groups at most"
    )

    @model_validator(mode="after")
    def _something_is_free(self) -> "NForM":
        if self.pay >= self.take:
            raise PydanticCustomError("programme.pay_less", "pay must be less than take")
        return self


def prepare(params: NForM, terms: Terms, currency_scale: int) -> Gives:
    size, free = params.take, params.take - params.pay
    said = (("take", params.take), ("pay", params.pay))

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        if params.count == "together" and (there := basket.pieces(positions)) < size:
            return lacks_units(size - there)
        groups = by_product(basket, positions) if params.count == "product" else [positions]
        most, units_most = most_sets(basket, params.most, times), basket.units_most
        found: list[Given] = []
        nearest, enough = size, False
        for group in groups:
            parts = wholes(basket.piles(group, dearest_first=True))
            count = count_of(parts)
            sets = count // size
            sets = sets if most is None else min(sets, most)
            nearest, enough = min(nearest, size - count % size), enough or count >= size
            free_most = sets * free if units_most is None else min(sets * free, units_most)
            given = _of_sets(basket, parts, sets, size, free, free_most)
            if given is not None:
                found.append(given)
                most = None if most is None else most - given.sets
                units_most = None if units_most is None else units_most - (given.pieces or 0)
        if found:
            return join(found, said)
        return NOTHING_LEFT if enough else lacks_units(nearest)

    return gives


def _of_sets(
    basket: Basket, parts: list[Part], sets: int, size: int, free: int, free_most: int
) -> Given | None:
    """The free units of `sets` groups; what a minimum price keeps is taken off the paid ones."""
    picked, others = split(parts, in_groups(size, free, free_most, last=True), sets * size)
    chosen = [(part, part.room) for part in picked]
    if basket.floored and basket.rules.minimum_moves:
        kept = sum(part.cost - part.room for part in picked)
        more = within(
            kept, [part.cost for part in others], [part.room for part in others], moves=True
        )
        chosen += zip(others, more, strict=True)
        others = []
    given = outcome(basket, chosen, others, all_bear=True)
    if given is None:
        return None
    return given._replace(sets=sets, pieces=count_of(picked))


KIND = Kind(
    code="n_for_m",
    title={"en": "N for the price of M", "ru": "N по цене M"},
    summary={
        "en": "Of every `take` units the cheapest are free, so that `pay` are paid for: three for the "
        "price of two. Groups are made from the dearest down.",
        "ru": "Из каждых `take` штук самые дешёвые бесплатны, оплачиваются `pay`: три по цене двух. "
        "Группы собираются начиная с дорогих.",
    },
    params=NForM,
    prepare=prepare,
    pieces=True,
    examples=(
        Example(
            says={"en": "three for two", "ru": "три по цене двух"},
            params={"take": 3, "pay": 2},
            lines=(line(30_00), line(20_00, id="2"), line(10_00, id="3")),
            cuts=(0, 0, 10_00),
        ),
        Example(
            says={
                "en": "seven units are two groups of three: 9+8+7 and 6+5+4, the 3 is alone",
                "ru": "семь штук — две тройки: 9+8+7 и 6+5+4, 3 остаётся одна",
            },
            params={"take": 3, "pay": 2},
            lines=tuple(line(price * 100, id=str(price)) for price in range(3, 10)),
            cuts=(0, 4_00, 0, 0, 7_00, 0, 0),
        ),
        Example(
            says={"en": "each product by itself", "ru": "каждый товар сам по себе"},
            params={"take": 2, "pay": 1, "count": "product"},
            lines=(line(30_00, quantity=3000, sku="a"), line(5_00, id="2", sku="b")),
            cuts=(10_00, 0),
        ),
        Example(
            says={"en": "one group at most", "ru": "не больше одной группы"},
            params={"take": 2, "pay": 1, "most": 1},
            lines=(line(40_00, quantity=4000),),
            cuts=(10_00,),
        ),
        Example(
            says={"en": "one short", "ru": "одной не хватает"},
            params={"take": 3, "pay": 2},
            lines=(line(20_00, quantity=2000),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "More goods never make the receipt dearer than buying them on receipts apart.",
            "ru": "Больше товаров никогда не дороже, чем те же товары отдельными чеками.",
        },
        {
            "en": "When one of three comes back, the customer gets what they paid for it: two thirds "
            "of the price, for all three bear the discount in proportion to their prices.",
            "ru": "При возврате одной из трёх покупатель получает то, что за неё заплатил: две трети "
            "цены, потому что скидку несут все три пропорционально ценам.",
        },
        {
            "en": "What a minimum price keeps of the free unit is taken off the paid ones of the "
            "groups, as far as their own minimum prices go (setting `minimum_price`).",
            "ru": "Что минимальная цена не даёт снять с бесплатной штуки, снимается с оплаченных в "
            "пределах их минимальных цен (настройка `minimum_price`).",
        },
        {
            "en": "Goods by weight, and units that are free already, are not counted.",
            "ru": "Весовой товар и уже бесплатные штуки не считаются.",
        },
    ),
)
