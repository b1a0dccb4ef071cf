"""Delivery free or cheaper: lines of the kind `delivery`, which no other promotion looks at."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from pydantic import Field

from regulars.core.example import line
from regulars.core.goods import Words
from regulars.core.programme.texts import plain
from regulars.core.promotions.basket import Basket, Cuts
from regulars.core.promotions.pieces import Cheaper
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing, Params
from regulars.core.purchase import DELIVERY, Line
from regulars.core.reasons import Reason
from regulars.core.terms import Terms

NO_DELIVERY = Missing(Reason.of("promotion.missing.delivery"))


class Delivery(Cheaper):
    """How much cheaper which ways of delivery get."""

    methods: Words = Field(default=frozenset(), title="Ways of delivery (else all)")
    each: Literal["method", "once"] = Field(
        default="method", title="The amount for every way of delivery, or once in proportion"
    )


def prepare(params: Delivery, terms: Terms, currency_scale: int) -> Gives:
    methods = params.methods
    reckons, said, variant = _reckoning(params, terms)

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        lines = basket.lines
        at = [i for i in positions if not methods or lines[i].sku in methods]
        at = [i for i in at if basket.room(i)]
        cuts = reckons(basket, at, times) if at else ()
        return Given(cuts, said, pieces=0, variant=variant) if cuts else NO_DELIVERY

    return gives


Reckons = Callable[[Basket, Sequence[int], int], Cuts]


def _reckoning(params: Delivery, terms: Terms) -> tuple[Reckons, Params, str]:
    if params.amount is not None:
        amount = terms.money_minor(params.amount)
        ways = {"method": partial(_each, amount), "once": partial(_once, amount)}
        return ways[params.each], (("amount", str(plain(params.amount))),), "amount"
    if params.price is not None:
        price = partial(_price, terms.money_minor(params.price))
        return price, (("price", str(plain(params.price))),), "price"
    if params.percent is not None:
        ratio = (params.percent / 100).as_integer_ratio()
        return partial(_percent, *ratio), (("percent", plain(params.percent)),), "percent"
    return partial(_percent, 1, 1), (), "free"


def _percent(
    numerator: int, denominator: int, basket: Basket, at: Sequence[int], times: int
) -> Cuts:
    return basket.percentage(at, min(numerator * times, denominator), denominator)


def _each(amount: int, basket: Basket, at: Sequence[int], times: int) -> Cuts:
    net = basket.rules.net
    return [(i, min(basket.gross(i, amount * times, net=net), basket.room(i))) for i in at]


def _once(amount: int, basket: Basket, at: Sequence[int], times: int) -> Cuts:
    weights = [basket.money[i] for i in at]
    due = basket.gross_over(amount * times, at, weights, net=basket.rules.net)
    return basket.spread(due, at, weights)


def _price(price: int, basket: Basket, at: Sequence[int], times: int) -> Cuts:
    net = basket.rules.net
    dues = ((i, basket.money[i] - basket.gross(i, price, net=net)) for i in at)
    return [(i, min(due, basket.room(i))) for i, due in dues if due > 0]


def _way(amount_minor: int, sku: str, id: str = "2") -> Line:
    return line(amount_minor, id=id, sku=sku)._replace(kind=DELIVERY)


KIND = Kind(
    code="delivery",
    title={"en": "Delivery", "ru": "Доставка"},
    summary={
        "en": "Makes delivery free, or cheaper by a percentage or an amount, or sells it at a price. "
        "Delivery is a line of its own kind, told apart by its product (`methods`).",
        "ru": "Делает доставку бесплатной, дешевле на процент или сумму, или по цене. Доставка — "
        "строка своего вида; способы различаются по товару (`methods`).",
    },
    params=Delivery,
    prepare=prepare,
    phase="order",
    on="delivery",
    examples=(
        Example(
            says={"en": "free delivery", "ru": "бесплатная доставка"},
            params={},
            lines=(line(50_00), _way(4_14, "courier")),
            cuts=(0, 4_14),
        ),
        Example(
            says={"en": "20 % off delivery, goods stay", "ru": "20 % с доставки, товары — нет"},
            params={"percent": 20},
            lines=(line(100_00), _way(10_00, "courier")),
            cuts=(0, 2_00),
        ),
        Example(
            says={
                "en": "200 off express and standard each, not off snail",
                "ru": "по 200 с экспресса и обычной, не с медленной",
            },
            params={"amount": 200, "methods": ["express", "standard"]},
            lines=(
                _way(250_00, "express", "1"),
                _way(150_00, "standard"),
                _way(200_00, "snail", "3"),
            ),
            cuts=(200_00, 150_00, 0),
        ),
        Example(
            says={"en": "200 once, in proportion", "ru": "200 один раз, пропорционально"},
            params={"amount": 200, "methods": ["express", "standard"], "each": "once"},
            lines=(_way(500_00, "express", "1"), _way(100_00, "standard")),
            cuts=(166_67, 33_33),
        ),
        Example(
            says={"en": "delivery for 1", "ru": "доставка за 1"},
            params={"price": 1},
            lines=(line(50_00), _way(4_14, "courier")),
            cuts=(0, 3_14),
        ),
        Example(
            says={"en": "nothing is delivered", "ru": "доставки нет"},
            params={},
            lines=(line(50_00),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "No other promotion touches delivery, and conditions on goods and amounts do not "
            "count it.",
            "ru": "Другие акции не трогают доставку, а условия по товарам и сумме её не считают.",
        },
        {
            "en": "Several promotions on delivery never bring it below zero.",
            "ru": "Несколько акций на доставку не опустят её ниже нуля.",
        },
    ),
)
