"""So many units, or a set of named parts, for one price."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.example import line
from regulars.core.goods import Goods
from regulars.core.programme.markers import MoneyFrom
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import plain
from regulars.core.promotions.basket import Basket, Part, Selected, within
from regulars.core.promotions.pieces import (
    NOTHING_LEFT,
    Choose,
    Units,
    count_of,
    lacks_units,
    most_sets,
    outcome,
    selected,
    take,
    wholes,
)
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.terms import Terms


class BundlePart(Frozen):
    """So many units of these goods belong to the set."""

    goods: Goods | None = Field(default=None, title="Goods (else the promotion's own)")
    quantity: Units = Field(default=1, title="Units")


class BundlePrice(Frozen):
    """`units` of the promotion's goods, or one of each of `parts`, for `price`."""

    price: MoneyFrom = Field(title="Price of the set")
    units: Units | None = Field(default=None, title="Any so many units")
    parts: Annotated[tuple[BundlePart, ...], Field(max_length=20, title="Parts of the set")] = ()
    most: Annotated[int, Field(ge=1, le=10_000)] | None = Field(default=None, title="Sets at most")
    choose: Choose = Field(default="dearest", title="Which units make up a set first")
    tax: Literal["included", "added"] | None = Field(
        default=None, title="Tax is in the price, or comes on top (else as the programme says)"
    )

    @model_validator(mode="after")
    def _units_or_parts(self) -> "BundlePrice":
        if (self.units is None) != bool(self.parts):
            raise PydanticCustomError("programme.units_or_parts", "either units or parts")
        return self


class _Wanted(NamedTuple):
    selected: Selected | None
    quantity: int


class _Stock(NamedTuple):
    """What a part of the set may be taken from."""

    units: int
    quantity: int
    parts: list[Part]


