"""Buy so many of some goods, get so many of the same or others free or cheaper."""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from regulars.core.example import line
from regulars.core.goods import Goods
from regulars.core.promotions.basket import FINE, Basket, Part
from regulars.core.promotions.pieces import (
    NOTHING_LEFT,
    Cheaper,
    Choose,
    Off,
    Units,
    by_product,
    count_of,
    join,
    lacks_units,
    most_sets,
    off,
    outcome,
    selected,
    take,
    wholes,
)
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.terms import Terms


class BuyXGetY(Cheaper):
    """What is bought, and what is got for it; both are the promotion's own goods if not given."""

    buy: Goods | None = Field(default=None, title="Goods to buy")
    buy_quantity: Units = Field(default=1, title="Units to buy")
    get: Goods | None = Field(default=None, title="Goods to get")
    get_quantity: Units = Field(default=1, title="Units to get")
    count: Literal["together", "product"] = Field(
        default="together", title="Different products count together, or each by itself"
    )
    most: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, title="How often at most"
    )
    choose: Choose = Field(default="cheapest", title="Which units are got")
    incomplete: bool = Field(default=True, title="Fewer are got where there are no more")
    bought_stay: bool = Field(
        default=False, title="The bought units may count for other promotions"
    )


class _Stock(NamedTuple):
    """The free units: those that can only be bought, only be got, or either; dearest first."""

    buy: list[Part]
    get: list[Part]
    both: list[Part]


def prepare(params: BuyXGetY, terms: Terms, currency_scale: int) -> Gives:
    cheaper = off(params, terms)
    buys = None if params.buy is None else selected(params.buy, terms)
    gets = None if params.get is None else selected(params.get, terms)
    said = (*cheaper.params, ("buy", params.buy_quantity), ("get", params.get_quantity))

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        buy = positions if buys is None else basket.goods_to_give(buys)
        get = positions if gets is None else basket.goods_to_give(gets)
        most, units_most = most_sets(basket, params.most, times), basket.units_most
        found: list[Given] = []
        missing: list[int] = []
        for own_buy, own_get in _groups(params, basket, buy, get):
            if basket.pieces(own_buy) < params.buy_quantity:
                missing.append(_lack(params, *_counts(basket, own_buy, own_get)))
                continue
            stock = _stock(basket, own_buy, own_get)
            sets = _sets(params, stock, most)
            if not sets:
                missing.append(_lack(params, *map(count_of, stock)))
                continue
            given = _of_sets(params, cheaper, basket, stock, sets, units_most)
            if given is None:
                continue
            found.append(given)
            most = None if most is None else most - given.sets
            units_most = None if units_most is None else units_most - (given.pieces or 0)
        if found:
            return join(found, said, cheaper.variant)
        nearest = min(missing, default=0)
        return lacks_units(nearest) if nearest else NOTHING_LEFT

    return gives


def _groups(
    params: BuyXGetY, basket: Basket, buy: Sequence[int], get: Sequence[int]
) -> list[tuple[Sequence[int], Sequence[int]]]:
    if params.count == "together":
        return [(buy, get)]
    wanted, given = set(buy), set(get)
    return [
        ([i for i in product if i in wanted], [i for i in product if i in given])
        for product in by_product(basket, [i for i in basket.order if i in wanted or i in given])
    ]


def _stock(basket: Basket, buy: Sequence[int], get: Sequence[int]) -> _Stock:
    if buy == get:
        return _Stock([], [], wholes(basket.piles(buy, dearest_first=True)))
    either = set(buy) & set(get)

    def piles(positions: Sequence[int]) -> list[Part]:
        return wholes(basket.piles(positions, dearest_first=True))

    return _Stock(
        piles([i for i in buy if i not in either]),
        piles([i for i in get if i not in either]),
        piles([i for i in buy if i in either]),
    )


