"""A gift: goods on the receipt made free, or goods that the till is to add."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.example import line
from regulars.core.goods import Goods, Word
from regulars.core.programme.model import Frozen
from regulars.core.promotions.basket import Basket
from regulars.core.promotions.pieces import (
    NOTHING_LEFT,
    Choose,
    Units,
    count_of,
    lacks_units,
    outcome,
    selected,
    take,
    wholes,
)
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing, Params
from regulars.core.purchase import QUANTITY_SCALE
from regulars.core.terms import Terms


class GiftItem(Frozen):
    """Which product is given, or which goods the gift may be taken from, and how many."""

    sku: Annotated[Word | None, Field(default=None, title="Product")]
    goods: Goods | None = Field(default=None, title="Or one of these goods on the receipt")
    quantity: Units = Field(default=1, title="Units")
    where: Literal["setting", "basket", "extra", "basket_only"] = Field(
        default="setting",
        title="Made free on the receipt and else added, always extra, never added, as set",
    )
    choose: Choose = Field(default="cheapest", title="Which of the goods")

    @model_validator(mode="after")
    def _sku_or_goods(self) -> "GiftItem":
        if (self.sku is None) == (self.goods is None):
            raise PydanticCustomError("programme.sku_or_goods", "either sku or goods")
        if self.goods is not None and self.where == "extra":
            raise PydanticCustomError("programme.gift_not_named", "extra gifts need a sku")
        return self


def prepare(params: GiftItem, terms: Terms, currency_scale: int) -> Gives:
    own = params.goods or Goods(skus=frozenset({params.sku or ""}))
    named = selected(own, terms)

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        wanted = params.quantity * times
        if basket.units_most is not None:
            wanted = min(wanted, basket.units_most)
        said: Params = (("sku", params.sku or ""), ("units", wanted))
        if not wanted:
            return NOTHING_LEFT
        if params.sku is not None and _extra(params, basket):
            gifts = ((params.sku, wanted * QUANTITY_SCALE),)
            return Given((), said, gifts=gifts, pieces=wanted, sets=times)
        dearest = params.choose == "dearest"
        parts = wholes(basket.piles(basket.goods_to_give(named), dearest_first=dearest))
        got, _ = take(parts, wanted)
        short = wanted - count_of(got)
        given = outcome(basket, [(part, part.room) for part in got], ()) or Given((), ())
        if short and params.sku is not None and params.where != "basket_only":
            given = given._replace(gifts=((params.sku, short * QUANTITY_SCALE),))
            short = 0
        if not given.cuts and not given.gifts:
            return lacks_units(short) if short else NOTHING_LEFT
        pieces = wanted - short
        variant = "goods" if params.sku is None else ""
        said = (("sku", params.sku or ""), ("units", pieces))
        return given._replace(params=said, pieces=pieces, sets=times, variant=variant)

    return gives


def _extra(params: GiftItem, basket: Basket) -> bool:
    if params.where == "setting":
        return basket.rules.extra_gifts
    return params.where == "extra"


KIND = Kind(
    code="gift_item",
    title={"en": "Gift", "ru": "Подарок"},
    summary={
        "en": "Gives a product: units of it on the receipt become free, and what is not there the "
        "till adds for nothing. `where` and the setting `free_goods` decide otherwise.",
        "ru": "Дарит товар: его штуки в чеке становятся бесплатными, а чего в чеке нет, касса "
        "добавляет бесплатно. `where` и настройка `free_goods` решают иначе.",
    },
    params=GiftItem,
    prepare=prepare,
    pieces=True,
    without_goods=True,
    examples=(
        Example(
            says={"en": "the table on the receipt is free", "ru": "стол в чеке бесплатен"},
            params={"sku": "table"},
            lines=(line(25_00), line(800_00, id="2", sku="table", quantity=2000)),
            cuts=(0, 400_00),
        ),
        Example(
            says={"en": "not on the receipt: to be added", "ru": "нет в чеке: добавить"},
            params={"sku": "shirt", "quantity": 2},
            lines=(line(50_00),),
            cuts=(0,),
            gifts=(("shirt", 2000),),
        ),
        Example(
            says={
                "en": "always extra: the three shirts of the receipt are paid for",
                "ru": "всегда сверх: три футболки в чеке оплачиваются",
            },
            params={"sku": "shirt", "quantity": 2, "where": "extra"},
            lines=(line(50_00), line(60_00, id="2", sku="shirt", quantity=3000)),
            cuts=(0, 0),
            gifts=(("shirt", 2000),),
        ),
        Example(
            says={"en": "two desserts for each of two sets", "ru": "два десерта за каждый набор"},
            params={"sku": "dessert", "quantity": 2},
            lines=(line(24_00, quantity=2000),),
            cuts=(0,),
            gifts=(("dessert", 4000),),
            times=2,
        ),
        Example(
            says={"en": "the cheapest of the toys", "ru": "самая дешёвая из игрушек"},
            params={"goods": {"categories": ["toys"]}},
            lines=(
                line(25_00, sku="bear", category="toys"),
                line(15_00, id="2", sku="ball", category="toys"),
            ),
            cuts=(0, 15_00),
        ),
        Example(
            says={"en": "only if it is on the receipt", "ru": "только если есть в чеке"},
            params={"sku": "shirt", "where": "basket_only"},
            lines=(line(50_00),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "A gift on the receipt counts for no other promotion by the piece.",
            "ru": "Подарок в чеке не участвует в других штучных акциях.",
        },
        {
            "en": "A minimum price above zero leaves the gift at that price.",
            "ru": "Минимальная цена больше нуля оставляет подарок по этой цене.",
        },
        {
            "en": "Limits of units count gifts that are added as well.",
            "ru": "Ограничения по штукам считают и добавленные подарки.",
        },
    ),
)