def prepare(params: BundlePrice, terms: Terms, currency_scale: int) -> Gives:
    price = terms.money_minor(params.price)
    wanted = [
        _Wanted(None if part.goods is None else selected(part.goods, terms), part.quantity)
        for part in params.parts
    ] or [_Wanted(None, params.units or 1)]
    size = sum(each.quantity for each in wanted)
    said = (("price", str(plain(params.price))), ("units", size))

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        stocks = [_stock(params, basket, positions, each) for each in wanted]
        if lacking := sum(max(0, stock.quantity - stock.units) for stock in stocks):
            return lacks_units(lacking)
        stocks.sort(key=lambda stock: stock.units)
        sets_of = _finder(stocks)
        most = _possible(stocks, sets_of, most_sets(basket, params.most, times))
        if basket.units_most is not None:
            most = min(most, basket.units_most // size)
        if not most:
            return lacks_units(1) if basket.units_most is None else NOTHING_LEFT
        net = basket.rules.net if params.tax is None else params.tax == "added"

        def saved(sets: int) -> int:
            parts = sets_of(sets)
            at, weights = [part.pile.position for part in parts], [part.cost for part in parts]
            return sum(weights) - basket.gross_over(price * sets, at, weights, net=net)

        sets = _worthwhile(saved, most)
        total = saved(sets) if sets else 0
        given = _share(basket, sets_of(sets), total) if total > 0 else None
        return NOTHING_LEFT if given is None else given._replace(params=said, sets=sets)

    return gives


def _stock(
    params: BundlePrice, basket: Basket, positions: Sequence[int], wanted: _Wanted
) -> _Stock:
    at = positions if wanted.selected is None else basket.goods_to_give(wanted.selected)
    if (there := basket.pieces(at)) < wanted.quantity:
        return _Stock(there, wanted.quantity, [])
    parts = wholes(basket.piles(at, dearest_first=params.choose == "dearest"))
    return _Stock(count_of(parts), wanted.quantity, parts)


def _share(basket: Basket, parts: list[Part], total: int) -> Given | None:
    """The discount over the units of the sets, by what they cost."""
    costs, rooms = [part.cost for part in parts], [part.room for part in parts]
    cuts = within(total, costs, rooms, moves=basket.rules.minimum_moves)
    return outcome(basket, list(zip(parts, cuts, strict=True)), (), all_bear=True)


Finder = Callable[[int], list[Part]]


def _finder(stocks: Sequence[_Stock]) -> Finder:
    """Tells the units of so many sets; none where there are not enough.

    Parts choose one after another, in the order of `stocks`.
    """
    remembered: dict[int, list[Part]] = {0: []}

    def sets_of(sets: int) -> list[Part]:
        if sets not in remembered:
            remembered[sets] = _take_sets(stocks, sets)
        return remembered[sets]

    return sets_of


def _take_sets(stocks: Sequence[_Stock], sets: int) -> list[Part]:
    used: dict[int, int] = {}
    chosen: list[Part] = []
    for stock in stocks:
        left = stock.parts
        if used:
            left = [
                Part(part.pile, since, part.until)
                for part in left
                if (since := used.get(part.pile.position, 0)) < part.until
            ]
        taken, _ = take(left, stock.quantity * sets)
        if count_of(taken) < stock.quantity * sets:
            return []
        for part in taken:
            used[part.pile.position] = part.until
        chosen += taken
    return chosen


def _possible(stocks: Sequence[_Stock], sets_of: Finder, limit: int | None) -> int:
    """How many complete sets there are, within the limit."""
    low, high = 0, min(stock.units // stock.quantity for stock in stocks)
    if limit is not None:
        high = min(high, limit)
    if not high or sets_of(high):
        return high
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sets_of(middle) else (low, middle - 1)
    return low


def _worthwhile(saved: Callable[[int], int], most: int) -> int:
    """The number of sets that makes the receipt cheapest.

    Where the dearest units go first each further set saves less; where the cheapest do, it saves
    more, and all sets or none are best.
    """
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if saved(middle) > saved(middle - 1) else (low, middle - 1)
    return max(low, most, key=saved)


KIND = Kind(
    code="bundle_price",
    title={"en": "Bundle price", "ru": "Цена за набор"},
    summary={
        "en": "Sells any `units` of the selected goods, or a set of named `parts`, for one price; as "
        "many sets as there are. A set that costs less already stays as it is.",
        "ru": "Продаёт любые `units` штук выбранных товаров или набор из названных частей `parts` за "
        "одну цену; наборов столько, сколько сложится. Набор, который уже дешевле, остаётся как "
        "есть.",
    },
    params=BundlePrice,
    prepare=prepare,
    pieces=True,
    without_goods=True,
    examples=(
        Example(
            says={"en": "any three for 20; the fourth by itself", "ru": "любые три за 20"},
            params={"units": 3, "price": 20},
            lines=(line(32_00, quantity=4000),),
            cuts=(4_00,),
        ),
        Example(
            says={
                "en": "the discount of 1 over three lines of 7 adds up",
                "ru": "скидка 1 на три строки по 7 сходится",
            },
            params={"units": 3, "price": 20},
            lines=(line(7_00), line(7_00, id="2"), line(7_00, id="3")),
            cuts=(33, 33, 34),
        ),
        Example(
            says={"en": "pizza and cola for 10, twice", "ru": "пицца и кола за 10, дважды"},
            params={
                "price": 10,
                "parts": [{"goods": {"skus": ["pizza"]}}, {"goods": {"skus": ["cola"]}}],
            },
            lines=(
                line(20_00, quantity=2000, sku="pizza"),
                line(6_00, id="2", quantity=3000, sku="cola"),
            ),
            cuts=(3_33, 67),
        ),
        Example(
            says={"en": "a set that is cheaper already", "ru": "набор уже дешевле"},
            params={"units": 2, "price": 20},
            lines=(line(12_00, quantity=2000),),
            cuts=(0,),
        ),
        Example(
            says={"en": "one part is missing", "ru": "одной части не хватает"},
            params={
                "price": 10,
                "parts": [{"goods": {"skus": ["pizza"]}}, {"goods": {"skus": ["cola"]}}],
            },
            lines=(line(20_00, quantity=2000, sku="pizza"),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "The dearest units make up the sets, unless `choose` says otherwise; a set that "
            "would not get cheaper is not made.",
            "ru": "Наборы складываются из самых дорогих штук, если `choose` не велит иначе; набор, "
            "который не станет дешевле, не складывается.",
        },
        {
            "en": "Where one unit fits several parts, the part with the fewest units to choose from "
            "takes first.",
            "ru": "Если штука подходит к нескольким частям, первой берёт часть с наименьшим выбором.",
        },
        {
            "en": "When a part comes back, it takes with it its share of the set's price, in "
            "proportion to what the parts cost.",
            "ru": "При возврате части возвращается её доля цены набора, пропорционально стоимости "
            "частей.",
        },
    ),
)