def _sets(params: BuyXGetY, stock: _Stock, most: int | None) -> int:
    """How often it can count: the bought units of all sets, and something to get for each."""
    only, others, both = (count_of(parts) for parts in stock)
    enough = params.get_quantity if not params.incomplete else 1

    def possible(sets: int) -> bool:
        taken = max(0, sets * params.buy_quantity - only)
        needed = (sets - 1) * params.get_quantity + enough
        return taken <= both and others + both - taken >= needed

    low, high = 0, (only + both) // params.buy_quantity
    if most is not None:
        high = min(high, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if possible(middle) else (low, middle - 1)
    return low


def _counts(basket: Basket, buy: Sequence[int], get: Sequence[int]) -> tuple[int, int, int]:
    """How many units can only be bought, only be got, or either."""
    either = set(buy) & set(get)
    return (
        basket.pieces([i for i in buy if i not in either]),
        basket.pieces([i for i in get if i not in either]),
        basket.pieces(list(either)),
    )


def _lack(params: BuyXGetY, only: int, others: int, both: int) -> int:
    """How many units more it takes until something is given."""
    enough = params.get_quantity if not params.incomplete else 1
    to_buy = max(0, params.buy_quantity - only - both)
    spare = both - max(0, params.buy_quantity - only) if not to_buy else 0
    return to_buy + max(0, enough - others - spare)


def _of_sets(
    params: BuyXGetY,
    cheaper: Off,
    basket: Basket,
    stock: _Stock,
    sets: int,
    units_most: int | None,
) -> Given | None:
    count = sets * params.buy_quantity
    bought, _ = take(stock.buy, count)
    dearest, left = take(stock.both, count - count_of(bought))
    open_for = _dearest_first(basket, [*stock.get, *left])
    wanted = sets * params.get_quantity
    if units_most is not None:
        wanted = min(wanted, units_most)
    if params.choose == "cheapest":
        _, got = take(open_for, max(0, count_of(open_for) - wanted))
    else:
        got, _ = take(open_for, wanted)
    given = outcome(
        basket,
        list(zip(got, cheaper.cuts(basket, got), strict=True)),
        [*bought, *dearest],
        also_used=not params.bought_stay,
    )
    return None if given is None else given._replace(sets=sets)


def _dearest_first(basket: Basket, parts: list[Part]) -> list[Part]:
    place = {position: at for at, position in enumerate(basket.order)}
    return sorted(
        parts, key=lambda p: (-(p.pile.amount * FINE // p.pile.units), place[p.pile.position])
    )


KIND = Kind(
    code="buy_x_get_y",
    title={"en": "Buy X, get Y", "ru": "Купи X — получи Y"},
    summary={
        "en": "For every `buy_quantity` units bought, `get_quantity` units of the same or other goods "
        "are free, or cheaper by a percentage or an amount, or at a price. Both must be on the "
        "receipt; the dearer units serve as the bought ones.",
        "ru": "За каждые `buy_quantity` купленных штук `get_quantity` штук тех же или других товаров "
        "бесплатны, дешевле на процент или сумму, или по цене. И те и другие должны быть в чеке; "
        "купленными считаются более дорогие.",
    },
    params=BuyXGetY,
    prepare=prepare,
    pieces=True,
    without_goods=True,
    examples=(
        Example(
            says={
                "en": "buy two, get two: of four, two are free",
                "ru": "купи две — две в подарок",
            },
            params={"buy_quantity": 2, "get_quantity": 2},
            lines=(
                line(5_00),
                line(5_00, id="2"),
                line(10_00, id="3"),
                line(10_00, id="4"),
            ),
            cuts=(5_00, 5_00, 0, 0),
        ),
        Example(
            says={
                "en": "a laptop bought, the cheapest bag at half price",
                "ru": "за ноутбук самая дешёвая сумка за полцены",
            },
            params={"buy": {"skus": ["laptop"]}, "get": {"categories": ["bags"]}, "percent": 50},
            lines=(
                line(900_00, sku="laptop"),
                line(50_00, id="2", sku="bag", category="bags"),
                line(30_00, id="3", sku="sack", category="bags"),
            ),
            cuts=(0, 0, 15_00),
        ),
        Example(
            says={"en": "each product by itself", "ru": "каждый товар сам по себе"},
            params={"buy_quantity": 2, "count": "product"},
            lines=(
                line(3_00, quantity=3000, sku="a"),
                line(30_00, id="2", quantity=6000, sku="b"),
            ),
            cuts=(1_00, 10_00),
        ),
        Example(
            says={
                "en": "2 off each of the got ones, once at most",
                "ru": "2 с каждой полученной, не больше одного раза",
            },
            params={"buy_quantity": 1, "amount": 2, "most": 1},
            lines=(line(40_00, quantity=4000),),
            cuts=(2_00,),
        ),
        Example(
            says={"en": "nothing to get on the receipt", "ru": "получать в чеке нечего"},
            params={"buy_quantity": 2},
            lines=(line(20_00, quantity=2000),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "A unit is never both bought and got. Units that can only be bought serve first.",
            "ru": "Штука не бывает и купленной, и полученной. Сначала считаются те, что можно только "
            "купить.",
        },
        {
            "en": "With `incomplete` the last time gives what there is: buy 2 get 2 with three units "
            "gives one.",
            "ru": "С `incomplete` последний раз даёт, сколько есть: «купи 2 — получи 2» на трёх "
            "штуках даёт одну.",
        },
        {
            "en": "When a bought unit comes back, it bears its part of the discount: the customer "
            "never gets back more than they paid in all.",
            "ru": "При возврате купленной штуки она несёт свою часть скидки: вернётся не больше, чем "
            "заплачено за всё.",
        },
        {
            "en": "A percentage is a percentage and an amount an amount: `amount` is money off every "
            "unit got, never more than it costs.",
            "ru": "Процент — это процент, а сумма — сумма: `amount` снимает деньги с каждой "
            "полученной штуки, не больше её цены.",
        },
    ),
)
